"""P4: set 1,000 rows of 12 columns in type, beside ReportLab's LongTable with the same font and words."""

import sys
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, TableStyle

from bench.measure import Report, alternating
from bench.merging import _used
from bench.places import folder
from materials.fonts import ASSETS
from materials.layout import pieces, sections
from materials.typeset import typeset

COLUMNS = 12
WORDS = (
    "广州启航科技有限公司",
    "91440106MA5ABCDE1X",
    "2019-05-20",
    "陈一",
    "众创空间内",
    "12",
    "是",
    "2020-03-01",
    "1,250.5",
    "否",
    "科韵路 16 号 305 室",
    "无",
)


def run(report: Report, options: Any) -> None:
    """Each in a process of its own; growth from 250 to 1,000 rows."""
    with folder() as where:
        memory: dict[str, float] = {}

        def one(act: str, rows: int) -> float:
            code = f"from bench.typesetting import {act}; {act}({rows}, {str(where / act)!r})"
            return _used([sys.executable, "-c", code], memory, f"{act}{rows}")

        idle = min(one("ours", 0) for _ in range(2))
        bare = min(one("floor", 0) for _ in range(2))
        rounds = max(1, options.rounds - 1)
        mine, theirs = alternating(
            lambda: one("ours", 1000) - idle, lambda: one("floor", 1000) - bare, rounds
        )
        few, _ = alternating(lambda: one("ours", 250) - idle, lambda: 0.0, 1)
    report.say(f"typeset 1,000 rows of {COLUMNS} columns: CPU", f"{mine:.1f} s ({mine / theirs:.1f}×)",
               f"{theirs:.1f} s (LongTable)", "≤ 8×", mine <= 8 * theirs)  # fmt: skip
    report.say(
        "typeset: CPU from 250 to 1,000 rows",
        f"{few:.1f} s → {mine:.1f} s ({mine / few:.1f}×)",
        "4×",
        "linear",
        mine <= 4.8 * few,
    )
    report.say(
        "typeset 1,000 rows: peak memory",
        f"{memory['ours1000']:.0f} MiB",
        f"{memory['floor1000']:.0f} MiB",
        "≤ 180 MiB",
        memory["ours1000"] <= 180,
    )


def ours(rows: int, out: str) -> None:
    """Typeset a table as a generation does, piece by piece."""
    for blocks in pieces(sections(_document(rows))):
        typeset("body.html", blocks=blocks)


def floor(rows: int, out: str) -> None:
    """The same words in ReportLab's own table of paragraphs."""
    pdfmetrics.registerFont(TTFont("Noto", str(next(ASSETS.rglob("*SC*Regular*.ttf")))))
    style = ParagraphStyle("cell", fontName="Noto", fontSize=8.5, leading=11, wordWrap="CJK")
    cells = [[Paragraph(f"列 {place + 1}", style) for place in range(COLUMNS)]]
    cells += [[Paragraph(word, style) for word in WORDS] for _ in range(rows)]
    table = LongTable(
        cells,
        repeatRows=1,
        colWidths=[728 / COLUMNS] * COLUMNS,
        style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "#888888")]),
    )
    SimpleDocTemplate(out, pagesize=landscape(A4)).build([table])


def _document(rows: int) -> dict[str, Any]:
    """A snapshot with one wide table and nothing else."""
    columns = [
        {"name": f"c{place}", "label": f"列 {place + 1}", "short": f"列 {place + 1}", "group": "", "kind": "text",
         "unit": "", "width": 8, "total": ""}
        for place in range(COLUMNS)
    ]  # fmt: skip
    cells = [{"value": word, "text": word, "closed": ""} for word in WORDS]
    table = {"name": "t", "label": "入驻企业", "caption": "", "columns": columns,
             "rows": [{"id": str(seq), "seq": seq, "cells": cells} for seq in range(1, rows + 1)]}  # fmt: skip
    tab = {
        "name": "incubation",
        "label": "孵化和服务情况",
        "fields": [],
        "totals": [],
        "files": [],
        "tables": [table],
    }
    return {"format": 1, "title": "国家备案众创空间申报书", "name": "启航众创空间", "tabs": [tab], "attachments": [],
            "conditions": [], "conditions_label": "", "batch": {"name": "2021", "year": 2021}, "cover": []}  # fmt: skip
