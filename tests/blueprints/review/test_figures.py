"""The figures of an office as chart and table, and the workbook of what it sees."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

import jobs.export
from files.storage import FolderStorage, MissingFile, storage_from_url
from filings.review.dashboard import mondays
from filings.snapshot import values_of
from filings.submission import offered_offices
from jobs import tasks
from models.event import Actor
from models.export import Export
from models.job import Job
from tests.blueprints.filing.test_statements import counted
from tests.blueprints.test_review import lay_before
from tests.browsing import Clerk
from tests.build import NOW, build_account, build_reviewer
from tests.drafting import Draft
from tests.reviewing import Desk
from tests.submitting import complete_filing, finished_version, submitted_filing


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Clerk:
    return Clerk(client, build_reviewer(session))


def table(page: Any, name: str) -> dict[str, list[int]]:
    rows = page.select(f"[data-figures={name}] tbody tr")
    return {
        row.select_one("th").get_text(): [int(cell.get_text().replace(",", "")) for cell in row.select("td")]
        for row in rows
    }


def test_an_office_without_filings(desk: Clerk) -> None:
    page = desk.page("/review/figures")
    assert "还没有送达过本机构的申报" in page.get_text()


def test_counts_by_state_region_and_week(desk: Clerk, session: Session) -> None:
    passed, returned = submitted_filing(session), submitted_filing(session)
    Desk(session).pass_(passed)
    Desk(session).return_(returned)
    other = lay_before(session, 1, "440103")
    other.submitted_at = NOW - timedelta(weeks=2)
    lay_before(session, 2, "440604")  # of 佛山: not ours
    session.commit()
    page = desk.page("/review/figures")
    assert table(page, "states") == {"市级审核中": [1], "省级审核中": [1], "已退回": [1]}
    assert table(page, "regions") == {"荔湾区": [1, 1], "天河区": [2, 0]}
    weeks = table(page, "weeks")
    assert len(weeks) == 12
    assert weeks["11月8日"] == [2, 2]
    assert weeks["10月25日"] == [1, 0]
    title = page.select_one("[data-chart=states] title").get_text()
    assert "市级审核中 1" in title
    assert len(page.select("[data-chart=weeks] rect")) == 24
    batch = str(passed.batch_id)
    assert table(desk.page(f"/review/figures?batch={batch}"), "states") == table(page, "states")
    assert desk.get("/review/figures?batch=x").status_code == 200


def test_a_province_counts_by_city(client: FlaskClient, session: Session) -> None:
    filing = submitted_filing(session)
    Desk(session).pass_(filing)
    page = Clerk(client, build_reviewer(session, "province", "440000")).page("/review/figures")
    assert table(page, "regions") == {"广州市": [1, 1]}


def test_figures_take_a_fixed_number_of_statements(desk: Clerk, session: Session) -> None:
    lay_before(session, 0)
    with counted() as few:
        desk.page("/review/figures")
    for number in range(1, 6):
        lay_before(session, number)
    with counted() as many:
        desk.page("/review/figures")
    assert len(many) == len(few)


def export(
    desk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch, query: str = "?desk=all"
) -> Export:
    settings = desk.client.application.config["SETTINGS"]
    monkeypatch.setattr("config.Settings.from_env", lambda *ignored: settings)
    assert desk.post(f"/review/exports{query}").status_code == 303
    session.expire_all()
    made = session.scalars(select(Export).order_by(Export.created_at.desc(), Export.id)).all()
    job_id = str(session.scalars(select(Job.id).where(Job.state == "queued")).one())
    session.commit()
    tasks.run(job_id)
    session.expire_all()
    return next(one for one in made if one.state == "ready" and one.sha256)


def sheets(desk: Clerk, made: Export) -> dict[str, list[dict[str, Any]]]:
    answer = desk.get(f"/review/exports/{made.id}.xlsx")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    book = load_workbook(BytesIO(answer.data))
    found = {}
    for sheet in book.worksheets:
        head, *lines = list(sheet.iter_rows())
        assert all(cell.data_type != "f" for line in lines for cell in line)
        found[sheet.title] = [
            dict(zip([c.value for c in head], [c.value for c in line], strict=True)) for line in lines
        ]
    return found


def test_the_workbook_says_what_was_submitted(
    desk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = complete_filing(session)
    draft = Draft(session, filing)
    draft.add("venue_rows", address="=HYPERLINK(\"http://example.com\")", area_total="449.76", workstations="8",
              ownership=["leased"], area_resident="0", area_public="0", area_own_use="449.76", area_other="0")  # fmt: skip
    filing.name = "+名称像公式"
    session.commit()
    version = finished_version(session, filing)
    office = offered_offices(session, filing)[0]
    filing.submit(version, office, values_of(version.snapshot), Actor(None, "测试", "legal"), NOW)
    filing.name, filing.introduction = "后来的名称", "后来的简介"  # type: ignore[attr-defined]
    session.commit()
    found = sheets(desk, export(desk, session, monkeypatch))
    main = next(iter(found.values()))
    assert [line["名称"] for line in main] == ["+名称像公式"]
    assert main[0]["统一社会信用代码"] == filing.unit.uscc
    assert main[0]["版本号"] == version.version_no
    assert "后来的简介" not in main[0].values()
    venues = next(lines for title, lines in found.items() if "场地" in title)
    assert len(venues) == 2
    addresses = [
        value for line in venues for value in line.values() if isinstance(value, str) and "HYPERLINK" in value
    ]
    assert addresses == ['=HYPERLINK("http://example.com")']
    assert 449.76 in venues[1].values()
    assert {line["版本号"] for line in venues} == {version.version_no}


def test_an_export_holds_what_the_filters_leave_and_nothing_foreign(
    desk: Clerk, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _other = submitted_filing(session), submitted_filing(session)
    made = export(desk, session, monkeypatch, f"?desk=all&unit={one.unit_id}")
    assert [line["名称"] for line in next(iter(sheets(desk, made).values()))] == [one.name]
    assert made.total == 1
    stranger = Clerk(client, build_reviewer(session, "city", "440600"))
    assert stranger.get(f"/review/exports/{made.id}.xlsx").status_code == 404
    assert "还没有导出" in stranger.page("/review/exports").get_text()
    colleague = Clerk(client, build_reviewer(session))
    assert colleague.get(f"/review/exports/{made.id}.xlsx").status_code == 404
    assert Clerk(client, build_account(session)).get("/review/exports").status_code == 403


def test_an_export_of_nothing_says_so(desk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    made = export(desk, session, monkeypatch)
    answer = desk.get(f"/review/exports/{made.id}.xlsx")
    assert load_workbook(BytesIO(answer.data)).worksheets[0]["A1"].value == "没有符合条件的申报"


def test_only_the_last_exports_are_kept(
    desk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.export, "KEPT", 1)
    storage = storage_from_url(desk.client.application.config["SETTINGS"].storage_url)
    first = export(desk, session, monkeypatch)
    digest = first.sha256
    assert storage.path(digest).exists()
    export(desk, session, monkeypatch)
    session.expire_all()
    assert first.sha256 is None
    with pytest.raises(MissingFile):
        storage.path(digest)


def test_an_export_whose_bytes_are_still_there_is_named(
    desk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_storage: FolderStorage, _sha256: str) -> None:
        raise OSError("killed at this moment")

    monkeypatch.setattr(jobs.export, "KEPT", 1)
    first = export(desk, session, monkeypatch)
    digest = first.sha256
    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "remove", killed)
        export(desk, session, monkeypatch)
    assert first.sha256 == digest


def test_an_export_that_breaks_says_so(desk: Clerk, session: Session) -> None:
    desk.post("/review/exports")
    made = session.scalars(select(Export)).one()
    page = desk.page("/review/exports")
    assert page.select_one("#exports")["hx-get"] == "/review/exports"
    assert "正在排队" in page.get_text()
    jobs.export.fail(session, made.id)
    session.commit()
    page = desk.page("/review/exports")
    assert "导出时系统多次出错" in page.get_text()
    assert page.select_one("#exports").get("hx-get") is None


def test_weeks_begin_on_monday() -> None:
    assert mondays(date(2021, 11, 14))[-1] == date(2021, 11, 8)
    assert mondays(date(2021, 11, 15))[-1] == date(2021, 11, 15)
