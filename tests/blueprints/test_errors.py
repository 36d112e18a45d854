"""Refusals and failures: the right status, Chinese words with a next step, a page or a fragment."""

import logging
import re
from datetime import date

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from blueprints.access import public
from extensions import db
from models.moves import IllegalMove
from models.special_day import SpecialDay
from tests.blueprints.signing_in import page_of
from tests.build import build_account, sign_in

STATUSES = [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503]


class Broken(Exception):
    """A fault of ours."""


@pytest.fixture
def faults(app: Flask) -> Flask:
    """The application with a view that answers any status, and views that break."""

    def breaks(error: Exception) -> object:
        def view() -> str:
            raise error

        return public(view)

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/fault/<int:status>", "fault", public(lambda status: abort(status)))
    app.add_url_rule("/fault/own-words", "own_words", public(lambda: abort(409, "请先保存第 4 行。")))
    app.add_url_rule("/fault/bug", "bug", breaks(Broken("secret detail")))
    app.add_url_rule("/fault/move", "move", breaks(IllegalMove("submit")))
    app.add_url_rule("/fault/database", "database", breaks(OperationalError("SELECT secret", {}, Broken())))
    return app


@pytest.mark.parametrize("status", STATUSES)
def test_every_refusal_is_a_chinese_page_and_a_fragment(
    faults: Flask, client: FlaskClient, status: int
) -> None:
    page = client.get(f"/fault/{status}")
    assert page.status_code == status
    assert page_of(page).select_one("html[lang=zh-CN] main h1")
    assert page_of(page).select_one("a.skip")
    fragment = client.get(f"/fault/{status}", headers={"HX-Request": "true"})
    assert fragment.status_code == status
    root = page_of(fragment).find_all(recursive=False)
    assert [node["id"] for node in root] == ["refusal"]
    for answer in (page_of(page).main, page_of(fragment)):
        for number in answer.select(".mono"):
            number.extract()
        text = answer.text
        assert not re.search(r"[A-Za-z]{4,}", text.replace("Chrome", "").replace("Edge", "")), text


@pytest.mark.parametrize("status", [s for s in STATUSES if s != 401])
def test_every_refusal_page_offers_a_way_on_and_help(faults: Flask, client: FlaskClient, status: int) -> None:
    main = page_of(client.get(f"/fault/{status}")).main
    assert main.select_one("a[href='/']")
    assert "010-88656315" in main.text


def test_somebody_signed_in_stays_so_on_a_refusal_page(
    faults: Flask, client: FlaskClient, session: Session
) -> None:
    account = build_account(session)
    sign_in(client, account)
    for path, status in (("/nowhere", 404), ("/fault/403", 403)):
        response = client.get(path)
        assert (response.status_code, account.login_name in response.text) == (status, True)


def test_the_words_of_a_view_replace_the_usual_ones(faults: Flask, client: FlaskClient) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        response = client.get("/fault/own-words", headers=headers)
        assert (response.status_code, "请先保存第 4 行。" in response.text) == (409, True)


def test_a_failure_gives_a_number_that_stands_in_the_log(
    faults: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            response = client.get("/fault/bug", headers=headers)
        assert response.status_code == 500
        reference = page_of(response).select_one(".mono").text
        assert re.fullmatch(r"[0-9A-F]{8}", reference)
        assert f"[{reference}]" in caplog.text
        assert "Broken" in caplog.text
        assert "secret" not in response.text
        assert "Traceback" not in response.text


def test_a_name_we_do_not_answer_to_is_refused_in_our_words(app: Flask, client: FlaskClient) -> None:
    app.config["TRUSTED_HOSTS"] = ["localhost"]
    page = client.get("/login", headers={"Host": "evil.example"})
    assert (page.status_code, "trusted" in page.text, "请求无法识别" in page.text) == (400, False, True)


def test_a_move_that_somebody_else_made_first_is_a_conflict(faults: Flask, client: FlaskClient) -> None:
    response = client.get("/fault/move")
    assert (response.status_code, "刷新页面" in response.text) == (409, True)


def test_a_database_that_does_not_answer_is_said_without_asking_it_again(
    faults: Flask, client: FlaskClient, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(client, build_account(session))
    response = client.get("/fault/database")
    assert (response.status_code, "系统暂时不可用" in response.text) == (503, True)
    assert page_of(response).select_one(".mono").text in caplog.text
    assert "secret" not in response.text


def test_a_page_that_cannot_be_made_asks_the_database_nothing_more(
    client: FlaskClient, session: Session
) -> None:
    sign_in(client, build_account(session))
    session.commit()

    def refuse(*details: object) -> None:
        raise OperationalError("SELECT secret", {}, Broken())

    event.listen(db.engine, "before_cursor_execute", refuse)
    response = client.get("/account/sessions")
    event.remove(db.engine, "before_cursor_execute", refuse)
    assert (response.status_code, "系统暂时不可用" in response.text) == (503, True)


def test_what_two_store_at_once_is_a_conflict_and_not_our_failure(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    def store() -> str:
        db.start_writing()
        for _ in range(2):
            db.session.add(SpecialDay(day=date(2021, 11, 10), is_working=False, note=""))
            db.session.flush()
            db.session.expunge_all()
        return "stored twice"

    app.add_url_rule("/fault/twice", "twice", public(store))
    response = client.get("/fault/twice")
    assert (response.status_code, "刚刚被更新" in response.text) == (409, True)


def test_too_much_is_refused_before_it_is_read(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    response = client.post(
        "/account/sessions/removal", data={"csrf_token": "x", "file": "x" * (5 * 1024 * 1024)}
    )
    assert (response.status_code, "文件太大" in response.text) == (413, True)


def test_the_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    response = client.delete("/login")
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_a_post_after_the_session_ended_says_that_nothing_was_done(client: FlaskClient) -> None:
    response = client.post("/account/sessions/removal")
    assert response.status_code == 401
    assert "没有生效" in page_of(response).select_one("#signin-notice").text
    assert page_of(response).select_one("input[name=next]") is None


def test_an_old_form_is_told_to_reload(client: FlaskClient) -> None:
    response = client.post("/login", data={"csrf_token": "old"})
    assert (response.status_code, "请刷新页面后再提交" in response.text) == (400, True)


def test_what_somebody_typed_into_the_address_is_never_markup(client: FlaskClient) -> None:
    for path in ("/<script>alert(1)</script>", "/login?account_type=<script>", "/login?next=/<script>"):
        assert "<script>" not in client.get(path).text
