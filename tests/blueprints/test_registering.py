"""Examples C01 to C05 of the account platform, and what registration refuses besides."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from blueprints.account import registering as views
from models.account import Account
from models.consent import Consent
from models.delivery import Delivery
from models.event import Event
from models.id_rules import RESIDENT
from models.registration import Registration
from models.throttle import Throttle
from models.unit import Unit
from models.verification_code import VerificationCode
from tests.blueprints.registering import (
    ACCOUNT,
    GOOD_PASSWORD,
    MOBILE,
    PERSON,
    UNIT,
    UNIT_ACCOUNT,
    code_of,
    fill,
    go_to_account,
    prove_mobile,
    search,
)
from tests.blueprints.signing_in import all_at_once, page_of, sign_in_as
from tests.build import NOW, build_account, build_unit


def taken(answer: TestResponse) -> str:
    notice = page_of(answer).select_one("#taken")
    return notice.get_text(" ", strip=True) if notice else ""


def build_person(session: Session, **changes: str) -> Account:
    account = build_account(session, "natural", **({"person_name": PERSON["name"]} | changes))
    account.set_id_number(RESIDENT, PERSON["id_number"])
    session.commit()
    return account


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_person_registers_and_signs_in(client: FlaskClient, session: Session) -> None:
    go_to_account(client, session, PERSON)
    done = fill(client, "/register/account", ACCOUNT)
    assert (done.status_code, done.location) == (303, "/register/done")
    assert "wang_xm" in client.get("/register/done").text
    account = session.scalars(select(Account)).one()
    assert (account.account_type, account.origin, account.state) == ("natural", "registered", "active")
    assert (account.person_name, account.id_number, account.mobile) == ("王小明", PERSON["id_number"], MOBILE)
    assert account.mobile_verified_at is not None
    assert account.mobile_verified_at.year == NOW.year
    consents = {(one.document, one.edition) for one in session.scalars(select(Consent))}
    assert consents == {("terms", "1.0"), ("privacy", "1.0")}
    assert session.scalars(select(Event.act)).all() == ["register"]
    sign_in = sign_in_as(client, "wang_xm", account_type="natural", password=GOOD_PASSWORD)
    assert sign_in.status_code == 303
    assert client.get("/account/unit").status_code == 200


def test_a_unit_registers_and_signs_in(client: FlaskClient, session: Session) -> None:
    go_to_account(client, session, UNIT)
    assert fill(client, "/register/account", UNIT_ACCOUNT).location == "/register/done"
    account = session.scalars(select(Account)).one()
    unit = account.unit
    assert (unit.name, unit.uscc, unit.region_code) == (UNIT["name"], UNIT["uscc"], "110108")
    assert (unit.legal_representative, unit.real_name_state) == ("赵一鸣", "none")
    assert (account.person_name, account.id_number) == ("王小明", PERSON["id_number"])
    assert sign_in_as(client, "beijing_jia", password=GOOD_PASSWORD).status_code == 303
    assert client.get("/").status_code == 200


def test_c01_a_person_with_this_paper_is_there(client: FlaskClient, session: Session) -> None:
    build_person(session)
    answer = search(client, **PERSON)
    assert answer.status_code == 422
    assert "证件号码已被注册" in taken(answer)
    assert "自然人用户申诉找回密码" in taken(answer)
    assert PERSON["name"] in answer.text, "what was typed is still there"
    assert count(session, Account) == 1


def test_whose_paper_it_is_learns_nobody_who_does_not_know(client: FlaskClient, session: Session) -> None:
    build_person(session, person_name="王大明")
    assert search(client, **PERSON).status_code == 303
    prove_mobile(client, session)
    answer = fill(client, "/register/account", ACCOUNT)
    assert "证件号码已被注册" in taken(answer)
    assert count(session, Account) == 1


@pytest.mark.parametrize(
    ("known", "typed", "words", "advice"),
    [
        ("测试甲科技有限公司", {"uscc": "91310115MA1K3D5E5J"}, "单位名称已被注册", "单位法人用户申诉找回密码"),  # C02
        ("测试甲（老）科技有限公司", {}, "单位名称未被注册，信用代码已被注册", "用以前的单位名称申诉找回"),  # C03
        ("测试甲科技（北京）有限公司", {"name": "测试甲科技(北京)有限公司", "uscc": "91310115MA1K3D5E5J"},
         "单位名称已被注册", "单位法人用户申诉找回密码"),  # C04
    ],
)  # fmt: skip
def test_c02_to_c04_a_unit_of_this_name_or_code_is_there(
    client: FlaskClient, session: Session, known: str, typed: dict[str, str], words: str, advice: str
) -> None:
    build_account(session, unit=build_unit(session, name=known, uscc=UNIT["uscc"]))
    answer = search(client, **UNIT | typed)
    assert answer.status_code == 422
    assert taken(answer).startswith(words)
    assert advice in taken(answer)
    assert count(session, Unit) == 1


@pytest.mark.parametrize("who", ["person", "unit"])
def test_c05_of_registrations_at_the_same_moment_one_wins(app: Flask, session: Session, who: str) -> None:
    clients = [FlaskClient(app, app.response_class) for _ in range(3)]
    for number, client in enumerate(clients):
        go_to_account(client, session, PERSON if who == "person" else UNIT, f"1391234567{number}")
    answers = UNIT_ACCOUNT if who == "unit" else ACCOUNT
    pages = [page_of(client.get("/register/account")) for client in clients]
    tokens = [str(page.select_one("meta[name=csrf]")["content"]) for page in pages]  # type: ignore[index]
    texts: list[str] = []

    def send(number: int) -> TestResponse:
        own = {"login_name": f"name_{number}", "csrf_token": tokens[number]}
        answer = clients[number].post("/register/account", data=answers | own)
        texts.append(taken(answer))
        return answer

    statuses = all_at_once([lambda number=number: send(number) for number in range(3)])
    assert sorted(statuses) == [303, 422, 422]
    words = "证件号码已被注册" if who == "person" else "单位名称已被注册"
    assert sum(words in text for text in texts) == 2, texts
    assert count(session, Account) == 1
    assert count(session, Unit) == (1 if who == "unit" else 0)


def test_sent_twice_it_registers_once_and_leads_to_the_same_page(
    client: FlaskClient, session: Session
) -> None:
    go_to_account(client, session, PERSON)
    for _ in range(2):
        assert fill(client, "/register/account", ACCOUNT).location == "/register/done"
    assert count(session, Account) == 1
    assert client.get("/register/done").status_code == client.get("/register/done").status_code == 200


WRONG = [
    ({"login_name": "TAKEN_name"}, "login_name", "登录名已存在"),
    ({"login_name": "abc"}, "login_name", "4 到 40 位"),
    ({"login_name": "王小明_wang"}, "login_name", "不含汉字"),
    ({"login_name": "13912345678"}, "login_name", "不能全是数字"),
    ({"login_name": "91110108MA01ABC25F"}, "login_name", "不能用统一社会信用代码"),
    ({"login_name": ""}, "login_name", "请填写登录名"),
    ({"repeated": "another"}, "repeated", "与上面的新密码不一致"),
    ({"password": "short", "repeated": "short"}, "password", "密码"),
    ({"password": f"Aa-{MOBILE}-x", "repeated": f"Aa-{MOBILE}-x"}, "password", "密码不能包含"),
    ({"password": "Xy-wang_xm-2021z", "repeated": "Xy-wang_xm-2021z"}, "password", "密码不能包含"),
    ({"agreed": ""}, "agreed", "请阅读并同意"),
]


def test_what_is_wrong_with_an_account_is_said_at_its_place(client: FlaskClient, session: Session) -> None:
    build_account(session, login_name="taken_name")
    go_to_account(client, session, PERSON)
    for changes, field, words in WRONG:
        answer = fill(client, "/register/account", ACCOUNT | changes)
        assert answer.status_code == 422
        assert words in page_of(answer).select_one(f"#{field}-refusal").get_text(), changes  # type: ignore[union-attr]
        assert GOOD_PASSWORD not in answer.text, "a password is never sent back"
    assert count(session, Account) == 1


def test_a_unit_is_asked_about_its_agent_and_place(client: FlaskClient, session: Session) -> None:
    go_to_account(client, session, UNIT)
    page = page_of(client.get("/register/account"))
    assert page.select_one("#region_code option[selected]")["value"] == "110108"  # type: ignore[index]
    assert {str(one["value"])[:2] for one in page.select("#region_code option[value]") if one["value"]} == {
        "11"
    }
    answer = fill(
        client,
        "/register/account",
        UNIT_ACCOUNT | {"id_number": "110108199003074518", "region_code": "440106"},
    )
    assert "证件号码校验码错误" in page_of(answer).select_one("#id_number-refusal").get_text()  # type: ignore[union-attr]
    assert page_of(answer).select_one("#region_code-refusal").get_text(strip=True)  # type: ignore[union-attr]
    assert count(session, Unit) == 0


def test_a_wrong_number_is_told_before_the_captcha_is_spent(client: FlaskClient, session: Session) -> None:
    answer = search(client, **PERSON | {"id_number": "110108900307451"})
    assert "请使用18位身份证号码" in answer.text
    assert count(session, Throttle) == 0


def test_the_search_needs_a_captcha_and_ends_after_ten(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = search(client, **PERSON, captcha="wrong")
    assert wrong.status_code == 422
    assert page_of(wrong).select_one("[data-error=E_CAPTCHA]")
    monkeypatch.setattr(views, "SEARCHES", views.Limit(0.03, timedelta(hours=1), timedelta(hours=1)))  # type: ignore[arg-type]
    assert [search(client, **PERSON).status_code for _ in range(4)] == [303, 303, 303, 429]


def test_a_code_has_five_tries_and_five_minutes(client: FlaskClient, session: Session) -> None:
    search(client, **PERSON)
    fill(client, "/register/mobile", {"mobile": MOBILE})
    code = code_of(session)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        answer = fill(client, "/register/mobile", {"code": wrong}, "/register/mobile/code")
        assert "验证码错误或已过期" in answer.text
    assert fill(client, "/register/mobile", {"code": code}, "/register/mobile/code").status_code == 422
    assert client.get("/register/account").location == "/register?over=1"


def test_an_old_code_proves_nothing(client: FlaskClient, session: Session) -> None:
    search(client, **PERSON)
    fill(client, "/register/mobile", {"mobile": MOBILE})
    code = code_of(session)
    session.execute(update(VerificationCode).values(expires_at=datetime.now(UTC)))
    session.commit()
    assert fill(client, "/register/mobile", {"code": code}, "/register/mobile/code").status_code == 422


def test_codes_to_one_mobile_pause_a_minute_and_end_after_ten_a_day(
    client: FlaskClient, session: Session
) -> None:
    search(client, **PERSON)
    for number in range(10):
        assert fill(client, "/register/mobile", {"mobile": MOBILE}).status_code == 303, number
        again = fill(client, "/register/mobile", {"mobile": MOBILE})
        assert "验证码发送过于频繁" in again.text
        for throttle in session.scalars(select(Throttle).where(Throttle.key.startswith("sms:"))):
            session.delete(throttle)
        session.commit()
    assert "分钟后再试" in fill(client, "/register/mobile", {"mobile": MOBILE}).text
    assert count(session, Delivery) == 10
    assert count(session, VerificationCode) == 1


def test_a_mobile_serves_five_accounts(client: FlaskClient, session: Session) -> None:
    for _ in range(5):
        build_account(session).set_mobile(MOBILE, NOW)
    search(client, **PERSON)
    answer = fill(client, "/register/mobile", {"mobile": MOBILE})
    assert "该手机号绑定账号数已达上限" in answer.text
    assert count(session, Delivery) == 0


def test_another_mobile_must_be_proven_anew(client: FlaskClient, session: Session) -> None:
    go_to_account(client, session, PERSON)
    assert fill(client, "/register/mobile", {"mobile": "13800000001"}).status_code == 303
    assert client.get("/register/account").location == "/register?over=1"


@pytest.mark.parametrize("path", ["/register/mobile", "/register/account", "/register/done"])
def test_nobody_begins_in_the_middle(client: FlaskClient, path: str) -> None:
    assert client.get(path).location == "/register?over=1"


def test_a_registration_is_over_after_an_hour(client: FlaskClient, session: Session) -> None:
    go_to_account(client, session, PERSON)
    session.execute(update(Registration).values(expires_at=datetime.now(UTC)))
    session.commit()
    assert client.get("/register/account").location == "/register?over=1"
    search(client, **PERSON)
    assert count(session, Registration) == 1


@pytest.mark.parametrize("path", ["/register", "/register/terms", "/register/privacy", "/login/forgotten"])
def test_everybody_may_read(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200
