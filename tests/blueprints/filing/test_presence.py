"""Two people at one filing see each other; who only looks on is not kept signed in by it."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account
from models.login_session import LoginSession
from models.presence import PRESENT_FOR, WRITE_EVERY, Presence
from tests.browsing import Clerk, soup
from tests.build import build_account


def colleague_of(app: Flask, session: Session, account: Account) -> Clerk:
    return Clerk(app.test_client(), build_account(session, unit=account.unit, person_name="张三"))


def text(clerk: Clerk, path: str) -> str:
    return clerk.page(path).select_one("#presence").get_text()


def move_back(session: Session, by: timedelta) -> None:
    for present in session.scalars(select(Presence)):
        present.seen_at -= by
    session.commit()


def test_both_are_told_who_else_is_there_and_where(
    app: Flask, clerk: Clerk, filing: str, account: Account, session: Session
) -> None:
    assert text(clerk, f"{filing}/basic_info").strip() == ""
    other = colleague_of(app, session, account)
    assert account.person_name in text(other, f"{filing}/venue") or account.login_name in text(
        other, f"{filing}/venue"
    )
    assert "张三正在编辑本申报（服务场地）" in text(clerk, f"{filing}/basic_info")
    poll = clerk.get(f"{filing}/presence?place=basic_info")
    assert "张三正在编辑本申报（服务场地）" in soup(poll).get_text()


def test_who_has_gone_is_not_shown(
    app: Flask, clerk: Clerk, filing: str, account: Account, session: Session
) -> None:
    colleague_of(app, session, account).page(f"{filing}/venue")
    move_back(session, PRESENT_FOR)
    assert text(clerk, f"{filing}/basic_info").strip() == ""


def test_looking_around_writes_at_most_every_half_minute(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.page(f"{filing}/basic_info")
    session.rollback()
    first = session.scalars(select(Presence.seen_at)).one()
    clerk.page(f"{filing}/basic_info")
    session.rollback()
    assert session.scalars(select(Presence.seen_at)).one() == first
    move_back(session, WRITE_EVERY)
    clerk.page(f"{filing}/basic_info")
    session.rollback()
    session.expire_all()
    assert session.scalars(select(Presence.seen_at)).one() > first


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(
    clerk: Clerk, filing: str, session: Session
) -> None:
    session.rollback()
    login = session.scalars(select(LoginSession)).one()
    login.seen_at = before = datetime.now(UTC) - timedelta(minutes=5)
    session.commit()
    assert clerk.get(f"{filing}/presence?place=venue").status_code == 200
    session.rollback()
    session.expire_all()
    assert session.scalars(select(LoginSession)).one().seen_at == before
    login.ended_at = datetime.now(UTC)
    session.commit()
    assert clerk.get(f"{filing}/presence?place=venue").status_code == 286


def test_a_filing_of_others_tells_nothing(app: Flask, filing: str, session: Session) -> None:
    stranger = Clerk(app.test_client(), build_account(session))
    assert stranger.get(f"{filing}/presence").status_code == 404
