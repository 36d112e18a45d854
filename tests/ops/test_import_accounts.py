"""Accounts of an older system (examples E01 to E04, A14, C12): the command, its rules, and what people can do then."""

import csv
import hashlib
import logging
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import accounts.imports.storing
from config import Settings
from extensions import db
from jobs import hardening
from models.account import Account
from models.account_import import AccountConflict, AccountImport
from models.delivery import Delivery
from models.event import Event, first_broken_link
from models.grant import Grant
from models.notification import Notification
from models.person import Person
from models.service_permission import held_items
from models.unit import Unit
from ops import import_accounts as command
from ops.errors import CannotRun
from tests.blueprints.conftest import _quick_hashes  # noqa: F401
from tests.blueprints.signing_in import message_of, sign_in_as
from tests.blueprints.test_services import describe
from tests.browsing import Clerk, soup
from tests.build import PASSWORD, build_account, build_unit

A02, NAME, OLD_PASSWORD = "91110108MA01ABC25F", "测试甲科技有限公司", "an-old-password-of-2016"
A15 = "91310115MA1K3D5E5J"
HEADER = ("统一社会信用代码", "单位名称", "登录名", "密码散列", "散列方式", "盐", "手机号码")

Import = Callable[..., list[dict[str, str]]]


def line(uscc: str = A02, name: str = NAME, login_name: str = "", mobile: str = "13912345678") -> list[str]:
    salted = hashlib.sha1(f"pepper{OLD_PASSWORD}".encode()).hexdigest()
    return [uscc, name, login_name, salted, "sha1", "pepper", mobile]


@pytest.fixture
def take_over(settings: Settings, session: Session, app: Flask, tmp_path: Path) -> Iterator[Import]:
    """Write the lines to a file, run the command and return its report, line by line."""

    engines = []

    def run(*lines: list[str], expected: int = 0, dry: bool = False) -> list[dict[str, str]]:
        session.commit()
        file = tmp_path / "torch.csv"
        with file.open("w", encoding="gb18030", newline="") as stream:
            csv.writer(stream).writerows([HEADER, *lines])
        known = set(tmp_path.glob("*.csv"))
        engines.append(db.engine)  # the command connects by itself
        assert (command.rehearse_import if dry else command.import_accounts)(settings, file) == expected
        db.connect(settings.database_url)
        session.rollback()
        (report,) = set(tmp_path.glob("*.csv")) - known
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
        rows = list(csv.DictReader(report.read_text("utf-8-sig").splitlines()))
        report.unlink()
        return rows

    yield run
    session.close()
    for engine in engines:
        engine.dispose()


def account(session: Session, login_name: str) -> Account:
    session.rollback()
    return session.scalars(select(Account).where(Account.login_name == login_name)).one()


def results(rows: list[dict[str, str]]) -> list[str]:
    return [row["结果"] for row in rows]


def counts(session: Session) -> list[Any]:
    tables = (Account, Unit, Grant, AccountImport, AccountConflict, Event, Delivery, Notification)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_e01_an_unknown_unit_gets_a_legal_account_that_signs_in(
    session: Session, client: FlaskClient, take_over: Import
) -> None:
    """E01 and C12; and the same file once more changes nothing."""
    assert results(take_over(line())) == ["新建法人账号"]
    before = counts(session)
    assert results(take_over(line(), line())) == ["已转入过"] * 2
    assert counts(session) == before
    made = account(session, A02)
    assert (made.account_type, made.origin, made.unit.name) == ("legal", "torch_sync", NAME)  # type: ignore[union-attr]
    assert made.unit is not None
    assert (made.unit.region_code, made.unit.uscc_invalid) == ("110108", False)
    assert hashlib.sha1(f"pepper{OLD_PASSWORD}".encode()).hexdigest() not in made.password_hash
    assert first_broken_link(session, made.id) is None
    assert message_of(sign_in_as(client, A02, password="wrong")) == "登录名或密码错误"
    assert sign_in_as(client, A02, password=OLD_PASSWORD).location == "/"
    assert account(session, A02).password_scheme == "argon2id"
    answer = client.get("/services/incubation/entry")
    assert answer.status_code == 403
    assert "法人信息没有实名认证" in answer.text


