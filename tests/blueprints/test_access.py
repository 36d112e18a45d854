"""The gate: nothing is reachable that does not say for whom, and nothing is written without a token."""

import re
import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from blueprints import access
from blueprints.access import Access, UndeclaredAccess, access_of, public, role, signed_in
from extensions import db
from models.base import Base
from tests.blueprints.signing_in import page_of
from tests.build import NOW, build_account, build_filing, build_grant, build_reviewer, build_unit, sign_in
from tests.postgres import long_on_postgresql

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def address_of(app: Flask, rule: Rule) -> str:
    """Make an address that the rule matches; its ids belong to nobody."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        kind = type(rule._converters[name])
        if kind.__name__ == "UUIDConverter":
            values[name] = uuid.uuid4()
        else:
            first = rule._converters[name].regex.removeprefix("(?:").split("|")[0].rstrip(")")
            length = re.search(r"\{(\d+)", first)
            text = "x" * int(length[1]) if length else "x"
            values[name] = first if first.isidentifier() else 1 if "Integer" in kind.__name__ else text
    return app.url_map.bind("localhost").build(rule.endpoint, values, append_unknown=False)


def endpoints(app: Flask, methods: tuple[str, ...]) -> Iterator[tuple[str, str, access.Access]]:
    for rule in app.url_map.iter_rules():
        for method in sorted(set(methods) & (rule.methods or set())):
            yield method, address_of(app, rule), access_of(app.view_functions[rule.endpoint])


def rows_of(session: Session) -> dict[str, int]:
    tables = [table for table in Base.metadata.sorted_tables if table.name != "throttle"]  # tries are counted
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_an_endpoint_that_declares_nothing_fails_the_start() -> None:
    app = Flask("undeclared", static_folder=None)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    with pytest.raises(UndeclaredAccess, match="forgotten"):
        access.init_app(app)


@pytest.mark.parametrize("names", [(), ("legall",), ("legal", "everybody")])
def test_a_role_that_does_not_exist_cannot_be_declared(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="no such role"):
        role(*names)


@long_on_postgresql
def test_whatever_is_not_public_wants_a_sign_in(app: Flask, client: FlaskClient, session: Session) -> None:
    before, tried = rows_of(session), 0
    for method, address, declared in endpoints(app, ("GET", *UNSAFE)):
        if declared.public:
            continue
        tried += 1
        response = client.open(address, method=method)
        assert (address, response.status_code) == (address, 401)
        assert page_of(response).select_one("form[action='/login']")
        fragment = client.open(address, method=method, headers={"HX-Request": "true"})
        assert fragment.status_code == 401
        assert "<html" not in fragment.text
        assert page_of(fragment).select_one("#refusal a[href^='/login']")
    assert tried >= 6
    assert rows_of(session) == before


@long_on_postgresql
def test_nothing_is_written_without_a_token(app: Flask, client: FlaskClient, session: Session) -> None:
    build_filing(session)
    for account in (build_account(session), build_reviewer(session), None):
        if account:
            sign_in(client, account)
        else:
            client.delete_cookie(app.config["SIGN_IN_COOKIE"])
        before = rows_of(session)
        for method, address, _ in endpoints(app, UNSAFE):
            for data in ({}, {"csrf_token": "of-somebody-else"}):
                status = client.open(address, method=method, data=data).status_code
                out_already = [303] if address == "/logout" and account is None else []
                assert (address, status) in [(address, wanted) for wanted in (400, 401, 403, *out_already)]
        assert rows_of(session) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8001"},
    ],
)
def test_another_site_cannot_post_even_with_a_token(client: FlaskClient, headers: dict[str, str]) -> None:
    token = page_of(client.get("/login")).select_one("meta[name=csrf]")["content"]
    assert client.post("/logout", data={"csrf_token": token}, headers=headers).status_code == 400
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert client.post("/logout", data={"csrf_token": token}, headers=ours).status_code == 303


def test_the_token_may_come_as_a_header(client: FlaskClient) -> None:
    token = page_of(client.get("/login")).select_one("meta[name=csrf]")["content"]
    assert client.post("/logout", headers={"X-CSRFToken": token}).status_code == 303


def test_a_character_that_no_database_holds_is_refused(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/named/<name>", "named", public(lambda name: "found"))
    assert (client.get("/named/a").status_code, client.get("/named/a%00b").status_code) == (200, 404)
    assert client.get("/login?account_type=%00").status_code == 400
    form = {"csrf_token": page_of(client.get("/login")).select_one("meta[name=csrf]")["content"]}
    answer = client.post("/login", data=form | {"login_name": "a\x00b", "password": "x", "captcha": "x"})
    assert answer.status_code == 400


@pytest.fixture
def desks(app: Flask) -> Flask:
    """The application with a view for fillers, one for administrators and one for reviewers."""
    app.view_functions = dict(app.view_functions)
    app._got_first_request = False

    def desk(name: str, *roles: str) -> None:
        view = role(*roles)(lambda: access.me().role)
        app.add_url_rule(f"/desk/{name}", f"desk_{name}", view, methods=["GET", "POST"])

    desk("fill", "legal", "item_handler")
    desk("people", "legal", "unit_admin")
    desk("review", "reviewer")
    app.add_url_rule("/desk/any", "desk_any", signed_in(lambda: access.me().role))
    app.add_url_rule("/desk/all", "desk_all", public(lambda: "hello"))
    return app


@pytest.mark.parametrize(
    ("staff_role", "statuses"),
    [
        (None, [200, 200, 403, 200, 200]),
        ("reviewer", [403, 403, 200, 200, 200]),
        ("helpdesk", [403, 403, 403, 200, 200]),
        ("system_admin", [403, 403, 403, 200, 200]),
    ],
)
def test_a_role_opens_its_own_desks_only(
    desks: Flask, client: FlaskClient, session: Session, staff_role: str | None, statuses: list[int]
) -> None:
    sign_in(client, build_account(session, "staff" if staff_role else "legal", staff_role=staff_role))
    found = [client.get(f"/desk/{name}").status_code for name in ("fill", "people", "review", "any", "all")]
    assert found == statuses


EXPIRED = {"valid_to": date(2021, 11, 9)}


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        (EXPIRED, "授权已过期，请联系单位法人账号重新授权"),
        ({"role": "unit_admin"}, "需要“事项办理员”角色"),
        ({"state": "disabled"}, "需要“事项办理员”角色"),
        ({"valid_from": date(2021, 11, 11)}, "需要“事项办理员”角色"),
    ],
)
def test_a_clerk_without_a_valid_authorisation_is_told_what_to_do(
    desks: Flask, client: FlaskClient, session: Session, grant: dict[str, object], words: str
) -> None:
    """R-05: the clerk cannot create, save or submit."""
    clerk = build_account(session, "natural")
    build_grant(session, build_unit(session), clerk, **grant)
    sign_in(client, clerk)
    for method in ("GET", "POST"):
        for headers in ({}, {"HX-Request": "true"}):
            refused = client.open("/desk/fill", method=method, headers=headers)
            assert refused.status_code == 403
            assert words in refused.text
    assert client.get("/desk/people").status_code == (200 if grant.get("role") == "unit_admin" else 403)


def test_an_authorisation_counts_to_the_end_of_its_last_day(
    desks: Flask, client: FlaskClient, session: Session
) -> None:
    clerk = build_account(session, "natural")
    build_grant(session, build_unit(session), clerk, valid_to=date(2021, 11, 10))
    sign_in(client, clerk)
    assert client.get("/desk/fill").text == "item_handler"


def test_a_disabled_unit_fills_nothing(desks: Flask, client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    account.unit.is_active = False
    sign_in(client, account)
    refused = client.get("/desk/fill")
    assert (refused.status_code, "单位已停用" in refused.text) == (403, True)


def test_an_unsafe_view_holds_the_write_lock_and_gives_it_back(
    desks: Flask, client: FlaskClient, session: Session
) -> None:
    seen: list[bool] = []

    def view() -> str:
        from extensions import _begins_writing

        seen.append(_begins_writing.get())
        db.session.execute(select(1))
        return "done"

    desks.add_url_rule("/desk/write", "desk_write", signed_in(view), methods=["POST"])
    streaming = access.streams(signed_in(lambda: view()))
    desks.add_url_rule("/desk/stream", "desk_stream", streaming, methods=["POST"])
    sign_in(client, build_account(session))
    token = page_of(client.get("/login")).select_one("meta[name=csrf]")["content"]
    for name in ("write", "stream"):
        assert client.post(f"/desk/{name}", headers={"X-CSRFToken": token}).status_code == 200
    assert seen == [True, False]
    build_unit(session)  # another writer need not wait


def test_static_parts_of_addresses_are_kebab_case(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for part in re.sub(r"<[^>]*>", "", rule.rule).split("/"):
            assert re.fullmatch(r"[a-z0-9.-]*", part), rule.rule


def test_who_closes_his_account_may_only_think_again_and_leave(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    """Also at what everybody else may do who is signed in; nothing is stored by it."""
    account = build_account(session, "natural")
    sign_in(client, account)
    account.closes_at = NOW
    session.commit()
    before, came_in = rows_of(session), set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if access_of(view) != Access():
            continue
        if hasattr(view, "is_open_while_closing"):
            came_in.add(rule.endpoint)
            continue
        address = address_of(app, rule)
        if "GET" in (rule.methods or ()):
            assert (address, client.get(address).location) == (address, "/account/closure")
        else:
            refused = client.post(address)
            assert (address, refused.status_code, "账号正在注销" in refused.text) == (address, 403, True)
    assert rows_of(session) == before
    assert came_in == {
        "account.closure", "account.stop_closure", "account.sessions", "account.end_session",
        "account.end_all_sessions", "account.data_copies", "account.order_data_copy",
        "account.download_data_copy", "account.notifications", "account.read_notification",
        "account.read_all_notifications", "account.drafts", "account.another_person", "profile.security",
    }  # fmt: skip
    for page in (
        "/account/closure",
        "/account/sessions",
        "/account/data",
        "/account/notifications",
        "/profile/security",
    ):
        assert client.get(page).status_code == 200
