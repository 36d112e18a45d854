"""Whose turn it is to write: SQLite has one writer, and lets the others sleep and try again."""

import fcntl
import os
import threading
import weakref
from pathlib import Path

PATIENCE = 10  # seconds in the queue of this process; then SQLite itself has the last word


class Turns:
    """One writer at a time among the threads and processes that use one SQLite file.

    SQLite's own waiting sleeps up to 100 ms between two tries, in no order; here whoever waits is woken at
    once. A turn is a courtesy, not the lock: who gets none still begins, and waits as SQLite does.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-turn")
        self._threads = threading.Lock()
        self._file: int | None = None
        _all.add(self)

    def take(self) -> bool:
        """Wait for the turn; False when it is not to be had."""
        if not self._threads.acquire(timeout=PATIENCE):
            return False
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError:  # a folder that may not be written: SQLite says so better
            self._threads.release()
            return False
        return True

    def give_back(self) -> None:
        """Let the next one write."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def begin_anew(self) -> None:
        """Drop lock and file of the parent after a fork, while the child has one thread."""
        self._threads = threading.Lock()
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __del__(self) -> None:
        self._close()


_all: "weakref.WeakSet[Turns]" = weakref.WeakSet()


def _begin_all_anew() -> None:
    for one in _all:
        one.begin_anew()


os.register_at_fork(after_in_child=_begin_all_anew)
