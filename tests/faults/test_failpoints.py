"""A kill at every numbered step: what was answered is there, what was not is there once or not at all."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

import failpoints
from models.attachment import Attachment
from models.event import Event
from models.material_version import MaterialVersion
from models.venue import Venue
from tests import completing, served, sheets
from tests.faults.http_clerk import CUT_OFF, Answer, HttpClerk
from tests.faults.site import Site, running

pytestmark = pytest.mark.xdist_group("failpoints")  # they share two servers

REQUEST = ["request_admitted", "filing_loaded"]
ROW = [
    *REQUEST,
    "table_found",
    "row_judged",
    "row_stored",
    "row_committed",
    "figures_loaded",
    "page_rendered",
]
BYTES = ["bytes_flushed", "bytes_renamed", "bytes_put"]
UPLOAD = ["upload_received", "upload_cleaned", *BYTES, "file_attached", "file_committed"]
WORKBOOK = ["workbook_received"]
VERSION = ["version_frozen", "job_noted", "version_committed", "worker_woken"]
JOB = ["job_claimed", "manuscript_set", "evidence_merged", "pages_stamped", "pdf_written", *BYTES,
       "result_noted", "job_finished", "job_committed"]  # fmt: skip
SUBMISSION = ["submission_judged", "filing_moved", "filing_submitted", "submission_committed"]
# Two attempts of a job may die, the third must do it; `make test` tries the points at which most is at stake.
PAIRS = [
    pytest.param(JOB[at : at + 2], id="-".join(JOB[at : at + 2]), marks=[pytest.mark.long] if at < 8 else [])
    for at in range(0, len(JOB), 2)
]
# Once these are reached the effect is there, although nobody heard of it.
COMMITTED = {"row_committed", "figures_loaded", "page_rendered", "file_committed", "version_committed",
             "worker_woken", "submission_committed"}  # fmt: skip


class Desk:
    """A clerk, his filing, and what he can do with it again and again; `count` tells how often it was done."""

    def __init__(self, site: Site, login: str) -> None:
        self.site, self.clerk = site, site.sign_in(login)
        self.filing = self.clerk.open_filing()
        self.row = self.add_row("一号楼", "").headers["Location"].split("#venue_rows-")[1]

    def add_row(self, address: str, key: str) -> Answer:
        answers = completing.VENUE | {"address": address, "idempotency_key": key}
        return self.clerk.post(f"{self.filing}/venue_rows", answers, htmx=bool(key))

    def save_row(self, address: str) -> Answer:
        return self.clerk.post(
            f"{self.filing}/venue_rows/{self.row}", completing.VENUE | {"address": address}, htmx=True
        )

    def upload(self, name: str) -> Answer:
        path = f"{self.filing}/venue_rows/{self.row}/files/evidence_file"
        return self.clerk.upload(path, completing.small_pdf(name), f"{name}.pdf", htmx=True)

    def read_workbook(self) -> Answer:
        path = f"{self.filing}/venue_rows/import"
        return self.clerk.upload(path, sheets.workbook([["场地地址"], ["二号楼"]]), "场地.xlsx")

    def count(self, column: Any, value: str) -> int:
        with self.site.session() as session:
            return session.scalar(select(func.count()).where(column == value)) or 0


class CompleteDesk(Desk):
    """A clerk whose filing may be generated and handed in."""

    def __init__(self, site: Site, login: str) -> None:
        super().__init__(site, login)
        completing.complete(self.clerk, self.filing)  # type: ignore[arg-type]
        self.upload("lease")

    @property
    def filing_id(self) -> uuid.UUID:
        return uuid.UUID(self.filing.rsplit("/", 1)[1])

    def generate(self, key: str) -> Answer:
        return self.clerk.post(f"{self.filing}/materials", {"idempotency_key": key})

    def versions(self) -> list[MaterialVersion]:
        with self.site.session() as session:
            mine = select(MaterialVersion).where(MaterialVersion.filing_id == self.filing_id)
            return list(session.scalars(mine.order_by(MaterialVersion.number)))

    def wait_for_pdf(self) -> MaterialVersion:
        served.wait_until(lambda: self.versions()[-1].is_finished, self.site.served.said)
        version = self.versions()[-1]
        assert version.state == "ready", version.failure
        return version

    def submit(self, office: str, key: str) -> Answer:
        answers = {"receiving_office": office, "confirm_conditions": "yes", "idempotency_key": key}
        return self.clerk.post(f"{self.filing}/submission", answers)

    def submissions(self) -> int:
        with self.site.session() as session:
            mine = (Event.stream_id == self.filing_id, Event.act == "submit")
            return session.scalar(select(func.count(Event.id)).where(*mine)) or 0

    def take_back(self) -> None:
        for act in ("withdrawal", "resumption"):
            assert self.clerk.post(f"{self.filing}/{act}").status_code == 303


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = ""
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres_cluster")
        cluster.create("failpoints", "template")
        url = cluster.url("failpoints")
    folder = tmp_path_factory.mktemp("failpoints") / "var"
    with running(folder, request.getfixturevalue("sqlite_template"), url) as site:
        yield site


@pytest.fixture(scope="module")
def desk(site: Site) -> Desk:
    return Desk(site, "gz_qihang")


@pytest.fixture(scope="module")
def complete_desk(site: Site) -> CompleteDesk:
    return CompleteDesk(site, "fs_chancheng")


@pytest.fixture(autouse=True)
def sound(site: Site) -> Iterator[None]:
    yield
    site.disarm()
    assert site.troubles() == []


def test_every_point_is_tried() -> None:
    elsewhere = {"keys_rotated"}  # by tests/ops/test_rotate_keys.py
    assert {*ROW, *UPLOAD, *WORKBOOK, *VERSION, *JOB, *SUBMISSION} | elsewhere == set(failpoints.POINTS)


def killed_at(site: Site, point: str, clerk: HttpClerk, act: Callable[[], Answer]) -> None:
    """Kill the process that carries the act out at the point, and wait until another one answers."""
    site.arm(point, "exit")
    with pytest.raises(CUT_OFF):
        act()
    assert site.was_reached(point)
    site.wait_until_it_answers(clerk)


@pytest.mark.parametrize("point", ROW)
def test_a_row_is_added_once(point: str, site: Site, desk: Desk) -> None:
    address, key = f"{point} 号楼", uuid.uuid4().hex
    killed_at(site, point, desk.clerk, lambda: desk.add_row(address, key))
    assert desk.count(Venue.address, address) == (point in COMMITTED)
    assert desk.add_row(address, key).status_code == 201
    assert desk.count(Venue.address, address) == 1


@pytest.mark.parametrize("point", ["row_stored", "row_committed"])
def test_a_row_is_saved_whole_or_not(point: str, site: Site, desk: Desk) -> None:
    address = f"{point} 栋"
    killed_at(site, point, desk.clerk, lambda: desk.save_row(address))
    assert desk.count(Venue.address, address) == (point in COMMITTED)
    assert desk.save_row(address).status_code == 200
    assert desk.count(Venue.address, address) == 1


@pytest.mark.parametrize(("point", "copy"), [*((one, 1) for one in UPLOAD), *((one, 2) for one in BYTES)])
def test_a_file_is_there_or_the_one_before(point: str, copy: int, site: Site, desk: Desk) -> None:
    """The original is put first, the clean copy second."""
    name = f"{point} {copy}"
    site.arm(point, f"exit {copy}")
    with pytest.raises(CUT_OFF):
        desk.upload(name)
    site.wait_until_it_answers(desk.clerk)
    assert desk.count(Attachment.name, f"{name}.pdf") == (point in COMMITTED)
    assert desk.upload(name).status_code == 200
    assert desk.count(Attachment.name, f"{name}.pdf") == 1


@pytest.mark.parametrize("point", WORKBOOK)
def test_a_workbook_can_be_sent_again(point: str, site: Site, desk: Desk) -> None:
    before = site.temporary_files()
    killed_at(site, point, desk.clerk, desk.read_workbook)
    assert len(site.temporary_files()) == len(before) + 1, "not where the next start looks for leftovers"
    assert desk.read_workbook().status_code == 303


@pytest.mark.parametrize("point", VERSION)
def test_one_version_comes_of_one_request(point: str, site: Site, complete_desk: CompleteDesk) -> None:
    before, key = len(complete_desk.versions()), uuid.uuid4().hex
    killed_at(site, point, complete_desk.clerk, lambda: complete_desk.generate(key))
    assert len(complete_desk.versions()) == before + (point in COMMITTED)
    assert complete_desk.generate(key).status_code == 303
    assert len(complete_desk.versions()) == before + 1


@pytest.mark.parametrize("points", PAIRS)
def test_a_job_is_done_again_until_it_is_done(
    points: list[str], site: Site, complete_desk: CompleteDesk
) -> None:
    """Two attempts die, each at a point of its own; the third makes the PDF."""
    for point in points:
        site.arm(point, "exit")
    complete_desk.generate(uuid.uuid4().hex)
    version = complete_desk.wait_for_pdf()
    served.wait_until(lambda: all(site.was_reached(point) for point in points), site.served.said)
    answer = complete_desk.clerk.get(f"{complete_desk.filing}/materials/{version.version_no}.pdf")
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == version.pdf_size


@pytest.mark.parametrize("point", SUBMISSION)
def test_a_filing_is_handed_in_once(point: str, site: Site, complete_desk: CompleteDesk) -> None:
    if not any(version.has_pdf for version in complete_desk.versions()):
        complete_desk.generate(uuid.uuid4().hex)
        complete_desk.wait_for_pdf()
    office, key = completing.offices(complete_desk.clerk, complete_desk.filing)[0], uuid.uuid4().hex  # type: ignore[arg-type]
    before = complete_desk.submissions()
    killed_at(site, point, complete_desk.clerk, lambda: complete_desk.submit(office, key))
    assert complete_desk.submissions() == before + (point in COMMITTED)
    assert complete_desk.submit(office, key).status_code == 303
    assert complete_desk.submissions() == before + 1
    complete_desk.take_back()


def test_the_points_that_were_walked(site: Site, print_figure: Callable[[str], None]) -> None:
    """The last test of each database, as it tells of those before it."""
    assert site.walked.keys() <= failpoints.POINTS.keys()
    print_figure(
        f"{site.engine.dialect.name}: {len(site.walked)} of {len(failpoints.POINTS)} points walked, "
        f"{site.walked.total()} kills there, nothing lost, nothing twice"
    )
