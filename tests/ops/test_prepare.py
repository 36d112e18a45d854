from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from extensions import clock, db
from models.account import Account
from models.event import record_event
from models.password import password_matches
from ops.admin import create_admin
from ops.errors import CannotRun
from ops.prepare import demo_accounts, migrate_and_load, set_clock
from tests.build import SYSTEM, build_account, build_filing
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def _clock_of_the_test() -> Iterator[None]:
    yield
    clock.offset_file = None


def test_preparing_again_changes_nothing(session: Session, settings: Settings) -> None:
    account = build_account(session)
    migrate_and_load(settings)
    migrate_and_load(settings)
    assert session.scalar(select(func.count()).select_from(Account)) == 1
    assert account.login_name


def test_the_business_clock_starts_at_the_setting(session: Session, settings: Settings) -> None:
    set_clock(settings)
    assert timedelta() <= clock.now() - NOW < timedelta(minutes=1)


def test_the_business_clock_never_goes_back_behind_an_event(session: Session, settings: Settings) -> None:
    filing, later = build_filing(session), NOW + timedelta(days=20)
    record_event(session, filing.id, "remind", SYSTEM, later)
    session.commit()
    set_clock(settings)
    assert timedelta() <= clock.now() - later < timedelta(minutes=1)


def test_the_list_of_demo_accounts_holds_no_others(session: Session, settings: Settings) -> None:
    build_account(session)
    assert demo_accounts(settings) == []


def test_an_administrator_is_created_once(session: Session, settings: Settings) -> None:
    create_admin(settings, "Chief", "王思远", "A long pass-phrase 1")
    db.connect(settings.database_url)
    account = session.scalars(select(Account).where(Account.login_name == "Chief")).one()
    assert (account.account_type, account.staff_role) == ("staff", "system_admin")
    assert password_matches(account.password_hash, "A long pass-phrase 1")
    with pytest.raises(CannotRun, match="chief 已被使用"):
        create_admin(settings, "chief", "王思远", "A long pass-phrase 1")


def test_a_password_that_breaks_a_rule_is_refused(settings: Settings) -> None:
    with pytest.raises(CannotRun, match="15 到 128 个字符"):
        create_admin(settings, "chief", "王思远", "short")
