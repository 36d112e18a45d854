"""Reading a file of accounts: CSV in UTF-8 or GB18030, headed in Chinese or by the names of the columns."""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from accounts.imports.lines import COLUMNS, NEEDED, BadLine, Line, judged

MOST_LINES = 200_000
MOST_BYTES = 100 * 1024**2


class BadFile(Exception):
    """Why nothing of a file can be taken over; the message says what to do."""


@dataclass(frozen=True)
class Skipped:
    """A line that is not taken over, and why."""

    number: int
    why: str


@dataclass
class AccountFile:
    """What a file says, good lines and bad ones, each with its number."""

    lines: list[Line] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read_accounts(content: bytes, regions: Collection[str]) -> AccountFile:
    """Read all lines; raises BadFile where the file as a whole cannot be read. `regions`: the codes there are."""
    found = AccountFile()
    try:
        _read(csv.reader(io.StringIO(_decoded(content), newline=""), strict=True), regions, found)
    except csv.Error as error:
        raise BadFile(f"第 {_last(found) + 1} 行以后读不下去，引号或分隔符有误（{error}）") from error
    if not found.lines and not found.skipped:
        raise BadFile("文件里没有账号，只有表头")
    return found


def _read(rows: Iterator[list[str]], regions: Collection[str], found: AccountFile) -> None:
    columns = _columns(next(rows, []))
    number = 1
    for row in rows:
        begins, number = number + 1, rows.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in row):
            continue
        if len(found.lines) + len(found.skipped) >= MOST_LINES:
            raise BadFile(f"一个文件最多 {MOST_LINES} 行，请分成几个文件")
        try:
            if len(row) != len(columns):
                raise BadLine(f"有 {len(row)} 列，表头有 {len(columns)} 列")
            found.lines.append(judged(begins, dict(zip(columns, row, strict=True)), regions))
        except BadLine as bad:
            found.skipped.append(Skipped(begins, str(bad)))


def _last(found: AccountFile) -> int:
    return max([1, *(line.number for line in found.lines[-1:]), *(one.number for one in found.skipped[-1:])])


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise BadFile(f"文件超过 {MOST_BYTES // 1024**2} MB，请分成几个文件")
    if b"\0" in content or content.startswith(b"PK"):
        raise BadFile("不是 CSV 文本。请在表格软件中「另存为 CSV UTF-8」")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("文字编码不能识别，请另存为 CSV UTF-8 或 GB18030")


def _columns(header: list[str]) -> list[str]:
    """Return the names of the columns in their order; raises BadFile for a header that is not one of ours."""
    names = {label: name for name, label in COLUMNS.items()} | {name: name for name in COLUMNS}
    typed = [cell.strip() for cell in header]
    unknown = [cell for cell in typed if cell not in names]
    if unknown:
        known = "、".join(COLUMNS.values())
        raise BadFile(
            f"表头中有不认识的列「{'」「'.join(one[:20] for one in unknown[:5])}」。可用的列：{known}"
        )
    columns = [names[cell] for cell in typed]
    if len(set(columns)) < len(columns):
        raise BadFile("表头中有重复的列")
    missing = [COLUMNS[name] for name in NEEDED if name not in columns]
    if missing:
        raise BadFile(f"表头中缺少「{'」「'.join(missing)}」")
    return columns
