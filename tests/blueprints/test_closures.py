"""注销: asked for with password and code, a fortnight to think again, then nothing names the person any more."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.erasing import pseudonym
from accounts.profile import record_of_person
from config import Settings
from extensions import clock
from files.storage import FolderStorage, MissingFile
from jobs import data_copy
from jobs.closures import close_due
from jobs.papers import remove_discarded
from jobs.verifications import verify_due
from models.account import Account
from models.consent import record_consents
from models.data_copy import DataCopy
from models.event import Actor, Event, first_broken_link, record_event
from models.grant import Grant
from models.invitation import Invitation
from models.login_session import LoginSession
from models.material_version import MaterialVersion
from models.moves import Status
from models.notification import notify
from models.verification import Verification, VerificationFile
from ops.audit import examine_chains
from tests.appealing import age, build_appeal, stored_pdf
from tests.blueprints.registering import code_of
from tests.blueprints.signing_in import sign_in_as
from tests.blueprints.test_canaries import everything_stored, is_in
from tests.browsing import Clerk, codes, soup
from tests.build import (
    NOW,
    PASSWORD,
    SYSTEM,
    build_account,
    build_filing,
    build_grant,
    build_person,
    build_unit,
)

PATH = "/account/closure"
NUMBER, MOBILE, MAIL, NAME = "110108199003074519", "13912345678", "wang.xm@example.com", "王小明明"
HOME, PHONE, REASON = "北京市海淀区某某路 9 号", "010-87654321", "证件照片不清晰"


@pytest.fixture
def account(session: Session) -> Account:
    account = build_person(session, person_name=NAME, login_name="wang_xm", email=MAIL)
    account.set_id_number("resident_id", NUMBER)
    account.set_mobile(MOBILE, NOW)
    session.commit()
    return account


@pytest.fixture
def clerk(client: FlaskClient, account: Account) -> Clerk:
    return Clerk(client, account)


def ask(clerk: Clerk, session: Session, **changes: str) -> int:
    """Have a code sent and ask for the closure."""
    sent = clerk.post(f"{PATH}/code")
    assert sent.status_code == 303, sent.text
    answers = {"code": code_of(session), "present": PASSWORD, "agreed": "yes"}
    return clerk.post(PATH, answers | changes).status_code


def later(days: float = 15.1) -> None:
    clock.move_to(NOW + timedelta(days=days))


def now_of(session: Session, account: Account) -> Account:
    session.rollback()
    return session.get_one(Account, account.id, populate_existing=True)


def test_nothing_names_the_person_when_his_account_is_closed(
    client: FlaskClient,
    session: Session,
    settings: Settings,
    storage: FolderStorage,
    account: Account,
    clerk: Clerk,
) -> None:
    """Every place where something about him may stand, sealed or not; the record still holds."""
    unit, other = build_unit(session), build_person(session, person_name="李同事")
    admin = build_grant(session, unit, account, role="unit_admin")
    build_grant(session, unit, other, source_id=admin.id)
    build_account(session, unit=unit)
    record = record_of_person(session, account)
    person = record.owners[1]
    person.home_address, person.phone = HOME, PHONE
    record_event(session, account.id, "change_profile", SYSTEM, NOW, note="自然人用户信息",
                 details={"详细地址": ["", HOME], "姓名": ["", NAME]})  # fmt: skip
    case = Verification(subject="person", account_id=account.id, state="failed", opened_at=NOW, reason=REASON)
    paper = stored_pdf(session, storage, "身份证")
    case.files.append(
        VerificationFile(slot="id_front", name="王小明明身份证.pdf", sha256=paper, uploaded_at=NOW)
    )
    invited = Invitation(unit_id=unit.id, person_name=NAME, id_type="resident_id", state="accepted", token_hash="x",
                         created_at=NOW, expires_at=NOW, account_id=account.id)  # fmt: skip
    said = {"person_name": NAME, "id_type": "resident_id", "id_number": NUMBER}
    appeal = build_appeal(
        session, storage, said, state="rejected", decided_at=NOW, reason=REASON, first_reason=REASON
    )
    assert (appeal.account_id, appeal.mobile) == (account.id, MOBILE)
    helper = build_account(session, "staff", staff_role="helpdesk", login_name="helper")
    record_event(
        session, appeal.id, "judge_appeal", Actor(helper.id, "helper", "helpdesk"), NOW, note=f"{NAME}本人"
    )
    record_event(session, appeal.id, "delete_papers", SYSTEM, NOW)
    session.add_all([case, invited])
    record_consents(session, account, NOW, "203.0.113.9")
    notify(session, [account], "real_name_result", {"对象": NAME, "结果": "x", "原因": REASON}, "/", NOW)
    session.commit()
    assert ask(clerk, session) == 303
    clerk.client.delete_cookie(client.application.config["SIGN_IN_COOKIE"])
    assert close_due() == 0, "not before its day"
    later()
    assert close_due() == 1
    closed = now_of(session, account)
    assert (closed.state, closed.login_name, closed.closes_at) == ("closed", pseudonym(closed), None)
    opened = [str(value) for one in session.scalars(select(Account)) for value in vars(one).values()]
    tables = "\n".join(everything_stored(session) + opened)
    secrets = [NUMBER, MOBILE, MAIL, NAME, HOME, PHONE, REASON, "203.0.113.9", "王小明明身份证.pdf"]
    assert [secret for secret in secrets if is_in(secret, tables)] == []
    assert gone_after_the_sweep(session, settings, storage, paper)
    assert {one.state for one in session.scalars(select(Grant))} == {"disabled"}, "what he gave fell with him"
    assert first_broken_link(session, account.id) is None
    acts = session.scalars(
        select(Event.act).where(Event.stream_id == account.id).order_by(Event.number)
    ).all()
    assert acts[-2:] == ["close_account", "erase"]
    names = select(Event.actor_name).where(Event.stream_id == appeal.id).order_by(Event.number)
    assert session.scalars(names).all() == [pseudonym(closed), "helper", SYSTEM.name, "系统"]
    assert [link for _, link in examine_chains(session) if link] == []
    assert "登录名或密码错误" in sign_in_as(client, "wang_xm", account_type="natural").text
    assert close_due() == 0
    again = build_person(session, person_name=NAME)  # the number is free
    again.set_id_number("resident_id", NUMBER)
    session.commit()


def gone_after_the_sweep(session: Session, settings: Settings, storage: FolderStorage, digest: str) -> bool:
    """Let the worker remove what was given up, an hour later, and say whether these bytes went."""
    age(storage, digest)
    session.rollback()
    remove_discarded(settings)
    try:
        storage.path(digest)
    except MissingFile:
        return True
    return False


def close(session: Session, account: Account) -> Account:
    """Let the fortnight of the account be over and the worker come by."""
    account.closes_at = NOW
    session.commit()
    later()
    assert close_due() == 1
    return now_of(session, account)


def test_bytes_that_a_frozen_version_names_outlive_the_account(
    app: Flask, session: Session, settings: Settings, storage: FolderStorage, account: Account
) -> None:
    paper, other = stored_pdf(session, storage, "身份证"), stored_pdf(session, storage, "授权书")
    case = Verification(subject="person", account_id=account.id, state="failed", opened_at=NOW)
    case.files = [
        VerificationFile(slot=slot, name="a.pdf", sha256=sha256, uploaded_at=NOW)
        for slot, sha256 in (("id_front", paper), ("id_back", other))
    ]
    filing = build_filing(session)
    snapshot = {"tabs": [{"evidence": [{"sha256": paper}]}]}
    frozen = MaterialVersion(filing_id=filing.id, number=1, version_no="ZCKJ-2021-000001-001-JK0S", snapshot=snapshot,
                             content_hash="x", generated_at=NOW, generated_by_id=build_account(session).id)  # fmt: skip
    session.add_all([case, frozen])
    close(session, account)
    assert gone_after_the_sweep(session, settings, storage, other)
    assert not gone_after_the_sweep(session, settings, storage, paper)


@pytest.mark.parametrize("state", ["checking", "wants_papers", "pending"])
def test_an_open_case_ends_with_the_account(
    app: Flask, session: Session, settings: Settings, account: Account, state: str
) -> None:
    """Neither the registry nor a second person of the staff is asked about somebody who is gone."""
    staff = [build_account(session, "staff", staff_role="helpdesk") for _ in range(2)]
    case = Verification(subject="person", account_id=account.id, state=state, opened_at=NOW, next_at=NOW,
                        handed_in_at=NOW, first_by_id=staff[0].id, first_passes=True)  # fmt: skip
    session.add(case)
    desk = Clerk(app.test_client(), staff[1])
    close(session, account)
    assert (case.state, case.next_at) == ("ended", None)
    session.rollback()
    assert verify_due(settings) == 0
    assert "目前没有等待审核的材料" in desk.page("/verifications").text
    assert desk.post(f"/verifications/{case.id}", {"verdict": "pass", "reason": ""}).status_code == 404


def test_the_copies_of_his_data_go_although_the_worker_dies_on_its_way(
    app: Flask,
    session: Session,
    settings: Settings,
    storage: FolderStorage,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sha256 = stored_pdf(session, storage, "as good as a sealed archive")
    week = datetime.now(UTC) + timedelta(days=7)
    session.add(
        DataCopy(account_id=account.id, state="ready", sha256=sha256, created_at=NOW, expires_at=week)
    )
    session.add(DataCopy(account_id=account.id, state="queued", created_at=NOW, expires_at=week))
    close(session, account)
    session.rollback()
    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "remove", killed)
        with pytest.raises(OSError, match="killed"):
            data_copy.remove_due(settings)
    assert data_copy.remove_due(settings) == 1
    with pytest.raises(MissingFile):
        storage.path(sha256)
    assert session.scalars(select(DataCopy)).all() == []


def killed(_storage: FolderStorage, _sha256: str) -> None:
    raise OSError("killed at this moment")


def test_words_that_vanish_without_a_record_break_the_chain(session: Session, account: Account) -> None:
    for _ in range(3):
        record_event(session, account.id, "sign_in", SYSTEM, NOW, note="x")
        session.flush()
    session.commit()
    second = session.scalars(select(Event).where(Event.number == 2)).one()
    second.note, second.details = "", {"words": "gone"}
    session.commit()
    assert first_broken_link(session, account.id) is second
    (broken,) = [link for _, link in examine_chains(session) if link]
    assert "没有注销账号的记录" in broken.why


def test_signing_in_offers_to_think_again(
    app: Flask, client: FlaskClient, session: Session, settings: Settings, account: Account, clerk: Clerk
) -> None:
    unit = build_unit(session)
    build_account(session, unit=unit)
    build_grant(session, unit, account)
    other_window = Clerk(app.test_client(), account)
    assert ask(clerk, session) == 303
    assert other_window.get("/filings").status_code == 401, "signed out everywhere"
    assert session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).all() == []
    come_in = sign_in_as(client, "wang_xm", account_type="natural", path="/login?next=/filings")
    assert come_in.location == PATH
    again = Clerk(app.test_client(), account)
    assert "2021年11月25日" in again.page(PATH).text
    assert [again.get(path).location for path in ("/", "/filings")] == [PATH, PATH]
    refused = again.post("/filings", {"kind": "makerspace"})
    assert (refused.status_code, "账号正在注销" in refused.text) == (403, True)
    assert again.post(f"{PATH}/cancellation").status_code == 303
    assert again.get("/filings").status_code == 200
    later()
    assert close_due() == 0
    assert now_of(session, account).state == "active"
    assert "没有正在进行的注销" in again.post(f"{PATH}/cancellation").text


def test_what_blocks_is_listed_with_the_way_there(
    app: Flask, session: Session, settings: Settings, account: Account, clerk: Clerk
) -> None:
    filing = build_filing(session)
    filing.handler_id, filing.status, filing.current_level = account.id, Status.UNDER_REVIEW, "city"
    alone = build_unit(session, name="只有他的单位")
    right = build_grant(session, alone, account)
    session.commit()
    listed = [one.get_text(" ", strip=True) for one in clerk.page(PATH).select("main .next li")]
    assert len(listed) == 2
    assert filing.name in listed[0]
    assert "交给同事" in listed[0]
    assert "只有您能为「只有他的单位」办理" in listed[1]
    assert clerk.post(f"{PATH}/code").status_code == 422
    filing.status = Status.APPROVED
    colleague = build_grant(session, alone, build_person(session))
    assert ask(clerk, session) == 303
    colleague.state = "disabled"  # meanwhile he is the only one again
    session.commit()
    later()
    assert close_due() == 1
    kept = now_of(session, account)
    assert (kept.state, kept.closes_at, session.get_one(Grant, right.id).state) == ("active", None, "active")
    again = Clerk(app.test_client(), kept)
    assert "只有您能为「只有他的单位」办理" in again.page("/account/notifications").text


def test_a_unit_with_an_account_of_its_own_does_not_hold_a_person(
    session: Session, account: Account, clerk: Clerk
) -> None:
    unit = build_unit(session)
    build_grant(session, unit, account)
    assert "只有您能" in clerk.page(PATH).text
    build_account(session, unit=unit)
    assert "只有您能" not in clerk.page(PATH).text


def test_only_who_knows_password_and_code_closes(session: Session, account: Account, clerk: Clerk) -> None:
    clerk.post(f"{PATH}/code")
    right = {"code": code_of(session), "present": PASSWORD, "agreed": "yes"}
    for changes, code in (
        ({"code": ""}, "E_REQUIRED"), ({"agreed": ""}, "E_REQUIRED"), ({"present": "wrong"}, "E_PASSWORD_PRESENT"),
        ({"code": "000000"}, "E_CODE"),
    ):  # fmt: skip
        answer = clerk.post(PATH, right | changes)
        assert (answer.status_code, codes(soup(answer))) == (422, [code]), changes
    assert now_of(session, account).closes_at is None
    assert clerk.post(PATH, right).location == "/login?done=closure&account_type=natural"


def test_a_person_without_a_mobile_is_told_what_to_do(
    session: Session, account: Account, clerk: Clerk
) -> None:
    account.set_mobile(None, None)
    session.commit()
    assert "没有预留手机" in clerk.page(PATH).text
    assert clerk.post(f"{PATH}/code").status_code == 422


def test_the_staff_close_no_account_here(app: Flask, session: Session) -> None:
    staff = Clerk(app.test_client(), build_account(session, "staff", staff_role="helpdesk"))
    assert [staff.get(PATH).status_code, staff.post(PATH).status_code] == [404, 404]
