"""Passwords: argon2id, the same work for a name that exists and for one that does not."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.legacy_password import unwrapped

SCHEME = "argon2id"
# Of a random text nobody kept: verified when a name is unknown, so that the answer takes as long.
NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$l/sNnkCbURNm6bEU+Lz2PA$8p4kK95YYKQ1WOzf46UNVAAKYnnuhv7URQYtDO+n+wA"
)
hasher = PasswordHasher()
# Each takes 64 MiB; more at a time would let a burst of sign-ins fill the memory.
_working = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return the hash to store for `password`."""
    with _working:
        return hasher.hash(password)


def password_matches(stored_hash: str | None, password: str, scheme: str = SCHEME) -> bool:
    """Say whether `password` belongs to `stored_hash`; None (no such account) costs the same and is False.

    `scheme` other than argon2id: how an older system hashed it before (`models/legacy_password.py`).
    """
    if stored_hash and scheme != SCHEME:
        stored_hash, password = unwrapped(scheme, stored_hash, password)
    try:
        with _working:
            hasher.verify(stored_hash or NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored_hash is not None


def needs_rehash(stored_hash: str) -> bool:
    """Say whether the hash was made with parameters other than today's."""
    return hasher.check_needs_rehash(stored_hash)
