"""Identity papers of accounts and names of units: who holds what."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from extensions import keyring
from models.account import Account, holder_of_id_number
from models.id_rules import RESIDENT
from models.unit import name_key, unit_named
from tests.build import build_account, build_unit

NUMBER = "110108199003074519"


def build_person(session: Session, account_type: str = "natural", **changes: str) -> Account:
    account = build_account(session, account_type, **changes)
    account.set_id_number(RESIDENT, NUMBER)
    session.commit()
    return account


def test_one_natural_account_per_paper(session: Session) -> None:
    build_person(session)
    with pytest.raises(IntegrityError):
        build_person(session)


def test_who_handles_a_unit_may_have_an_account_of_his_own(session: Session) -> None:
    for _ in range(2):
        build_person(session, "legal")
    person = build_person(session)
    assert holder_of_id_number(session, RESIDENT, NUMBER) == person
    assert holder_of_id_number(session, "passport", NUMBER) is None


def test_a_merged_account_claims_nothing(session: Session) -> None:
    build_person(session, state="merged")
    assert holder_of_id_number(session, RESIDENT, NUMBER) is None
    build_person(session)


def test_a_number_is_found_after_the_keys_were_changed(session: Session) -> None:
    old = ("test", "a secret that only tests may use 0123456789")
    keyring.load([old])  # an application of another test may have loaded its own
    person = build_person(session)
    try:
        keyring.load([("new", "another secret that only tests use 0123456789"), old])
        assert holder_of_id_number(session, RESIDENT, NUMBER) == person
    finally:
        keyring.load([old])


def test_numbers_are_stored_sealed_and_shown_masked(session: Session) -> None:
    person = build_person(session)
    assert person.masked_id_number == "110************519"
    row = session.connection().exec_driver_sql("SELECT id_number, id_number_digest FROM account").one()
    assert NUMBER not in "".join(row)


def test_a_unit_is_found_however_its_name_is_written(session: Session) -> None:
    unit = build_unit(session, name="测试甲科技（北京）有限公司")
    for name in (
        "测试甲科技(北京)有限公司",
        " 测试甲科技〔北京〕 有限公司",
        "测试甲\u200b科技（北京）有限公司",
    ):
        assert unit_named(session, name) == unit
    assert unit_named(session, "测试甲科技有限公司") is None
    assert name_key("ＡＢＣ公司") == name_key("abc 公司")
    with pytest.raises(IntegrityError):
        build_unit(session, name="测试甲科技(北京)有限公司")
