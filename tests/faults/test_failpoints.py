"""A kill at every numbered step: what was answered is there, what was not is there once or not at all."""

import uuid
from collections.abc import Callable, Iterator

import pytest

import failpoints
from models.attachment import Attachment
from models.makerspace_filing import MakerspaceFiling
from models.venue import Venue
from tests import completing, served
from tests.faults.desks import LINES, CompleteDesk, Desk, pdfs
from tests.faults.http_clerk import CUT_OFF, Answer, HttpClerk
from tests.faults.site import Site, running, url_on

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
TAB = ["tab_stored", "tab_committed"]
PREVIEW = ["block_kept", "block_committed"]
IMPORT = ["lines_stored", "lines_committed"]
UNDO = ["lines_taken_back", "undo_committed"]
EVIDENCE = ["file_kept", "evidence_committed"]
PLACEMENT = ["files_placed", "placement_committed"]
VERSION = ["version_frozen", "job_noted", "version_committed", "worker_woken"]
JOB = ["job_claimed", "manuscript_set", "evidence_merged", "pages_stamped", "pdf_written", *BYTES,
       "result_noted", "job_finished", "job_committed"]  # fmt: skip
SUBMISSION = ["submission_judged", "filing_moved", "filing_submitted", "submission_committed"]
# `make test` tries those that change many rows at once, `make test-long` all.
LONG = pytest.mark.long
# Two attempts of a job may die, the third must do it; `make test` tries the points at which most is at stake.
PAIRS = [
    pytest.param(JOB[at : at + 2], id="-".join(JOB[at : at + 2]), marks=[pytest.mark.long] if at < 10 else [])
    for at in range(0, len(JOB), 2)
]
# Once these are reached the effect is there, although nobody heard of it.
COMMITTED = {"row_committed", "figures_loaded", "page_rendered", "file_committed", "version_committed",
             "worker_woken", "submission_committed", "tab_committed", "block_committed", "lines_committed",
             "undo_committed", "evidence_committed", "placement_committed"}  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = url_on(request.param, "failpoints", request)
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
    here = {
        *ROW,
        *UPLOAD,
        *WORKBOOK,
        *TAB,
        *PREVIEW,
        *IMPORT,
        *UNDO,
        *EVIDENCE,
        *PLACEMENT,
        *VERSION,
        *JOB,
        *SUBMISSION,
    }
    assert here | elsewhere == set(failpoints.POINTS)


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


@pytest.mark.long
@pytest.mark.parametrize("point", TAB)
def test_a_tab_is_saved_whole_or_not(point: str, site: Site, desk: Desk) -> None:
    text, key = f"我们的服务：{point}。", uuid.uuid4().hex
    killed_at(site, point, desk.clerk, lambda: desk.save_tab(text, key))
    assert desk.count(MakerspaceFiling.service_capability_text, text) == (point in COMMITTED)
    assert desk.save_tab(text, key).status_code == 303
    assert desk.count(MakerspaceFiling.service_capability_text, text) == 1


@pytest.mark.long
@pytest.mark.parametrize("point", PREVIEW)
def test_a_block_is_previewed_once(point: str, site: Site, desk: Desk) -> None:
    mark, key = f"导师 {uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    killed_at(site, point, desk.clerk, lambda: desk.paste(mark, key))
    again = [desk.paste(mark, key).headers["Location"] for _ in range(2)]
    assert again[0] == again[1]
    assert desk.previews() == 1
    assert desk.clerk.get(again[0]).status_code == 200
    assert desk.imported(mark) == 0


@pytest.mark.parametrize("point", ["lines_stored", pytest.param("lines_committed", marks=LONG)])
def test_two_hundred_lines_are_imported_as_a_whole_or_not_at_all(point: str, site: Site, desk: Desk) -> None:
    mark = f"导师 {uuid.uuid4().hex[:8]}"
    preview = desk.paste(mark, "").headers["Location"]
    killed_at(site, point, desk.clerk, lambda: desk.confirm(preview))
    assert desk.imported(mark) == (LINES if point in COMMITTED else 0)
    for _ in range(2):
        assert desk.confirm(preview).status_code == 303
        assert desk.imported(mark) == LINES
    assert desk.undo(preview).status_code == 303


@pytest.mark.long
@pytest.mark.parametrize("point", UNDO)
def test_an_import_is_taken_back_as_a_whole_or_not_at_all(point: str, site: Site, desk: Desk) -> None:
    mark = f"导师 {uuid.uuid4().hex[:8]}"
    preview = desk.paste(mark, "").headers["Location"]
    assert desk.confirm(preview).status_code == 303
    killed_at(site, point, desk.clerk, lambda: desk.undo(preview))
    assert desk.imported(mark) == (0 if point in COMMITTED else LINES)
    assert desk.undo(preview).status_code == 303
    assert desk.imported(mark) == 0


@pytest.mark.long
@pytest.mark.parametrize(("point", "file"), [("file_kept", 1), ("file_kept", 2), ("evidence_committed", 1)])
def test_files_sent_in_bulk_all_wait_once_or_none_does(point: str, file: int, site: Site, desk: Desk) -> None:
    files = pdfs([f"{point} {file} {number}.pdf" for number in (1, 2)])
    site.arm(point, f"exit {file}")
    with pytest.raises(CUT_OFF):
        desk.send_evidence(files)
    site.wait_until_it_answers(desk.clerk)
    assert len(desk.waiting(files)) == (2 if point in COMMITTED else 0)
    assert desk.send_evidence(files).status_code == 303
    assert len(desk.waiting(files)) == 2


@pytest.mark.parametrize(
    ("point", "file"),
    [pytest.param("file_attached", 2, marks=LONG), ("files_placed", 1),
     pytest.param("placement_committed", 1, marks=LONG)],
)  # fmt: skip
def test_files_are_all_placed_or_none_is(point: str, file: int, site: Site, desk: Desk) -> None:
    names, key = [f"{point} {number}.pdf" for number in (1, 2)], uuid.uuid4().hex
    rows = [desk.row, desk.new_row(f"{point} 座")]
    assert desk.send_evidence(pdfs(names)).status_code == 303
    waiting = desk.waiting(names)
    site.arm(point, f"exit {file}")
    with pytest.raises(CUT_OFF):
        desk.place(waiting, rows, key)
    site.wait_until_it_answers(desk.clerk)
    there = [desk.count(Attachment.name, name) for name in names]
    assert there == ([1, 1] if point in COMMITTED else [0, 0])
    assert len(desk.waiting(names)) == 2 - sum(there)
    assert desk.place(waiting, rows, key).status_code == 303
    assert [desk.count(Attachment.name, name) for name in names] == [1, 1]
    assert desk.waiting(names) == []


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
