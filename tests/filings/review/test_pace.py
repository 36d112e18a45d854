"""Who has it, since when, and how long it usually takes."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from filings.review.pace import Usual, time_here, usual_of, usual_time
from filings.timeline import timeline
from tests.blueprints.filing.test_statements import counted
from tests.build import NOW
from tests.reviewing import Desk
from tests.submitting import submitted_filing


@pytest.mark.parametrize(
    ("days", "median", "most"),
    [([3], 3, 3), ([0, 0, 0, 0, 9], 0, 9), (range(1, 11), 5, 9), ([5, 1, 4, 2, 3], 3, 5)],
)
def test_median_and_ninetieth_percentile(days: list[int], median: int, most: int) -> None:
    assert usual_of(days) == Usual(median, most)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
def test_what_is_usual_occurred_and_covers_its_share(days: list[int]) -> None:
    usual = usual_of(days)
    assert usual.median in days
    assert sum(one <= usual.median for one in days) * 2 >= len(days)
    assert sum(one <= usual.most for one in days) * 10 >= len(days) * 9


def test_the_applicant_reads_what_is_usual_after_five_cases(session: Session) -> None:
    desk = Desk(session)
    filing = submitted_filing(session, at=NOW - timedelta(days=1))
    for number in range(5):
        assert usual_time(session, "makerspace", "city") is None
        arrived = datetime.fromisoformat(f"2021-11-0{number + 1}T10:00+08:00")
        desk.reject(submitted_filing(session, at=arrived))
    with counted() as statements:
        assert usual_time(session, "makerspace", "city") == Usual(5, 7)
    assert len([text for text in statements if "opinion" in text]) == 1
    assert usual_time(session, "makerspace", "province") is None
    filing.batch.city_days = 10
    session.commit()
    now = next(step for step in timeline(session, filing, NOW) if step.state == "now")
    assert now.text == "广州市科学技术局审核"
    assert now.note == (
        "2021年11月9日送达，已用 1 个工作日，应在2021年11月23日前办结，这一级通常 5 个工作日办结，九成不超过 7 个"
    )


def test_the_clock_stands_still_with_the_applicant(session: Session, client: FlaskClient) -> None:
    filing = submitted_filing(session, at=NOW - timedelta(days=7))
    assert time_here(session, filing, NOW).used == 5
    Desk(session).return_(filing)
    assert time_here(session, filing, NOW) is None
