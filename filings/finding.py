"""What a check says: a finding at a field of its row, and a problem once the place in the filing is known."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """What a check found at one field: a code, a sentence that says what to do, and how grave it is."""

    field: str
    code: str
    message: str
    level: Level = "error"


@dataclass(frozen=True)
class Problem:
    """Something to mend. `where` is `tab/field` or `table/row-id/field`; `is_file`: the field is a slot."""

    where: str
    code: str
    message: str
    level: Level
    tab: str
    label: str
    is_file: bool = False

    @property
    def is_blocking(self) -> bool:
        return self.level == "error"

    @property
    def is_missing(self) -> bool:
        return self.code == "E_REQUIRED"

    @property
    def field(self) -> str:
        return self.where.rsplit("/", 1)[-1]

    @property
    def row_id(self) -> str | None:
        parts = self.where.split("/")
        return parts[1] if len(parts) == 3 else None

    @property
    def part(self) -> str:
        """The tab or table whose page shows the place."""
        return self.where.split("/")[0]
