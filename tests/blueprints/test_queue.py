"""The queue of an office: filters, order, pages, counters, own views, and who works on what."""

from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from extensions import db
from models.failing_condition import FailingCondition
from models.filing import Filing
from models.special_day import SpecialDay
from tests.blueprints.filing.test_statements import counted
from tests.blueprints.test_review import lay_before, listed
from tests.browsing import Clerk, soup
from tests.build import NOW, build_account, build_batch, build_reviewer, build_unit, reference_office
from tests.reviewing import Desk
from tests.submitting import submitted_filing


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Clerk:
    """Somebody of the office of 广州."""
    return Clerk(client, build_reviewer(session, person_name="邓文杰"))


def walk(desk: Clerk, path: str, rel: str) -> list[list[str]]:
    """Read page after page, by the links of the pager, until there is none."""
    pages = []
    while True:
        page = desk.page(path)
        pages.append([tag.get_text() for tag in page.select("#queue td.lead b")])
        link = page.select_one(f"nav.pager a[rel={rel}]")
        if link is None:
            return pages
        path = str(link["href"])


def last_page(desk: Clerk, path: str) -> str:
    while link := desk.page(path).select_one("nav.pager a[rel=next]"):
        path = str(link["href"])
    return path


def counters(desk: Clerk, path: str = "/review") -> dict[str, int]:
    found = desk.page(path).select("[data-counter]")
    return {str(tag["data-counter"]): int(str(tag["data-value"])) for tag in found}


