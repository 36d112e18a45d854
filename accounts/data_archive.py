"""The archive of a copy: one page to read, the same as JSON and as CSV for programs, and the uploaded papers."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from accounts.own_data import Paper, Section
from files.storage import FolderStorage, MissingFile

READ_ME = "个人信息副本.html"
STYLE = (
    "body{font:16px/1.6 'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif;max-width:1100px;"
    "margin:24px auto;padding:0 16px;color:#12262b}table{border-collapse:collapse;width:100%;margin:8px 0 24px}"
    "th,td{border:1px solid #c4d0d2;padding:4px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#eef3f3}.none{color:#55696d}"
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def parts_of(
    sections: Sequence[Section], papers: Sequence[Paper], storage: FolderStorage, heading: str
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of the archive; a paper that is not there any more is left out."""
    yield READ_ME, page(sections, papers, heading).encode()
    yield "数据/全部.json", as_json(sections, heading).encode()
    for number, section in enumerate(sections, 1):
        yield f"数据/{number:02d}-{section.title}.csv", as_csv(section).encode("utf-8-sig")
    for number, paper in enumerate(papers, 1):
        try:
            content = storage.path(paper.sha256).read_bytes()
        except MissingFile:
            continue
        yield f"上传的材料/{number:02d}-{paper.place}-{paper.name}", content


def count_parts(sections: Sequence[Section], papers: Sequence[Paper]) -> int:
    """Count what `parts_of` yields at most."""
    return 2 + len(sections) + len(papers)


def add_part(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file; a PDF is small already."""
    method = zipfile.ZIP_STORED if Path(name).suffix == ".pdf" else zipfile.ZIP_DEFLATED
    archive.writestr(name, content, method)


def page(sections: Sequence[Section], papers: Sequence[Paper], heading: str) -> str:
    """Write one page that every browser reads, without anything from elsewhere."""
    body = "".join(f"<h2>{escape(one.title)}</h2>{_table(one)}" for one in sections)
    listed = "".join(f"<li>{escape(one.place)}：{escape(one.name)}</li>" for one in papers)
    body += f"<h2>上传的材料</h2><ul>{listed}</ul>" if papers else ""
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(heading)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(heading)}</h1>"
        "<p>本副本含有证件号码、手机等个人信息，请妥善保管。「数据」文件夹中是同样的内容，可用表格软件或程序打开。</p>"
        f"{body}</body></html>"
    )


def _table(section: Section) -> str:
    if not section.rows:
        return '<p class="none">没有记录。</p>'
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in section.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in section.rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def as_json(sections: Sequence[Section], heading: str) -> str:
    """Write all sections as one object: name → title and rows, each row a mapping of head to text."""
    content = {
        one.name: {"title": one.title, "rows": [dict(zip(one.heads, row, strict=True)) for row in one.rows]}
        for one in sections
    }
    return json.dumps({"heading": heading, "sections": content}, ensure_ascii=False, indent=1)


def as_csv(section: Section) -> str:
    """Write one section; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(section.heads)
    writer.writerows([_harmless(cell) for cell in row] for row in section.rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
