"""What a failure beneath us means to the person at the page: database away, disk full, folder read-only."""

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError

from files.storage import DISK_ERRORS

# What a disk says that takes nothing any more, as the databases put it.
SQLITE_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
POSTGRES_DISK = {"53100", "25006", "58030"}  # disk_full, read_only_sql_transaction, io_error
AWAY = (OperationalError, InterfaceError, InternalError)
# Somebody stored the same at the same moment.
SQLITE_TWICE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
POSTGRES_TWICE = "23505"


def is_twice(error: Exception) -> bool:
    """Say whether the database refused what another request had stored at the same moment."""
    return isinstance(error, IntegrityError) and (
        getattr(error.orig, "sqlite_errorcode", 0) in SQLITE_TWICE
        or getattr(error.orig, "sqlstate", "") == POSTGRES_TWICE
    )


def status_of(error: Exception) -> int:
    """Return 409 for what was stored twice at once, 507 when nothing can be stored, 503 when the database
    does not answer, 500 for our mistakes."""
    if is_twice(error):
        return 409
    if isinstance(error, OSError) and error.errno in DISK_ERRORS:
        return 507
    if not isinstance(error, DBAPIError):
        return 500
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest says more than we tell apart
    if code in SQLITE_DISK or getattr(error.orig, "sqlstate", "") in POSTGRES_DISK:
        return 507
    return 503 if isinstance(error, AWAY) else 500
