from datetime import UTC, date, datetime

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from demo.accounts import PASSWORD, load_accounts
from demo.batches import load_batches
from demo.identity import company_code
from demo.units import load_units
from models.account import Account
from models.batch import Batch
from models.carrier import Carrier
from models.grant import Grant
from models.office import Office
from models.unit import Unit

CONTRACT = {
    "gz_qihang", "gz_linchuang", "gz_fuhua", "gz_banshi", "hz_weilai", "sz_chuangke", "bj_zhihui",
    "tj_binhai", "fs_chancheng", "gz_liwan", "hz_xihu", "fs_nanhai", "city_guangzhou", "city_hangzhou", "city_foshan", "province_shenzhen",
    "province_beijing", "province_tianjin", "province_guangdong", "province_zhejiang", "torch",
    "county_tianhe", "ministry_operator",
    "helpdesk_a", "helpdesk_b", "admin",
}  # fmt: skip


@pytest.fixture
def people(session: Session) -> Session:
    """The units, accounts and batch of the demo, loaded twice as two starts would."""
    for _ in range(2):
        load_units(session)
        load_accounts(session)
        load_batches(session)
        session.commit()
    return session


def account(session: Session, login: str) -> Account:
    return session.scalars(select(Account).where(Account.login_name == login)).one()


def test_every_account_of_the_contract_exists_once_with_the_published_password(people: Session) -> None:
    accounts = people.scalars(select(Account)).all()
    assert sorted(account.login_name for account in accounts) == sorted(CONTRACT)
    assert len({account.password_hash for account in accounts}) == 1
    assert PasswordHasher().verify(accounts[0].password_hash, PASSWORD)
    assert all(account.state == "active" and not account.must_change_password for account in accounts)


def test_legal_accounts_stand_for_real_named_units_in_their_places(people: Session) -> None:
    places = {
        "gz_qihang": "广东省 广州市 天河区", "gz_linchuang": "广东省 广州市 天河区",
        "gz_fuhua": "广东省 广州市 黄埔区", "hz_weilai": "浙江省 杭州市 滨江区",
        "sz_chuangke": "广东省 深圳市 南山区", "bj_zhihui": "北京市 海淀区",
        "tj_binhai": "天津市 滨海新区", "fs_chancheng": "广东省 佛山市 禅城区",
    }  # fmt: skip
    for login, place in places.items():
        unit = account(people, login).unit
        assert unit is not None
        assert unit.region.full_name == place
        assert unit.is_real_named


def test_codes_of_units_are_valid_and_different(people: Session) -> None:
    codes = people.scalars(select(Unit.uscc)).all()
    assert all(uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes) == 11


def test_a_made_up_code_has_both_check_characters() -> None:
    code = company_code("440106", "广州某某有限公司")
    assert uscc.is_valid(code)
    assert code.startswith("91440106MA5")
    values = [int(character, 36) for character in code[8:16]]
    total = sum(value * weight for value, weight in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = 10 if code[16] == "X" else int(code[16])
    assert (total + check) % 11 == 0


@pytest.mark.parametrize(
    ("login", "carriers"),
    [
        ("gz_qihang", {("makerspace", "none")}),
        ("gz_linchuang", {("makerspace", "none")}),
        ("gz_fuhua", {("incubator", "certified")}),
        ("hz_weilai", {("incubator", "certified"), ("makerspace", "nationally_filed")}),
        ("sz_chuangke", {("makerspace", "none")}),
    ],
)
def test_units_run_what_the_contract_says(
    people: Session, login: str, carriers: set[tuple[str, str]]
) -> None:
    found = people.scalars(select(Carrier).where(Carrier.operator == account(people, login).unit)).all()
    assert {(carrier.kind, carrier.national_state) for carrier in found} == carriers
    assert len(found) == (2 if login in ("gz_linchuang", "hz_weilai") else 1)


def test_the_item_handler_acts_for_three_units_through_2022(people: Session) -> None:
    grants = people.scalars(select(Grant).where(Grant.grantee == account(people, "gz_banshi"))).all()
    logins = people.scalars(
        select(Account.login_name).where(Account.unit_id.in_([g.unit_id for g in grants]))
    )
    assert set(logins) == {"gz_qihang", "gz_linchuang", "gz_fuhua"}
    assert {(grant.role, grant.state) for grant in grants} == {("item_handler", "active")}
    assert all(grant.valid_to >= date(2022, 12, 31) for grant in grants)


@pytest.mark.parametrize(
    ("login", "level", "region_code"),
    [
        ("city_guangzhou", "city", "440100"), ("city_hangzhou", "city", "330100"),
        ("city_foshan", "city", "440600"), ("province_shenzhen", "province", "440300"),
        ("province_beijing", "province", "110000"), ("province_tianjin", "province", "120000"),
        ("province_guangdong", "province", "440000"), ("province_zhejiang", "province", "330000"),
        ("torch", "torch", "000000"), ("county_tianhe", "district", "440106"),
    ],
)  # fmt: skip
def test_reviewers_sit_in_their_offices(people: Session, login: str, level: str, region_code: str) -> None:
    office = account(people, login).office
    assert office is not None
    assert (office.level, office.region_code) == (level, region_code)


def test_an_address_an_administrator_set_survives_the_next_start(people: Session) -> None:
    office = account(people, "city_foshan").office
    assert office is not None
    office.address = "佛山市禅城区某路9号"
    people.commit()
    load_accounts(people)
    assert people.get_one(Office, office.id).address == "佛山市禅城区某路9号"


def test_the_batch_of_2021_is_open_at_the_demo_time(people: Session) -> None:
    batch = people.scalars(select(Batch)).one()
    assert batch.is_open_for_applicants(datetime(2021, 11, 10, 2, tzinfo=UTC))
    assert (batch.cutoff_date, batch.latest_start_date) == (date(2021, 10, 31), date(2020, 4, 30))
    assert [item["value"] for item in batch.priority_directions] == [
        "industry_chain", "academia", "investment", "students",
    ]  # fmt: skip
    assert all(item["term"] and item["text"] and item["source"] for item in batch.indicator_definitions)
    assert "江苏省定义，第4条" in {item["source"] for item in batch.indicator_definitions}
    assert len(batch.format_requirements.splitlines()) == 9


def test_loading_twice_adds_nothing(people: Session) -> None:
    counts = {
        model: people.scalar(select(func.count()).select_from(model)) for model in (Unit, Carrier, Grant)
    }
    assert counts == {Unit: 11, Carrier: 13, Grant: 3}
