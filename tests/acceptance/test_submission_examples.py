"""Examples F of the acceptance examples: files, versions, submission."""

import re
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from clock import SHANGHAI
from extensions import clock
from files.storage import FolderStorage
from models.attachment import Attachment
from models.filing import Filing
from models.material_version import MaterialVersion
from models.venue import Venue
from tests.browsing import Clerk, codes, conditions, soup
from tests.build import build_account, build_batch, build_carrier, build_reviewer
from tests.completing import BASIC_INFO, VENUE, complete, generate, offices, small_pdf, submit
from tests.postgres import long_on_postgresql

LIMIT = 3_145_728


@pytest.fixture
def clerk(client: FlaskClient, session: Session) -> Clerk:
    account = build_account(session)
    build_batch(session)
    build_carrier(session, account.unit)
    return Clerk(client, account)


@pytest.fixture
def filing(clerk: Clerk) -> str:
    return clerk.open_filing()


def padded_pdf(size: int) -> bytes:
    data = small_pdf()
    return data + b"\n%" + b"x" * (size - len(data) - 2)


def test_f01_three_megabytes_and_not_a_byte_more(clerk: Clerk, filing: str, session: Session) -> None:
    path = f"{filing}/files/commitment_file"
    assert clerk.upload(path, padded_pdf(LIMIT)).status_code == 303
    answer = clerk.upload(path, padded_pdf(LIMIT + 1))
    assert answer.status_code == 413
    assert codes(soup(answer)) == ["E_FILE_SIZE"]
    assert session.scalars(select(Attachment)).one().file.size == LIMIT  # the old one is still there


@pytest.mark.parametrize(
    ("data", "code"), [(b"PK\x03\x04 a document renamed", "E_FILE_TYPE"), (b"", "E_FILE_EMPTY")]
)
def test_f02_a_renamed_document_and_an_empty_file(clerk: Clerk, filing: str, data: bytes, code: str) -> None:
    answer = clerk.upload(f"{filing}/files/commitment_file", data, "a.pdf")
    assert answer.status_code == 422
    assert codes(soup(answer)) == [code]


