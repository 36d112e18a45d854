"""P8: the applicant's list and the queue of an office among 100,000 filings: first page and last."""

import re
import statistics
import time
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.desk import Answer, Desk, counted
from bench.filings_100k import FILINGS, applicant, fill
from bench.measure import Report, milliseconds
from bench.places import application
from extensions import db
from models.filing import Filing
from models.login_session import LoginSession
from tests.build import build_reviewer

PAGE_ROWS, ROUNDS = 50, 8
STATEMENTS = "≤ 3 statements for the list and 2 for the frame"
BARE = "SELECT id, name, submitted_at FROM filing WHERE receiving_office_id IS NOT NULL ORDER BY submitted_at, id LIMIT 50"
# Searches of the queue, and the rows that each finds by one statement without a condition on offices.
SEARCHES = {
    f"?{urlencode({'q': '百千099'})}":
        "SELECT id, name FROM filing WHERE name LIKE '%百千099%' ORDER BY arrived_at, id LIMIT 50",
    "?waiting=over-10":
        "SELECT id, name FROM filing WHERE arrived_at < '2021-10-27' ORDER BY arrived_at, id LIMIT 50",
    "?desk=all&status=under_review&region=440106":
        "SELECT id, name FROM filing WHERE status = 'under_review' AND region_code = '440106'"
        " ORDER BY submitted_at, id LIMIT 50",
    "/figures": "SELECT status, region_code, count(*) FROM filing GROUP BY status, region_code",
}  # fmt: skip


def run(report: Report, options: Any) -> None:
    """In this process: the processor's time on SQLite, the time of the clock where another process is the database."""
    for kind in options.databases:
        report.say(f"on {kind}", "")
        with application(kind) as app:
            with Session(db.engine) as session:
                fill(session)
                tokens = {
                    who: _token(session, account)
                    for who, account in (
                        ("applicant", applicant(session)),
                        ("office", build_reviewer(session)),
                    )
                }
                session.commit()
            with db.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
            cookie = app.config["SIGN_IN_COOKIE"]
            _applicant(report, Desk(app.wsgi_app, {cookie: tokens["applicant"]}))
            _office(report, Desk(app.wsgi_app, {cookie: tokens["office"]}))


def _time() -> float:
    return time.process_time() if db.engine.dialect.name == "sqlite" else time.perf_counter()


def _token(session: Session, account: Any) -> str:
    from datetime import UTC, datetime

    return LoginSession.start(session, account, datetime.now(UTC), address="127.0.0.1", browser="")[1]


def _applicant(report: Report, desk: Desk) -> None:
    seconds, statements, answer = _measured(desk, "/filings")
    rows = answer.text.count("百千")
    report.say(f"the applicant's list (20 of {FILINGS:,}): time, statements", f"{milliseconds(seconds)}, {statements} ({rows} names)",
               milliseconds(_bare()), STATEMENTS, statements <= 5)  # fmt: skip


def _office(report: Report, desk: Desk) -> None:
    first = _measured(desk, "/review")
    link = re.search(r'href="[^"]*after=[^"]*"[^>]*rel="next"', first[2].text)
    if link is None:
        raise RuntimeError("The first page of the queue leads to no second one.")
    report.say("the queue of an office, page 1: time, statements", f"{milliseconds(first[0])}, {first[1]}",
               milliseconds(_bare()), STATEMENTS, first[1] <= 5)  # fmt: skip
    for path in ("/review", "/review?desk=all", "/review?sort=name"):
        _far(report, desk, path)
    for what, statement in SEARCHES.items():
        one = _measured(desk, f"/review{what}")
        report.say(f"the queue with {what}: time, statements", f"{milliseconds(one[0])}, {one[1]}",
                   milliseconds(_bare(statement)), "no budget of its own")  # fmt: skip


def _far(report: Report, desk: Desk, path: str) -> None:
    """Compare the first page with the last, which begins behind the filing that its neighbour ends with."""
    first, number = _measured(desk, path), FILINGS // PAGE_ROWS
    column = "name" if "sort=name" in path else "submitted_at" if "desk=all" in path else "arrived_at"
    with db.engine.connect() as connection:
        query = select(Filing.__table__.c[column], Filing.id).order_by(Filing.__table__.c[column], Filing.id)
        value, filing_id = connection.execute(query.offset((number - 1) * PAGE_ROWS - 1).limit(1)).one()
    place = f"{value if isinstance(value, str) else value.isoformat()}~{filing_id.hex}"
    last = _measured(desk, f"{path}{'&' if '?' in path else '?'}{urlencode({'after': place})}")
    if last[2].text.count("<tr") != first[2].text.count("<tr"):
        raise RuntimeError(f"Page {number} is not full.")
    ratio = last[0] / first[0]
    report.say(f"{path}, page {number:,}: time, statements", f"{milliseconds(last[0])} ({ratio:.1f}× of page 1), {last[1]}",
               milliseconds(first[0]), "the same as page 1", ratio <= 1.5 and last[1] == first[1])  # fmt: skip


def _measured(desk: Desk, path: str) -> tuple[float, int, Answer]:
    times = []
    for _ in range(ROUNDS):
        begun = _time()
        with counted() as statements:
            answer = desk.get(path)
        times.append(_time() - begun)
    if answer.status != 200:
        raise RuntimeError(f"{path} {answer.status} {answer.text[:500]}")
    return statistics.median(times[1:]), len(statements), answer


def _bare(statement: str = BARE) -> float:
    """The rows alone, by one statement without a condition on regions."""
    times = []
    with db.engine.connect() as connection:
        for _ in range(ROUNDS):
            begun = _time()
            connection.execute(text(statement)).fetchall()
            times.append(_time() - begun)
    return statistics.median(times)
