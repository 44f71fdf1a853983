"""Keeps what is stored of a person closed, and recognises the same person without reading.

Bodies are sealed with AES-256-GCM under a random 96-bit nonce and bound to their id, so that
a body can't be put in another's place. An identity becomes HMAC-SHA-256 under its own key:
equal identities give equal hashes, and a hash tells nothing without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coordination.auth.keys import Keys

NONCE = 12
TERMS = 20_000  # remembered


class Vault:
    """Seals and opens bodies, and hashes identities.

    Args:
        keys: the service's keys.
    """

    def __init__(self, keys: Keys) -> None:
        self._cipher = AESGCM(bytes.fromhex(keys.sealing))
        self._lookup = bytes.fromhex(keys.lookup)
        # The key is taken in once: a copy of that state costs half of a new one.
        self._keyed = hashlib.blake2b(digest_size=8, key=self._lookup, person=b"term")
        self._term = lru_cache(maxsize=TERMS)(self._hashed)
        self._numbers = lru_cache(maxsize=TERMS)(self._written)

    def seal(self, identity: uuid.UUID, body: bytes) -> bytes:
        """A body that only ``open`` with the same id and key reads."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, body, identity.bytes)

    def open(self, identity: uuid.UUID, sealed: bytes) -> bytes:
        """The body that was sealed for an id.

        Raises:
            ValueError: it was changed, or sealed for another id or with another key.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], identity.bytes)
        except (InvalidTag, ValueError):
            raise ValueError(f"the stored body of {identity} can't be opened") from None

    def recognise(self, *identity: str) -> bytes:
        """The keyed hash of an identity: system and value, or the parts that make it."""
        return hmac.digest(self._lookup, "\x1f".join(identity).encode(), hashlib.sha256)

    def terms(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Keyed hashes of 64 bits, one for each text: equal texts give equal numbers.

        The same codes come again and again, so what was hashed is remembered.
        """
        return tuple(map(self._term, texts))

    def numbers(self, texts: frozenset[str]) -> str:
        """The same of a set that may come again, written with commas between."""
        return self._numbers(texts)

    def _written(self, texts: frozenset[str]) -> str:
        return ",".join(map(str, map(self._term, texts)))

    def _hashed(self, text: str) -> int:
        made = self._keyed.copy()
        made.update(text.encode())
        return int.from_bytes(made.digest(), "big", signed=True)
