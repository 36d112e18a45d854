"""How many SQL statements a request makes: few, and as many with 200 rows as with 10."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extensions import db
from models.account import Account
from models.attachment import Attachment
from models.filing import Filing
from models.material_version import MaterialVersion
from models.resident import Team
from models.venue import Venue
from tests.browsing import Clerk
from tests.build import (
    NOW,
    build_account,
    build_batch,
    build_carrier,
    build_filing,
    build_reviewer,
)
from tests.completing import BASIC_INFO, VENUE
from tests.drafting import PLACEHOLDER

Act = Callable[[Clerk, str, dict[str, str]], TestResponse]
TEAM = {"team_name": "新团队", "leader_name": "陈一", "moved_in_on": "2020-03-01", "team_status": "in_space",
        "member_count": "5", "has_financing": "no"}  # fmt: skip

AREAS = {name: Decimal(text) for name, text in VENUE.items() if name.startswith("area_")}


@pytest.fixture
def account(session: Session) -> Account:
    account = build_account(session)
    build_batch(session)
    build_carrier(session, account.unit)
    return account


@pytest.fixture
def clerk(client: FlaskClient, account: Account) -> Clerk:
    return Clerk(client, account)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that requests send meanwhile."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            statements.append(re.sub(r"\s+", " ", statement))

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


def grow(session: Session, filing: str, rows: int) -> dict[str, str]:
    """Fill two tables up to `rows` rows each; return the addresses of their first rows."""
    filing_id = uuid.UUID(filing.rsplit("/", 1)[1])
    there = len(session.scalars(select(Venue.id)).all())
    for place in range(there + 1, rows + 1):
        common = {"filing_id": filing_id, "place": place, "missing_count": 3}
        session.add(Venue(address=f"{place} 号", area_total=1, **common))
        session.add(Team(team_name=f"团队{place}", team_status="converted", **common))
    session.commit()
    first = {"venue_rows": Venue, "teams": Team}
    return {
        name: f"{filing}/{name}/{session.scalars(select(model.id).order_by(model.place)).first()}"
        for name, model in first.items()
    }


def fragment(clerk: Clerk, path: str) -> TestResponse:
    return clerk.get(path, headers={"HX-Request": "true"})


# What a request may cost, in statements; 16 are the promise for the page of a tab.
ACTS: dict[str, tuple[int, Act]] = {
    "the page of a tab": (12, lambda clerk, filing, row: clerk.get(f"{filing}/basic_info")),
    "the page of a table": (13, lambda clerk, filing, row: clerk.get(f"{filing}/venue_rows")),
    "the page of a wide table": (13, lambda clerk, filing, row: clerk.get(f"{filing}/teams")),
    "the page with an open row": (16, lambda clerk, filing, row: clerk.get(f"{row['teams']}/edit")),
    "open a row": (6, lambda clerk, filing, row: fragment(clerk, f"{row['venue_rows']}/edit")),
    "add a row": (21, lambda clerk, filing, row: clerk.post(f"{filing}/venue_rows", VENUE, htmx=True)),
    "add a team": (21, lambda clerk, filing, row: clerk.post(f"{filing}/teams", TEAM, htmx=True)),
    "save a row": (22, lambda clerk, filing, row: clerk.post(row["venue_rows"], VENUE, htmx=True)),
    "remove and restore a row": (
        44,
        lambda clerk, filing, row: (
            clerk.post(f"{row['venue_rows']}/removal", htmx=True)
            and clerk.post(f"{row['venue_rows']}/restoration", htmx=True)
        ),
    ),
    "save a tab": (8, lambda clerk, filing, row: clerk.post(f"{filing}/basic_info", BASIC_INFO)),
    "what is missing": (22, lambda clerk, filing, row: clerk.get(f"{filing}/problems")),
    "the preview": (20, lambda clerk, filing, row: clerk.get(f"{filing}/preview")),
    "the materials": (13, lambda clerk, filing, row: clerk.get(f"{filing}/materials")),
    "how far the material is": (4, lambda clerk, filing, row: fragment(clerk, f"{filing}/materials")),
}


@pytest.mark.parametrize("name", ACTS)
def test_as_many_statements_with_200_rows_as_with_10(clerk: Clerk, session: Session, name: str) -> None:
    most, act = ACTS[name]
    filing = clerk.open_filing()
    clerk.post(f"{filing}/basic_info", BASIC_INFO)
    counts = []
    for rows in (10, 200):
        first_rows = grow(session, filing, rows)
        act(clerk, filing, first_rows)  # what is read once per process is read now
        with counted() as statements:
            answer = act(clerk, filing, first_rows)
        assert answer.status_code in (200, 201, 303), answer.get_data(as_text=True)
        counts.append(len(statements))
    print(f"{name}: {counts[0]} statements", *statements, sep="\n    ")
    assert counts[0] == counts[1] <= most


def test_asking_how_far_a_version_is_reads_no_row(clerk: Clerk, account: Account, session: Session) -> None:
    filing = clerk.open_filing()
    filing_id = uuid.UUID(filing.rsplit("/", 1)[1])
    session.add(MaterialVersion(
        filing_id=filing_id, number=1, version_no="ZCKJ-2021-000001-001-0000", snapshot={}, content_hash="",
        generated_at=NOW, generated_by_id=account.id, state="running", step="merge",
    ))  # fmt: skip
    grow(session, filing, 10)
    clerk.get(f"{filing}/materials")
    with counted() as statements:
        answer = fragment(clerk, f"{filing}/materials")
    assert answer.headers["HX-Retarget"] == "#job"
    print("progress:", *statements, sep="\n    ")
    assert len(statements) <= 4
    assert not any(re.search("FROM (venue|team|attachment)", one) for one in statements)


def test_the_list_costs_the_same_with_more_filings(clerk: Clerk, account: Account, session: Session) -> None:
    counts = []
    for number in (1, 12):
        for _ in range(number):
            filing = build_filing(session, carrier=build_carrier(session, account.unit))
            add_version(session, filing, account)
        clerk.get("/filings")
        with counted() as statements:
            page = clerk.page("/filings")
        counts.append(len(statements))
    assert len(page.select("td.mono")) == 13
    print(f"the list: {counts[0]} statements", *statements, sep="\n    ")
    assert counts[0] == counts[1] <= 6


def test_the_queue_costs_the_same_with_more_filings(
    client: FlaskClient, account: Account, session: Session
) -> None:
    reviewer = build_reviewer(session)
    clerk, counts = Clerk(client, reviewer), []
    for number in (1, 12):
        for _ in range(number):
            filing = build_filing(session)
            filing.receiving_office = filing.current_office = reviewer.office
            filing.status, filing.current_level, filing.submitted_at = "under_review", "city", NOW
            filing.first_level = filing.reached_level = "city"
        clerk.get("/review")
        with counted() as statements:
            page = clerk.page("/review")
        counts.append(len(statements))
    assert len(page.select("#queue tbody tr")) == 13
    print(f"the queue: {counts[0]} statements", *statements, sep="\n    ")
    assert counts[0] == counts[1] <= 5


def add_version(session: Session, filing: Filing, account: Account) -> None:
    for number in (1, 2):
        session.add(
            MaterialVersion(
                filing_id=filing.id,
                number=number,
                version_no=f"ZCKJ-{filing.serial}-{number}",
                snapshot={},
                content_hash="",
                generated_at=NOW,
                generated_by_id=account.id,
            )
        )
    session.commit()


def add_venues(session: Session, filing: str, number: int) -> list[uuid.UUID]:
    """Add complete rows with their evidence to the table of venues, past the forms."""
    filing_id, there = uuid.UUID(filing.rsplit("/", 1)[1]), session.scalar(select(func.count(Venue.id))) or 0
    rows = [
        AREAS | {"id": uuid.uuid4(), "filing_id": filing_id, "place": place, "ownership": ["leased"],
                 "workstations": 40, "address": f"广州市天河区科韵路 {place} 号创新大厦"}
        for place in range(there + 1, there + number + 1)
    ]  # fmt: skip
    session.merge(PLACEHOLDER)
    session.flush()
    session.execute(insert(Venue), rows)
    session.execute(insert(Attachment), [
        {"id": uuid.uuid4(), "filing_id": filing_id, "owner_id": row["id"], "slot": "evidence_file",
         "name": f"{row['address']}租赁合同.pdf", "sha256": PLACEHOLDER.sha256, "uploaded_at": NOW}
        for row in rows
    ])  # fmt: skip
    session.commit()
    return [row["id"] for row in rows]


def test_a_page_of_50_rows_weighs_8_kilobytes_at_most(clerk: Clerk, session: Session) -> None:
    filing = clerk.open_filing()
    add_venues(session, filing, 50)
    answer = clerk.get(f"{filing}/venue_rows", headers={"Accept-Encoding": "br"})
    print(f"{len(answer.data)} bytes")
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) <= 8 * 1024


def test_a_row_sends_as_many_bytes_among_1000_as_among_10(clerk: Clerk, session: Session) -> None:
    """Budget P1: add, change and remove one, at most a tenth more, compressed as browsers get it."""
    filing = clerk.open_filing()
    add_venues(session, filing, 10)
    among_10 = bytes_of_acts(clerk, filing)
    add_venues(session, filing, 990)
    among_1000 = bytes_of_acts(clerk, filing)
    print(f"among 10: {among_10}, among 1,000: {among_1000}")
    for act, size in among_10.items():
        assert max(size, among_1000[act]) <= 1.1 * min(size, among_1000[act]), act


def bytes_of_acts(clerk: Clerk, filing: str) -> dict[str, int]:
    table = f"{filing}/venue_rows"
    added = sent(clerk, table, VENUE)
    row = re.findall(rb'id="venue_rows-([0-9a-f-]{36})"', brotli.decompress(added))[0].decode()
    changed = sent(clerk, f"{table}/{row}", VENUE | {"version": "1", "address": "科韵路 18 号"})
    return {"add": len(added), "change": len(changed), "remove": len(sent(clerk, f"{table}/{row}/removal"))}


def sent(clerk: Clerk, path: str, answers: dict[str, str] | None = None) -> bytes:
    """Post as HTMX does; return the body as it goes over the line."""
    headers = {"HX-Request": "true", "Accept-Encoding": "br"}
    data = {"csrf_token": clerk.token} | (answers or {})
    answer = clerk.client.post(path, data=data, headers=headers)
    assert (answer.status_code in (200, 201), answer.headers["Content-Encoding"]) == (True, "br"), answer
    return answer.data
