"""The floor of P1, P3b and P9: the same rows written and shown by bare Flask with raw sqlite3, nothing around it."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, request

from bench.crowd import typed
from tests.served import ROOT, free_port

COLUMNS = (
    "address",
    "area_total",
    "area_resident",
    "area_public",
    "area_own_use",
    "area_other",
    "workstations",
    "ownership",
)
SUMS = (
    "SELECT count(*), " + ", ".join(f"sum({name})" for name in COLUMNS[1:7]) + " FROM venue WHERE removed = 0"
)
ROWS = 64  # as many as there are connections
_threads = threading.local()


def application(file: Path, rows: int) -> Flask:
    """A program that adds, changes, removes and lists rows, and says the sums: no session, no rule, no token."""
    app = Flask("bare")
    _prepare(file, rows)

    @app.post("/venue_rows")
    def add() -> tuple[str, int]:
        row = str(uuid.uuid4())
        names = ", ".join(COLUMNS)
        marks = ", ".join("?" * len(COLUMNS))
        return _written(
            file, f"INSERT INTO venue ({names}, id) VALUES ({marks}, ?)", [*_answers(), row], row
        ), 201

    @app.post("/venue_rows/<row>")
    def change(row: str) -> str:
        sets = ", ".join(f"{name} = ?" for name in COLUMNS)
        return _written(file, f"UPDATE venue SET {sets} WHERE id = ?", [*_answers(), row], row)

    @app.post("/venue_rows/<row>/removal")
    def remove(row: str) -> str:
        return _written(file, "UPDATE venue SET removed = 1 WHERE id = ?", [row], row)

    @app.post("/service_capability")
    def tab() -> str:
        connection = _connection(file)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE answers SET text = ?", [request.form["service_capability_text"]])
        connection.execute("COMMIT")
        return "<output>1</output>"

    @app.get("/venue_rows")
    def page() -> str:
        rows = _connection(file).execute("SELECT * FROM venue WHERE removed = 0 LIMIT 50").fetchall()
        cells = ("".join(f"<td>{value}</td>" for value in row) for row in rows)
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"

    return app


def _prepare(file: Path, rows: int) -> None:
    connection = _connection(file)
    columns = ", ".join(f"{name} NUMERIC" if name in COLUMNS[1:7] else f"{name} TEXT" for name in COLUMNS)
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS venue ({columns}, id TEXT PRIMARY KEY, removed INTEGER DEFAULT 0)"
    )
    connection.execute("CREATE TABLE IF NOT EXISTS answers (text TEXT)")
    connection.execute("INSERT INTO answers SELECT '' WHERE NOT EXISTS (SELECT * FROM answers)")
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    values = ["leased" if isinstance(value, list) else value for value in typed(1).values()]
    known = connection.execute("SELECT count(*) FROM venue").fetchone()[0]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        f"INSERT INTO venue ({', '.join(COLUMNS)}, id) VALUES ({marks})",
        [[*values, f"row-{number}"] for number in range(known, rows)],
    )
    connection.execute("COMMIT")


def _answers() -> list[str]:
    return [request.form[name] for name in COLUMNS]


def _written(file: Path, statement: str, values: list[Any], row: str) -> str:
    connection = _connection(file)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(statement, values)
    sums = connection.execute(SUMS).fetchone()
    connection.execute("COMMIT")
    return f'<tr id="venue_rows-{row}"></tr>{"".join(f"<output>{value}</output>" for value in sums)}'


def _connection(file: Path) -> sqlite3.Connection:
    """One connection a thread, as durable as ours."""
    known: dict[Path, sqlite3.Connection] = _threads.__dict__
    if file not in known:
        connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")
        known[file] = connection
    return known[file]


def served(file: str, rows: int) -> Flask:
    """The program for gunicorn, which hands over plain values only."""
    return application(Path(file), rows)


@dataclass(frozen=True)
class Server:
    """Where the bare program answers, and the process of its master."""

    url: str
    pid: int


@contextmanager
def server(file: Path) -> Iterator[Server]:
    """The bare program behind gunicorn with our settings: 2 processes of 8 threads."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "8", "--keep-alive", "15",
         "-b", f"127.0.0.1:{port}", "--no-control-socket", f"bench.bare:served('{file}', {ROWS})"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/venue_rows")
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the bare program does not answer")


def changing(number: int) -> list[tuple[str, str, str, dict[str, Any]]]:
    """What `number` connections do: one row each."""
    return [("", "/venue_rows", f"/venue_rows/row-{place}", typed(3)) for place in range(number)]
