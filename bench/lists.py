"""P8: the applicant's list and the queue of an office among 100,000 filings: first page and last."""

import re
import statistics
import time
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.desk import Answer, Desk, counted
from bench.filings_100k import FILINGS, applicant, fill
from bench.measure import Report, milliseconds
from bench.places import application
from extensions import db
from models.login_session import LoginSession
from tests.build import build_reviewer

PAGE_ROWS, ROUNDS = 50, 4
BARE = "SELECT id, name, submitted_at FROM filing WHERE receiving_office_id IS NOT NULL ORDER BY submitted_at, id LIMIT 50"


def run(report: Report, options: Any) -> None:
    """On SQLite, in this process."""
    with application() as app:
        with Session(db.engine) as session:
            fill(session)
            if db.engine.dialect.name == "sqlite":
                session.execute(text("ANALYZE"))
            tokens = {
                who: _token(session, account)
                for who, account in (("applicant", applicant(session)), ("office", build_reviewer(session)))
            }
            session.commit()
        cookie = app.config["SIGN_IN_COOKIE"]
        _applicant(report, Desk(app.wsgi_app, {cookie: tokens["applicant"]}))
        _office(report, Desk(app.wsgi_app, {cookie: tokens["office"]}))


def _token(session: Session, account: Any) -> str:
    from datetime import UTC, datetime

    return LoginSession.start(session, account, datetime.now(UTC), address="127.0.0.1", browser="")[1]


def _applicant(report: Report, desk: Desk) -> None:
    seconds, statements, answer = _measured(desk, "/filings")
    rows = answer.text.count("百千")
    report.say(f"the applicant's list (20 of {FILINGS:,}): CPU, statements", f"{milliseconds(seconds)}, {statements} ({rows} names)",
               milliseconds(_bare()), "≤ 3 statements for the list, ≤ 8 with the frame", statements <= 8)  # fmt: skip


def _office(report: Report, desk: Desk) -> None:
    first = _measured(desk, "/review")
    last_path, pages = _last_page(desk, "/review", first[2])
    last = _measured(desk, last_path)
    report.say(f"the queue of an office, page 1 of {pages:,}: CPU, statements", f"{milliseconds(first[0])}, {first[1]}",
               milliseconds(_bare()), "≤ 3 statements for the list, ≤ 8 with the frame", first[1] <= 8)  # fmt: skip
    ratio = last[0] / first[0]
    report.say(f"the queue of an office, page {pages:,}: CPU, statements", f"{milliseconds(last[0])} ({ratio:.1f}× of page 1), {last[1]}",
               "1×", "the same as page 1", ratio <= 1.5)  # fmt: skip


def _measured(desk: Desk, path: str) -> tuple[float, int, Answer]:
    answers = []
    for _ in range(ROUNDS):
        with counted() as statements:
            answers.append(desk.get(path))
    if answers[-1].status != 200:
        raise RuntimeError(f"{path} {answers[-1].status} {answers[-1].text[:500]}")
    return statistics.median(answer.seconds for answer in answers[1:]), len(statements), answers[-1]


def _last_page(desk: Desk, path: str, answer: Answer) -> tuple[str, int]:
    """Go to the last page: at once where pages are numbered, else from page to page as people do."""
    number = 1
    while link := re.search(r'href="([^"]*)"[^>]*>下一页', answer.text):
        step = link[1].replace("&amp;", "&")
        numbered = re.search(r"\bpage=(\d+)", step)
        number = FILINGS // PAGE_ROWS if numbered and number == 1 else number + 1
        step = re.sub(r"\bpage=\d+", f"page={number}", step)
        path = f"{path.partition('?')[0]}{step}" if step.startswith("?") else step
        answer = desk.get(path)
    return path, number


def _bare() -> float:
    """The rows alone, by one statement without a condition on regions."""
    times = []
    with db.engine.connect() as connection:
        for _ in range(ROUNDS):
            begun = time.process_time()
            connection.exec_driver_sql(BARE).fetchall()
            times.append(time.process_time() - begun)
    return statistics.median(times)
