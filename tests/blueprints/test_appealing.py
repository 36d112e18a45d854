"""Appeals, the applicant's side: example C16 of the account platform, papers, case number, query."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.account import Account
from models.appeal import PAPERS, Appeal, AppealPaper, submit_appeal
from models.delivery import Delivery
from models.id_rules import RESIDENT
from models.throttle import Throttle
from tests.blueprints.registering import MOBILE, code_of, fill
from tests.blueprints.signing_in import page_of
from tests.build import build_account, build_unit
from tests.completing import small_pdf

PERSON = {"person_name": "王小明", "id_type": "resident_id", "id_number": "110108199003074519"}
UNIT = PERSON | {"unit_name": "测试甲科技有限公司", "former_name": "", "uscc": "91110108MA01ABC25F"}


def build_person(session: Session) -> Account:
    account = build_account(session, "natural", person_name="王小明")
    account.set_id_number(RESIDENT, PERSON["id_number"])
    session.commit()
    return account


def prove_mobile(client: FlaskClient, session: Session, account_type: str) -> None:
    assert fill(client, f"/account/appeal/{account_type}", {"mobile": MOBILE}).status_code == 303
    path = f"/account/appeal/{account_type}/papers"
    code = {"code": code_of(session)}
    assert fill(client, path, code, f"/account/appeal/{account_type}/code").location == path


def send(client: FlaskClient, account_type: str, answers: dict[str, str], **files: Any) -> TestResponse:
    path = f"/account/appeal/{account_type}/papers"
    papers = {name: (BytesIO(small_pdf(name)), f"{name}.pdf") for name in PAPERS[account_type]} | files
    token = str(page_of(client.get(path)).select_one("[name=csrf_token]")["value"])  # type: ignore[index]
    posted = {"csrf_token": token} | answers | {name: file for name, file in papers.items() if file}
    return client.post(path, data=posted, buffered=True)


def test_the_first_case_of_a_year_has_its_number(session: Session) -> None:
    at = datetime.fromisoformat("2022-01-01T00:30+08:00").astimezone(UTC)
    assert submit_appeal(session, "natural", PERSON, MOBILE, {}, "", at).case_no == "SS-2022-000001"


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def last_words(session: Session) -> str:
    session.rollback()
    return session.scalars(select(Delivery.words).where(Delivery.name == "appeal")).one()


def test_a_person_appeals_and_asks_how_it_stands(client: FlaskClient, session: Session) -> None:
    account = build_person(session)
    prove_mobile(client, session, "natural")
    done = send(client, "natural", PERSON)
    assert (done.status_code, done.location) == (303, "/account/appeal/status?received=1")
    page = client.get(done.location).text
    assert "SS-2021-000001" in page
    assert "已提交" in page
    appeal = session.scalars(select(Appeal)).one()
    assert (appeal.account_id, appeal.mobile, len(appeal.papers)) == (account.id, MOBILE, 2)
    assert "SS-2021-000001" in last_words(session)
    assert PERSON["id_number"] not in page
    assert client.get("/account/appeal/natural/papers").location == "/account/appeal/natural", "once"

    other = client.application.test_client()
    _forget_pause(session)
    asked = fill(other, "/account/appeal/query", {"case_no": "ss-2021-000001", "mobile": MOBILE})
    assert asked.location == "/account/appeal/status"
    assert "SS-2021" not in other.get(asked.location).text
    fill(other, "/account/appeal/status", {"code": code_of(session)})
    assert "SS-2021-000001" in other.get("/account/appeal/status").text


def test_c16_without_an_account_of_that_paper_the_appeal_ends(client: FlaskClient, session: Session) -> None:
    prove_mobile(client, session, "natural")
    send(client, "natural", PERSON)
    assert "没有找到与证件匹配的账号" in client.get("/account/appeal/status").text
    assert "没有找到与证件匹配的账号" in last_words(session)
    assert session.scalars(select(Appeal.state)).one() == "no_match"


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ({"name": "测试乙有限公司", "uscc": UNIT["uscc"]}, {}),
        ({"name": UNIT["unit_name"], "uscc": "91310115MA1K3D5E5J"}, {}),
        ({"name": "测试（老）有限公司", "uscc": "91310115MA1K3D5E5J"}, {"former_name": "测试(老)有限公司"}),
    ],
)
def test_a_unit_is_matched_by_code_then_by_either_name(
    client: FlaskClient, session: Session, known: dict[str, str], typed: dict[str, str]
) -> None:
    account = build_account(session, unit=build_unit(session, **known))
    prove_mobile(client, session, "legal")
    assert send(client, "legal", UNIT | typed).status_code == 303
    assert session.scalars(select(Appeal.account_id)).one() == account.id
    assert count(session, AppealPaper) == 4


def test_what_is_missing_or_broken_is_said_and_nothing_is_stored(
    client: FlaskClient, session: Session
) -> None:
    prove_mobile(client, session, "natural")
    missing = send(client, "natural", PERSON, id_back=None)
    assert missing.status_code == 422
    assert "请上传证件反面" in page_of(missing).select_one("#id_back-error").text  # type: ignore[union-attr]
    assert "王小明" in missing.text, "what was typed is still there"
    broken = send(client, "natural", PERSON, id_front=(BytesIO(b"no pdf at all"), "a.pdf"))
    assert page_of(broken).select_one("#id_front-error")
    wrong = send(client, "natural", PERSON | {"id_number": "110108199003074518"})
    assert "证件号码校验码错误" in wrong.text
    assert count(session, Appeal) == 0


def test_without_a_proven_mobile_nobody_appeals(client: FlaskClient, session: Session) -> None:
    assert client.get("/account/appeal/natural/papers").location == "/account/appeal/natural"
    fill(client, "/account/appeal/natural", {"mobile": MOBILE})
    wrong = f"{(int(code_of(session)) + 1) % 10**6:06d}"
    path = "/account/appeal/natural/papers"
    assert fill(client, path, {"code": wrong}, "/account/appeal/natural/code").status_code == 422
    assert send(client, "natural", PERSON).location == "/account/appeal/natural"
    assert count(session, Appeal) == 0


def test_a_query_looks_the_same_whether_there_is_an_appeal_or_not(
    client: FlaskClient, session: Session
) -> None:
    answer = fill(client, "/account/appeal/query", {"case_no": "SS-2021-000001", "mobile": MOBILE})
    assert answer.location == "/account/appeal/status"
    assert "申诉编号和手机号一致的，验证码已发送" in client.get(answer.location).text
    assert fill(client, "/account/appeal/status", {"code": "123456"}).status_code == 422
    assert count(session, Delivery) == 0
    assert (
        "验证码错误"
        in fill(client, "/account/appeal/query", {"case_no": "1", "mobile": MOBILE, "captcha": "x"}).text
    )


def _forget_pause(session: Session) -> None:
    session.rollback()
    for throttle in session.scalars(select(Throttle).where(Throttle.key.startswith("sms:"))):
        session.delete(throttle)
    session.commit()
