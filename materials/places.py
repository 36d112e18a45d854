"""Where in a snapshot a text stands, in the applicant's words."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def place_of(document: Document, character: str) -> str:
    """The first place that holds the character, e.g. 服务场地 · 第 3 行 · 地址; empty if none does."""
    return next((place for place, text in _texts(document) if character in text), "")


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    """Every filed text with its place."""
    for line in document["cover"]:
        yield f"封面 · {line['label']}", line["text"]
    for tab in document["tabs"]:
        for field in tab["fields"]:
            yield f"{tab['label']} · {field['label']}", field["text"]
        for table in tab["tables"]:
            yield from _cells(table)
    for attachment in document["attachments"]:
        yield f"附件 {attachment['no']}", attachment["title"] + attachment["where"]


def _cells(table: Document) -> Iterator[tuple[str, str]]:
    for row in table["rows"]:
        for column, cell in zip(table["columns"], row["cells"], strict=True):
            yield f"{table['label']} · 第 {row['seq']} 行 · {column['label']}", cell["text"]
