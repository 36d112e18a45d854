"""`/metrics`: figures for Prometheus. They come from the database, so that every web process says the same."""

import hmac
import ipaddress
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from blueprints.access import public
from config import version
from extensions import db
from models.filing import Filing
from models.job import Job
from models.login_session import LoginSession
from models.material_version import MaterialVersion
from models.stored_file import StoredFile
from models.throttle import Throttle

blueprint = Blueprint("metrics", __name__)
STARTED_AT = time.time()
LOOPBACK_NAMES = ("127.0.0.1", "[::1]", "localhost")
Sample = tuple[dict[str, str], float]


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Give the figures to this machine and to whoever knows the token; nobody else learns that they exist."""
    if not (_knows_token() or _is_this_machine()):
        abort(404)
    return "".join(_lines()), {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


def _knows_token() -> bool:
    token = current_app.config["SETTINGS"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _is_this_machine() -> bool:
    """Say whether the request was made here, and was not handed on by a proxy that stands here.

    The address alone could be the proxy's, or be claimed in a header; the name asked for is a third witness.
    """
    peer = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR") or request.remote_addr
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return _is_loopback(peer) and _is_loopback(request.remote_addr) and name in LOOPBACK_NAMES


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _lines() -> Iterator[str]:
    now = datetime.now(UTC)
    yield from _metric("hatchery_build_info", "1, with the version", [({"version": version()}, 1)])
    yield from _metric("process_start_time_seconds", "when this process started", [({}, STARTED_AT)])
    jobs = select(Job.state, func.count()).group_by(Job.state)
    yield from _metric("hatchery_jobs", "background jobs", _counted(jobs, "state"))
    yield from _metric("hatchery_oldest_queued_job_age_seconds", "0 when none waits", [({}, _waiting(now))])
    filings = select(Filing.kind, Filing.status, func.count()).group_by(Filing.kind, Filing.status)
    yield from _metric("hatchery_filings", "filings", _counted(filings, "kind", "status"))
    yield from _metric("hatchery_sign_in_tries", "in running windows, not yet redeemed", _tries(now))
    yield from _metric("hatchery_sign_in_blocks", "names and addresses locked now", _blocks(now))
    alive = select(func.count()).where(LoginSession.ended_at.is_(None), LoginSession.seen_at > _idle(now))
    yield from _metric("hatchery_sessions", "people signed in", _counted(alive))
    yield from _metric("hatchery_stored_bytes", "bytes that rows name", _stored())


def _metric(name: str, help_text: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {help_text}\n# TYPE {name} gauge\n"
    for labels, value in samples:
        inner = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{inner}}} {value:.15g}\n" if inner else f"{name} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _counted(query: Select[*tuple[Any, ...]], *labels: str) -> Iterator[Sample]:
    """Read rows of label values with a figure at the end."""
    for *values, figure in db.session.execute(query):
        yield dict(zip(labels, map(str, values), strict=True)), float(figure or 0)


def _waiting(now: datetime) -> float:
    oldest = db.session.scalar(select(func.min(Job.created_at)).where(Job.state == "queued"))
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def _tries(now: datetime) -> Iterator[Sample]:
    """Count tries by what counts them: one failure counts under lock, day and address."""
    for purpose in ("lock", "day", "address"):
        running = (Throttle.key.startswith(f"{purpose}:"), Throttle.window_ends_at > now)
        query = select(func.sum(Throttle.count)).where(*running)
        yield {"by": purpose}, float(db.session.scalar(query) or 0)


def _blocks(now: datetime) -> Iterator[Sample]:
    return _counted(select(func.count()).where(Throttle.blocked_until > now))


def _idle(now: datetime) -> datetime:
    return now - current_app.config["SETTINGS"].login_idle


def _stored() -> Iterator[Sample]:
    kept = MaterialVersion.pdf_removed_at.is_(None)
    queries = {
        "originals": select(func.sum(StoredFile.size)),
        "clean_copies": select(func.sum(StoredFile.clean_size)),
        "materials": select(func.sum(MaterialVersion.pdf_size)).where(kept),
    }
    for what, query in queries.items():
        yield {"of": what}, float(db.session.scalar(query) or 0)
