import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from demo.desks import UNDER_REVIEW
from demo.load import load_demo
from files.storage import FolderStorage
from filings.derive import derive, judge
from filings.figures import load_figures
from filings.kinds import kind_of
from filings.problems import find_problems
from filings.removal import remove_draft
from models.activity import Activity
from models.attachment import Attachment
from models.event import Actor, Event, first_broken_link
from models.filing import Filing
from models.makerspace_filing import MakerspaceFiling
from models.office import Office
from models.resident import Enterprise, Team
from models.return_request import ReturnRequest
from models.row import FilingRow
from models.staff import Mentor, ServiceStaff
from models.stored_file import StoredFile
from models.unit import Unit
from models.venue import Venue
from tests.drafting import Draft

NOW = datetime(2021, 11, 10, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> FolderStorage:
    return FolderStorage(tmp_path_factory.mktemp("demo") / "files")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, storage: FolderStorage
) -> Iterator[Session]:
    """The demo as its first start leaves it."""
    engine = create_engine(_database(request, tmp_path_factory.mktemp("database")))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    with Session(engine) as session:
        load_demo(session, storage)
        session.commit()
        yield session
    engine.dispose()


def _database(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "demo.sqlite3")
        return f"sqlite:///{folder / 'demo.sqlite3'}"
    url_of: Callable[[str], str] = request.getfixturevalue("postgres_url")
    with psycopg.connect(url_of("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS demo WITH (FORCE)")
        connection.execute('CREATE DATABASE demo TEMPLATE "template" STRATEGY file_copy')
    return url_of("demo")


@pytest.fixture
def filing(demo: Session) -> MakerspaceFiling:
    return demo.scalars(select(MakerspaceFiling).where(MakerspaceFiling.serial == 1)).one()


def rows(session: Session, model: type[FilingRow]) -> list[FilingRow]:
    draft = select(Filing.id).where(Filing.serial == 1).scalar_subquery()
    return list(session.scalars(select(model).where(model.filing_id == draft).order_by(model.place)))


def test_the_first_filing_is_the_complete_draft_of_linchuang(demo: Session, filing: MakerspaceFiling) -> None:
    assert (filing.unit.name, filing.name) == ("广州临创众创空间有限公司", "临创众创空间")
    assert (filing.status, filing.serial) == ("draft", 1)
    assert first_broken_link(demo, filing.id) is None


def test_tables_have_the_rows_of_the_contract(demo: Session) -> None:
    counts = {Venue: 12, ServiceStaff: 3, Mentor: 3, Team: 40, Enterprise: 60, Activity: 25}
    assert {model: [row.place for row in rows(demo, model)] for model in counts} == {
        model: list(range(1, count + 1)) for model, count in counts.items()
    }
    assert all(row.error_count == row.missing_count == 0 for model in counts for row in rows(demo, model))


def test_nothing_is_wrong_or_missing_in_any_tab(demo: Session, filing: MakerspaceFiling) -> None:
    kind = kind_of(filing)
    figures = load_figures(demo, kind, filing)
    assert find_problems(demo, kind, filing, figures) == []
    assert set(Draft(demo, filing).tab_states().values()) == {("done", 0)}


def test_every_condition_that_can_be_computed_is_met(demo: Session, filing: MakerspaceFiling) -> None:
    kind = kind_of(filing)
    states = Counter(view.judgement.state for view in judge(kind, load_figures(demo, kind, filing)))
    assert set(states) == {"pass", "manual"}
    assert states["pass"] == 11


def test_totals_are_those_the_texts_speak_of(demo: Session, filing: MakerspaceFiling) -> None:
    kind = kind_of(filing)
    values = {name: value.plain for name, value in derive(kind, load_figures(demo, kind, filing)).items()}
    capability = filing.service_capability_text or ""
    for name in ("venue_total_area", "venue_resident_area", "venue_public_area", "venue_service_ratio"):
        assert values[name] in capability
    assert values["workstation_count"] in (filing.introduction or "")


def test_about_210_files_are_attached_and_stored(demo: Session, filing: MakerspaceFiling,
                                                 storage: FolderStorage) -> None:  # fmt: skip
    attachments = demo.scalars(select(Attachment).where(Attachment.filing_id == filing.id)).all()
    assert 205 <= len(attachments) <= 220
    assert len({attachment.sha256 for attachment in attachments}) == len(attachments)
    assert len({attachment.name for attachment in attachments}) == len(attachments)
    for attachment in attachments:
        file = attachment.file
        assert storage.path(file.sha256).stat().st_size == file.size <= 3 * 1024 * 1024
        assert storage.path(file.clean_sha256).stat().st_size == file.clean_size
        assert file.notes == []


def test_codes_and_names_of_residents_are_valid_and_different(demo: Session) -> None:
    enterprises = demo.scalars(select(Enterprise)).all()
    codes = [enterprise.uscc for enterprise in enterprises] + list(demo.scalars(select(Unit.uscc)))
    assert all(uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert len({enterprise.enterprise_name for enterprise in enterprises}) == 60
    assert len({team.team_name for team in demo.scalars(select(Team))}) == 40


def test_teams_and_enterprises_are_a_mixture(demo: Session) -> None:
    teams, enterprises = demo.scalars(select(Team)).all(), demo.scalars(select(Enterprise)).all()
    assert Counter(team.team_status for team in teams) == {"in_space": 18, "converted": 17, "moved_out": 5}
    converted = {
        team.team_name: team.converted_registered_on for team in teams if team.team_status == "converted"
    }
    linked = {e.source_team_name: e.registered_on for e in enterprises if e.converted_from_team}
    assert linked == converted
    assert sum(bool(enterprise.has_moved_out) for enterprise in enterprises) == 11
    financed = [row.financed_on for row in (*teams, *enterprises) if row.has_financing]
    assert sum(day >= date(2020, 11, 1) for day in financed if day) == 5


def test_loading_again_changes_nothing(demo: Session, storage: FolderStorage) -> None:
    def counts() -> list[int | None]:
        models = (Filing, Event, Attachment, StoredFile, Team, Unit)
        return [demo.scalar(select(func.count()).select_from(model)) for model in models]

    before = counts()
    load_demo(demo, storage)
    assert not demo.dirty
    assert not demo.new
    assert counts() == before


def test_a_removed_draft_does_not_come_back(
    demo: Session, storage: FolderStorage, filing: MakerspaceFiling
) -> None:
    remove_draft(demo, filing, Actor(None, "gz_linchuang", "legal"), NOW)
    load_demo(demo, storage)
    count = demo.scalar(select(func.count()).select_from(Filing))
    demo.rollback()  # the other tests need it
    assert count == len(UNDER_REVIEW) + 1


def test_filings_lie_on_the_desks_the_contract_names(demo: Session) -> None:
    found = demo.execute(
        select(Unit.name, Filing.status, Office.name)
        .join(Unit, Filing.unit_id == Unit.id).join(Office, Filing.receiving_office_id == Office.id)
        .where(Filing.serial > 1).order_by(Filing.serial)
    ).all()  # fmt: skip
    assert [(status, office) for _, status, office in found] == [
        ("under_review", "深圳市科技创新委员会"),
        ("under_review", "北京市科学技术委员会、中关村科技园区管理委员会"),
        ("under_review", "广州市科学技术局"),
        ("under_review", "杭州市科学技术局"),
        ("under_review", "佛山市科学技术局"),
        ("returned", "广州市科学技术局"),
    ]
    assert found[-1][0] == "广州临创众创空间有限公司"
    for filing in demo.scalars(select(Filing).where(Filing.serial > 1)):
        assert first_broken_link(demo, filing.id) is None
    assert (
        demo.scalar(
            select(func.count()).select_from(ReturnRequest).where(ReturnRequest.opinion_id.is_not(None))
        )
        == 3
    )
