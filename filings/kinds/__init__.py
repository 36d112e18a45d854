"""The register of kinds; one module each, the table of contents of its official form."""

from typing import Any

from filings.kind import Kind
from filings.kinds.makerspace import MAKERSPACE

KINDS: dict[str, Kind] = {MAKERSPACE.name: MAKERSPACE}


def kind_of(filing: Any) -> Kind:
    """Return the kind a filing is of."""
    return KINDS[filing.kind]
