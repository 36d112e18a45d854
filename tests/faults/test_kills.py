"""kill -9 of whatever runs, at random, while clients work: nothing that was acknowledged is lost."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops.invariants import DEEP_CHECKS
from tests import served
from tests.faults.clients import Client, Submitter
from tests.faults.editor import Editor
from tests.faults.site import RESTART_CHECKS, Site, kill, running, url_on

pytestmark = pytest.mark.xdist_group("failpoints")

SEED = 20211110
READ_EVERYTHING = 5  # kills until all bytes are read and all rows are judged again, too
MOST_SECONDS = 3  # between two kills
KILLS_A_LIFE = 25  # then everything is killed at once, started again and examined
# How often each is killed; a supervisor lets what dies young wait longer and longer, so those come seldom.
VICTIMS = {"web process": 16, "gunicorn": 1, "worker": 3, "redis": 2, "everything": 1}


@pytest.mark.parametrize(
    ("database", "kills"),
    [
        ("sqlite", 5),
        pytest.param("sqlite", 500, marks=pytest.mark.long),
        pytest.param("postgresql", 100, marks=pytest.mark.long),
    ],
)
def test_what_was_acknowledged_survives_every_kill(
    database: str, kills: int, tmp_path: Path, request: pytest.FixtureRequest, print_figure: Callable[[str], None]
) -> None:  # fmt: skip
    url = url_on(database, "kills", request)
    with running(tmp_path / "var", request.getfixturevalue("sqlite_template"), url) as site:
        killer = Killer(site, kills)
        while killer.killed.total() < kills:
            killer.one_life()
            print(killer.figures(), flush=True)  # seen with `pytest -s`: hundreds of kills take a while
        print_figure(killer.figures())


class Killer:
    """Kills with one seed; the clients outlive every server."""

    def __init__(self, site: Site, kills: int) -> None:
        self.site, self.kills, self.random = site, kills, random.Random(SEED)
        self.killed: Counter[str] = Counter()
        self.looks, self.looking, self.examinations = 0, 0.0, 0
        self.clients: list[Client] = [
            *(Editor(site, login, SEED) for login in ("gz_qihang", "fs_chancheng", "tj_binhai")),
            Submitter(site, "sz_chuangke", SEED),
        ]

    def one_life(self) -> None:
        """Kill while everybody works, let them end their acts, then kill everything and look."""
        with self.everybody_working():
            for _ in range(min(KILLS_A_LIFE, self.kills - self.killed.total() - 1)):
                self.let_them_work()
                self.look_while_they_work()
                self.kill_one()
        self.everything()
        self.look()

    @contextmanager
    def everybody_working(self) -> Iterator[None]:
        ended = threading.Event()
        threads = [threading.Thread(target=client.work, args=(ended,)) for client in self.clients]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def let_them_work(self) -> None:
        """Wait a random while, on a busy machine until something was acknowledged since the last kill."""
        before, deadline = self.writes(), time.monotonic() + MOST_SECONDS
        time.sleep(self.random.uniform(0.1, 1.2))
        while self.writes() < before + 2 and time.monotonic() < deadline:
            time.sleep(self.random.uniform(0.01, 0.1))

    def writes(self) -> int:
        return sum(client.ledger.writes for client in self.clients)

    def kill_one(self) -> None:
        wanted = self.random.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        if wanted == "everything":
            self.everything()
            return
        processes = self.processes(wanted)
        if processes and kill(self.random.choice(processes)):
            self.killed[wanted] += 1
        else:  # it is not there now
            self.kill_one()

    def everything(self) -> None:
        self.site.kill_all()
        self.killed["everything"] += 1
        self.site.served.start()

    def processes(self, kind: str) -> list[int]:
        """List the processes of a kind, in the order of their numbers."""
        if kind == "redis":
            return sorted(self.site.served.processes("redis-server"))
        if kind == "worker":  # and the one that does the job
            return sorted(self.site.served.processes("ops.cli worker"))
        web = self.site.served.processes("ops.cli web")
        masters = [one for one in web if parent(one) == self.site.served.process.pid]
        return sorted(masters if kind == "gunicorn" else set(web) - set(masters))

    def look_while_they_work(self) -> None:
        """See whether what was killed before came back to what must always hold."""
        self.looks += 1
        begun = time.monotonic()
        deep = self.looks % READ_EVERYTHING == 0
        assert self.site.troubles(DEEP_CHECKS.keys() if deep else RESTART_CHECKS) == []
        assert [text for client in self.clients for text in client.halves()] == []
        self.looking += time.monotonic() - begun

    def look(self) -> None:
        submitter = self.clients[-1]
        assert isinstance(submitter, Submitter)
        complaints = [text for client in self.clients for text in client.ledger.complaints]
        assert complaints == []
        served.wait_until(lambda: all(one.is_finished for one in submitter.versions()), self.site.served.said)
        assert [text for client in self.clients for text in (*client.lost(), *client.halves())] == []
        self.doctor()
        served.wait_until(lambda: self.site.temporary_files() == [], lambda: str(self.site.temporary_files()))

    def doctor(self) -> None:
        """Let the command say whether all is well that an operator would ask."""
        said = self.site.served.run("doctor", "--deep")
        assert said.returncode == 0, said.stdout + said.stderr
        self.examinations += 1

    def figures(self) -> str:
        ledgers = [client.ledger for client in self.clients]
        statuses: Counter[int] = Counter()
        for client in self.clients:
            statuses.update(client.clerk.statuses)
        assert statuses[500] == 0
        return (
            f"{self.killed.total()} kills ({', '.join(f'{name} {count}' for name, count in self.killed.items())})"
            f", {self.writes()} acknowledged writes, 0 lost, "
            f"{sum(ledger.cut_off for ledger in ledgers)} requests without an answer and repeated, "
            f"0 answers 500, {statuses[503]} answers 503; looked {self.looks} times while they worked"
            f" ({self.looking / max(1, self.looks):.2f} s each), {self.examinations} times hatchery doctor --deep"
            f"; seed {SEED}"
        )


def parent(process: int) -> int:
    """Return the parent of a process, 0 when it is gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
