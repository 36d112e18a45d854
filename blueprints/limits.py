"""How often one address may do what costs us much; counted in the database, so it holds without Redis."""

import ipaddress
import math
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

from extensions import db
from models.throttle import Limit, forget_old_tries, take_try

View = TypeVar("View", bound=Callable[..., Any])


def at_most(tries: int, window: timedelta) -> Callable[[View], View]:
    """Let one address call the view so often in `window`; more are turned away before their body is read."""

    def mark(view: View) -> View:
        view.limit = Limit(tries, window, window)  # type: ignore[attr-defined]
        return view

    return mark


def refuse_too_many(view: Callable[..., Any]) -> None:
    """Count a call of a limited view, or answer 429 with the time to wait. Commits the count."""
    limit: Limit | None = getattr(view, "limit", None)
    if limit is None:
        return
    factor = current_app.config["SETTINGS"].address_limit_factor
    now = datetime.now(UTC)
    db.start_writing()
    wait = take_try(
        db.session(),
        f"{request.endpoint}:{neighbourhood(request.remote_addr or '')}",
        Limit(limit.tries * factor, limit.window, limit.block),
        now,
    )
    forget_old_tries(db.session(), now)
    db.session.commit()
    db.start_reading()
    if wait is not None:
        minutes = max(1, math.ceil(wait / timedelta(minutes=1)))
        seconds = math.ceil(wait.total_seconds())
        raise TooManyRequests(f"操作次数过多，请 {minutes} 分钟后再试。", retry_after=seconds)


def wait_of_address(purpose: str, limit: Limit) -> timedelta | None:
    """Count something this address does, or return how long it must wait; the caller commits the count.

    For views that answer on their own page, with what was typed.
    """
    factor = current_app.config["SETTINGS"].address_limit_factor
    key = f"{purpose}:{neighbourhood(request.remote_addr or '')}"
    widened = Limit(limit.tries * factor, limit.window, limit.block)
    return take_try(db.session(), key, widened, datetime.now(UTC))


def wait_of_account(purpose: str, account_id: uuid.UUID, limit: Limit) -> timedelta | None:
    """Count something done to an account, or return how long to wait; the caller commits the count."""
    return take_try(db.session(), f"{purpose}:{account_id.hex}", limit, datetime.now(UTC))


def waiting_text(wait: timedelta) -> str:
    """Say how long to wait: in seconds below a minute, else in minutes."""
    seconds = math.ceil(wait.total_seconds())
    return f"{seconds} 秒" if seconds <= 60 else f"{math.ceil(seconds / 60)} 分钟"


def neighbourhood(address: str) -> str:
    """Return the address, of IPv6 the /64: one subscriber owns all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    return str(ipaddress.ip_network((parsed, 64), strict=False) if parsed.version == 6 else parsed)
