"""The list of one's own sessions, and ending them."""

import uuid
from datetime import UTC, datetime

from flask import abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import actor, me, open_while_closing, signed_in
from blueprints.account import blueprint
from blueprints.account.devices import device_name
from blueprints.account.signing_in import signed_out
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from models.event import record_event
from models.login_session import LoginSession, is_alive


@blueprint.get("/account/sessions")
@signed_in
@open_while_closing
def sessions() -> ResponseReturnValue:
    """List where this account is signed in now."""
    has_federation = current_app.extensions["federated_login"] is not None and me().account_type != "staff"
    return render_template(
        "account/sessions.html", sessions=_living_sessions(), current_id=me().session_id,
        has_federation=has_federation,
    )  # fmt: skip


@blueprint.post("/account/sessions/<uuid:session_id>/removal")
@signed_in
@open_while_closing
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """End one of one's own sessions."""
    if was_done():
        return redirect(url_for("account.sessions"), 303)
    ended = next((login for login in _living_sessions() if login.id == session_id), None) or abort(404)
    ended.end(datetime.now(UTC))
    details = {"device": ended.browser, "address": ended.address, "browser": device_name()}
    record_event(db.session(), me().account_id, "end_session", actor(), clock.now(), details=details)
    remember(session_id)
    db.session.commit()
    if session_id == me().session_id:
        return signed_out()
    return redirect(url_for("account.sessions"), 303)


@blueprint.post("/account/sessions/removal")
@signed_in
@open_while_closing
def end_all_sessions() -> ResponseReturnValue:
    """End all sessions of this account, the present one too."""
    if not was_done():  # later it finds the session over, and errors.py asks for the key
        for login in _living_sessions():
            login.end(datetime.now(UTC))
        details = {"browser": device_name()}
        record_event(db.session(), me().account_id, "end_sessions", actor(), clock.now(), details=details)
        remember()
        db.session.commit()
    return signed_out()


def _living_sessions() -> list[LoginSession]:
    settings, now = current_app.config["SETTINGS"], datetime.now(UTC)
    open_ones = db.session.scalars(
        select(LoginSession)
        .where(LoginSession.account_id == me().account_id, LoginSession.ended_at.is_(None))
        .order_by(LoginSession.seen_at.desc())
    )
    return [
        login for login in open_ones
        if is_alive(login.created_at, login.seen_at, now, settings.login_idle, settings.login_absolute)
    ]  # fmt: skip
