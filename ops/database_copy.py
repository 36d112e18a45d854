"""One consistent copy of the database in a file, and back: SQLite by VACUUM INTO, PostgreSQL by pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, create_engine, inspect, select, table, text
from sqlalchemy import func as sql
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from ops.errors import CannotRun
from ops.stored_bytes import unchanging

SET_ASIDE = "before_restore_"


@contextmanager
def copied(engine: Engine, folder: Path) -> Iterator[tuple[Path, Session]]:
    """Copy the database into `folder`; lend a session that sees exactly what is in the copy."""
    copy = _copied_sqlite if engine.dialect.name == "sqlite" else _copied_postgres
    with copy(engine, folder) as copied:
        yield copied


@contextmanager
def _copied_sqlite(engine: Engine, folder: Path) -> Iterator[tuple[Path, Session]]:
    file = folder / "database.sqlite3"
    with closing(engine.raw_connection()) as connection:  # VACUUM stands outside transactions
        connection.cursor().execute("VACUUM INTO ?", (str(file),))
    file.chmod(0o600)
    flush(file)
    only_reading = {"mode": "ro", "immutable": "1", "uri": "true"}
    reader = create_engine(URL.create("sqlite", database=f"file:{quote(str(file))}", query=only_reading))
    try:
        with Session(reader) as session:
            yield file, session
    finally:
        reader.dispose()


@contextmanager
def _copied_postgres(engine: Engine, folder: Path) -> Iterator[tuple[Path, Session]]:
    """Let pg_dump see the very snapshot of our transaction."""
    file = folder / "database.dump"
    with unchanging(engine) as session:
        snapshot = session.scalar(text("SELECT pg_export_snapshot()"))
        _run(engine, "pg_dump", f"--snapshot={snapshot}", "--format=custom", f"--file={file}",
             f"--exclude-schema={SET_ASIDE}*")  # fmt: skip
        file.chmod(0o600)
        flush(file)
        yield file, session


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of every table."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(sql.count()).select_from(table(name))) or 0 for name in names}


def has_tables(engine: Engine) -> bool:
    """Say whether anything was ever put into the database, be it unreadable by now."""
    try:
        with engine.connect() as connection:
            return bool(inspect(connection).get_table_names())
    except OperationalError:
        raise
    except (DatabaseError, sqlite3.DatabaseError):
        return True


def refuse_in_use(engine: Engine) -> None:
    """Raise CannotRun while other programs have the database open."""
    engine.dispose()
    in_use = _is_sqlite_in_use if engine.dialect.name == "sqlite" else _is_postgres_in_use
    if in_use(engine):
        raise CannotRun("还有程序连接着这个数据库。请先停止 web 和 worker，再恢复。")


def _is_sqlite_in_use(engine: Engine) -> bool:
    """Say whether somebody else is there: then SQLite cannot leave its WAL mode."""
    place = Path(str(engine.url.database))
    if not place.exists():
        return False
    with closing(sqlite3.connect(place, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:  # damaged; that may be why it is to be replaced
            return False
    return False


def _is_postgres_in_use(engine: Engine) -> bool:
    others = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    with engine.connect() as connection:
        return bool(connection.scalar(text(others)))


def put_in_place(engine: Engine, file: Path) -> str:
    """Make the copy the database. What was there is set aside; return under which name, empty for none."""
    put = _put_sqlite if engine.dialect.name == "sqlite" else _put_postgres
    return put(engine, file)


def _put_sqlite(engine: Engine, file: Path) -> str:
    place = Path(str(engine.url.database))
    aside = _set_sqlite_aside(place) if place.exists() and has_tables(engine) else ""
    engine.dispose()
    fresh = place.with_name(f"{place.name}.restoring")
    shutil.copyfile(file, fresh)
    fresh.chmod(0o600)
    flush(fresh)
    for leftover in ("-wal", "-shm"):
        place.with_name(place.name + leftover).unlink(missing_ok=True)
    fresh.replace(place)
    flush(place.parent)
    return aside


def _set_sqlite_aside(place: Path) -> str:
    name = f"{place.name}.{SET_ASIDE}{_stamp()}"
    for suffix in ("-wal", "-shm", ""):
        part = place.with_name(place.name + suffix)
        if part.exists():
            part.rename(place.with_name(name + suffix))
    return name


def _put_postgres(engine: Engine, file: Path) -> str:
    """Restore in one transaction; the tables that were there move to a schema of their own."""
    aside = SET_ASIDE + _stamp() if has_tables(engine) else ""
    if aside:
        _run_sql(engine, f"ALTER SCHEMA public RENAME TO {aside}", "CREATE SCHEMA public")
    try:
        _run(engine, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner",
             "--no-privileges", "--schema=public", f"--dbname={_address(engine)}", str(file))  # fmt: skip
    except CannotRun:
        if aside:
            _run_sql(engine, "DROP SCHEMA public", f"ALTER SCHEMA {aside} RENAME TO public")
        raise
    return aside


def _run_sql(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _run(engine: Engine, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL. The password goes through the environment, where `ps` shows it to nobody."""
    found = shutil.which(program)
    if found is None:
        raise CannotRun(f"没有找到 {program}：请安装与数据库版本相同的 postgresql-client。")
    if program == "pg_dump":
        arguments = (f"--dbname={_address(engine)}", *arguments)
    secret = {"PGPASSWORD": str(engine.url.password)} if engine.url.password else {}
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, found by its name
        [found, *arguments], env=os.environ | secret, check=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode:
        raise CannotRun(f"{program} 没有成功：{done.stderr.strip()}")


def _address(engine: Engine) -> str:
    """Return where the database is, without the password."""
    _, options = engine.dialect.create_connect_args(engine.url)
    return make_conninfo("", **{k: v for k, v in options.items() if k not in ("password", "context")})


def flush(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%d%H%M%S}"
