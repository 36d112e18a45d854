"""Passwords hashed by older systems, kept so that their owners can sign in once more.

Argon2id takes too long to hash ten thousand of them while people wait, so a weak hash first lies here sealed by
the keys of the installation; the worker then puts argon2id of it in its place. Whoever signs in gets a hash of
today.
"""

import hashlib
import hmac
from collections.abc import Callable

from extensions import keyring
from keys import CannotOpen

ARGON2 = "$argon2id$"
# Name of a scheme → how the old system hashed salt and password; the salt is empty where it had none.
SCHEMES = {
    "legacy_md5": "md5",
    "legacy_sha1": "sha1",
    "legacy_sha256": "sha256",
}
LENGTHS = {"legacy_md5": 32, "legacy_sha1": 40, "legacy_sha256": 64}
LONGEST_SALT = 32  # what fits into the column together with the rest, sealed
# Argon2id of RIGHT: a sealed hash is compared at once, so this makes the answer take as long as any other.
RIGHT = "right"
RIGHT_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$5rYHF1tHleQPx4WZetKEBA$WxEr3sIbkt3PEHHr+hh8IUnduW1YXm/zlY4AX42Cxok"
)


def sealed(scheme: str, legacy_hash: str, salt: str) -> tuple[str, str]:
    """Return scheme and text to store for a hash that another system brought.

    `legacy_hash`: hexadecimal, of the salt followed by the password. Raises ValueError for a salt that could not
    be told from the rest.
    """
    return scheme.replace("legacy_", "sealed_"), keyring.seal(f"{_plain(salt)}${legacy_hash.lower()}")


def wrapped(legacy_hash: str, salt: str, hash_again: Callable[[str], str]) -> str:
    """Return what is stored once there was time for it: the salt and argon2id of the old hash."""
    return _plain(salt) + hash_again(legacy_hash.lower())


def hardened(scheme: str, stored: str, hash_again: Callable[[str], str]) -> tuple[str, str]:
    """Return scheme and text to store instead of a sealed hash: its salt and argon2id of it."""
    salt, _, legacy_hash = keyring.open(stored).partition("$")
    return scheme.replace("sealed_", "legacy_"), wrapped(legacy_hash, salt, hash_again)


def unwrapped(scheme: str, stored: str, password: str) -> tuple[str, str]:
    """Return what argon2id verifies against what: as much work as for a hash of today."""
    if scheme.startswith("sealed_"):
        return RIGHT_HASH, RIGHT if _is_sealed_of(
            stored, scheme.replace("sealed_", "legacy_"), password
        ) else ""
    salt, found, rest = stored.partition(ARGON2)
    if scheme not in SCHEMES or not found:
        return "", password  # an unknown scheme verifies nothing, and takes as long
    return found + rest, _digest(scheme, salt, password)


def _is_sealed_of(stored: str, scheme: str, password: str) -> bool:
    try:
        salt, _, legacy_hash = keyring.open(stored).partition("$")
    except CannotOpen:
        return False
    return hmac.compare_digest(_digest(scheme, salt, password), legacy_hash)


def _plain(salt: str) -> str:
    if "$" in salt:
        raise ValueError("a salt with $ in it")
    return salt


def _digest(scheme: str, salt: str, password: str) -> str:
    return hashlib.new(SCHEMES[scheme], (salt + password).encode(), usedforsecurity=False).hexdigest()