def test_passwords_are_hardened_in_the_background(
    session: Session, client: FlaskClient, take_over: Import
) -> None:
    take_over(line(), line(A15, "测试乙科技有限公司"))
    assert hardening.harden_some(60) == 2
    assert hardening.harden_some(60) == 0
    db.close()
    made = account(session, A02)
    assert made.password_scheme == "legacy_sha1"
    assert made.password_hash.startswith("pepper$argon2id$")
    assert sign_in_as(client, A02, password="wrong").status_code == 422
    assert sign_in_as(client, A02, password=OLD_PASSWORD).location == "/"


def test_whoever_signs_in_first_keeps_the_hash_of_today(
    session: Session, client: FlaskClient, take_over: Import
) -> None:
    take_over(line())
    made = account(session, A02)
    waiting = made.id, made.password_hash
    assert sign_in_as(client, A02, password=OLD_PASSWORD).location == "/"
    assert hardening._replace(*waiting, "legacy_sha1", "too late") == 0
    assert account(session, A02).password_scheme == "argon2id"


def test_e02_to_e04_the_account_of_a_unit_that_has_one_acts_for_it(
    app: Flask, client: FlaskClient, session: Session, take_over: Import
) -> None:
    unit = build_unit(session, uscc=A02, name=NAME)
    legal = build_account(session, login_name="beijing_jia", unit=unit)
    before = {name: getattr(legal, name) for name in ("password_hash", "account_type", "mobile", "state")}
    (row,) = take_over(line(name="测试甲科技（北京）有限公司"))
    assert (row["结果"], row["登录名"]) == ("新建自然人账号并授权", A02)
    assert row["说明"] == "单位已有法人账号：beijing_jia；待核对单位名称：测试甲科技有限公司"
    made = account(session, A02)
    assert (made.account_type, made.unit_id) == ("natural", None)
    grants = {(one.role, one.item) for one in session.scalars(select(Grant))}
    assert grants == {("unit_admin", ""), ("unit_maintainer", "")} | {
        ("item_handler", item) for item in ("incubation", "tech_sme", "high_tech")
    }
    assert {one.kind for one in session.scalars(select(AccountConflict))} == {"held", "name_differs"}
    session.refresh(legal)
    assert {name: getattr(legal, name) for name in before} == before
    assert unit.name == NAME
    assert [one.name for one in session.scalars(select(Notification))] == ["account_imported"]
    assert {"tech_sme", "high_tech"} <= held_items(session, unit.id)

    # E03
    wrong_tab = sign_in_as(client, A02, password=OLD_PASSWORD)
    assert message_of(wrong_tab) == "账号为自然人账号，请使用自然人登录"
    assert sign_in_as(client, A02, password=OLD_PASSWORD, account_type="natural").location == "/"

    # E04
    clerk = Clerk(app.test_client(), account(session, A02))
    assert "您的个人信息没有实名认证" in clerk.get("/services/high_tech/entry").text
    answers = {
        "person_name": "李晓明", "gender": "male", "place_type": "mainland", "id_type": "resident_id",
        "id_number": "110108199003074519", "id_is_permanent": "yes",
    }  # fmt: skip
    assert clerk.post("/profile/person", answers).status_code == 303
    session.rollback()
    assert session.get_one(Person, account(session, A02).id).is_real_named
    assert clerk.get("/services/high_tech/entry").status_code == 403  # the unit has not said everything
    describe(session, unit)
    assert clerk.post(f"/profile/units/{unit.id}").location == "/profile/unit"
    assert "法定代表人信息" in clerk.page("/profile/unit").text
    for item in ("high_tech", "tech_sme"):
        page = soup(clerk.get(f"/services/{item}/entry"))
        assert page.select_one("main [data-error]") is None
        assert clerk.post(f"/services/{item}/entry").location == f"/services/{item}/not-connected"
    assert clerk.page("/profile/units").text.count("事项办理员") == 3
    assert clerk.page("/grants").select_one("h1")


