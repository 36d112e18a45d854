"""The desk of whoever is signed in."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from accounts.first_steps import Step, steps_of_unit
from blueprints.access import me, public
from blueprints.filing import blueprint
from blueprints.filing.page import FilingPage
from blueprints.grant.granting import today
from extensions import clock, db
from filings.kinds import KINDS
from filings.submission import open_batch
from models.carrier import CARRIER_KINDS, Carrier
from models.filing import Filing
from models.unit import Unit


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """Send everybody to where their work is; a unit sees its carriers and what to do next."""
    if not current_user.is_authenticated:
        return redirect(url_for("account.login"), 303)
    person = me()
    if person.account_type == "staff":
        return redirect(url_for("review.queue"), 303) if "reviewer" in person.roles else _staff_desk()
    if person.closes_at is not None:
        return redirect(url_for("account.closure"), 303)
    if person.unit is None:
        return redirect(url_for("account.unit"), 303)
    return _unit_desk()


def _staff_desk() -> str:
    return render_template("filing/staff_home.html")


def _unit_desk() -> str:
    unit = me().unit or abort(404)
    filings = db.session.scalars(
        select(Filing).where(Filing.unit_id == unit.id).order_by(Filing.updated_at.desc())
    ).all()
    carriers = db.session.scalars(
        select(Carrier).where(Carrier.operator_id == unit.id).order_by(Carrier.name)
    ).all()
    return render_template(
        "filing/home.html",
        unit=unit,
        steps=_first_steps(unit) if not filings else [],
        pages=[FilingPage(filing) for filing in filings if filing.status != "void"],
        carriers_by_kind=[
            (name, label, [carrier for carrier in carriers if carrier.kind == name])
            for name, label in CARRIER_KINDS.items()
        ],
        filing_of={filing.carrier_id: filing for filing in reversed(filings) if filing.carrier_id},
        filed_kinds={kind.carrier_kind for kind in KINDS.values()},
        batches=[
            (kind, batch) for kind in KINDS.values() if (batch := open_batch(db.session(), kind, clock.now()))
        ],
    )


def _first_steps(unit: Unit) -> list[Step]:
    """Tell the unit's own account what comes first; whoever acts for it cannot do these things."""
    return steps_of_unit(db.session(), unit, today()) if me().account_type == "legal" else []
