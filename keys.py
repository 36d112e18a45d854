"""Keys that seal personal data in the database: AES-256-GCM for what is read again, HMAC for what is looked up."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import Settings

NONCE_BYTES = 12


class CannotOpen(Exception):
    """A sealed value whose key is not in the ring, or that somebody changed."""


class Keyring:
    """The keys of one installation, the newest first: it seals, and all of them open."""

    def __init__(self) -> None:
        self._sealing: dict[str, AESGCM] = {}
        self._hashing: dict[str, bytes] = {}

    def load(self, named: Sequence[tuple[str, str]]) -> None:
        """Take the keys of (name, secret) pairs; a secret is any long text, its name stands before values."""
        self._sealing = {name: AESGCM(_derived(secret, "seal")) for name, secret in named}
        self._hashing = {name: _derived(secret, "hash") for name, secret in named}

    @property
    def names(self) -> list[str]:
        """The names of the keys, the newest first."""
        return list(self._sealing)

    def seal(self, text: str) -> str:
        """Seal `text` with the newest key: `name.base64`. The same text looks different every time."""
        name, sealed = self._sealed(text.encode())
        return f"{name}.{base64.b64encode(sealed).decode()}"

    def open(self, value: str) -> str:
        """Return what was sealed; raises CannotOpen when no key of the ring fits."""
        name, _, encoded = value.partition(".")
        return self._opened(name, base64.b64decode(encoded)).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        """Seal a whole file with the newest key: `name.` and the sealed bytes."""
        name, sealed = self._sealed(content)
        return name.encode() + b"." + sealed

    def open_bytes(self, content: bytes) -> bytes:
        """Return the file that `seal_bytes` sealed; raises CannotOpen when no key of the ring fits."""
        name, _, sealed = content.partition(b".")
        return self._opened(name.decode("utf-8", "replace"), sealed)

    def _sealed(self, content: bytes) -> tuple[str, bytes]:
        name, cipher = next(iter(self._sealing.items()))
        nonce = os.urandom(NONCE_BYTES)
        return name, nonce + cipher.encrypt(nonce, content, name.encode())

    def _opened(self, name: str, sealed: bytes) -> bytes:
        cipher = self._sealing.get(name)
        if cipher is None:
            raise CannotOpen(f"no key {name!r}")
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise CannotOpen(f"not sealed by key {name!r}") from None

    def is_newest(self, value: str) -> bool:
        """Say whether `value` was sealed by the newest key; the others wait for the next rotation."""
        return value.partition(".")[0] == next(iter(self._sealing))

    def digest(self, text: str, purpose: str) -> str:
        """Return the keyed hash of `text` by the newest key, 64 hex digits; `purpose` keeps columns apart."""
        return self.digests(text, purpose)[0]

    def digests(self, text: str, purpose: str) -> list[str]:
        """Return the keyed hashes of `text` by every key, the newest first: look a value up by all of them."""
        message = f"{purpose}\0{text}".encode()
        return [hmac.new(key, message, hashlib.sha256).hexdigest() for key in self._hashing.values()]


def secret_key_of(settings: Settings) -> str:
    """Return the secret key; that of a demo is made at its first start and readable by its owner only."""
    return settings.secret_key or _demo_secret(settings.data_dir / "secret_key")


def data_secrets(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the named secrets that seal personal data; without HATCHERY_DATA_KEYS the secret key serves."""
    return settings.data_keys or (("0", secret_key_of(settings)),)


def _demo_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".") as fresh:
            fresh.write(secrets.token_hex(32))
            fresh.flush()
            # A link appears whole and once, so that processes starting together agree on one key.
            with contextlib.suppress(FileExistsError):
                os.link(fresh.name, path)
    return path.read_text()


def _derived(secret: str, purpose: str) -> bytes:
    """Derive a key of 256 bits; sealing and hashing never share one."""
    return HKDF(hashes.SHA256(), 32, None, f"hatchery {purpose}".encode()).derive(secret.encode())
