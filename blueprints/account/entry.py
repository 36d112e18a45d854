"""What stands between the right password and a session: a second factor, a password that is due, an enrolment.

Each step is a page of its own. A pass in the signed cookie says who comes and what he has shown so far; there is
no session before the last step.
"""

from datetime import UTC, datetime
from typing import Any

from flask import current_app, render_template, request

from blueprints.account.passes import Pass, give_pass, read_pass, rules
from extensions import clock, db
from models.account import Account
from models.second_factor import begin_enrolment, has_factor

ENTRY = "entry"
# The step → its page.
STEPS = {
    "second_factor": "account.second_step", "password": "account.password_due", "enrolment": "account.first_enrolment",
}  # fmt: skip


def step_due(account: Account, factor: str = "") -> str:
    """Name the step that comes next for somebody with the right password; empty: nothing is left.

    `factor`: which kind of code he has shown, empty before he did.
    """
    is_enrolled = has_factor(db.session(), account.id)
    if is_enrolled and not factor:
        return "second_factor"
    if account.must_change_password or rules().has_expired(account.password_changed_at, clock.now()):
        return "password"
    return "" if is_enrolled or not must_have_factor(account) else "enrolment"


def must_have_factor(account: Account) -> bool:
    """Say whether the account may not be without a second factor here."""
    return account.account_type == "staff" and bool(current_app.config["SETTINGS"].needs_staff_factor)


def begin_step(account: Account, step: str, *, factor: str = "", **facts: Any) -> None:
    """Let this browser go on to the step; the caller commits.

    `facts`: `next`, where to go afterwards, and `computer`, what was said about the computer.
    """
    if step == "enrolment":
        begin_enrolment(db.session(), account, datetime.now(UTC))
    give_pass(ENTRY, account, factor=factor, **facts)


def entrant(step: str) -> Pass | None:
    """Return who stands before the step in this browser; None when it is not his, or no longer."""
    proven = read_pass(ENTRY)
    if proven is None or step_due(proven.account, proven.facts["factor"]) != step:
        return None
    return proven


def second_step_page(refused: str = "") -> str:
    """Render the page that asks for a code, or the dialog over the page that asked for the sign-in.

    What comes with the request goes along: the page that waits (`stay`), what was carried, the computer.
    """
    name = "account/_second_step.html" if "stay" in request.form else "account/second_step.html"
    proven = read_pass(ENTRY)
    computer = proven.facts["computer"] if proven else []
    return render_template(name, refused=refused, computer=computer)
