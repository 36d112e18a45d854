"""The one gate: who may call an endpoint is declared at its view, and everything else is refused."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload, with_polymorphic
from werkzeug.datastructures import MultiDict

import policies
from blueprints import opened
from blueprints.identity import SignedIn, who
from blueprints.limits import refuse_too_many
from blueprints.opened import seen_by_office, seen_by_unit
from extensions import csrf, db
from failpoints import reach
from filings.kinds import KINDS, kind_of
from filings.review.opinions import has_given_up
from filings.routing import jurisdiction
from models.event import Actor
from models.filing import Filing
from models.office import Office
from models.region import Region

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
NO_LONGER_A_DRAFT = "这份申报已不在填报中，不能再修改。请返回申报列表查看它的最新状态。"


class UndeclaredAccess(Exception):
    """An endpoint that does not say who may call it; the start fails with its name."""


@dataclass(frozen=True)
class Access:
    """Who may call a view. `roles` None: anybody signed in; `public`: everybody."""

    public: bool = False
    roles: frozenset[str] | None = None

    def admits(self, roles: frozenset[str]) -> bool:
        """Say whether somebody signed in with `roles` may come in."""
        return self.roles is None or bool(self.roles & roles)


def public(view: View) -> View:
    """Let everybody call `view`, signed in or not."""
    return _declared(view, Access(public=True))


def signed_in(view: View) -> View:
    """Let everybody who is signed in call `view`."""
    return _declared(view, Access())


def role(*names: str) -> Callable[[View], View]:
    """Let those call the view who hold one of the roles now."""
    unknown = set(names) - policies.ROLES
    if unknown or not names:
        raise ValueError(f"no such role: {sorted(unknown)}")
    return lambda view: _declared(view, Access(roles=frozenset(names)))


def open_while_closing(view: View) -> View:
    """Let who is closing his account call the view, too: to think again, to leave, to see what is held about him."""
    view.is_open_while_closing = True  # type: ignore[attr-defined]
    return view


def streams(view: View) -> View:
    """Mark a view that takes the write lock itself: it reads a body or does slow work first."""
    view.streams = True  # type: ignore[attr-defined]
    return view


def takes_up_to(size: int, too_large: str | None = None) -> Callable[[View], View]:
    """Let the body of a request to the view have `size` bytes, more than others may have.

    `too_large`: what to say of a larger one where the usual words, of attachments, do not fit.
    """

    def mark(view: View) -> View:
        view.largest_body, view.too_large = size, too_large  # type: ignore[attr-defined]
        return view

    return mark


def _declared(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def access_of(view: object) -> Access:
    """Return what the view declared; `init_app` has checked that every one did."""
    return cast(Access, getattr(view, "access"))  # noqa: B009 (views are plain functions to the type checker)


def me() -> SignedIn:
    """Return who is signed in; for views behind `@signed_in` or `@role`."""
    person = who()
    if person is None:
        abort(401)
    return person


def actor() -> Actor:
    """Return who acts in this request, as the record will show it."""
    person = me()
    address = request.remote_addr or ""
    return Actor(person.account_id, person.login_name, person.role, person.office_id, address)


def my_office() -> Office:
    """Return the office of the reviewer who is signed in; 404 for somebody without one."""
    return me().office or abort(404)


def own_filing(filing_id: uuid.UUID) -> Filing:
    """Return the filing, whole, if it is the acting unit's, else answer 404."""
    query = _own(tuple(kind.model for kind in KINDS.values()))
    mine = {"filing_id": filing_id, "unit_id": me().unit_id}
    filing = db.session.scalars(query, mine).one_or_none() or abort(404)
    seen_by_unit(filing)
    return filing


@cache
def _own(models: tuple[type[Filing], ...]) -> Select[Filing]:
    """Select the filing with its own answers and all that its pages show around them, in one statement.

    Building the statement took a third of what sending it takes, so it is kept.
    """
    any_kind = with_polymorphic(Filing, models)
    shown = [joinedload(part) for part in (any_kind.batch, any_kind.unit, any_kind.receiving_office)]
    place = joinedload(any_kind.region)
    for _ in ("city", "province", "nation"):  # as far up as the full name of a place needs
        place = place.joinedload(Region.geo_parent)
    mine = select(any_kind).where(
        any_kind.id == bindparam("filing_id"), any_kind.unit_id == bindparam("unit_id")
    )
    return mine.options(*shown, place)


def editable_filing(filing_id: uuid.UUID) -> Filing:
    """Return the acting unit's filing while it may be edited; 404 not theirs, 409 no longer a draft."""
    if request.method not in SAFE_METHODS:
        _take_turn(filing_id)
    filing = own_filing(filing_id)
    if not filing.is_editable:
        abort(409, NO_LONGER_A_DRAFT)
    reach("filing_loaded")
    return filing


