"""The limited process that reads an uploaded workbook: `python -m files.workbook_child <in> <out>`.

Writes the cells of the first visible sheet that has any to <out>, as a JSON list of lists of texts, and one
JSON line to stdout: `{"rows": n}` or `{"refused": [code, message]}`. Ends like files.admission_child.
"""

import codecs
import io
import json
import os
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from files import isolation
from files.refusals import Refused
from files.workbook_gate import require_plain_workbook
from files.workbook_refusals import damaged, swells, too_many_lines

ROW_LIMIT = 5_000
COLUMN_LIMIT = 200
ANSWER_BYTES = 8 * 1_048_576


def main(arguments: list[str]) -> None:
    os.umask(0o077)
    isolation.end_after_wall_time()
    print(json.dumps(read_upload(*arguments)))


def read_upload(source: str, target: str) -> dict[str, Any]:
    """Open both files while that is possible, shut the door, then look at the bytes."""
    import python_calamine

    codecs.lookup("cp437")  # names in an archive; nothing can be loaded once the door is shut
    data = Path(source).read_bytes()
    with open(target, "w", encoding="utf-8") as output:
        isolation.confine(ANSWER_BYTES)
        try:
            require_plain_workbook(data)
            rows = read_cells(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))
            answer = json.dumps(rows)
            if len(answer) > ANSWER_BYTES:
                raise swells()
        except BaseException as error:  # noqa: BLE001 - whatever a hostile file provokes, panics too, is an answer
            reason = _reason(error)
            return {"refused": [reason.code, reason.message]}
        output.write(answer)
    return {"rows": len(rows)}


def read_cells(workbook: Any) -> list[list[str]]:
    """Return the texts of the first visible sheet with any; empty lines stay, so that numbers agree."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # loaded before the door was shut

    for sheet in workbook.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            rows = list(_trimmed(workbook.get_sheet_by_name(sheet.name)))
            if rows:
                return rows
    return []


def _trimmed(sheet: Any) -> Iterator[list[str]]:
    if sheet.start is None:
        return
    if sheet.end[0] >= ROW_LIMIT:
        raise too_many_lines(ROW_LIMIT)
    yield from ([] for _ in range(sheet.start[0]))
    for row in sheet.to_python(skip_empty_area=True):
        cells = [""] * sheet.start[1] + [text_of(value) for value in row]
        yield cells[:COLUMN_LIMIT]


def text_of(value: Any) -> str:
    """Write a cell as its reader would: whole numbers without a point, days without a time."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _reason(error: BaseException) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, MemoryError | RecursionError):
        return swells()
    print(type(error).__name__, error, file=sys.stderr)
    return damaged()


if __name__ == "__main__":
    main(sys.argv[1:])
