"""Places at which tests let the product fail: as by kill -9, by an error, on a full disk, or by waiting.

`HATCHERY_FAILPOINTS` names a folder; a file in it with the name of a point arms the point for one time. What
stands in the file is done when the point is reached: `exit`, `error`, `full`, or `pause`, which waits until
the file `<name>.reached` is removed; a number behind it says at which time, `exit 2` at the second. Without
the setting, and always in production, a point is one comparison.
"""

import errno
import os
import time
from pathlib import Path

# What has just happened when the point is reached.
POINTS = {
    # A request for a row, by the steps of "A request" in README.md
    "request_admitted": "the gate let the request in; SQLite's write lock is taken",
    "filing_loaded": "the filing is theirs and may be edited",
    "table_found": "the table is known",
    "row_judged": "the form judged what was typed",
    "row_stored": "the row is changed, nothing is committed",
    "row_committed": "the row is committed, nothing is answered",
    "figures_loaded": "the sums are read",
    "page_rendered": "the answer is made, nothing is sent",
    # Upload
    "upload_received": "the file stands in a temporary one",
    "upload_cleaned": "the limited child made the clean copy",
    "bytes_flushed": "a temporary file is whole on the disk and has no name yet",
    "bytes_renamed": "it has its name, perhaps not on the disk",
    "bytes_put": "it is there for good, no row names it",
    "file_attached": "the slot names it, nothing is committed",
    "file_committed": "the slot is committed, nothing is answered",
    # Workbook
    "workbook_received": "the workbook stands in a temporary folder",
    # Saving a tab
    "tab_stored": "the answers are changed, nothing is committed",
    "tab_committed": "the tab is committed, nothing is answered",
    # Import of lines
    "block_kept": "the lines wait in a preview, nothing is committed",
    "block_committed": "the preview is committed, nothing is answered",
    "lines_stored": "all rows are changed, nothing is committed",
    "lines_committed": "the rows are committed, nothing is answered",
    "lines_taken_back": "the rows are as before the import, nothing is committed",
    "undo_committed": "that is committed, nothing is answered",
    # Evidence in bulk
    "file_kept": "a file waits for its place, nothing is committed",
    "evidence_committed": "the waiting files are committed, nothing is answered",
    "files_placed": "the slots name them, nothing is committed",
    "placement_committed": "the slots are committed, nothing is answered",
    # Generation
    "version_frozen": "the version has its snapshot and its number, nothing is committed",
    "job_noted": "its job is noted, nothing is committed",
    "version_committed": "both are committed, no worker knows",
    "worker_woken": "Redis knows, nothing is answered",
    "job_claimed": "a worker has the lease",
    "manuscript_set": "the answers are typeset",
    "evidence_merged": "the evidence is behind them",
    "pages_stamped": "every page has its number",
    "pdf_written": "the PDF is whole on the disk, in a temporary file",
    "result_noted": "the version names its PDF, nothing is committed",
    "job_finished": "the job is done, nothing is committed",
    "job_committed": "both are committed, Redis does not know",
    # Changing keys
    "keys_rotated": "a few values are sealed by the newest key and committed",
    # Submission
    "submission_judged": "nothing stands in the way",
    "filing_moved": "the status is another one, no event says so",
    "filing_submitted": "the event is written, nothing is committed",
    "submission_committed": "the filing lies before its office, nothing is answered",
}


class Failed(RuntimeError):
    """What the action `error` raises."""


def reach(point: str) -> None:
    """Say that a point is reached, and fail there if it is armed."""
    if _folder is not None:
        _act(_folder / point)


def _act(armed: Path) -> None:
    taken = armed.with_name(f"{armed.name}.reached")
    try:
        action, _, times = armed.read_text().partition(" ")
        if int(times or 1) > 1:
            armed.write_text(f"{action} {int(times) - 1}")
            return
        armed.rename(taken)
    except FileNotFoundError:  # not armed, or another process was faster
        return
    if action == "exit":
        os._exit(137)
    if action == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if action == "error":
        raise Failed(armed.name)
    while taken.exists():
        time.sleep(0.01)


def _folder_from_environment() -> Path | None:
    named = os.environ.get("HATCHERY_FAILPOINTS")
    is_production = os.environ.get("HATCHERY_ENV") == "production"
    return Path(named) if named and not is_production else None


_folder = _folder_from_environment()