@pytest.mark.parametrize("sort", ["waiting", "arrived", "name"])
@pytest.mark.parametrize("scope", ["here", "all"])
def test_pages_follow_one_another_forth_and_back(
    desk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch, sort: str, scope: str
) -> None:
    monkeypatch.setattr("filings.review.queue.PAGE_ROWS", 4)
    for number in range(9):
        lay_before(session, number // 3)  # three have the same name and arrived in the same minute
    path = f"/review?sort={sort}&desk={scope}"
    forth = walk(desk, path, "next")
    assert [len(names) for names in forth] == [4, 4, 1]
    names = [name for page in forth for name in page]
    assert names == sorted(names, reverse=sort == "arrived")
    assert walk(desk, last_page(desk, path), "prev") == forth[::-1]


@pytest.mark.parametrize(
    "place", ["x", "~", "2021-11-10~x", "99999-01-01T00:00~" + "0" * 32, "~" * 90, "\uffff"]
)
def test_a_place_that_cannot_be_read_is_the_first_page(desk: Clerk, session: Session, place: str) -> None:
    lay_before(session, 1)
    for name in ("after", "before"):
        answer = desk.get("/review", query_string={name: place})
        assert answer.status_code == 200
        assert "第001号空间" in answer.get_data(as_text=True)


def test_nonsense_in_filters_is_left_out(desk: Clerk, session: Session) -> None:
    lay_before(session, 1)
    for name in ("desk", "status", "batch", "unit", "waiting", "assigned", "sort"):
        assert listed(desk, f"?{name}=%27%3B--") == ["第001号空间"]
    for name in ("kind", "region", "failing", "q"):
        assert listed(desk, f"?{name}=%27%3B--%25_") == []


def test_the_address_filters(desk: Clerk, session: Session) -> None:
    one, other = lay_before(session, 1), lay_before(session, 2, "440103")
    one.unit = build_unit(session, name="广州百分之百%创业有限公司", region_code="440106")
    session.add(FailingCondition(filing_id=other.id, code="MK-02"))
    session.commit()
    late = build_batch(session, year=2022, name="另一批次")
    first, second = ["第001号空间"], ["第002号空间"]
    assert listed(desk, "?region=440103") == second
    assert listed(desk, "?region=440100") == first + second
    assert listed(desk, "?failing=MK-02") == second
    assert listed(desk, "?failing=MK-03") == []
    assert listed(desk, f"?batch={one.batch_id}") == first + second
    assert listed(desk, f"?batch={late.id}") == []
    assert listed(desk, f"?unit={one.unit_id}") == first
    assert listed(desk, "?kind=makerspace&status=under_review") == first + second
    assert listed(desk, "?status=publicity") == []
    assert listed(desk, "?q=百分之百%25创业") == first
    assert listed(desk, "?q=百_之百") == []
    assert listed(desk, "?q=002号") == second
    assert listed(desk, f"?q={other.unit.uscc.lower()}") == second
    chosen = desk.page("/review?region=440103&q=空间").select_one(".filters [name=region] [selected]")
    assert chosen["value"] == "440103"


def test_waiting_is_counted_in_working_days(desk: Clerk, session: Session) -> None:
    # NOW is Wednesday 10 November 2021; 1 to 7 October were free, the 8th and 9th worked.
    for number, day in enumerate(["2021-11-10", "2021-11-03", "2021-11-02", "2021-10-27", "2021-10-26"]):
        filing = lay_before(session, number)
        filing.arrived_at = NOW.replace(month=int(day[5:7]), day=int(day[8:]))
    session.commit()
    assert listed(desk, "?waiting=0-5&sort=name") == ["第000号空间", "第001号空间"]
    assert listed(desk, "?waiting=6-10&sort=name") == ["第002号空间", "第003号空间"]
    assert listed(desk, "?waiting=over-10&sort=name") == ["第004号空间"]
    assert counters(desk) == {"here": 5, "0-5": 2, "6-10": 2, "over-10": 1, "mine": 0, "nobody": 5}
    session.add(SpecialDay(day=NOW.date().replace(day=9), is_working=False))
    session.commit()
    assert listed(desk, "?waiting=over-10&sort=name") == []
    waits = [tag["data-used"] for tag in desk.page("/review?sort=name").select("#queue [data-used]")]
    assert waits == ["0", "4", "5", "9", "10"]


def test_a_level_over_its_days_is_shown_as_late(desk: Clerk, session: Session) -> None:
    filing = submitted_filing(session, at=NOW - timedelta(days=7))
    filing.batch.city_days = 3
    session.commit()
    cell = desk.page("/review").select_one("#queue [data-used]")
    assert (cell["data-used"], cell["data-left"]) == ("5", "-2")
    assert "超期 2 天" in cell.get_text()
    filing.batch.city_days = 8
    session.commit()
    assert "剩 3 天" in desk.page("/review").select_one("#queue [data-used]").get_text()


def test_what_was_sent_stands_on_a_list_of_its_own(desk: Clerk, session: Session) -> None:
    filing = submitted_filing(session)
    assert listed(desk) == [filing.name]
    Desk(session).pass_(filing)
    assert listed(desk) == []
    assert listed(desk, "?desk=sent") == [filing.name] == listed(desk, "?desk=all")
    assert desk.page("/review?desk=sent").select("#queue [name=filing]") == []


def tick(desk: Clerk, *filings: Filing, **answers: Any) -> Any:
    return desk.post("/review/assignment", {"filing": [f"{one.id}:0" for one in filings], **answers})


def test_ticked_rows_are_claimed_given_on_and_given_back(desk: Clerk, session: Session) -> None:
    filings = [lay_before(session, number) for number in range(3)]
    answer = tick(desk, *filings[:2], account="")
    assert answer.status_code == 303
    assert "2 件申报的经办人已更新" in desk.page(answer.headers["Location"]).get_text()
    assert listed(desk, "?assigned=me") == [one.name for one in filings[:2]]
    assert listed(desk, "?assigned=nobody") == [filings[2].name]
    colleague = build_reviewer(session, person_name="罗建平")
    tick(desk, filings[0], account=str(colleague.id))
    assert listed(desk, f"?assigned={colleague.id}") == [filings[0].name]
    tick(desk, *filings, account="nobody")
    assert counters(desk)["nobody"] == 3


def test_what_cannot_be_assigned_is_named_and_the_rest_is_done(desk: Clerk, session: Session) -> None:
    one, foreign = lay_before(session, 1), lay_before(session, 2)
    foreign.current_office = reference_office(session, "city", "440600")
    stranger = build_reviewer(session, "city", "440600")
    session.commit()
    answer = tick(desk, one, account=str(stranger.id))
    assert answer.status_code == 409
    assert "请选择本机构的审核人员" in soup(answer).select_one("[role=alert]").get_text()
    assert tick(desk, account="").status_code == 422
    assert tick(desk, one, account="x").status_code == 409
    tick(desk, one, foreign)
    session.expire_all()
    assert one.assignee is not None
    assert foreign.assignee is None


def test_own_views_are_kept_and_are_nobody_elses(desk: Clerk, client: FlaskClient, session: Session) -> None:
    lay_before(session, 1)
    lay_before(session, 2, "440103")
    assert desk.post("/review/views?region=440103&sort=name", {"name": "越秀 "}).status_code == 303
    view = desk.page("/review").select_one(".own-view")
    assert view.select_one("a").get_text() == "越秀"
    assert listed(desk, str(view.select_one("a")["href"]).removeprefix("/review")) == ["第002号空间"]
    desk.post("/review/views?region=440106", {"name": "越秀"})
    assert "440106" in desk.page("/review").select_one(".own-view a")["href"]
    removal = str(view.select_one("form")["action"])
    other = Clerk(client, build_reviewer(session))
    assert other.page("/review").select(".own-view") == []
    assert other.post(removal).status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "长" * 31])
