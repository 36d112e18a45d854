"""A submitted filing before an office: its data part by part, and its evidence page by page beside it."""

import uuid

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from files.storage import FolderStorage
from filings.review.fingerprints import note_fingerprints
from filings.snapshot import values_of
from filings.submission import offered_offices
from models.attachment import Attachment
from models.event import Actor
from models.filing import Filing
from models.material_version import MaterialVersion
from tests.blueprints.filing.test_statements import counted
from tests.browsing import Clerk, conditions, soup, values
from tests.build import NOW, build_account, build_reviewer
from tests.completing import VENUE, small_pdf
from tests.drafting import Draft
from tests.submitting import complete_filing, finished_version, submitted_filing


@pytest.fixture
def reviewer(client: FlaskClient, session: Session) -> Clerk:
    """Somebody of the office of 广州."""
    return Clerk(client, build_reviewer(session))


def with_bytes(session: Session, storage: FolderStorage, data: bytes, pages: int = 2) -> str:
    """Let all attachments of the only version be these bytes; return their digest."""
    version = session.query(MaterialVersion).one()
    temp = storage.new_temp()
    temp.write_bytes(data)
    digest, document = storage.put(temp), dict(version.snapshot)
    document["attachments"] = [a | {"clean_sha256": digest, "pages": pages} for a in document["attachments"]]
    version.snapshot, version.pdf_sha256 = document, digest
    session.commit()
    return digest


def with_venues(session: Session, count: int) -> Filing:
    """Submit a filing with that many venues."""
    filing = complete_filing(session)
    draft = Draft(session, filing)
    for number in range(2, count + 1):
        draft.add("venue_rows", **VENUE | {"address": f"天河区第 {number} 号"})
    version = finished_version(session, filing)
    filing.submit(
        version,
        offered_offices(session, filing)[0],
        values_of(version.snapshot),
        Actor(None, "测试", "legal"),
        NOW,
    )
    note_fingerprints(session, filing, version.snapshot)
    session.commit()
    return filing


def file_links(page: BeautifulSoup) -> list[str]:
    return [str(link["href"]) for link in page.select("a[data-file]")]


def test_a_filing_is_read_as_it_was_submitted(reviewer: Clerk, session: Session) -> None:
    filing = submitted_filing(session)
    filing.makerspace_name, filing.unit.legal_representative = "后来改的", "后来的人"  # type: ignore[attr-defined]
    session.commit()
    overview = reviewer.page(f"/review/{filing.id}")
    parts = {str(link["href"]) for link in overview.select(".desk-parts a")}
    pages = {address: reviewer.page(address) for address in parts}
    text = "".join(page.get_text() for page in pages.values())
    for word in (filing.submitted_version_no, "启航众创空间", "陈启航", "天河区科韵路 16 号", "第一段。"):
        assert str(word) in text
    assert "后来" not in text
    assert values(overview)["venue_total_area"] == "600"
    assert conditions(overview)["MK-09"] == "fail"
    assert all(page.select("main input, main textarea, main select") == [] for page in pages.values())


def test_every_part_of_the_data_has_a_page_and_no_other_does(reviewer: Clerk, session: Session) -> None:
    filing = submitted_filing(session)
    for part in (
        "basic_info",
        "media_reports",
        "venue",
        "venue_rows",
        "staff",
        "mentors",
        "teams",
        "enterprises",
    ):
        page = reviewer.page(f"/review/{filing.id}?part={part}")
        assert page.select_one(".desk-parts [aria-current]") is not None
    for part in ("x", "venue/", "%00x", "materials"):
        assert reviewer.get(f"/review/{filing.id}?part={part}").status_code in (400, 404)
    names = [link.get_text() for link in reviewer.page(f"/review/{filing.id}").select(".desk-tabs a")]
    assert names[0] == "填报数据"
    assert "证明材料 2" in names


def test_rows_come_fifty_to_a_page(reviewer: Clerk, session: Session) -> None:
    filing = with_venues(session, 52)
    first = reviewer.page(f"/review/{filing.id}?part=venue")
    second = reviewer.page(f"/review/{filing.id}?part=venue&page=2")
    assert [len(page.select("tr[id^=venue_rows-]")) for page in (first, second)] == [50, 2]
    for odd in ("0", "-1", "x", "99999999999999999999"):
        assert (
            len(reviewer.page(f"/review/{filing.id}?part=venue&page={odd}").select("tr[id^=venue_rows-]")) > 0
        )


def test_a_file_opens_beside_the_row_it_proves(
    reviewer: Clerk, session: Session, storage: FolderStorage
) -> None:
    filing = submitted_filing(session)
    with_bytes(session, storage, small_pdf("lease", 2))
    link = file_links(reviewer.page(f"/review/{filing.id}?part=venue"))[0]
    address, anchor = link.split("#")
    page = reviewer.page(address)
    viewer = page.select_one("#viewer")
    assert viewer["data-row"] == anchor == page.select_one("tr.looked")["id"]  # type: ignore[index]
    assert page.select_one("a[data-file][aria-current]") is not None
    picture = reviewer.get(str(viewer.select_one("img.page-image")["src"]))  # type: ignore[union-attr,index]
    assert (picture.status_code, picture.mimetype) == (200, "image/webp")
    assert picture.headers["Cache-Control"] == "no-store"
    fragment = soup(reviewer.get(address, headers={"HX-Request": "true"}))
    assert [tag["id"] for tag in fragment.find_all(recursive=False)] == ["viewer"]


