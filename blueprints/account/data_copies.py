"""A copy of one's own data: ordered with the password, made in the background, there for a week."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from blueprints.access import actor, me, open_while_closing, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.proofs import refused_password
from blueprints.filing.page import is_fragment
from blueprints.idempotency import made_before, remember
from blueprints.limits import wait_of_account, waiting_text
from blueprints.storage import storage
from extensions import clock, db, keyring
from files.names import content_disposition
from files.storage import MissingFile
from forms.base import Refusal
from forms.password import PresentForm
from jobs import queue as jobs
from keys import CannotOpen
from models.data_copy import LIFETIME, DataCopy
from models.event import record_event
from models.throttle import Limit

ORDERS = Limit(tries=5, window=timedelta(days=1), block=timedelta(days=1))
SHOWN = 5


@blueprint.get("/account/data")
@signed_in
@open_while_closing
def data_copies() -> str:
    """Say what a copy holds, and list one's own, the running one with its progress."""
    if is_fragment():
        return render_template("account/_data_copies.html", **_lines())
    return _page(PresentForm())


@blueprint.post("/account/data")
@signed_in
@open_while_closing
@streams
def order_data_copy() -> ResponseReturnValue:
    """Have a copy made, for who knows the password."""
    form, account = PresentForm(request.form), me().account
    if form.accepts() and (text := refused_password(account, form["present"].data)):
        form["present"].errors = [Refusal("E_PASSWORD_PRESENT", text)]
    if form["present"].errors:
        return _page(form), 422
    db.start_writing()
    if made_before() is None:
        refused = _ordered()
        if refused:
            return _page(PresentForm(), refused), 422
    return redirect(url_for("account.data_copies"), 303)


def _ordered() -> str:
    """Note the order and wake a worker; returns why not, empty when it is done."""
    if wait := wait_of_account("data_copy", me().account_id, ORDERS):
        db.session.commit()
        return f"申请次数过多，请 {waiting_text(wait)}后再试"
    copy = DataCopy(
        id=uuid.uuid4(),
        account_id=me().account_id,
        created_at=clock.now(),
        expires_at=datetime.now(UTC) + LIFETIME,
    )
    try:
        with db.session.begin_nested():
            db.session.add(copy)
    except IntegrityError:  # one is on its way
        db.session.rollback()
        return "正在制作一份，请等它完成"
    record_event(db.session(), me().account_id, "order_data_copy", actor(), clock.now())
    job_id = jobs.enqueue(db.session(), "copy_data", copy.id).id
    remember(copy.id)
    db.session.commit()
    jobs.wake(job_id)
    return ""


@blueprint.post("/account/data/<uuid:copy_id>")
@signed_in
@open_while_closing
def download_data_copy(copy_id: uuid.UUID) -> ResponseReturnValue:
    """Send a copy to its owner while its time lasts, and write that down."""
    copy = db.session.get(DataCopy, copy_id)
    if copy is None or copy.account_id != me().account_id or not copy.is_there(datetime.now(UTC)):
        abort(404)
    try:
        content = keyring.open_bytes(storage().path(copy.sha256 or "").read_bytes())
    except (MissingFile, CannotOpen):
        abort(404)
    record_event(db.session(), me().account_id, "download_data_copy", actor(), clock.now())
    db.session.commit()
    answer = Response(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = content_disposition("个人信息副本.zip", inline=False)
    return answer


def _mine() -> Sequence[DataCopy]:
    query = select(DataCopy).where(DataCopy.account_id == me().account_id)
    return db.session.scalars(query.order_by(DataCopy.created_at.desc(), DataCopy.id).limit(SHOWN)).all()


def _lines() -> dict[str, object]:
    now = datetime.now(UTC)
    return {"copies": [(one, one.is_there(now)) for one in _mine()]}


def _page(form: PresentForm, refused: str = "") -> str:
    return render_template(
        "account/data_copies.html", form=form, refused=refused, days=LIFETIME.days, **_lines()
    )
