"""A copy of one's own data: for who knows the password, for a week, for nobody else."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import jobs.data_copy
from accounts.data_archive import as_csv, page
from accounts.own_data import Section
from blueprints.limits import Limit
from config import Settings
from files.storage import FolderStorage, MissingFile
from jobs import tasks
from models.account import Account
from models.data_copy import DataCopy
from models.event import Event
from models.job import Job
from models.verification import Verification, VerificationFile
from tests.appealing import stored_pdf
from tests.blueprints.signing_in import all_at_once
from tests.browsing import Clerk, codes, soup
from tests.build import NOW, PASSWORD, build_account, build_filing, build_grant, build_person

NUMBER = "110108199003074519"
PATH = "/account/data"


@pytest.fixture(autouse=True)
def _settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.Settings.from_env", lambda *ignored: settings)


@pytest.fixture
def account(session: Session) -> Account:
    """A person with a paper, a grant and a filing."""
    account = build_person(session, person_name="王小明", login_name="wang", email="wang@example.com")
    account.set_id_number("resident_id", NUMBER)
    session.commit()
    return account


def order(clerk: Clerk, password: str = PASSWORD) -> int:
    return clerk.post(PATH, {"present": password}).status_code


def newest(session: Session) -> DataCopy:
    session.rollback()
    return session.scalars(select(DataCopy).order_by(DataCopy.expires_at.desc())).first()  # type: ignore[return-value]


def make(session: Session) -> DataCopy:
    """Do the job that waits."""
    session.rollback()
    for job in session.scalars(select(Job).where(Job.task == "copy_data", Job.state == "queued")).all():
        tasks.run(str(job.id))
    return newest(session)


def test_the_owner_gets_everything_and_the_bytes_are_sealed(
    client: FlaskClient, session: Session, storage: FolderStorage, account: Account
) -> None:
    filing = build_filing(session)
    build_grant(session, filing.unit, account)
    case = Verification(subject="person", account_id=account.id, state="passed", opened_at=NOW)
    case.files.append(VerificationFile(slot="id_front", name="身份证.pdf", sha256=stored_pdf(session, storage),
                                       uploaded_at=NOW))  # fmt: skip
    session.add(case)
    session.commit()
    clerk = Clerk(client, account)
    clerk.post(f"/filings/{filing.id}/venue", {})
    assert order(clerk) == 303
    assert "正在排队" in clerk.page(PATH).text
    copy = make(session)
    assert copy.state == "ready"
    assert NUMBER.encode() not in storage.path(str(copy.sha256)).read_bytes()
    sent = clerk.post(f"{PATH}/{copy.id}")
    assert (sent.status_code, sent.headers["Cache-Control"]) == (200, "no-store")
    archive = zipfile.ZipFile(io.BytesIO(sent.data))
    assert archive.testzip() is None
    names = archive.namelist()
    assert names[0] == "个人信息副本.html"
    assert [one for one in names if one.endswith(".pdf")] == ["上传的材料/01-实名认证-证件正面-身份证.pdf"]
    assert NUMBER in archive.read(names[0]).decode()
    sections = json.loads(archive.read("数据/全部.json"))["sections"]
    facts = {row["项目"]: row["内容"] for row in sections["account"]["rows"]}
    assert (facts["姓名"], facts["证件号码"], facts["电子邮箱"]) == ("王小明", NUMBER, "wang@example.com")
    assert sections["grants"]["rows"][0]["权限"] == "科技创业孵化机构信息服务系统 · 事项办理员"
    assert sections["filings"]["rows"][0]["名称"] == filing.name
    assert sections["sign_ins"]["rows"][0]["网络地址"] == "127.0.0.1"
    assert [row["操作"] for row in sections["acts"]["rows"]] == ["申请个人信息副本"]
    assert len([one for one in names if one.endswith(".csv")]) == len(sections)
    acts = session.scalars(
        select(Event.act).where(Event.stream_id == account.id).order_by(Event.number)
    ).all()
    assert acts == ["order_data_copy", "download_data_copy"]
    assert "个人信息副本已做好" in clerk.page("/account/notifications").text


def test_a_unit_gets_what_it_says_about_itself(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    clerk = Clerk(client, account)
    assert order(clerk) == 303
    sent = clerk.post(f"{PATH}/{make(session).id}")
    told = zipfile.ZipFile(io.BytesIO(sent.data)).read("数据/02-我的信息.csv").decode("utf-8-sig")
    assert ["法人单位基本信息", "法定代表人姓名", "陈启航"] in list(csv.reader(io.StringIO(told)))


def test_nobody_else_gets_it_and_after_a_week_nobody_does(
    app: Flask,
    client: FlaskClient,
    session: Session,
    settings: Settings,
    storage: FolderStorage,
    account: Account,
) -> None:
    clerk, other = Clerk(client, account), Clerk(app.test_client(), build_person(session))
    order(clerk)
    copy = newest(session)
    assert clerk.post(f"{PATH}/{copy.id}").status_code == 404, "it is not made yet"
    copy = make(session)
    sha256 = str(copy.sha256)
    assert other.post(f"{PATH}/{copy.id}").status_code == 404
    assert "已做好" not in other.page(PATH).text
    assert app.test_client().post(f"{PATH}/{copy.id}").status_code == 401
    assert jobs.data_copy.remove_due(settings) == 0
    session.rollback()
    session.execute(update(DataCopy).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    session.commit()
    assert clerk.post(f"{PATH}/{copy.id}").status_code == 404
    assert jobs.data_copy.remove_due(settings) == 1
    with pytest.raises(MissingFile):
        storage.path(sha256)
    assert "已过期，已删除" in clerk.page(PATH).text
    assert jobs.data_copy.remove_due(settings) == 0


def test_a_worker_that_dies_on_its_way_removes_a_copy_later(
    client: FlaskClient,
    session: Session,
    settings: Settings,
    storage: FolderStorage,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(_storage: FolderStorage, _sha256: str) -> None:
        raise OSError("killed at this moment")

    order(Clerk(client, account))
    sha256 = str(make(session).sha256)
    session.execute(update(DataCopy).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    session.commit()
    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "remove", killed)
        with pytest.raises(OSError, match="killed"):
            jobs.data_copy.remove_due(settings)
    assert newest(session).sha256 == sha256, "what is there is named"
    session.rollback()
    assert jobs.data_copy.remove_due(settings) == 1
    with pytest.raises(MissingFile):
        storage.path(sha256)


def test_a_copy_leaves_nothing_when_its_account_is_closed_meanwhile(
    client: FlaskClient,
    session: Session,
    storage: FolderStorage,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored, digests = jobs.data_copy._stored, []

    def close_meanwhile(into: FolderStorage, content: bytes) -> tuple[int, str]:
        size, sha256 = stored(into, content)
        digests.append(sha256)
        session.rollback()
        session.execute(delete(DataCopy))
        session.commit()
        return size, sha256

    order(Clerk(client, account))
    monkeypatch.setattr(jobs.data_copy, "_stored", close_meanwhile)
    assert make(session) is None
    assert session.scalars(select(Job.state)).all() == ["done"]
    with pytest.raises(MissingFile):
        storage.path(digests[0])


def test_only_who_knows_the_password_orders_and_not_too_often(
    client: FlaskClient, session: Session, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = Clerk(client, account)
    for password, code in (("", "E_REQUIRED"), ("wrong", "E_PASSWORD_PRESENT")):
        answer = clerk.post(PATH, {"present": password})
        assert (answer.status_code, codes(soup(answer))) == (422, [code])
    assert newest(session) is None
    assert order(clerk) == 303
    assert "正在制作一份" in clerk.post(PATH, {"present": PASSWORD}).text
    make(session)
    monkeypatch.setattr(
        "blueprints.account.data_copies.ORDERS", Limit(1, timedelta(days=1), timedelta(days=1))
    )
    assert order(clerk) == 303
    assert "申请次数过多" in clerk.post(PATH, {"present": PASSWORD}).text


def test_two_orders_at_the_same_moment_make_one_copy(
    app: Flask, client: FlaskClient, session: Session, account: Account
) -> None:
    clerks = [Clerk(client, account), Clerk(app.test_client(), account)]
    assert sorted(all_at_once([lambda one=one: one.post(PATH, {"present": PASSWORD}) for one in clerks])) == [
        303,
        422,
    ]  # type: ignore[misc]
    session.rollback()
    assert len(session.scalars(select(DataCopy)).all()) == 1


def test_a_copy_that_breaks_says_so(client: FlaskClient, session: Session, account: Account) -> None:
    clerk = Clerk(client, account)
    order(clerk)
    jobs.data_copy.fail(session, newest(session).id)
    session.commit()
    assert "请稍后重新申请" in clerk.page(PATH).text
    assert order(clerk) == 303


def test_what_people_typed_does_nothing_in_browser_or_spreadsheet() -> None:
    section = Section("a", "<b>", ("甲",), (("=HYPERLINK(1)",), ("<script>alert(1)</script>",), ("普通",)))
    assert as_csv(section).splitlines() == ["甲", "'=HYPERLINK(1)", "<script>alert(1)</script>", "普通"]
    shown = page([section], [], "副本")
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
