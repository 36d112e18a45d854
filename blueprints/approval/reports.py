"""The list of one service: adding to it, noting papers, letting in and revoking."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from accounts.approving import (
    MOST_LINES,
    WrongLine,
    add_reports,
    approval_items,
    blank_form,
    read_list,
    tell_subject,
)
from blueprints.access import actor, role
from blueprints.approval import blueprint
from blueprints.grant.granting import today
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from forms.approval import ListForm, RevocationForm
from forms.base import Refusal
from forms.fields import normalised
from models.service import Service
from models.service_approval import ServiceApproval, reports_for
from models.two_reviews import WrongMove

ITEM = "/<string(maxlength=40):key>"
ONE = f"{ITEM}/<uuid:report_id>"
PAGE_ROWS = 200


@blueprint.get("")
@role("helpdesk")
def items() -> str:
    """List the services that ask for a 报备, with how many are let in."""
    counting = ServiceApproval.approved_at.is_not(None) & ServiceApproval.revoked_at.is_(None)
    query = select(ServiceApproval.item, func.count()).where(counting).group_by(ServiceApproval.item)
    counts = dict(db.session.execute(query).all())
    return render_template("approval/items.html", items=approval_items().values(), counts=counts)


@blueprint.get(ITEM)
@role("helpdesk")
def reports(key: str) -> str:
    """Show who is reported, and ask for more."""
    return _page(_service(key))


@blueprint.post(ITEM)
@role("helpdesk")
def add(key: str) -> ResponseReturnValue:
    """Add one."""
    service = _service(key)
    form = blank_form(service, request.form)
    if not form.accepts_on(today()):
        return _page(service, form=form), 422
    if was_done():
        return redirect(url_for("approval.reports", key=key), 303)
    added, known = add_reports(db.session(), service, [form], actor(), clock.now())
    if known:
        db.session.rollback()
        number = form["uscc" if service.approval == "unit" else "id_number"]
        number.errors = [Refusal("E_KNOWN", "已在名单中，没有重复登记")]
        return _page(service, form=form), 422
    remember()
    db.session.commit()
    return redirect(url_for("approval.reports", key=key, added=added), 303)


@blueprint.post(f"{ITEM}/list")
@role("helpdesk")
def add_list(key: str) -> ResponseReturnValue:
    """Add a pasted list, whole or not at all."""
    service, form = _service(key), ListForm(request.form)
    if not form.accepts():
        return _page(service, listed=form), 422
    found, wrong = read_list(service, form["lines"].data, form["stage"].data, today())
    if len(found) + len(wrong) > MOST_LINES:
        form["lines"].errors = [
            Refusal("E_TOO_MANY", f"一次最多 {MOST_LINES} 行，现有 {len(found) + len(wrong)} 行")
        ]
    elif wrong or not found:
        words = (
            f"有 {len(wrong)} 行须改，一行也没有登记" if wrong else "没有读到名单，请检查每行是否有名称和号码"
        )
        form["lines"].errors = [Refusal("E_LINES", words)]
    if form["lines"].errors:
        return _page(service, listed=form, wrong=wrong), 422
    if was_done():
        return redirect(url_for("approval.reports", key=key), 303)
    added, known = add_reports(db.session(), service, found, actor(), clock.now())
    remember()
    db.session.commit()
    return redirect(url_for("approval.reports", key=key, added=added, known=known), 303)


@blueprint.post(f"{ONE}/papers")
@role("helpdesk")
def note_papers(key: str, report_id: uuid.UUID) -> ResponseReturnValue:
    """纸质材料已收到: switch it on or off."""
    has_come = request.form.get("received") == "yes"
    return _done(key, report_id, lambda one: one.note_papers(db.session(), has_come, actor(), clock.now()))


@blueprint.post(f"{ONE}/opening")
@role("helpdesk")
def open_service(key: str, report_id: uuid.UUID) -> ResponseReturnValue:
    """开通: let whoever is meant in."""

    def act(report: ServiceApproval) -> None:
        report.approve(db.session(), actor(), clock.now())
        tell_subject(db.session(), report, "已开通，可以办理", clock.now())

    return _done(key, report_id, act)


@blueprint.get(f"{ONE}/revocation")
@role("helpdesk")
def ask_revocation(key: str, report_id: uuid.UUID) -> str:
    """Ask why."""
    return _revocation_page(_service(key), _report(key, report_id), RevocationForm())


@blueprint.post(f"{ONE}/revocation")
@role("helpdesk")
def revoke(key: str, report_id: uuid.UUID) -> ResponseReturnValue:
    """撤销: let whoever is meant in no more."""
    form = RevocationForm(request.form)
    if not form.accepts():
        return _revocation_page(_service(key), _report(key, report_id), form), 422

    def act(report: ServiceApproval) -> None:
        report.revoke(db.session(), form["reason"].data, actor(), clock.now())
        tell_subject(db.session(), report, f"已撤销，原因：{form['reason'].data}", clock.now())

    return _done(key, report_id, act)


def _service(key: str) -> Service:
    return approval_items().get(key) or abort(404)


def _report(key: str, report_id: uuid.UUID) -> ServiceApproval:
    found = db.session.get(ServiceApproval, report_id)
    return found if found is not None and found.item == _service(key).key else abort(404)


def _done(key: str, report_id: uuid.UUID, act: Callable[[ServiceApproval], Any]) -> ResponseReturnValue:
    report = _report(key, report_id)
    if not was_done():
        try:
            act(report)
        except WrongMove as wrong:
            db.session.rollback()
            return _page(_service(key), refused=str(wrong)), 409
        remember()
        db.session.commit()
    return redirect(url_for("approval.reports", key=key), 303)


def _page(
    service: Service,
    form: Any = None,
    listed: Any = None,
    wrong: list[WrongLine] | None = None,
    refused: str = "",
) -> str:
    name = normalised(request.args.get("name", ""))[:50]
    found = reports_for(db.session(), service.key, name, PAGE_ROWS + 1)
    return render_template(
        "approval/reports.html", service=service, reports=found[:PAGE_ROWS], has_more=len(found) > PAGE_ROWS,
        name=name, form=form or blank_form(service), listed=listed or ListForm(), wrong=wrong or [], refused=refused,
        most=MOST_LINES, added=_told("added"), known=_told("known"),
    )  # fmt: skip


def _told(name: str) -> int:
    """Return a figure that the address tells about what was just done; nonsense counts for nothing."""
    return min(max(request.args.get(name, 0, type=int), 0), MOST_LINES)


def _revocation_page(service: Service, report: ServiceApproval, form: RevocationForm) -> str:
    return render_template("approval/revocation.html", service=service, report=report, form=form)