def test_an_account_that_is_there_keeps_what_it_has(session: Session, take_over: Import) -> None:
    """Rule 2: the same login name is the same account, whatever its case."""
    unit = build_unit(session, uscc=A02, name=NAME)
    legal = build_account(session, login_name="Beijing_Jia", unit=unit, person_name="")
    (row,) = take_over(line(login_name="beijing_jia"))
    assert (row["结果"], row["说明"]) == ("已有账号", "补充了手机号码")
    session.refresh(legal)
    assert (legal.mobile, legal.password_scheme, legal.login_name) == (
        "13912345678",
        "argon2id",
        "Beijing_Jia",
    )
    assert results(take_over(line(login_name="beijing_jia", mobile="13800000000"))) == ["已转入过"]
    session.refresh(legal)
    assert legal.mobile == "13912345678"


def test_a_name_without_its_code_never_gives_the_unit_away(session: Session, take_over: Import) -> None:
    """Matched by name alone: brackets are written in two ways, the code is another one."""
    unit = build_unit(session, uscc=A15, name="测试甲科技(北京)有限公司")
    (row,) = take_over(line(name="测试甲科技（北京）有限公司"))
    assert row["结果"] == "新建自然人账号并授权"
    assert row["说明"] == f"待核对统一社会信用代码：{A15}"
    assert account(session, A02).unit_id is None
    assert session.scalars(select(Grant.unit_id).distinct()).one() == unit.id


def test_a_unit_without_an_account_gets_its_own(session: Session, take_over: Import) -> None:
    unit = build_unit(session, uscc=A02, name=NAME)
    assert results(take_over(line())) == ["新建法人账号"]
    assert account(session, A02).unit_id == unit.id


def test_a_login_name_that_is_taken_gets_a_suffix_and_its_owner_hears_of_it(
    session: Session, client: FlaskClient, take_over: Import
) -> None:
    """Rule 5, with and without a mobile."""
    build_account(session, "natural", login_name="torch_user")
    (first, second) = take_over(
        line(login_name="torch_user"), line(A15, "测试乙科技有限公司", "Torch_User", mobile="")
    )
    assert (first["登录名"], first["说明"]) == ("torch_user_2", "原登录名已被使用：torch_user_2")
    assert (second["登录名"], second["说明"]) == (
        "Torch_User_3",
        "原登录名已被使用：Torch_User_3；没有手机号码，未能通知",
    )
    (sms,) = session.scalars(select(Delivery).where(Delivery.channel == "sms")).all()
    assert "torch_user_2" in sms.words
    assert sign_in_as(client, "torch_user_2", password=OLD_PASSWORD).location == "/"
    before = counts(session)
    again = take_over(line(login_name="torch_user"), line(A15, "测试乙科技有限公司", "Torch_User"))
    assert results(again) == ["已转入过"] * 2
    assert counts(session) == before


def test_a14_a_malformed_code_signs_in_and_must_be_mended(
    app: Flask, session: Session, client: FlaskClient, take_over: Import
) -> None:
    code = "123456789ZXCVBNMAA"
    (row,) = take_over(line(code.lower()))
    assert (row["结果"], row["说明"]) == ("新建法人账号", "统一社会信用代码有误，实名认证时须更正")
    unit = session.scalars(select(Unit)).one()
    assert (unit.uscc, unit.uscc_invalid, unit.region_code) == (code, True, "340000")
    assert sign_in_as(client, code, password=OLD_PASSWORD).location == "/"
    clerk = Clerk(client, account(session, code))
    assert "有误，请按营业执照更正后保存" in clerk.page("/profile/unit").text
    refused = clerk.post("/profile/unit", {"uscc": code, "name": NAME})
    assert refused.status_code == 422
    assert "不使用「Z」" in refused.text
    unit.uscc = A02
    assert not unit.uscc_invalid


def test_lines_of_one_file_know_each_other(session: Session, take_over: Import) -> None:
    """Also when they are stored in different transactions, and when nothing is stored."""
    lines = [line(), line(login_name="other"), line(name="改了名的单位", login_name="third")]
    expected = ["新建法人账号", "新建自然人账号并授权", "新建自然人账号并授权"]
    rehearsed = take_over(*lines, dry=True)
    assert results(rehearsed) == expected
    assert counts(session)[:4] == [0, 0, 0, 0]
    assert take_over(*lines) == rehearsed


