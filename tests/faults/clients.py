"""Clients who work while the server is killed under them, and write down what was acknowledged."""

import hashlib
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from files.storage import FolderStorage
from models.event import Event
from models.material_version import MaterialVersion
from tests import completing
from tests.faults.http_clerk import CUT_OFF, Answer, HttpClerk
from tests.faults.site import Site

PATIENCE = 120  # seconds until a request that was cut off must have got through


@dataclass
class Ledger:
    """What was acknowledged to one client, and how often he was not answered or badly.

    `rows`: addresses by row; `files`: digests by row; `waiting`: digests of files without a place by name;
    `imports`: names of the lines by preview; `answers` and `unparsed`: texts of tabs by field.
    """

    rows: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    imports: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    unparsed: dict[str, str] = field(default_factory=dict)
    versions: list[str] = field(default_factory=list)
    submissions: int = 0
    writes: int = 0
    cut_off: int = 0
    complaints: list[str] = field(default_factory=list)


class Client:
    """Somebody who goes on until `ended` is set, and repeats what was cut off with the same key."""

    def __init__(self, site: Site, login: str, seed: int) -> None:
        self.site, self.random, self.ledger = site, random.Random(f"{login} {seed}"), Ledger()
        self.clerk: HttpClerk = site.sign_in(login)
        self.filing = self.clerk.open_filing()
        self.filing_id = uuid.UUID(self.filing.rsplit("/", 1)[1])

    def work(self, ended: threading.Event) -> None:
        """Act again and again; whatever goes wrong is a complaint of the ledger."""
        try:
            while not ended.is_set():
                self.act()
                time.sleep(self.random.uniform(0, 0.1))
        except Exception as error:  # noqa: BLE001 - told where everybody is examined
            self.ledger.complaints.append(f"{type(self).__name__}: {error!r}"[:2000])

    def act(self) -> None:
        raise NotImplementedError

    def insist(self, send: Callable[[], Answer], *accepted: int) -> Answer:
        """Send until there is an answer; one that is not `accepted` is a complaint."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = send()
            except CUT_OFF:
                self.ledger.cut_off += 1
                time.sleep(0.1)
                continue
            if answer.status_code in (429, 503):  # 429: the child that read the file was killed
                time.sleep(0.2)
                continue
            assert answer.status_code in accepted, (answer.status_code, answer.text[:1500])
            return answer
        raise AssertionError("no answer came")

    def write(self, path: str, answers: dict[str, object], *accepted: int) -> Answer:
        """Send one write with a key of its own until it is acknowledged."""
        key = uuid.UUID(int=self.random.getrandbits(128)).hex
        answer = self.insist(
            lambda: self.clerk.post(f"{self.filing}/{path}", answers | {"idempotency_key": key}), *accepted
        )
        self.ledger.writes += 1
        return answer

    def lost(self) -> list[str]:
        """Compare the ledger with the database and the storage; return what is not as acknowledged."""
        raise NotImplementedError

    def halves(self) -> list[str]:
        """Return what is half done, at whatever moment somebody looks."""
        return []


class Submitter(Client):
    """Generates, fetches the PDF, hands in, takes back, and goes on."""

    def __init__(self, site: Site, login: str, seed: int) -> None:
        super().__init__(site, login, seed)
        completing.complete(self.clerk, self.filing)  # type: ignore[arg-type]
        self.office = completing.offices(self.clerk, self.filing)[0]  # type: ignore[arg-type]

    def act(self) -> None:
        before = len(self.versions())
        self.write("materials", {}, 303)
        after = self.versions()
        assert len(after) == before + 1, f"one request made {len(after) - before} versions"
        self.ledger.versions.append(after[-1].version_no)
        version = self.finished()
        if version is None or not version.has_pdf:
            return
        self.fetch(version)
        self.write("submission", {"receiving_office": self.office, "confirm_conditions": "yes"}, 303)
        self.ledger.submissions += 1
        # Repeated after they were done, these moves are not possible any more.
        self.write("withdrawal", {}, 303, 409)
        self.write("resumption", {}, 303, 409)

    def finished(self) -> MaterialVersion | None:
        """Wait for the newest version; None when it takes longer than anybody waits."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            version = self.versions()[-1]
            if version.is_finished:
                return version
            time.sleep(0.2)
        return None

    def fetch(self, version: MaterialVersion) -> None:
        answer = self.insist(lambda: self.clerk.get(f"{self.filing}/materials/{version.version_no}.pdf"), 200)
        assert hashlib.sha256(answer.data).hexdigest() == version.pdf_sha256, "half a PDF was served"

    def versions(self) -> list[MaterialVersion]:
        with self.site.session() as session:
            mine = select(MaterialVersion).where(MaterialVersion.filing_id == self.filing_id)
            return list(session.scalars(mine.order_by(MaterialVersion.number)))

    def lost(self) -> list[str]:
        versions = self.versions()
        submitted = (Event.stream_id == self.filing_id, Event.act == "submit")
        with self.site.session() as session:
            submissions = len(session.scalars(select(Event.id).where(*submitted)).all())
        for version in versions:
            if version.has_pdf:
                self.fetch(version)
        return [
            *(f"version {one.version_no} does not end" for one in versions if not one.is_finished),
            *differing("versions", dict.fromkeys(self.ledger.versions), dict.fromkeys(v.version_no for v in versions)),
            *([f"{submissions} submissions, acknowledged {self.ledger.submissions}"]
              if submissions != self.ledger.submissions else []),
        ]  # fmt: skip


def whole(storage: FolderStorage, sha256: str) -> bool:
    return hashlib.sha256(storage.path(sha256).read_bytes()).hexdigest() == sha256


def differing(what: str, acknowledged: Mapping[str, object], there: Mapping[str, object]) -> list[str]:
    return [
        f"{what} {key}: acknowledged {acknowledged.get(key, 'nothing')}, there {there.get(key, 'nothing')}"
        for key in acknowledged.keys() | there.keys()
        if key not in acknowledged or key not in there or acknowledged[key] != there[key]
    ]
