"""P5: merge and stamp 60 attachments of about 500 pages and 100 MB, beside `qpdf --overlay` doing the same."""

import io
import os
import random
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from bench.measure import MIB, Report, alternating
from bench.places import folder
from files.clean_copy import make_clean_copy
from materials.book import Book
from materials.stamp import Wording
from tests.served import ROOT

FILES, PAGES, SIDE = 60, 500, 260


def run(report: Report, options: Any) -> None:
    """Both as processes of their own, A B A B …; processor time and the largest memory of each."""
    with folder() as where:
        files = _attachments(where)
        stamp = _stamp(where / "stamp.pdf")
        size = sum(file.stat().st_size for file in files) / MIB
        memory: dict[str, float] = {}

        def ours() -> float:
            names = " ".join(str(file) for file in files)
            code = f"from bench.merging import bind; bind({names!r}.split(), {str(where / 'ours.pdf')!r})"
            return _used([sys.executable, "-c", code], memory, "ours")

        def floor() -> float:
            command = [
                "qpdf",
                "--empty",
                "--pages",
                *files,
                "--",
                "--overlay",
                stamp,
                "--",
                where / "qpdf.pdf",
            ]
            return _used(command, memory, "floor")

        def start() -> float:
            return _used([sys.executable, "-c", "import bench.merging"], {}, "")

        mine, theirs = alternating(ours, floor, options.rounds)
        begun, _ = alternating(start, start, 1)
    ratio = (mine - begun) / theirs
    report.say(f"merge and stamp {FILES} files, {PAGES} pages, {size:.0f} MB: CPU", f"{mine - begun:.2f} s ({ratio:.2f}×)",
               f"{theirs:.2f} s (qpdf --overlay)", "≤ 1.8×", ratio <= 1.8)  # fmt: skip
    report.say("merge and stamp: peak memory", f"{memory['ours']:.0f} MiB ({memory['ours'] / size:.1f}× the input)",
               f"{memory['floor']:.0f} MiB", "≤ 3× the input", memory["ours"] <= 3 * size)  # fmt: skip


def _used(command: list[Any], memory: dict[str, float], name: str) -> float:
    process = subprocess.Popen(command, cwd=ROOT)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    memory[name] = used.ru_maxrss / 1024
    return used.ru_utime + used.ru_stime


def bind(files: list[str], out: str) -> None:
    """Merge and stamp as a generation does, from the clean copies to the written file."""
    book = Book()
    for file in files:
        book.add_evidence(Path(file))
    words = Wording(
        "版本号:ZCKJ-2021-000001-001-JK0S",
        "临创众创空间 · 国家备案众创空间申报书",
        "2021年11月10日 10:00 生成",
    )
    book.stamp(words, lambda done, total: None)
    book.describe("申报书", "临创众创空间", "ZCKJ-2021-000001-001-JK0S", datetime(2021, 11, 10, tzinfo=UTC))
    with open(out, "wb") as file:
        book.write(file)


def _attachments(where: Path) -> list[Path]:
    """Scans: a picture that cannot be compressed on every page, admitted as uploads are."""
    chance = random.Random(5)
    files = []
    for number in range(FILES):
        pages = PAGES // FILES + (number < PAGES % FILES)
        path = where / f"{number:02d}.pdf"
        path.write_bytes(make_clean_copy(_scan(chance, pages)).data)
        files.append(path)
    return files


def _scan(chance: random.Random, pages: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1)
    for page in range(pages):
        canvas.drawImage(_noise(chance), 40, 60, 515, 700)
        for line in range(40):
            canvas.drawString(
                60, 800 - 18 * line, f"page {page + 1} line {line + 1} of a scanned lease contract"
            )
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _noise(chance: random.Random) -> ImageReader:
    from PIL import Image

    return ImageReader(Image.frombytes("RGB", (SIDE, SIDE), chance.randbytes(SIDE * SIDE * 3)))


def _stamp(path: Path) -> Path:
    """One page for each page, as `--overlay` wants it; made before the clock runs."""
    canvas = Canvas(str(path), pagesize=A4, pageCompression=1)
    for page in range(PAGES):
        canvas.drawString(60, 815, "ZCKJ-2021-000001-001-JK0S")
        canvas.drawRightString(535, 815, f"{page + 1} / {PAGES}")
        for row in range(8):
            canvas.drawString(80, 100 * row, "ZCKJ-2021-000001-001-JK0S")
        canvas.showPage()
    canvas.save()
    return path


def peak() -> float:
    """The largest memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
