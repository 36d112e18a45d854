"""`hatchery import-accounts`: take accounts over from an older system, and say what became of every line."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.imports.lines import Line
from accounts.imports.reading import MOST_BYTES, AccountFile, BadFile, read_accounts
from accounts.imports.rules import Known
from accounts.imports.storing import ACTS, Outcome, known_of, rehearse, store
from config import Settings
from extensions import clock, db
from models.region import NATION, Region
from ops.admin import OPERATOR
from ops.database import is_migrated
from ops.errors import CannotRun
from ops.prepare import connected

AT_ONCE = 200  # lines in one transaction: on SQLite nobody else writes meanwhile
TRIES = 3
SKIPPED = "未转入"
HEADER = ("行号", "统一社会信用代码", "单位名称", "登录名", "结果", "说明")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def import_accounts(settings: Settings, file: Path) -> int:
    """Take the accounts of a CSV file over; return 0, or 1 when lines were left out."""
    return _run(settings, file, _stored, "转入结果")


def rehearse_import(settings: Settings, file: Path) -> int:
    """Say what `import_accounts` would do, and store nothing."""
    print("试运行，不写入数据库。")
    return _run(settings, file, _rehearsed, "试运行")


def _run(settings: Settings, file: Path, outcomes_of: Any, word: str) -> int:
    content = _content(file)
    with connected(settings):
        if not is_migrated():
            raise CannotRun("数据库不是本版本的结构，请先运行 hatchery migrate。")
        clock.offset_file = settings.clock_file if settings.now else None
        found = _read(content)
        report = _new_report(file, word)
        counts: Counter[str] = Counter()
        try:
            with report.open("a", encoding="utf-8", newline="") as stream:
                write_report(stream, found, outcomes_of(found.lines), counts)
        finally:
            _say(counts, report)
    return 1 if found.skipped else 0


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CannotRun(f"{file} 超过 {MOST_BYTES // 1024**2} MB，请分成几个文件。")
        return file.read_bytes()
    except OSError as error:
        raise CannotRun(f"读不到 {file}（{error.strerror}）。") from None


def _read(content: bytes) -> AccountFile:
    regions = set(db.session.scalars(select(Region.code).where(Region.code != NATION)))
    db.start_reading()
    try:
        return read_accounts(content, regions)
    except BadFile as bad:
        raise CannotRun(f"{bad}。没有转入任何账号。") from None


def _new_report(file: Path, word: str) -> Path:
    """Make the file of the report, readable by its owner only, before anything is stored."""
    report = file.with_name(f"{file.stem}-{word}-{datetime.now():%Y%m%d-%H%M%S}.csv")
    try:
        os.close(os.open(report, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise CannotRun(f"写不了结果文件 {report}（{error.strerror}）。没有转入任何账号。") from None
    return report


def _stored(lines: Sequence[Line]) -> Iterator[list[Outcome]]:
    for chunk in _chunks(lines):
        yield _store(chunk)


def _store(chunk: Sequence[Line]) -> list[Outcome]:
    """Store some lines in one transaction; once more when somebody took a name at the same moment."""
    for attempt in range(1, TRIES + 1):
        db.start_writing()
        try:
            outcomes = store(db.session(), chunk, OPERATOR, clock.now())
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            if attempt == TRIES:
                raise
        else:
            return outcomes
    raise AssertionError


def _rehearsed(lines: Sequence[Line]) -> Iterator[list[Outcome]]:
    known = Known()
    for chunk in _chunks(lines):
        known.learn(known_of(db.session(), chunk))
        db.start_reading()
        yield rehearse(known, chunk)


def _chunks(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    return (lines[start : start + AT_ONCE] for start in range(0, len(lines), AT_ONCE))


def write_report(
    stream: Any, found: AccountFile, outcomes: Iterable[list[Outcome]], counts: "Counter[str]"
) -> None:
    """Write a line for every line of the file, each as soon as it is stored: a kill loses no account of them."""
    table = csv.writer(stream)
    stream.write("\ufeff")
    table.writerow(HEADER)
    for bad in found.skipped:
        table.writerow((bad.number, "", "", "", SKIPPED, _plain(bad.why)))
        counts[SKIPPED] += 1
    for some in outcomes:
        for one in some:
            told = (one.line.uscc, one.line.name, one.login_name, ACTS[one.act], "；".join(one.remarks))
            table.writerow((one.line.number, *map(_plain, told)))
            counts[ACTS[one.act]] += 1
            counts["有待核对"] += one.has_conflict
        stream.flush()


def _plain(text: str) -> str:
    """Let a spreadsheet show the text and never compute it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _say(counts: "Counter[str]", report: Path) -> None:
    for words, count in counts.items():
        print(f"{words} {count}")
    print(f"逐行结果见 {report}")
