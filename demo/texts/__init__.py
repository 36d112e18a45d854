"""Long texts of the demo, one file each."""

import csv
from pathlib import Path

_folder = Path(__file__).parent


def text(name: str) -> str:
    """Return a text with its paragraphs, one a line."""
    return (_folder / f"{name}.txt").read_text("utf-8").strip()


def table(name: str) -> list[dict[str, str]]:
    """Return the lines of a table as dicts by its head."""
    with (_folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names() -> list[str]:
    """Return the people the demo knows, for lists of those present."""
    return [row["leader_name"] for row in table("teams")] + [row["name"] for row in table("service_staff")]
