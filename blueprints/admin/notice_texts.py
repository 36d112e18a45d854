"""Texts of notices: how each act is told to people."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import role
from blueprints.admin import blueprint
from blueprints.admin.changes import record_change, store, stream_of
from blueprints.idempotency import remember, was_done
from extensions import db
from forms.admin import NoticeTextForm
from forms.base import Refusal
from models.notice_text import NoticeText, Wording, released_wordings, wording


@blueprint.get("/notice-texts")
@role("system_admin")
def notice_texts() -> str:
    """List all notices with their wording."""
    texts = {name: wording(db.session(), name) for name in released_wordings()}
    return render_template("admin/notice_texts.html", texts=texts)


@blueprint.get("/notice-texts/<string(maxlength=40):name>")
@role("system_admin")
def notice_text(name: str) -> str:
    """Show the wording of a notice as a form."""
    return _page(name, NoticeTextForm(obj=_wording(name)))


@blueprint.post("/notice-texts/<string(maxlength=40):name>")
@role("system_admin")
def save_notice_text(name: str) -> ResponseReturnValue:
    """Store an own wording of a notice."""
    known, form = _wording(name), NoticeTextForm(request.form)
    if not form.accepts() or not _says_enough(name, form):
        return _page(name, form), 422
    if not was_done():
        own = db.session.get(NoticeText, name) or NoticeText(name=name, **vars(known))
        db.session.add(own)
        record_change(stream_of(f"notice/{name}"), "change_notice", name, store(form, own))
        remember()
        db.session.commit()
    return redirect(url_for("admin.notice_texts"), 303)


def _says_enough(name: str, form: NoticeTextForm) -> bool:
    lost = released_wordings()[name].lost_words(form["text"].data)
    if lost:
        form["text"].errors = [
            Refusal("E_WORD_LOST", f"正文里必须有 {'、'.join(lost)}，否则收到的人无法办理")
        ]
    return not lost


def _wording(name: str) -> Wording:
    return wording(db.session(), name) or abort(404)


def _page(name: str, form: NoticeTextForm) -> str:
    return render_template("admin/notice_text.html", name=name, form=form, released=released_wordings()[name])
