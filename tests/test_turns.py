"""One writer at a time on SQLite, and never a lock that outlives who held it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import turns
from turns import Turns

HOLDER = """
import sys, time
from pathlib import Path
from turns import Turns
assert Turns(Path(sys.argv[1])).take()
print("has it", flush=True)
time.sleep(60)
"""


def test_threads_and_processes_write_one_after_the_other(tmp_path: Path) -> None:
    file, order = tmp_path / "hatchery.sqlite3", []
    here, elsewhere = Turns(file), Turns(file)  # as in another process: a file of its own
    assert here.take()

    def wait_and_write() -> None:
        assert elsewhere.take()
        order.append("second")
        elsewhere.give_back()

    waiting = threading.Thread(target=wait_and_write)
    waiting.start()
    waiting.join(0.2)  # time to write, were there no lock
    assert waiting.is_alive()
    assert order == []
    order.append("first")
    here.give_back()
    waiting.join(30)
    assert order == ["first", "second"]


def test_a_turn_ends_with_the_process_that_was_killed_in_it(tmp_path: Path) -> None:
    file = tmp_path / "hatchery.sqlite3"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, file], stdout=subprocess.PIPE, cwd=Path(turns.__file__).parent
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"has it\n"
    os.kill(holder.pid, signal.SIGKILL)
    assert Turns(file).take()
    holder.wait()
    holder.stdout.close()


def test_who_gets_no_turn_is_told_so_and_may_ask_again(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("turns.PATIENCE", 0.01)
    queue = Turns(tmp_path / "hatchery.sqlite3")
    assert queue.take()
    assert not queue.take()
    queue.give_back()
    assert queue.take()


def test_a_folder_that_may_not_be_written_gives_no_turn_and_keeps_none(tmp_path: Path) -> None:
    queue = Turns(tmp_path / "missing" / "hatchery.sqlite3")
    assert not queue.take()
    assert not queue.take()


def test_a_forked_process_has_turns_of_its_own(tmp_path: Path) -> None:
    queue = Turns(tmp_path / "hatchery.sqlite3")
    assert queue.take()
    child = os.fork()
    if child == 0:
        queue.begin_anew()  # again changes nothing
        signal.alarm(30)
        took = queue.take()  # waits for the parent
        os._exit(0 if took else 1)
    queue.give_back()
    assert os.waitpid(child, 0)[1] == 0
    assert queue.take()
