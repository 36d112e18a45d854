"""Where things stand: addresses that templates ask for."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask.blueprints import BlueprintSetupState

from files.names import masked_name
from filings.bulk.places import Places
from filings.cells import label_of
from filings.finding import Problem
from filings.kinds import KINDS, kind_of
from models.filing import Filing


def register(state: BlueprintSetupState) -> None:
    """Give templates the addresses of cells and files."""
    state.app.jinja_env.globals.update(
        place_of=place_of, address_of_spot=address_of_spot, place_of_attachment=place_of_attachment, evidence_of=evidence_of,
        filing_kinds=KINDS, link_of_place=link_of_place,
    )  # fmt: skip
    state.app.jinja_env.filters.update(
        {"masked": masked_name, "label": label_of, "megabytes": megabytes, "kilobytes": kilobytes}
    )


def place_of(filing: Filing, problem: Problem) -> str:
    """Return the address of the cell a problem points at: the row opened, or the field of the tab."""
    if problem.row_id is None:
        page = url_for("filing.tab", filing_id=filing.id, name=problem.part)
        return f"{page}#{'slot-' if problem.is_file else ''}{problem.field}"
    if problem.row_id == "new":
        return url_for("filing.table", filing_id=filing.id, name=problem.part) + f"#{problem.part}-new"
    page = url_for("filing.edit_row", filing_id=filing.id, name=problem.part, row_id=problem.row_id)
    owner = problem.part if problem.is_file else "row"
    return f"{page}#{owner}-{problem.row_id}-{problem.field}"


def address_of_spot(filing: Filing, spot: str) -> str:
    """Return where the applicant mends a spot of the submitted document, as far as it is still there."""
    kind, parts = kind_of(filing), spot.split("/")
    table = kind.table(parts[0])
    if table is None:
        tab = kind.tab(parts[0])
        is_file = tab is not None and len(parts) > 1 and tab.slot(parts[1]) is not None
        page = url_for("filing.tab", filing_id=filing.id, name=parts[0])
        return f"{page}#{'slot-' if is_file else ''}{parts[1]}" if len(parts) > 1 else page
    if len(parts) == 1:
        return url_for("filing.table", filing_id=filing.id, name=table.name)
    page = url_for("filing.edit_row", filing_id=filing.id, name=table.name, row_id=parts[1])
    if len(parts) == 2:
        return f"{page}#{table.name}-{parts[1]}"
    return f"{page}#{table.name if table.slot(parts[2]) else 'row'}-{parts[1]}-{parts[2]}"


def place_of_attachment(filing: Filing, attachment: dict[str, Any]) -> str:
    """Return the page on which an attachment of a snapshot can be replaced."""
    if not attachment["row"]:
        return (
            url_for("filing.tab", filing_id=filing.id, name=attachment["tab"]) + f"#slot-{attachment['slot']}"
        )
    return url_for(
        "filing.edit_row", filing_id=filing.id, name=attachment["table"], row_id=attachment["row"]
    ) + f"#{attachment['table']}-{attachment['row']}"  # fmt: skip


def evidence_of(filing: Filing) -> Callable[[dict[str, Any]], str]:
    """Return where the applicant opens an attachment of a snapshot."""

    def address(attachment: dict[str, Any]) -> str:
        if not attachment["row"]:
            return url_for("filing.tab_file", filing_id=filing.id, slot=attachment["slot"])
        return url_for("filing.row_file", filing_id=filing.id, name=attachment["table"],
                       row_id=attachment["row"], slot=attachment["slot"])  # fmt: skip

    return address


def link_of_place(filing: Filing, places: Places, key: str) -> str:
    """Return the page on which a place stands, at its cell; the bulk page itself when its row is gone."""
    view = places.by_key.get(key)
    if view is None:
        return url_for("filing.pending_files", filing_id=filing.id)
    if view.table is None:
        return url_for("filing.tab", filing_id=filing.id, name=view.tab.name) + f"#slot-{view.slot.name}"
    address = url_for("filing.table", filing_id=filing.id, name=view.table.name, page=view.page)
    return f"{address}#{view.table.name}-{view.row.id}-{view.slot.name}"


def kilobytes(size: int) -> str:
    """Write the size of a small file: 86 KB, 2.4 MB."""
    return megabytes(size) if size >= 1_048_576 else f"{max(1, round(size / 1024))} KB"


def megabytes(size: int | None) -> str:
    """Write a size: 38.2 MB."""
    return "" if size is None else f"{size / 1_048_576:.1f} MB"
