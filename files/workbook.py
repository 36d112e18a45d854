"""Read an uploaded workbook, without parsing it in this process."""

import json
import logging
import threading
from pathlib import Path
from typing import IO

from failpoints import reach
from files import workbook_refusals as refusals
from files.admission import AdmissionBroken, receive
from files.child_process import Ended, run_child, turn
from files.refusals import CODES, Refused, busy
from files.storage import FolderStorage
from files.workbook_child import ANSWER_BYTES

log = logging.getLogger(__name__)

_place = threading.BoundedSemaphore(1)  # a child may use much memory: the next one waits its turn


def read_workbook(stream: IO[bytes], storage: FolderStorage) -> list[list[str]]:
    """Return the texts of the first sheet, line by line. Raises Refused."""
    with storage.temp_folder() as folder:
        source, target = folder / "in.xlsx", folder / "cells.json"
        _receive(stream, source)
        reach("workbook_received")
        with turn(_place):
            ended = run_child([str(source), str(target)], folder, "files.workbook_child")
        _require_answer(ended)
        return _cells(target)


def _receive(stream: IO[bytes], target: Path) -> None:
    try:
        receive(stream, target, refusals.WORKBOOK_LIMIT)
    except Refused as refused:
        raise (refusals.empty() if refused.code == "E_FILE_EMPTY" else refusals.too_large()) from None


def _require_answer(ended: Ended) -> None:
    """Repeat the child's refusal; one that died of the file could not say why."""
    if ended.code is None or ended.code < 0:
        log.warning("Reading a workbook was cut short: %s", ended.code or "time is over")
        raise busy() if ended.was_cut_short else refusals.swells()
    if ended.code != 0:
        raise AdmissionBroken(f"workbook child ended with {ended.code}: {ended.complaint[-2_000:]}")
    answer = json.loads(ended.answer)
    if "refused" in answer:
        code, message = answer["refused"]
        log.info("A workbook was refused: %s %s", code, ended.complaint[:200])
        raise Refused(code, message[:300]) if code in CODES else refusals.damaged()


def _cells(target: Path) -> list[list[str]]:
    """Take the child's cells as texts whatever it wrote: a file may have taken the child over."""
    if target.stat().st_size > ANSWER_BYTES:
        raise refusals.swells()
    rows = json.loads(target.read_text("utf-8"))
    return [[str(cell) for cell in row] for row in rows]
