"""Columns of personal data that are stored sealed, and how much of it people may see."""

from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from extensions import keyring


class Sealed(TypeDecorator[str]):
    """A text stored sealed by the newest key of the installation. It cannot be searched: keep a digest beside it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring.seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring.open(value)


def id_number_digest(id_type: str | None, number: str | None) -> str:
    """Return the digest to keep beside the sealed number of an identity paper; its type belongs to it."""
    return id_number_digests(id_type, number)[0]


def id_number_digests(id_type: str | None, number: str | None) -> list[str]:
    """Return all digests under which the number may be kept, one for each key that is in use."""
    return keyring.digests(f"{id_type}:{number}", "id_number")


def mask_mobile(number: str) -> str:
    """Show the first three and last four digits of a mobile: 155****2621. Empty stays empty."""
    return _masked(number, 3, 4)


def mask_id_number(number: str) -> str:
    """Show the first and last three characters of an ID number: 410************65X. Empty stays empty."""
    return _masked(number, 3, 3)


def mask_mail(address: str) -> str:
    """Show the first character of a mail address and its domain: c***@example.com. Empty stays empty."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if address else ""


def _masked(text: str, first: int, last: int) -> str:
    hidden = len(text) - first - last
    return text[:first] + "*" * hidden + text[-last:] if hidden > 0 else "*" * len(text)
