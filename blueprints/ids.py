"""Ids and versions that come with a form: what is none is told apart here, and never a failure."""

import re
import uuid
from collections.abc import Iterable


def read_id(text: str) -> uuid.UUID | None:
    """Return the id that `text` says; None when it says none, as only somebody who tries things sends."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def read_ids(texts: Iterable[str]) -> list[uuid.UUID]:
    """Return the ids among `texts`, each once, in their order."""
    found = (read_id(text) for text in texts)
    return list(dict.fromkeys(one for one in found if one is not None))


def read_version(text: str) -> int | None:
    """Return the version that `text` says; None when it says none, or one that no database counts to."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None
