"""Notices to whoever is signed in, and the outbox of the demo."""

import uuid

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import me, open_while_closing, public, signed_in
from blueprints.account import blueprint
from blueprints.account.safe_next import safe_next
from extensions import clock, db
from models.delivery import Delivery
from models.notification import Notification, mark_read

PAGE_ROWS = 50
LAST_PAGE = 10_000


@blueprint.get("/account/notifications")
@signed_in
@open_while_closing
def notifications() -> str:
    """List one's own notices, the newest first."""
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    query = select(Notification).where(Notification.account_id == me().account_id)
    newest = query.order_by(Notification.created_at.desc(), Notification.id)
    found = db.session.scalars(newest.limit(PAGE_ROWS + 1).offset((page - 1) * PAGE_ROWS)).all()
    return render_template(
        "account/notifications.html", notices=found[:PAGE_ROWS], number=page,
        has_more=len(found) > PAGE_ROWS,
    )  # fmt: skip


@blueprint.post("/account/notifications/<uuid:notification_id>/read")
@signed_in
@open_while_closing
def read_notification(notification_id: uuid.UUID) -> ResponseReturnValue:
    """Mark one notice as read and go where it leads."""
    notice = db.session.get(Notification, notification_id)
    if notice is None or notice.account_id != me().account_id:
        abort(404)
    mark_read(db.session(), me().account_id, clock.now(), only=notice.id)
    target = safe_next(notice.link) or url_for("account.notifications")
    db.session.commit()
    return redirect(target, 303)


@blueprint.post("/account/notifications/read")
@signed_in
@open_while_closing
def read_all_notifications() -> ResponseReturnValue:
    """Mark all of one's notices as read."""
    mark_read(db.session(), me().account_id, clock.now())
    db.session.commit()
    return redirect(url_for("account.notifications"), 303)


@blueprint.get("/demo/outbox")
@public
def outbox() -> str:
    """Show what a demo would have sent by SMS and mail; there is no such page in production."""
    if not current_app.config["SETTINGS"].is_demo:
        abort(404)
    newest = select(Delivery).order_by(Delivery.created_at.desc(), Delivery.id).limit(PAGE_ROWS)
    return render_template("account/outbox.html", deliveries=db.session.scalars(newest).all())
