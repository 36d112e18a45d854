"""Evidence beside the data: which page of which file is shown, how large, and what comes next."""

from dataclasses import dataclass, replace
from typing import Any, Self

from flask import request, url_for

from blueprints.review.page import ReviewPage
from files.page_images import LARGE, READING, THUMB, THUMBS_AT_ONCE, TURNS
from filings.documents import anchor_of, part_of_attachment

ZOOMS = (READING, LARGE, LARGE)
ZOOM_TEXTS = ("适合宽度", "150 %", "220 %")


@dataclass(frozen=True)
class Viewer:
    """One page of one attachment; `zoom` counts the steps from 适合宽度, `turn` is in degrees clockwise."""

    page: ReviewPage
    endpoint: str
    attachment: dict[str, Any]
    sheet: int = 1
    zoom: int = 0
    turn: int = 0

    @classmethod
    def asked_for(cls, page: ReviewPage, endpoint: str) -> Self | None:
        """Return the viewer the address asks for; None when it names no file of this version."""
        found = page.attachment(request.args.get("file", type=int))
        if found is None:
            return None
        sheet = min(max(request.args.get("sheet", 1, type=int), 1), found["pages"])
        zoom = min(max(request.args.get("zoom", 0, type=int), 0), len(ZOOMS) - 1)
        turn = request.args.get("turn", 0, type=int)
        return cls(page, endpoint, found, sheet, zoom, turn if turn in TURNS else 0)

    @property
    def url(self) -> str:
        """The page that shows this: the data with the row, or the list of files."""
        shown = {"file": self.attachment["no"], "sheet": self.sheet if self.sheet > 1 else None,
                 "zoom": self.zoom or None, "turn": self.turn or None}  # fmt: skip
        if self.endpoint != "review.filing":
            return url_for(self.endpoint, filing_id=self.page.filing.id, **shown)
        part, number = part_of_attachment(self.page.document, self.attachment)
        return url_for(self.endpoint, filing_id=self.page.filing.id, part=part.name if part else None,
                       page=number if number > 1 else None, **shown)  # fmt: skip

    @property
    def row_anchor(self) -> str:
        """The id of the element that the file proves."""
        if self.endpoint != "review.filing":
            return f"file-{self.attachment['no']}"
        return anchor_of(f"{self.attachment['table'] or self.attachment['tab']}/{self._subject}")

    @property
    def _subject(self) -> str:
        return str(self.attachment["row"] or self.attachment["slot"])

    @property
    def image(self) -> str:
        return self.image_of(self.sheet, ZOOMS[self.zoom], self.turn)

    def image_of(self, sheet: int, width: int, turn: int = 0) -> str:
        """Return the address of the picture of a page."""
        return url_for("review.evidence_page", filing_id=self.page.filing.id, number=self.attachment["no"],
                       sheet=sheet, width=width, turn=turn or None)  # fmt: skip

    @property
    def thumbs(self) -> list[tuple[Self, str]]:
        """The pages drawn together with this one, each with its small picture; none for a single page."""
        if self.attachment["pages"] == 1:
            return []
        first = self.sheet - (self.sheet - 1) % THUMBS_AT_ONCE
        last = min(first + THUMBS_AT_ONCE - 1, self.attachment["pages"])
        return [(self.at(number), self.image_of(number, THUMB)) for number in range(first, last + 1)]

    def at(self, sheet: int) -> Self:
        return replace(self, sheet=sheet)

    @property
    def turned(self) -> Self:
        return replace(self, turn=(self.turn + 90) % 360)

    @property
    def larger(self) -> Self | None:
        return replace(self, zoom=self.zoom + 1) if self.zoom + 1 < len(ZOOMS) else None

    @property
    def smaller(self) -> Self | None:
        return replace(self, zoom=self.zoom - 1) if self.zoom else None

    @property
    def zoom_text(self) -> str:
        return ZOOM_TEXTS[self.zoom]

    @property
    def next_sheet(self) -> Self | None:
        return self.at(self.sheet + 1) if self.sheet < self.attachment["pages"] else None

    @property
    def previous_sheet(self) -> Self | None:
        return self.at(self.sheet - 1) if self.sheet > 1 else None

    @property
    def next_file(self) -> Self | None:
        return self._file(self.attachment["no"] + 1)

    @property
    def previous_file(self) -> Self | None:
        return self._file(self.attachment["no"] - 1)

    def _file(self, number: int) -> Self | None:
        found = self.page.attachment(number)
        return replace(self, attachment=found, sheet=1, turn=0) if found else None

    def stands_with(self, other: Self) -> bool:
        """Say whether the page that shows `other` is the one that is open, but for the file."""
        return self.endpoint != "review.filing" or self._where() == other._where()

    def _where(self) -> tuple[str, int]:
        part, number = part_of_attachment(self.page.document, self.attachment)
        return (part.name if part else "", number)
