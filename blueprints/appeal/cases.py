"""The list of appeals and one of them: what was said, its papers, the accounts it may mean, and the verdict."""

import uuid
from collections.abc import Callable

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import and_, or_, select

from accounts.recovering import conclude, refuse_own, tell_halted, was_recovered_lately
from accounts.waiting import LONG, days_waited
from blueprints.access import actor, me, role
from blueprints.appeal import blueprint
from blueprints.opened import opens_paper
from blueprints.storage import send_pdf
from blueprints.two_reviews import carry_out, seen
from extensions import clock, db
from forms.admin import AdminForm
from forms.appeal import HaltForm
from forms.two_reviews import review_form
from models.appeal import PAPERS, Appeal, AppealPaper, Match, matches_of
from models.event import record_event
from models.person import Person
from models.two_reviews import WAITING

PAGE_ROWS = 100
CLOSED_ROWS = 20


@blueprint.get("")
@role("helpdesk")
def cases() -> str:
    """List what waits, the oldest first, and what was closed last."""
    held = and_(Appeal.state == "approved", Appeal.recovered_at.is_(None))
    waiting = select(Appeal).where(or_(Appeal.state.in_(WAITING), held)).order_by(Appeal.created_at)
    closed = select(Appeal).where(Appeal.decided_at.is_not(None), ~held).order_by(Appeal.decided_at.desc())
    return render_template(
        "appeal/cases.html", waiting=db.session.scalars(waiting.limit(PAGE_ROWS)).all(),
        closed=db.session.scalars(closed.limit(CLOSED_ROWS)).all(), me_id=me().account_id, long=LONG,
        waited=days_waited(db.session(), clock.now()),
    )  # fmt: skip


@blueprint.get("/<uuid:appeal_id>")
@role("helpdesk")
def case(appeal_id: uuid.UUID) -> str:
    """Show an appeal; its papers and numbers only to who looks at it now."""
    return _page(_appeal(appeal_id))


@blueprint.post("/<uuid:appeal_id>/taking")
@role("helpdesk")
def take(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the first review."""

    def act(appeal: Appeal) -> None:
        refuse_own(db.session(), appeal, me().account)
        appeal.take(db.session(), seen(), actor(), clock.now())

    return _done(appeal_id, act, url_for("appeal.case", appeal_id=appeal_id))


@blueprint.post("/<uuid:appeal_id>/release")
@role("helpdesk")
def give_back(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else begin."""
    return _done(appeal_id, lambda one: one.give_back(db.session(), seen(), actor(), clock.now()))


@blueprint.post("/<uuid:appeal_id>")
@role("helpdesk")
def judge(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Note a verdict; the second one that agrees decides, and who appealed is told."""
    form = _form(matches_of(db.session(), _appeal(appeal_id)))(request.form)
    if not form.accepts():
        return _page(_appeal(appeal_id), form), 422

    def act(appeal: Appeal) -> None:
        verdict, reason = form["verdict"].data, form["reason"].data or ""
        refuse_own(db.session(), appeal, me().account)
        if appeal.judge(db.session(), seen(), actor(), verdict, reason, clock.now()):
            if appeal.state == "approved":
                appeal.account_id = uuid.UUID(verdict.partition(":")[2])
            site = current_app.config["SETTINGS"].public_url
            conclude(db.session(), appeal, site, actor(), clock.now())

    return _done(appeal_id, act, form=form)


@blueprint.post("/<uuid:appeal_id>/halt")
@role("helpdesk")
def halt(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Take an approval back that has not taken effect."""
    form = HaltForm(request.form)
    if not form.accepts():
        return _page(_appeal(appeal_id), form), 422

    def act(appeal: Appeal) -> None:
        appeal.halt(db.session(), seen(), actor(), form["reason"].data, clock.now())
        tell_halted(db.session(), appeal, clock.now())

    return _done(appeal_id, act, form=form)


@blueprint.post("/<uuid:appeal_id>/number")
@role("helpdesk")
def show_number(appeal_id: uuid.UUID) -> str:
    """Show the number of the identity paper in full, and write down who looked."""
    appeal = _looked_at(appeal_id)
    record_event(db.session(), appeal.id, "show_id_number", actor(), clock.now())
    db.session.commit()
    return _page(appeal, number=appeal.id_number)


@blueprint.get("/<uuid:appeal_id>/papers/<uuid:paper_id>.pdf")
@role("helpdesk")
def paper(appeal_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    """Send a paper to who looks at the appeal now; every opening is written down."""
    appeal, found = _looked_at(appeal_id), db.session.get(AppealPaper, paper_id)
    if found is None or found.appeal_id != appeal.id:
        abort(404)
    opens_paper(appeal.id, actor(), found.paper, appeal.id)
    return send_pdf(found.file.clean_sha256, found.name)


def _appeal(appeal_id: uuid.UUID) -> Appeal:
    return db.session.get(Appeal, appeal_id) or abort(404)


def _looked_at(appeal_id: uuid.UUID) -> Appeal:
    """Return an appeal whose papers this person may see now, else answer 404."""
    appeal = _appeal(appeal_id)
    return appeal if appeal.is_seen_by(me().account_id) else abort(404)


def _done(
    appeal_id: uuid.UUID, act: Callable[[Appeal], None], onward: str = "", form: AdminForm | None = None
) -> ResponseReturnValue:
    def page(appeal: Appeal, refused: str) -> str:
        return _page(appeal, form, refused=refused)

    return carry_out(lambda: _appeal(appeal_id), act, page, onward or url_for("appeal.cases"))


def _form(found: list[Match]) -> type[AdminForm]:
    accounts = [match.account for match in found]
    choices = [(f"approve:{one.id}", f"通过，找回账号 {one.login_name}") for one in accounts]
    return review_form([*choices, ("reject", "不通过"), ("no_match", "没有找到与证件匹配的账号")], "申诉人")


def _page(appeal: Appeal, form: AdminForm | None = None, refused: str = "", number: str = "") -> str:
    found = matches_of(db.session(), appeal)
    is_seen = appeal.is_seen_by(me().account_id)
    blank = HaltForm() if appeal.is_held else _form(found)()
    return render_template(
        "appeal/case.html", appeal=appeal, papers=PAPERS[appeal.account_type], refused=refused, number=number,
        form=form if form is not None and (is_seen or appeal.is_held) else blank, is_seen=is_seen,
        may_take=appeal.may_be_taken(me().account_id, clock.now()), me_id=me().account_id,
        lines=[_line(match) for match in found] if is_seen else [],
    )  # fmt: skip


def _line(match: Match) -> dict[str, object]:
    person = db.session.get(Person, match.account.id)
    verified = match.account.unit or person
    return {
        "account": match.account, "by": match.by, "real_name": verified.real_name_text if verified else "未实名认证",
        "is_recent": was_recovered_lately(db.session(), match.account, clock.now()),
    }  # fmt: skip
