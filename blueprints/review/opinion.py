"""The opinion of an office on one filing: the questions of its level, the intention, what has to be mended."""

import uuid
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, me, role
from blueprints.idempotency import remember, was_done
from blueprints.ids import read_version
from blueprints.review import blueprint
from blueprints.review.data import place_url_of
from blueprints.review.page import ReviewPage, assigned_page, render
from extensions import clock, db
from filings.editing import Conflict
from filings.finding import Problem
from filings.kinds import kind_of
from filings.refused import Refused
from filings.review.opinions import (
    colleagues,
    correctable_opinion,
    desk_facts,
    filled_form,
    judge_opinion,
    opinion_in_hand,
    refuse_others,
    save_opinion,
    sent_opinions,
)
from filings.review.requests import answers_to_last_return, requests_in_hand
from filings.review.sending import in_words
from filings.review.spots import find_spot, spots_in_row, spots_to_choose
from forms.opinion import REASON_LIMIT, REASON_TEMPLATES, OpinionForm
from models.moves import IllegalMove
from models.opinion import Opinion
from models.return_request import FAULT_TEXTS

OPINION = "/<uuid:filing_id>/opinion"
CHANGED = "同事刚刚保存了这份意见。下面是您填写的内容，请与已保存的意见核对后再保存。"


@blueprint.get(OPINION)
@role("reviewer")
def opinion(filing_id: uuid.UUID) -> str:
    """Show what the office thinks so far, and what others thought before."""
    return opinion_page(assigned_page(filing_id))


@blueprint.post(OPINION)
@role("reviewer")
def save(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Save the opinion for the office alone, or put a sentence into the reason."""
    page = assigned_page(filing_id)
    form = _form_class(page)(request.form)
    if request.form.get("op") == "insert":
        return opinion_page(page, _with_sentence(form))
    if was_done():
        return _here(filing_id, saved=1)
    if not judge_opinion(db.session(), page.filing, form, clock.now()):
        return opinion_page(page, form), 422
    try:
        refuse_others(page.filing, actor())
        version = read_version(request.form.get("version", ""))
        saved = save_opinion(db.session(), page.filing, form, version, actor(), clock.now())
    except Refused as refused:
        return _refuse(filing_id, form, refused.code, refused.message), 409
    except Conflict:
        return _refuse(filing_id, form, "E_CONFLICT", CHANGED), 409
    except IllegalMove as gone:
        return _refuse(filing_id, form, "E_CONFLICT", str(gone)), 409
    remember(saved.id)
    db.session.commit()
    return _here(filing_id, saved=1)


def _here(filing_id: uuid.UUID, **marks: Any) -> ResponseReturnValue:
    return redirect(url_for("review.opinion", filing_id=filing_id, **marks), 303)


def _form_class(page: ReviewPage) -> type[OpinionForm]:
    return kind_of(page.filing).opinion_form(me().office_level or "")


def _with_sentence(form: OpinionForm) -> OpinionForm:
    """Return the form with one of the usual sentences at the end of the reason; nothing is judged."""
    chosen = request.form.get("sentence", "")
    if chosen in REASON_TEMPLATES:
        written = form.reason.shown_input().rstrip()
        form.reason.raw_data = [f"{written}\n{chosen}".strip()[:REASON_LIMIT]]
    for field in form:
        field.errors = []
    return form


def _refuse(filing_id: uuid.UUID, form: OpinionForm, code: str, message: str) -> str:
    db.session.rollback()
    return opinion_page(assigned_page(filing_id), form, refusal=(code, message))


def opinion_page(page: ReviewPage, form: OpinionForm | None = None, **context: Any) -> str:
    """Render the page; `form` as typed, else as it was saved."""
    filing, office_id = page.filing, me().office_id
    in_hand = opinion_in_hand(db.session(), filing.id, office_id) if office_id else None
    may_decide = page.may_decide
    wanted = request.form.get("spot", "") or request.args.get("spot", "")
    shown = form or filled_form(_form_class(page), in_hand)
    return render(
        "review/opinion.html", page, viewer=None, form=shown, is_unsaved=form is not None, opinion=in_hand,
        may_decide=may_decide,
        is_mine=filing.assignee_id in (None, me().account_id), my_id=me().account_id,
        problems={name: _problem(name, refusal) for name, refusal in shown.refusals().items()},
        facts=desk_facts(db.session(), filing, clock.now()) if may_decide else None,
        people=colleagues(db.session(), filing, office_id) if office_id and may_decide else [],
        requests=requests_in_hand(db.session(), filing, office_id) if office_id and may_decide else [],
        choices=spots_to_choose(page.document) if may_decide else [], faults=FAULT_TEXTS,
        spot=find_spot(page.document, wanted), in_row=spots_in_row(page.document, wanted), sentences=REASON_TEMPLATES,
        sent=sent_opinions(db.session(), filing.id), place_url=place_url_of(page),
        answers=answers_to_last_return(db.session(), filing, page.document),
        correctable=correctable_opinion(db.session(), filing, office_id),
        consequence=_consequence(page, in_hand) if may_decide else "", **context,
    )  # fmt: skip


def _problem(name: str, refusal: Any) -> Problem:
    return Problem(f"opinion/{name}", refusal.code, str(refusal), "error", "opinion", "")


def _consequence(page: ReviewPage, in_hand: Opinion | None) -> str:
    return in_words(db.session(), page.filing, in_hand) if in_hand and in_hand.is_saved else ""
