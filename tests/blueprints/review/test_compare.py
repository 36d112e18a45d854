"""Versions held against each other, by the office and by the applicant, on the screen and on paper."""

import copy
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

import jobs.comparison  # noqa: F401  (registers its task)
from filings.submission import read_versions
from jobs import tasks
from models.filing import Filing
from models.job import Job
from models.material_version import MaterialVersion
from tests.browsing import Clerk
from tests.build import build_account, build_batch, build_carrier, build_reviewer, build_unit
from tests.completing import VENUE
from tests.drafting import Draft
from tests.submitting import finished_version, submitted_filing


@pytest.fixture
def reviewer(client: FlaskClient, session: Session) -> Clerk:
    return Clerk(client, build_reviewer(session))


def two_years(session: Session) -> tuple[Filing, Filing]:
    """Submit for one carrier in two batches; the second year has another venue."""
    carrier = build_carrier(session)
    before = submitted_filing(
        session, carrier=carrier, batch=build_batch(session, year=2020, name="2020年度")
    )
    before.status = "approved"
    session.commit()
    return before, submitted_filing(session, carrier=carrier)


def test_a_single_submission_has_nothing_to_be_held_against(reviewer: Clerk, session: Session) -> None:
    filing = submitted_filing(session)
    assert "没有可以比较的版本" in reviewer.page(f"/review/{filing.id}/compare").get_text()
    assert reviewer.post(f"/review/{filing.id}/compare").status_code == 404
    assert reviewer.get(f"/review/{filing.id}/compare.pdf").status_code == 404


def test_this_year_is_held_against_the_last(reviewer: Clerk, session: Session) -> None:
    before, now = two_years(session)
    version = session.scalars(
        select(MaterialVersion).where(MaterialVersion.version_no == now.submitted_version_no)
    ).one()
    document = copy.deepcopy(version.snapshot)  # a changed original would look unchanged
    document["tabs"][3]["tables"][0]["rows"][0]["cells"][1] |= {"value": "900", "text": "900"}
    version.snapshot = document
    session.commit()
    page = reviewer.page(f"/review/{now.id}/compare")
    changed = page.select("details.row-change.changed tr[data-place]")
    assert [str(tag["data-place"]).rsplit("/", 1)[1] for tag in changed] == ["area_total"]
    assert "+300" in changed[0].get_text()
    address = f"/review/{now.id}/compare?from={now.submitted_version_no}&to={now.submitted_version_no}"
    assert "没有差异" in reviewer.page(address).get_text()
    assert reviewer.page(f"/review/{now.id}/compare?from={before.submitted_version_no}") is not None


def test_only_versions_the_office_may_read_are_offered(reviewer: Clerk, session: Session) -> None:
    _before, now = two_years(session)
    other = submitted_filing(session)
    draft = finished_version(session, now)  # generated again, never submitted
    for number in (other.submitted_version_no, draft.version_no, "x", "", "current"):
        assert reviewer.get(f"/review/{now.id}/compare?to={number}").status_code == 404
    elsewhere = Clerk(reviewer.client.application.test_client(), build_reviewer(session, "city", "440600"))
    for path in ("compare", "compare.pdf"):
        assert elsewhere.get(f"/review/{now.id}/{path}").status_code == 404


def test_the_applicant_sees_what_changed_since_a_version(client: FlaskClient, session: Session) -> None:
    filing = submitted_filing(session)
    account = build_account(session, unit=filing.unit)
    filing.status = "returned"
    session.commit()
    draft = Draft(session, filing)
    row = draft.add("venue_rows", **VENUE | {"address": "新场地 1 号"})
    clerk = Clerk(client, account)
    page = clerk.page(f"/filings/{filing.id}/compare")
    added = page.select("details.row-change.added")
    assert len(added) == 1
    assert "新场地 1 号" in added[0].get_text()
    assert f"venue_rows/{row.id}/address" in {
        str(tag["data-place"]) for tag in added[0].select("[data-place]")
    }
    assert clerk.post(f"/filings/{filing.id}/compare").status_code == 409  # what still changes is not printed
    number = read_versions(session, filing.id)[0].version_no
    assert clerk.get(f"/filings/{filing.id}/compare?from={number}&to=zz").status_code == 404
    foreign = Clerk(client.application.test_client(), build_account(session, unit=build_unit(session)))
    assert foreign.get(f"/filings/{filing.id}/compare").status_code == 404


def test_a_comparison_is_printed_once(
    reviewer: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, now = two_years(session)
    settings = reviewer.client.application.config["SETTINGS"]
    monkeypatch.setattr("config.Settings.from_env", lambda *ignored: settings)
    answer = reviewer.post(f"/review/{now.id}/compare")
    assert answer.status_code == 303
    page = reviewer.page(answer.headers["Location"])
    assert "正在生成 PDF" in page.select_one("#comparison-print").get_text()  # type: ignore[union-attr]
    (job,) = session.scalars(select(Job)).all()
    job_id = str(job.id)
    session.commit()
    tasks.run(job_id)
    reviewer.post(f"/review/{now.id}/compare")  # pressed again: it is there
    link = reviewer.page(answer.headers["Location"]).select_one("#comparison-print a")
    pdf = reviewer.get(str(link["href"]))  # type: ignore[index]
    assert pdf.mimetype == "application/pdf"
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf.data)).pages)
    assert str(before.submitted_version_no) in text
    assert str(now.submitted_version_no) in text
    assert len(session.scalars(select(Job)).all()) == 1