def test_the_viewer_turns_pages_and_goes_on_to_the_next_file(
    reviewer: Clerk, session: Session, storage: FolderStorage
) -> None:
    filing = submitted_filing(session)
    with_bytes(session, storage, small_pdf("lease", 2))
    opened = reviewer.page(file_links(reviewer.page(f"/review/{filing.id}?part=commitment"))[0])
    second = reviewer.page(str(opened.select_one("a#v-next")["href"]))
    assert second.select_one(".viewer-page").get_text(" ", strip=True) == "2 / 2 页"  # type: ignore[union-attr]
    assert second.select_one("a#v-next") is None
    turned = reviewer.page(str(second.select_one("a#v-turn")["href"]))
    assert "turn=90" in turned.select_one("img.page-image")["src"]  # type: ignore[index]
    assert reviewer.get(turned.select_one("img.page-image")["src"]).status_code == 200  # type: ignore[index]
    larger = reviewer.page(str(turned.select_one("a#v-larger")["href"]))
    assert "width=1600" in larger.select_one("img.page-image")["src"]  # type: ignore[index]
    other = reviewer.page(str(larger.select_one("a#v-next-file")["href"]))
    assert "part=venue" in str(larger.select_one("a#v-next-file")["href"])
    assert "hx-get" not in larger.select_one("a#v-next-file").attrs  # type: ignore[union-attr]
    assert other.select_one("tr.looked") is not None
    assert other.select_one("a#v-next-file") is None


ODD_QUERIES = (
    "file=0", "file=99", "file=x", "file=-1", "file=1&sheet=99", "file=1&sheet=-4", "file=1&zoom=9",
    "file=1&turn=45", "file=1&turn=x&zoom=x&sheet=x", "file=99999999999999999999",
)  # fmt: skip


def test_odd_addresses_of_the_viewer_show_the_page(reviewer: Clerk, session: Session) -> None:
    filing = submitted_filing(session)
    for query in ODD_QUERIES:
        for path in (f"/review/{filing.id}?{query}", f"/review/{filing.id}/evidence?{query}"):
            assert reviewer.get(path).status_code == 200
            assert reviewer.get(path, headers={"HX-Request": "true"}).status_code == 200


def test_a_page_that_cannot_be_drawn_says_so_as_a_picture(
    reviewer: Clerk, session: Session, storage: FolderStorage
) -> None:
    filing = submitted_filing(session)
    base = f"/review/{filing.id}/evidence/1/pages"
    assert reviewer.get(f"{base}/1.webp").status_code == 422  # its bytes are not there
    with_bytes(session, storage, b"%PDF-1.4 broken")
    answer = reviewer.get(f"{base}/1.webp")
    assert (answer.status_code, answer.mimetype) == (422, "image/svg+xml")
    assert "下载" in answer.get_data(as_text=True)
    for odd in ("0", "3", "99999999999999999999", "x", "-1"):
        assert reviewer.get(f"{base}/{odd}.webp").status_code == 404
    for query in ("width=99", "width=x", "turn=45", "width=999999999"):
        assert reviewer.get(f"{base}/1.webp?{query}").status_code in (404, 422)


def test_evidence_is_that_of_the_submitted_version(
    reviewer: Clerk, session: Session, storage: FolderStorage
) -> None:
    filing = submitted_filing(session)
    data = small_pdf("submitted")
    with_bytes(session, storage, data, 1)
    version = session.query(MaterialVersion).one()
    for attachment in session.query(Attachment):
        session.delete(attachment)  # what is edited later is no business of the reviewer
    session.commit()
    page = reviewer.page(f"/review/{filing.id}/evidence")
    assert [str(tag["id"]) for tag in page.select("li[id^=file-]")] == ["file-1", "file-2"]
    links = [f"/review/{filing.id}/evidence/{number}.pdf" for number in (1, 2)]
    answer = reviewer.get(links[0])
    assert (answer.status_code, answer.data) == (200, data)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    for number in ("0", "3", "99999999999999999999", "-1", "x"):
        assert reviewer.get(f"/review/{filing.id}/evidence/{number}.pdf").status_code == 404
    path = f"/review/{filing.id}/materials"
    assert reviewer.get(f"{path}/{version.version_no}.pdf").status_code == 200
    assert reviewer.get(f"{path}/{version.version_no[:-4]}0000.pdf").status_code == 404
    elsewhere = Clerk(reviewer.client.application.test_client(), build_reviewer(session, "city", "440600"))
    picture = f"/review/{filing.id}/evidence/1/pages/1.webp"
    assert reviewer.get(picture).status_code == 200
    for foreign in (f"/review/{filing.id}", f"/review/{filing.id}/evidence", links[0], picture,
                    f"{path}/{version.version_no}.pdf", f"/review/{uuid.uuid4()}"):  # fmt: skip
        assert elsewhere.get(foreign).status_code == 404


def test_only_reviewers_read(client: FlaskClient, session: Session) -> None:
    filing = submitted_filing(session)
    for person in (
        build_account(session), build_account(session, unit=filing.unit), build_account(session, "natural"),
        build_account(session, "staff", staff_role="helpdesk"),
    ):  # fmt: skip
        clerk = Clerk(client, person)
        for path in ("", "/evidence", "/evidence/1.pdf", "/evidence/1/pages/1.webp", "/materials/x.pdf"):
            assert clerk.get(f"/review/{filing.id}{path}").status_code == 403


def test_a_page_of_data_costs_the_same_with_many_rows(reviewer: Clerk, session: Session) -> None:
    few, many = with_venues(session, 3), with_venues(session, 60)
    counts = []
    for filing in (few, many):
        reviewer.page(f"/review/{filing.id}")  # the first look is noted
        with counted() as statements:
            reviewer.page(f"/review/{filing.id}?part=venue&file=2")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 17
