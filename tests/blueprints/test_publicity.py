"""The pages from 通过 at the province to the certificate, as people use them."""

import io
from datetime import datetime
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import jobs.printout  # noqa: F401  (registers its task)
from extensions import clock
from jobs import tasks
from models.filing import Filing
from models.job import Job
from models.public_notice import Objection, PublicNotice
from tests.blueprints.signing_in import all_at_once, page_of, post, same_browser
from tests.build import GUANGDONG, sign_in
from tests.completing import small_pdf
from tests.reviewing import Desk
from tests.submitting import submitted_filing

NOTICE = {
    "title": "广东省推荐名单公示", "starts_on": "2021-11-10", "ends_on": "2021-11-16", "contact": "020-00000000",
}  # fmt: skip
OBJECTION = {"person_name": "李某", "contact": "13800001234", "text": "场地已退租"}
AFTER = datetime.fromisoformat("2021-11-17T09:00+08:00")


@pytest.fixture
def province(session: Session) -> Desk:
    return Desk(session, "province", GUANGDONG)


@pytest.fixture
def filing(session: Session, province: Desk) -> Filing:
    filing = submitted_filing(session)
    Desk(session).pass_(filing)
    province.pass_(filing)
    return filing


@pytest.fixture
def notice(client: FlaskClient, session: Session, province: Desk, filing: Filing) -> PublicNotice:
    sign_in(client, province.account)
    answer = post(client, "/review/publicity", NOTICE | {"filing": str(filing.id)})
    assert answer.status_code == 303, answer.text
    return session.scalars(select(PublicNotice)).one()


def status(client: FlaskClient, path: str) -> int:
    """Ask for a file and let go of it."""
    with client.get(path) as answer:
        return answer.status_code


def run_jobs(session: Session) -> None:
    """Do what a worker would do meanwhile."""
    waiting = [
        str(job_id)
        for job_id in session.scalars(select(Job.id).where(Job.task == "print_out", Job.state == "queued"))
    ]
    session.commit()
    for job_id in waiting:
        tasks.run(job_id)
    session.expire_all()


def printed(client: FlaskClient, page: str) -> list[str]:
    """Follow the link to the PDF on a page and return the text of its pages, without blanks."""
    link = page_of(client.get(page)).select_one("#printout a")
    with client.get(str(link["href"])) as pdf:
        assert pdf.mimetype == "application/pdf"
        return ["".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf.data)).pages]


def sign_out(client: FlaskClient) -> None:
    client.delete_cookie(client.application.config["SIGN_IN_COOKIE"])


def test_a_notice_too_short_is_refused_with_everything_typed(
    client: FlaskClient, province: Desk, filing: Filing
) -> None:
    sign_in(client, province.account)
    short = NOTICE | {"filing": str(filing.id), "ends_on": "2021-11-12"}
    answer = post(client, "/review/publicity", short)
    assert answer.status_code == 422
    assert "不少于 5 个工作日，现为 3 个工作日" in answer.text
    assert 'value="广东省推荐名单公示"' in answer.text
    assert len(page_of(answer).select("[name=filing][checked]")) == 1
    answer = post(client, "/review/publicity", NOTICE)
    assert answer.status_code == 422
    assert page_of(answer).select("[name=filing][checked]") == []  # as it was sent: nothing ticked
    assert page_of(client.get("/review/publicity")).select("[name=filing][checked]")


def test_a_letter_that_is_refused_keeps_what_was_ticked_and_noted(
    client: FlaskClient, session: Session, province: Desk, filing: Filing, notice: PublicNotice
) -> None:
    clock.move_to(AFTER)
    note = f"note-{filing.id}"
    answer = post(client, "/review/recommendations", {"letter_no": "粤科函〔2021〕1号", note: "异议不成立"})
    page = page_of(answer)
    assert answer.status_code == 422
    assert page.select("[name=filing][checked]") == []
    assert page.select_one(f"[name='{note}']")["value"] == "异议不成立"


def test_everybody_reads_the_notice_and_may_object(
    client: FlaskClient, session: Session, province: Desk, filing: Filing, notice: PublicNotice
) -> None:
    sign_out(client)
    assert notice.title in client.get("/notices").text
    page = client.get(f"/notices/{notice.id}")
    assert filing.makerspace_name in page.text
    path = f"/notices/{notice.id}/objections"
    refused = post(client, path, OBJECTION | {"filing": str(filing.id), "person_name": ""})
    assert (refused.status_code, "请填写您的姓名" in refused.text, "场地已退租" in refused.text) == (
        422,
        True,
        True,
    )
    evidence = (io.BytesIO(small_pdf(2)), "照片.pdf")
    answer = post(client, path, OBJECTION | {"filing": str(filing.id), "file": evidence})
    assert answer.status_code == 303
    assert "您的异议已收到" in client.get(answer.location).text
    assert "13800001234" not in client.get(f"/notices/{notice.id}").text
    objection = session.scalars(select(Objection)).one()
    sign_in(client, province.account)
    desk = client.get(f"/review/publicity/{notice.id}")
    assert "13800001234" in desk.text
    there = f"/review/publicity/{notice.id}/objections/{objection.id}"
    assert status(client, f"{there}/evidence.pdf") == 200
    assert post(client, there, {"state": "dismissed"}).status_code == 422
    assert post(client, there, {"state": "dismissed", "finding": "属实。"}).status_code == 303
    assert post(client, there, {"state": "upheld", "finding": "改口。"}).status_code == 409


