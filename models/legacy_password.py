"""Passwords hashed by older systems, kept so that their owners can sign in once more.

A weak hash is never stored: it is the text that argon2id hashed. Whoever signs in gets a hash of today.
"""

import hashlib
from collections.abc import Callable

ARGON2 = "$argon2id$"
# Name of a scheme → how the old system hashed salt and password; the salt is empty where it had none.
SCHEMES = {
    "legacy_md5": "md5",
    "legacy_sha1": "sha1",
    "legacy_sha256": "sha256",
}


def wrapped(legacy_hash: str, salt: str, hash_again: Callable[[str], str]) -> str:
    """Return what to store for a hash that another system brought: its salt and argon2id of it.

    `legacy_hash`: hexadecimal, of the salt followed by the password. Raises ValueError for a salt that could not
    be told from the rest.
    """
    if "$" in salt:
        raise ValueError("a salt with $ in it")
    return salt + hash_again(legacy_hash.lower())


def unwrapped(scheme: str, stored: str, password: str) -> tuple[str, str]:
    """Return what argon2id verifies against what: as much work as for a hash of today."""
    salt, found, rest = stored.partition(ARGON2)
    name = SCHEMES.get(scheme)
    if name is None or not found:
        return "", password  # an unknown scheme verifies nothing, and takes as long
    digest = hashlib.new(name, (salt + password).encode(), usedforsecurity=False).hexdigest()
    return found + rest, digest
