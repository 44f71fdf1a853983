"""The service's keys: one file, made on first use, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec


class Keys(msgspec.Struct, frozen=True):
    """Three independent keys, hexadecimal.

    Attributes:
        token: signs bearer tokens (HMAC-SHA-256).
        sealing: closes stored bodies (AES-256-GCM).
        lookup: hashes identities so that the same person is noticed.
    """

    token: str
    sealing: str
    lookup: str


def load(path: Path) -> Keys:
    """The keys of a file; a new file with new keys where there is none.

    Raises:
        ValueError: the file exists and can't be used; it is never overwritten.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Keys(*(secrets.token_hex(32) for _ in range(3)))
        try:
            # Written whole under another name and linked: a second process that starts at
            # the same moment sees all of it or nothing.
            fresh = path.with_name(f"{path.name}.{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_bytes(msgspec.json.encode(made))
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink(missing_ok=True)
    try:
        keys = msgspec.json.decode(path.read_bytes(), type=Keys)
        if any(len(bytes.fromhex(key)) != 32 for key in msgspec.structs.astuple(keys)):  # noqa: PLR2004 - bytes
            raise ValueError("a key is not 32 bytes")
    except (ValueError, msgspec.DecodeError) as error:
        raise ValueError(f"the keys in {path.name} can't be used: {error}") from None
    return keys
