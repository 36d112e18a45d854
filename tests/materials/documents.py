"""Synthetic snapshots and evidence files for the tests of the PDF."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

Document = dict[str, Any]
VENUE_COLUMNS = [
    ("address", "孵化场地地址", "", "text", "", 13),
    ("area_total", "众创空间面积", "", "number", "平方米", 5),
    ("area_resident", "创业团队和企业场地面积", "其中（平方米）", "number", "平方米", 5),
    ("area_public", "公共服务场地面积", "其中（平方米）", "number", "平方米", 4),
    ("area_own_use", "自用场地面积", "其中（平方米）", "number", "平方米", 4),
    ("area_other", "其它面积", "其中（平方米）", "number", "平方米", 3.5),
    ("workstations", "创业工位数", "", "number", "", 4),
    ("ownership", "产权情况", "", "choice", "", 5),
    ("evidence_file", "证明材料", "", "file", "", 5.5),
]
ENTERPRISE_COLUMNS = [
    ("enterprise_name", "企业名称", "", "text", "", 12),
    ("uscc", "统一社会信用代码", "", "text", "", 9),
    ("converted_from_team", "是否由创业团队转化为企业", "", "choice", "", 5),
    ("source_team_name", "团队名称", "", "text", "", 7),
    ("registered_on", "注册时间", "", "date", "", 6),
    ("moved_in_on", "入驻时间", "", "date", "", 6),
    ("has_moved_out", "是否迁出", "", "choice", "", 3.5),
    ("employee_count", "企业人员数量", "", "number", "", 4),
    ("moved_out_on", "迁出时间", "", "date", "", 6),
    ("agreement_file", "入驻协议", "", "file", "", 5.5),
    ("license_file", "营业执照", "", "file", "", 5.5),
    ("has_financing", "是否获得", "获得投融资情况", "choice", "", 3.5),
    ("financed_on", "获得时间", "获得投融资情况", "date", "", 6),
    ("financing_amount", "投融资金额", "获得投融资情况", "number", "万元", 5),
    ("financing_file", "佐证材料", "获得投融资情况", "file", "", 5.5),
]


def column(
    name: str, label: str, group: str, kind: str, unit: str, width: float, total: str = ""
) -> Document:
    return {
        "name": name,
        "label": label,
        "short": label,
        "group": group,
        "kind": kind,
        "unit": unit,
        "width": width,
        "total": total,
    }


def cell(text: str = "", closed: str = "", attachment: int | None = None) -> Document:
    return {"value": text, "text": text, "closed": closed, "attachment": attachment}


def field(name: str, label: str, text: str, kind: str = "text", unit: str = "") -> Document:
    return {
        "name": name,
        "label": label,
        "unit": unit,
        "value": text,
        "text": text,
        "kind": kind,
        "missing": False,
    }


def table(name: str, label: str, columns: list[Document], rows: list[list[Document]]) -> Document:
    numbered = [
        {"id": f"{name}-{seq}", "seq": seq, "cells": cells} for seq, cells in enumerate(rows, start=1)
    ]
    return {"name": name, "label": label, "caption": "", "columns": columns, "rows": numbered}


def tab(name: str, label: str, **parts: list[Document]) -> Document:
    return {"name": name, "label": label, "fields": [], "totals": [], "tables": [], "files": [], **parts}


def condition(
    code: str, label: str, threshold: str, value: str, state: str, tab_name: str, gap: str = ""
) -> Document:
    return {
        "code": code,
        "label": label,
        "threshold": threshold,
        "value": value,
        "state": state,
        "gap": gap,
        "tab": tab_name,
    }


def attachment(no: int, title: str, where: str, path: Path, pages: int) -> Document:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "no": no,
        "tab": "venue",
        "table": "",
        "row": "",
        "slot": "evidence_file",
        "title": title,
        "where": where,
        "name": path.name,
        "sha256": sha256,
        "clean_sha256": sha256,
        "pages": pages,
        "size": path.stat().st_size,
    }


def document(tabs: list[Document], attachments: list[Document] | None = None, **changes: Any) -> Document:
    return {
        "format": 1,
        "kind": "makerspace",
        "kind_label": "众创空间国家备案",
        "title": "国家备案众创空间申报书",
        "batch": {"name": "2021年度国家备案众创空间", "year": 2021},
        "name": "临创众创空间",
        "cover": [
            {"label": "众创空间名称", "text": "临创众创空间"},
            {"label": "运营主体名称", "text": "广州临创孵化器有限公司", "seal": True},
            {"label": "统一社会信用代码", "text": "91440106MA59QK3H1W"},
            {"label": "所属区市", "text": "广东省 广州市 天河区"},
            {"label": "受理机构", "text": "广州市科学技术局"},
            {"label": "填报日期", "text": "2021年11月10日"},
        ],
        "tabs": tabs,
        "conditions_label": "备案条件自查",
        "conditions": [],
        "attachments": attachments or [],
        **changes,
    }


class Evidence:
    """A folder of evidence files, found again by their digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: dict[str, Path] = {}

    def add(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        self.paths[hashlib.sha256(content).hexdigest()] = path
        return path

    def __call__(self, clean_sha256: str) -> Path:
        return self.paths[clean_sha256]


def plain_pdf(pages: int = 1, size: tuple[float, float] = A4, words: str = "evidence") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    for number in range(1, pages + 1):
        canvas.rect(20, 20, size[0] - 40, size[1] - 40)
        # One corner is black, so that a page stood on its head is noticed.
        canvas.rect(40, 60, 0.2 * size[0], 0.1 * size[1], fill=1)
        canvas.drawString(40, size[1] - 60, f"{words} {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def changed_pdf(content: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The file after `change` was done to it with pikepdf."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
