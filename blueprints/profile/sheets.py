"""The sheets of 我的信息, each a page and a form."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.profile import (
    UNIT,
    Record,
    Sheet,
    answers,
    find_region,
    held_paper,
    history,
    refuse_taken,
    save_sheet,
)
from accounts.verifying import Question, note_answer, open_case, question_about
from adapters.registry import registry
from blueprints.access import actor, me, signed_in
from blueprints.grant.granting import today
from blueprints.idempotency import remember, was_done
from blueprints.profile import blueprint
from blueprints.profile.pages import account_of, own_sheets, record_of, sheet_named, sheet_page
from extensions import clock, db
from forms.base import Refusal
from models.verification import Verification


@blueprint.get("")
@signed_in
def profile() -> ResponseReturnValue:
    """Lead to the first sheet there is; staff have none."""
    own = own_sheets()
    return redirect(url_for("profile.sheet", name=own[0]), 303) if own else abort(404)


@blueprint.get("/<any(person, unit, other, agent):name>")
@signed_in
def sheet(name: str) -> str:
    """Show a sheet."""
    found = sheet_named(name)
    record = record_of(found)
    return sheet_page(found, found.form(data=answers(found, record)), record)


@blueprint.post("/<any(person, unit, other, agent):name>")
@signed_in
def save(name: str) -> ResponseReturnValue:
    """Store a sheet, whole or not at all."""
    found = sheet_named(name)
    record, form = record_of(found), found.form(request.form)
    if found.keys:
        form.accepts_on(today(), held_paper(found, record))
    else:
        form.accepts()
    region = None
    if found is UNIT and form["region"].data:
        region = find_region(db.session(), form["region"].data)
        if region is None:
            form["region"].errors = [
                Refusal("E_REGION", "没有找到这个地区，请填写完整名称或 6 位代码，例如 广东省广州市天河区")
            ]
    if refuse_taken(db.session(), found, record, form):
        return sheet_page(found, form, record), 422
    if not was_done():
        save_sheet(db.session(), found, record, form, region, actor(), clock.now())
        question = _begin(found, record) if _begins_by_saving(record) else None
        remember()
        db.session.commit()
        if question is not None:
            _ask(question)
    return redirect(url_for("profile.sheet", name=name, saved=1), 303)


@blueprint.post("/<any(person, unit, agent):name>/verification")
@signed_in
def verify(name: str) -> ResponseReturnValue:
    """重新认证: begin a new case about what is stored."""
    found = sheet_named(name)
    record = record_of(found)
    if not was_done():
        question = _begin(found, record)
        remember()
        db.session.commit()
        if question is not None:
            _ask(question)
    return redirect(url_for("profile.sheet", name=name), 303)


def _begins_by_saving(record: Record) -> bool:
    """Say whether saving begins a case by itself; after a change of what was verified somebody asks for it."""
    return record.subject is not None and record.subject.real_name_state != "stale"


def _begin(found: Sheet, record: Record) -> Question | None:
    """Begin a case if one is due; returns what the registry is to be asked, None when it is not."""
    case = open_case(db.session(), found, record, account_of(found), clock.now()) if found.keys else None
    return question_about(db.session(), case) if case and case.state == "checking" else None


def _ask(question: Question) -> None:
    """Ask the registry, holding nothing meanwhile; should this process die, the worker asks in a minute."""
    db.start_reading()
    answer = question.put(registry(current_app.config["SETTINGS"]))
    db.start_writing()
    case = db.session.get_one(Verification, question.case_id)
    note_answer(db.session(), case, answer, actor(), clock.now())
    db.session.commit()


@blueprint.get("/<any(person, unit, agent):name>/history")
@signed_in
def changes(name: str) -> str:
    """List what was changed (信息更新记录)."""
    found = sheet_named(name)
    events = history(db.session(), record_of(found).subject_id)
    return render_template("profile/history.html", sheet=found, events=events, unit_name=me().unit_name)
