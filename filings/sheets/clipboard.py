"""Read what a spreadsheet program puts on the clipboard: lines of cells parted by tabs."""

import re

# A cell in quotes ends with a quote before a tab, a line's end or the end; others merely begin with one.
_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=[\t\r\n]|\Z)')
_PLAIN = re.compile(r"[^\t\r\n]*")
_NEEDS_QUOTES = re.compile(r'[\t\r\n]|""')


def read_clipboard(text: str) -> list[list[str]]:
    """Return the cells of every line.

    Programs quote a cell only if it holds tabs, line ends or quotes; quotes around anything else are part of
    the text, as in "双创"示范基地.
    """
    rows: list[list[str]] = [[]]
    at = 0
    while True:
        cell, at = _read_cell(text, at)
        rows[-1].append(cell)
        if at >= len(text):
            return rows if any(rows[-1]) else rows[:-1]
        end = 2 if text.startswith("\r\n", at) else 1
        if text[at] != "\t":
            rows.append([])
        at += end


def _read_cell(text: str, at: int) -> tuple[str, int]:
    quoted = _QUOTED.match(text, at)
    if quoted and _NEEDS_QUOTES.search(quoted[1]):
        return quoted[1].replace('""', '"').replace("\r\n", "\n"), quoted.end()
    plain = _PLAIN.match(text, at)
    return (plain[0], plain.end()) if plain else ("", at)