def test_a_line_that_is_bad_is_left_out_and_the_others_come(
    session: Session, take_over: Import, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rows = take_over(line(), line(A15, "测试乙科技有限公司", mobile="1391234567"), expected=1)
    assert [(row["行号"], row["结果"], row["说明"]) for row in rows] == [
        ("3", "未转入", "手机号码应为 11 位数字"), ("2", "新建法人账号", ""),
    ]  # fmt: skip
    said = capsys.readouterr().out + caplog.text
    assert "未转入 1\n新建法人账号 1\n有待核对 0" in said
    assert not any(secret in said for secret in ("1391234567", NAME, A02, "pepper", line()[3]))


def test_a_name_in_the_report_is_never_a_formula(session: Session, take_over: Import) -> None:
    (row,) = take_over(line(name='=HYPERLINK("x")'))
    assert row["单位名称"] == '\'=HYPERLINK("x")'


def test_somebody_who_takes_the_name_at_this_moment_is_seen(
    session: Session, take_over: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try reads before a registration commits, and stores after it."""
    real, calls = accounts.imports.storing.known_of, []

    def stale(session: Session, lines: Any) -> Any:
        calls.append(lines)
        known = real(session, lines)
        if len(calls) == 1:
            known.logins.clear()
        return known

    build_account(session, "natural", login_name=A02.lower())
    monkeypatch.setattr(accounts.imports.storing, "known_of", stale)
    (row,) = take_over(line())
    assert (len(calls), row["登录名"]) == (2, f"{A02}_2")


def test_a_kill_between_two_parts_leaves_the_first_and_the_rest_comes_later(
    session: Session, take_over: Import, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "AT_ONCE", 1)
    real = command.store

    def killed(session: Session, lines: Any, *rest: Any) -> Any:
        if lines[0].uscc == A15:
            raise KeyboardInterrupt
        return real(session, lines, *rest)

    monkeypatch.setattr(command, "store", killed)
    with pytest.raises(KeyboardInterrupt):
        take_over(line(), line(A15, "测试乙科技有限公司"))
    monkeypatch.setattr(command, "store", real)
    for report in tmp_path.glob("*转入结果*.csv"):
        report.unlink()
    assert results(take_over(line(), line(A15, "测试乙科技有限公司"))) == ["已转入过", "新建法人账号"]


def test_what_cannot_be_read_or_written_stops_the_command(
    settings: Settings, app: Flask, tmp_path: Path
) -> None:
    with pytest.raises(CannotRun, match="读不到"):
        command.import_accounts(settings, tmp_path / "nothing.csv")
    bad = tmp_path / "bad.csv"
    bad.write_text("什么\n")
    with pytest.raises(CannotRun, match="没有转入任何账号"):
        command.import_accounts(settings, bad)


def test_an_account_without_a_password_lets_nobody_in(
    session: Session, client: FlaskClient, take_over: Import
) -> None:
    (row,) = take_over([A02, NAME, "", "", "", "", "13912345678"])
    assert row["说明"] == "没有密码，须用短信重置"
    for typed in ("", "right", PASSWORD):
        assert sign_in_as(client, A02, password=typed).status_code == 422


def test_an_account_that_cannot_be_opened_lets_nobody_in(
    session: Session, client: FlaskClient, take_over: Import
) -> None:
    take_over(line())
    made = account(session, A02)
    made.password_hash = f"gone.{made.password_hash.partition('.')[2]}"
    assert sign_in_as(client, A02, password=OLD_PASSWORD).status_code == 422
    assert hardening.harden_some(60) == 0


def test_two_lines_never_share_a_source(session: Session, take_over: Import) -> None:
    take_over(line())
    made = session.scalars(select(AccountImport)).one()
    session.add(
        AccountImport(source=made.source, account_id=made.account_id, unit_id=made.unit_id, imported_at=made.imported_at)
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        session.commit()