def test_a_view_needs_a_name(desk: Clerk, name: str) -> None:
    assert desk.post("/review/views", {"name": name}).status_code == 422


def test_there_is_an_end_to_views(desk: Clerk) -> None:
    answers = [desk.post("/review/views", {"name": f"视图{number}"}).status_code for number in range(21)]
    assert answers == [303] * 20 + [422]
    removal = desk.page("/review").select_one(".own-view form")["action"]
    for _ in range(2):
        assert desk.post(str(removal), {"idempotency_key": "k"}).status_code == 303
    assert len(desk.page("/review").select(".own-view")) == 19


def test_a_page_costs_three_statements_wherever_it_is(
    desk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filings.review.queue.PAGE_ROWS", 4)

    def statements(path: str) -> list[str]:
        with counted() as found:
            desk.page(path)
        return [text for text in found if "login_session" not in text]

    lay_before(session, 0)
    few = statements("/review")
    for number in range(1, 13):
        lay_before(session, number)
    frame = statements("/account/sessions")
    first, last = statements("/review"), statements(last_page(desk, "/review"))
    assert len(first) == len(last) == len(few)
    of_the_list = [text for text in first if text not in frame and not text.startswith("SELECT office.")]
    assert len(of_the_list) <= 3, of_the_list


@pytest.mark.parametrize(
    "query",
    ["", "?sort=name", "?desk=all", "?desk=sent&sort=arrived", "?desk=all&region=440106&status=under_review"],
)
def test_no_page_walks_or_sorts_all_filings(desk: Clerk, session: Session, query: str) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    lay_before(session, 0)
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
        sent.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    desk.page(f"/review{query}")
    event.remove(db.engine, "before_cursor_execute", note)
    rows, around = (one for one in sent if "FROM filing" in one[0])
    connection = session.connection()
    plans = [
        [step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
        for text, values in (rows, around)
    ]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plans[0], plans[0]
    assert not any(step.startswith("SCAN filing") and "INDEX" not in step for step in chain(*plans)), plans
    counters = [step for step in plans[1] if step.startswith("SEARCH filing")]
    assert len(counters) == 6
    assert all("COVERING INDEX" in step for step in counters), counters


def test_only_reviewers_assign_and_keep_views(client: FlaskClient, session: Session) -> None:
    clerk = Clerk(client, build_account(session))
    for path in ("/review/assignment", "/review/views"):
        assert clerk.post(path).status_code == 403