def test_f03_every_generation_has_its_own_number_on_every_page(
    clerk: Clerk, filing: str, session: Session, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    versions = [generate(clerk, filing, session, monkeypatch) for _ in range(2)]
    numbers = [version.version_no for version in versions]
    assert numbers[0] != numbers[1]
    assert re.fullmatch(r"ZCKJ-2021-\d{6}-002-[0-9A-HJKMNP-TV-Z]{4}", numbers[1])
    for version, other in zip(versions, reversed(numbers), strict=True):
        assert version.state == "ready", version.failure
        answer = clerk.get(f"{filing}/materials/{version.version_no}.pdf")
        pages = PdfReader(BytesIO(answer.data)).pages
        assert len(pages) == version.page_count
        for place, page in enumerate(pages, 1):
            text = page.extract_text()
            assert version.version_no in text
            assert other not in text
            assert f"第 {place} 页 共 {len(pages)} 页" in text


def test_f04_a_change_after_generating_makes_the_version_stale(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    generate(clerk, filing, session, monkeypatch)
    clerk.post(f"{filing}/basic_info", BASIC_INFO | {"contact_mobile": "13900000000"})
    answer = submit(clerk, filing)
    assert answer.status_code == 422
    assert codes(soup(answer)) == ["E_VERSION_STALE"]
    second = generate(clerk, filing, session, monkeypatch)
    answer = submit(clerk, filing)
    assert answer.status_code == 303
    session.expire_all()
    stored = session.scalars(select(Filing)).one()
    assert (stored.status, stored.submitted_version_no) == ("under_review", second.version_no)


def test_f06_the_first_paper_is_publicly_told_from_the_submitted_one(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    first = generate(clerk, filing, session, monkeypatch)
    clerk.post(f"{filing}/basic_info", BASIC_INFO | {"contact_mobile": "13900000000"})
    second = generate(clerk, filing, session, monkeypatch)
    submit(clerk, filing)
    verdicts = [
        clerk.page(f"/verify/{number}").select_one("[data-verdict]")["data-verdict"]
        for number in (first.version_no, second.version_no, "ZCKJ-2021-000001-001-0000")
    ]
    assert verdicts == ["superseded", "submitted", "unknown"]


def test_a_pdf_is_compared_with_its_version_by_digest(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    version = generate(clerk, filing, session, monkeypatch)
    data = clerk.get(f"{filing}/materials/{version.version_no}.pdf").data
    for content, said in ((data, "same"), (data + b" ", "different")):
        page = soup(clerk.upload(f"/verify/{version.version_no}", content))
        assert page.select_one("[data-compared]")["data-compared"] == said


def test_f07_the_deadline_is_a_whole_day(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    generate(clerk, filing, session, monkeypatch)
    office = offices(clerk, filing)[0]
    last_second = datetime(2021, 11, 30, 23, 59, 59, tzinfo=SHANGHAI)
    answers = {"receiving_office": office, "confirm_conditions": "yes"}
    monkeypatch.setattr(clock, "now", lambda: last_second + timedelta(seconds=1))
    answer = clerk.post(f"{filing}/submission", answers)
    assert (answer.status_code, "E_BATCH_CLOSED" in codes(soup(answer))) == (422, True)
    monkeypatch.setattr(clock, "now", lambda: last_second)
    assert clerk.post(f"{filing}/submission", answers).status_code == 303


def test_f08_failing_conditions_need_a_second_confirmation(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    generate(clerk, filing, session, monkeypatch)
    answer = submit(clerk, filing, confirm_conditions="")
    assert (answer.status_code, codes(soup(answer))) == (422, ["E_CONDITIONS_UNCONFIRMED"])
    assert submit(clerk, filing).status_code == 303
    session.expire_all()
    stored = session.scalars(select(Filing)).one()
    assert stored.submitted_values["conditions"]["MK-09"] == "fail"
    version = session.scalars(select(MaterialVersion)).one()
    assert {c["code"]: c["state"] for c in version.snapshot["conditions"]}["MK-09"] == "fail"


def test_f09_a_submitted_filing_is_read_only(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    generate(clerk, filing, session, monkeypatch)
    submit(clerk, filing)
    row = session.scalars(select(Venue)).one()
    for path, answers in (
        ("basic_info", BASIC_INFO), ("venue_rows", VENUE), (f"venue_rows/{row.id}", VENUE),
        (f"venue_rows/{row.id}/removal", {}), ("materials", {}), ("submission", {}),
        ("files/commitment_file/removal", {}), ("removal", {}),
    ):  # fmt: skip
        assert clerk.post(f"{filing}/{path}", answers).status_code == 409, path
    assert clerk.upload(f"{filing}/files/commitment_file", small_pdf()).status_code == 409
    for tab in ("venue", "basic_info", "commitment", "instructions"):
        assert clerk.page(f"{filing}/{tab}").select("button[data-foot]") == []


def test_the_receiving_office_has_it_and_no_other(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    version = generate(clerk, filing, session, monkeypatch)
    identity = filing.rsplit("/", 1)[1]
    here = Clerk(clerk.client.application.test_client(), build_reviewer(session))
    assert here.get(f"/review/{identity}").status_code == 404  # not before submission
    submit(clerk, filing)
    assert version.version_no in here.page("/review").get_text()
    page = here.page(f"/review/{identity}")
    assert conditions(page)["MK-04C"] == "pass"
    evidence = here.page(f"/review/{identity}/evidence").select_one("li a[href$='.pdf']")["href"]
    answer = here.get(str(evidence))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert here.get(f"/review/{identity}/materials/{version.version_no}.pdf").status_code == 200
    for level, region in (("city", "440600"), ("province", "330000"), ("province", "440300")):
        elsewhere = Clerk(clerk.client.application.test_client(), build_reviewer(session, level, region))
        assert version.version_no not in elsewhere.page("/review").get_text()
        assert elsewhere.get(f"/review/{identity}").status_code == 404
        assert elsewhere.get(str(evidence)).status_code == 404
    above = Clerk(clerk.client.application.test_client(), build_reviewer(session, "province", "440000"))
    assert above.get(f"/review/{identity}").status_code == 404  # it has not reached the province


def test_a_filing_is_withdrawn_resumed_and_submitted_again(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    generate(clerk, filing, session, monkeypatch)
    submit(clerk, filing)
    assert clerk.post(f"{filing}/withdrawal").status_code == 303
    assert clerk.post(f"{filing}/withdrawal").status_code == 409
    assert "已撤回" in clerk.page(f"{filing}/receipt").get_text()
    assert clerk.post(f"{filing}/resumption").status_code == 303
    assert clerk.post(f"{filing}/venue_rows", VENUE).status_code == 303
    assert codes(soup(submit(clerk, filing)))[0] == "E_REQUIRED"


def test_a_job_whose_attachment_cannot_be_merged_names_it(
    clerk: Clerk, filing: str, session: Session, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    attachment = session.scalars(select(Attachment).where(Attachment.slot == "evidence_file")).one()
    storage.path(attachment.file.clean_sha256).write_bytes(b"%PDF-1.7 broken")
    version = generate(clerk, filing, session, monkeypatch)
    assert version.state == "failed"
    assert "证明材料 · 天河区科韵路 16 号" in version.failure
    page = clerk.page(f"{filing}/materials")
    link = page.find("a", string="替换文件")["href"]
    assert str(attachment.owner_id) in str(link)
    assert clerk.get(str(link).split("#")[0]).status_code == 200


def test_a_double_click_on_submit_submits_once(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    generate(clerk, filing, session, monkeypatch)
    first = submit(clerk, filing, idempotency_key="the same")
    second = clerk.post(f"{filing}/submission", {"idempotency_key": "the same"})
    assert (first.status_code, first.headers["Location"]) == (303, second.headers["Location"])


@long_on_postgresql
def test_bytes_are_kept_for_the_last_three_versions_and_the_submitted(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    generate(clerk, filing, session, monkeypatch)
    submit(clerk, filing)
    clerk.post(f"{filing}/withdrawal")
    clerk.post(f"{filing}/resumption")
    for _ in range(4):
        generate(clerk, filing, session, monkeypatch)
    versions = session.scalars(select(MaterialVersion).order_by(MaterialVersion.number)).all()
    assert [version.has_pdf for version in versions] == [True, False, True, True, True]
    paths = [f"{filing}/materials/{version.version_no}.pdf" for version in versions]
    assert [clerk.get(path).status_code for path in paths] == [200, 404, 200, 200, 200]


def test_a_new_carrier_is_listed_by_the_name_typed(clerk: Clerk, session: Session) -> None:
    filing = clerk.open_filing("new")
    clerk.post(f"{filing}/basic_info", BASIC_INFO)
    assert "启航众创空间" in clerk.page("/filings").select_one("td.lead").get_text()