def _take_turn(filing_id: uuid.UUID) -> None:
    """Let one request at a time change a filing, so that none acts on what another is just changing.

    SQLite has one writer anyway. The lock is a statement of its own, because what PostgreSQL reads while
    it waits for a lock may be out of date afterwards.
    """
    if db.engine.dialect.name != "sqlite":
        mine = select(Filing.id).where(Filing.id == filing_id, Filing.unit_id == me().unit_id)
        db.session.execute(mine.with_for_update(key_share=True))


def assigned_filing(filing_id: uuid.UUID) -> Filing:
    """Return the filing if it came before the reviewer's office, else answer 404."""
    filing = db.session.get(Filing, filing_id)
    if filing is None or not sees_filing(filing, me()):
        abort(404)
    seen_by_office(filing, me().office_id)
    return filing


def sees_filing(filing: Filing, reviewer: SignedIn) -> bool:
    """Say whether the filing came before the reviewer's office."""
    if reviewer.office_level is None or reviewer.office_region_code is None:
        return False
    return policies.may_review(
        reviewer.office_level, reviewer.office_region_code,
        jurisdiction=jurisdiction(db.session(), filing.region_code), status=filing.status,
        first_level=filing.first_level, reached_level=filing.reached_level,
        copy_levels=kind_of(filing).copy_levels,
    ) and not has_given_up(db.session(), filing.id, reviewer.account_id)  # fmt: skip


def init_app(app: Flask) -> None:
    """Put the gate before every view; refuse to start with an endpoint that declares nothing."""
    for rule in app.url_map.iter_rules():
        if not hasattr(app.view_functions[rule.endpoint], "access"):
            raise UndeclaredAccess(f"{rule.endpoint} ({rule.rule}) does not say who may call it")
    app.before_request(_gate)
    opened.init_app(app)
    app.teardown_request(lambda error: db.close())


def _gate() -> ResponseReturnValue | None:
    if request.endpoint is None:  # nothing there: Flask answers 404 or 405 itself
        return None
    _refuse_nul(request.args)
    if any("\x00" in str(value) for value in (request.view_args or {}).values()):
        abort(404)
    view = current_app.view_functions[request.endpoint]
    turned_away = _turn_away(view)
    if turned_away is not None:
        return turned_away
    is_safe = request.method in SAFE_METHODS
    if not is_safe:
        _refuse_foreign_origin()
    refuse_too_many(view)
    if not is_safe:
        request.max_content_length = getattr(view, "largest_body", request.max_content_length)
        csrf.protect()  # reads the whole body
        _refuse_nul(request.form)
        if not hasattr(view, "streams"):
            db.start_writing()
        reach("request_admitted")
    return None


def _turn_away(view: object) -> ResponseReturnValue | None:
    """Abort with 401 or 403, send somebody with several units to choose one, or return None: come in."""
    access = access_of(view)
    if access.public:
        return None
    person, wanted = me(), access.roles or frozenset()
    if person.closes_at is not None and not hasattr(view, "is_open_while_closing"):
        return (
            redirect(url_for("account.closure"), 303) if _is_plain_visit() else abort(403, policies.CLOSING)
        )
    if access.admits(person.roles):
        return None
    if person.has_lost_unit and wanted & policies.UNIT_ROLES and not _is_plain_visit():
        abort(403, policies.UNIT_LOST)
    if person.must_choose_unit and wanted & policies.UNIT_ROLES:
        if not _is_plain_visit():
            abort(403, policies.MANY_UNITS)
        return redirect(url_for("account.unit", next=request.full_path.rstrip("?")), 303)
    wants_to_fill = person.account_type != "staff" and wanted & policies.FILLERS
    return abort(403, policies.why_not_fill(person.roles) if wants_to_fill else None)


def _is_plain_visit() -> bool:
    """Say whether somebody opens a page, which may lead him elsewhere; what he saves may not."""
    return request.method in SAFE_METHODS and "HX-Request" not in request.headers


def _refuse_nul(values: MultiDict[str, str]) -> None:
    """Refuse the one character that no database text may hold, before somebody searches for or stores it."""
    if any("\x00" in text for name in values for text in values.getlist(name)):
        abort(400, "内容中含有不能识别的字符，请删除后重新提交。")


def _refuse_foreign_origin() -> None:
    """Refuse what another site made the browser send, where the browser says so."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    ours = (request.host, urlsplit(current_app.config["SETTINGS"].public_url).netloc)
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc not in ours):
        abort(400, "这个请求来自其他网站，已拒绝。请从本系统的页面重新操作。")