def test_an_objection_sent_twice_is_there_once(
    app: Flask, client: FlaskClient, session: Session, filing: Filing, notice: PublicNotice
) -> None:
    sign_out(client)
    token = str(page_of(client.get("/notices")).select_one("meta[name=csrf]")["content"])  # type: ignore[index]
    said = OBJECTION | {"filing": str(filing.id), "csrf_token": token, "idempotency_key": "of one page"}
    send = partial(FlaskClient.post, path=f"/notices/{notice.id}/objections", data=said)
    session.commit()
    assert all_at_once([partial(send, same_browser(app, client)) for _ in range(2)]) == [303, 303]
    assert send(client).location == f"/notices/{notice.id}?received=1"
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Objection)) == 1


def test_another_office_has_no_business_with_it(
    client: FlaskClient, session: Session, notice: PublicNotice
) -> None:
    sign_in(client, Desk(session, "province", "330000").account)
    assert client.get(f"/review/publicity/{notice.id}").status_code == 404


@pytest.fixture
def _own_storage(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs store where the application looks."""
    settings = client.application.config["SETTINGS"]
    monkeypatch.setattr("config.Settings.from_env", lambda *ignored: settings)


@pytest.mark.usefixtures("_own_storage")
def test_letter_table_list_register_and_certificate(
    client: FlaskClient, session: Session, province: Desk, filing: Filing, notice: PublicNotice
) -> None:
    clock.move_to(AFTER)
    letter = {"letter_no": "粤科函〔2021〕1号", "letter_on": "2021-11-17", "filing": str(filing.id)}
    answer = post(client, "/review/recommendations", letter)
    assert answer.status_code == 303, answer.text
    assert "86.5" in client.get(answer.location).text
    sheet = load_workbook(io.BytesIO(client.get(f"{answer.location}.xlsx").data)).active
    assert [cell.value for cell in sheet[4]][:3] == [1, filing.name, filing.unit.name]
    assert "正在生成推荐函和推荐汇总表 PDF" in client.get(answer.location).text
    assert client.get(f"{answer.location}.pdf").status_code == 404
    run_jobs(session)
    pages = printed(client, answer.location)
    assert "粤科函〔2021〕1号" in pages[0]
    assert "科学技术部火炬高技术产业开发中心：" in pages[0]
    assert f"1{filing.name}{filing.unit.name}{filing.unit.uscc}" in pages[1]
    assert "86.5公示无异议" in pages[1]
    scan = (io.BytesIO(small_pdf(1)), "推荐函.pdf")
    assert post(client, f"{answer.location}/scan", {"file": scan}).status_code == 303
    assert status(client, f"{answer.location}/scan.pdf") == 200
    torch = Desk(session, "torch", "000000")
    torch.pass_(filing, AFTER)
    sign_in(client, torch.account)
    assert client.get(answer.location).status_code == 200
    second = NOTICE | {"starts_on": "2021-11-17", "ends_on": "2021-11-23", "filing": str(filing.id)}
    assert post(client, "/review/publicity", second).status_code == 303
    clock.move_to(datetime.fromisoformat("2021-11-24T09:00+08:00"))
    listed = {"document_no": "国科火字〔2022〕1号", "published_on": "2022-01-05", "filing": str(filing.id)}
    answer = post(client, "/review/publications", listed)
    assert answer.status_code == 303, answer.text
    sign_out(client)
    assert "ZCKJ-2022-00001" in client.get(answer.location).text
    assert filing.makerspace_name in client.get("/register-of-carriers?q=ZCKJ-2022-00001").text
    certificate = page_of(client.get("/certificates/ZCKJ-2022-00001"))
    assert certificate.select_one("img")["src"].startswith("data:image/svg+xml")
    run_jobs(session)
    (page,) = printed(client, "/certificates/ZCKJ-2022-00001")
    assert "国家备案众创空间证书" in page
    assert "国科火字〔2022〕1号" in page
    assert "http://localhost/certificates/ZCKJ-2022-00001" in page
    assert client.get("/certificates/ZCKJ-2022-00002").status_code == 404
    assert answer.location.split("/")[-1] in client.get("/lists").text
    sign_in(client, province.account)
    revocation = f"/review/register/{filing.carrier_id}/revocation"
    assert client.get(revocation).status_code == 403
    sign_in(client, torch.account)
    assert post(client, revocation, {"reason": "fraud"}).status_code == 422
    said = {"reason": "fraud", "document_no": "国科火字〔2022〕9号"}
    assert post(client, revocation, said).status_code == 303
    assert "本证书无效" in client.get("/certificates/ZCKJ-2022-00001").text
    assert client.get("/certificates/ZCKJ-2022-00001.pdf").status_code == 404
    assert post(client, "/certificates/ZCKJ-2022-00001/pdf").status_code == 409
    assert post(client, revocation, said | {"idempotency_key": "other"}).status_code == 409


def test_only_the_national_office_publishes(client: FlaskClient, province: Desk) -> None:
    sign_in(client, province.account)
    assert post(client, "/review/publications", {}).status_code == 403


def test_a_notice_of_tomorrow_is_not_public_yet(
    client: FlaskClient, session: Session, province: Desk, filing: Filing
) -> None:
    sign_in(client, province.account)
    later = NOTICE | {"starts_on": "2021-11-11", "ends_on": "2021-11-18", "filing": str(filing.id)}
    post(client, "/review/publicity", later)
    notice = session.scalars(select(PublicNotice)).one()
    sign_out(client)
    assert client.get(f"/notices/{notice.id}").status_code == 404
    assert notice.title not in client.get("/notices").text
