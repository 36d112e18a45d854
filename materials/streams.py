"""Streams of the book."""

from typing import Any

from pypdf.generic import NameObject, StreamObject


def stream(content: bytes, **entries: Any) -> StreamObject:
    """A compressed stream; `entries` are its dictionary without the slashes."""
    made = StreamObject()
    made.set_data(content)
    made = made.flate_encode()
    for name, value in entries.items():
        made[NameObject(f"/{name}")] = value
    return made
