"""下载材料 through the browser: refused, running, finished, failed, out of date."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from files.storage import FolderStorage
from models.account import Account
from models.filing import Filing
from models.job import Job
from models.material_version import MaterialVersion
from models.venue import Venue
from tests.browsing import Clerk, soup
from tests.build import build_account
from tests.completing import BASIC_INFO, generate, small_pdf
from tests.submitting import complete, complete_filing, finished_version


@pytest.fixture
def ready(filing: str, session: Session) -> str:
    """The address of a filing that may be generated."""
    complete(session, session.scalars(select(Filing)).one())
    return filing


def versions(session: Session) -> list[MaterialVersion]:
    session.expire_all()
    return list(session.scalars(select(MaterialVersion).order_by(MaterialVersion.number)))


def only_filing(session: Session) -> Filing:
    return session.scalars(select(Filing)).one()


def test_an_incomplete_filing_is_refused_with_links_to_what_is_missing(
    clerk: Clerk, filing: str, session: Session
) -> None:
    assert "补齐后才能生成" in clerk.page(f"{filing}/materials").get_text()
    answer = clerk.post(f"{filing}/materials")
    page = soup(answer)
    assert answer.status_code == 422
    links = page.select(".notice [data-error]")
    assert {link["data-error"] for link in links} == {"E_REQUIRED"}
    for link in links:
        assert clerk.get(str(link["href"]).split("#")[0]).status_code == 200
    assert "查看全部" in page.get_text()
    assert (versions(session), session.scalar(select(func.count()).select_from(Job))) == ([], 0)


def test_every_click_makes_a_version_and_a_job_of_its_own(clerk: Clerk, ready: str, session: Session) -> None:
    for _ in range(2):
        assert clerk.post(f"{ready}/materials").headers["Location"] == f"{ready}/materials"
    first, second = versions(session)
    assert (first.number, second.number, first.content_hash) == (1, 2, second.content_hash)
    assert first.version_no != second.version_no
    assert set(session.scalars(select(Job.target_id))) == {first.id, second.id}


def test_a_double_click_makes_one(clerk: Clerk, ready: str, session: Session) -> None:
    key = clerk.page(f"{ready}/materials").select_one("[name=idempotency_key]")["value"]
    for _ in range(2):
        assert clerk.post(f"{ready}/materials", {"idempotency_key": key}).status_code == 303
    assert len(versions(session)) == 1


def test_the_page_asks_again_while_a_version_is_made_and_stops_after(
    clerk: Clerk, ready: str, session: Session
) -> None:
    clerk.post(f"{ready}/materials")
    version = versions(session)[0]
    for state, step, asks in (
        ("queued", "", True), ("running", "merge", True), ("ready", "finish", False), ("failed", "merge", False),
    ):  # fmt: skip
        version.state, version.step, version.step_done, version.step_total = state, step, 3, 10
        version.pdf_sha256 = "0" * 64 if state == "ready" else None
        answer = clerk.get(f"{ready}/materials", headers={"HX-Request": "true"})
        fragment = soup(answer)
        assert fragment.find("html") is None
        # While it runs only its progress is sent, into the list that goes on asking.
        assert answer.headers.get("HX-Retarget") == ("#job" if asks else None)
        assert fragment.find(id="job" if asks else "versions")
        assert "hx-get" in str(clerk.page(f"{ready}/materials").find(id="versions")) or not asks
        assert "hx-get" not in str(fragment)
        links = [str(link["href"]) for link in fragment.select("a[href$='.pdf']")]
        assert links == ([f"{ready}/materials/{version.version_no}.pdf"] if state == "ready" else [])


def test_a_failure_is_told_and_leads_to_the_file(clerk: Clerk, ready: str, session: Session) -> None:
    clerk.post(f"{ready}/materials")
    version = versions(session)[0]
    version.state, version.failure, version.failed_attachment_no = "failed", "附件 2 不能合并", 2
    page = clerk.page(f"{ready}/materials")
    assert "附件 2 不能合并" in page.get_text()
    row = session.scalars(select(Venue)).one()
    link = str(page.find("a", string="替换文件")["href"])
    assert link.startswith(f"{ready}/venue_rows/{row.id}/edit")
    anchor = link.split("#")[1]
    assert clerk.page(link.split("#")[0]).find(id=anchor)


def test_what_changed_since_is_named(clerk: Clerk, ready: str, session: Session) -> None:
    version = finished_version(session, only_filing(session))
    assert "已过期" not in clerk.page(f"{ready}/materials").find(id="versions").get_text()
    clerk.post(f"{ready}/basic_info", BASIC_INFO | {"contact_name": "王芳"})
    clerk.upload(f"{ready}/files/staff_extra_file", small_pdf())
    row = next(
        tag
        for tag in clerk.page(f"{ready}/materials").select("#versions tr")
        if version.version_no in tag.text
    )
    assert "基础信息" in row.get_text()
    assert "人员情况" in row.get_text()
    assert "服务场地" not in row.get_text()
    clerk.post(f"{ready}/basic_info", BASIC_INFO)
    clerk.post(f"{ready}/files/staff_extra_file/removal")
    assert "基础信息" not in clerk.page(f"{ready}/materials").find(id="versions").get_text()


def test_the_pdf_is_served_to_its_unit_only(
    clerk: Clerk, ready: str, session: Session, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = generate(clerk, ready, session, monkeypatch)
    path = f"{ready}/materials/{version.version_no}.pdf"
    assert (version.state, clerk.get(path).status_code) == ("failed", 404)
    assert "附件 1（承诺书" in version.failure  # the evidence of this test has no bytes
    assert "找不到文件" in version.failure
    temp = storage.new_temp()
    data = small_pdf()
    temp.write_bytes(data)
    version.pdf_sha256, version.state = storage.put(temp), "ready"
    answer = clerk.get(path)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/pdf", data)
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert version.version_no in answer.headers["Content-Disposition"]
    assert clerk.get(f"{path}?download=1").headers["Content-Disposition"].startswith("attachment")
    for wrong in (version.version_no[:-4] + "0000", "..", "%2e%2e%2fx", version.version_no.lower()):
        assert clerk.get(f"{ready}/materials/{wrong}.pdf").status_code == 404
    stranger = Clerk(clerk.client.application.test_client(), build_account(session))
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{ready}/materials").status_code == 404
    assert stranger.post(f"{ready}/materials").status_code == 404


def test_a_version_is_found_under_its_own_filing_only(
    clerk: Clerk, ready: str, account: Account, session: Session
) -> None:
    other = finished_version(session, complete_filing(session, unit=account.unit))
    assert clerk.get(f"{ready}/materials/{other.version_no}.pdf").status_code == 404
