"""Identifiers: time-ordered (UUID version 7), so that new rows land at the end of their index."""

from __future__ import annotations

import uuid

from uuid_utils import uuid7


def new_id() -> uuid.UUID:
    """A fresh identifier, later than every earlier one of this process."""
    return uuid.UUID(int=uuid7().int)


def key_of(text: str) -> uuid.UUID | None:
    """The id of a text; None for what is no id of ours, which are written in one way only."""
    try:
        key = uuid.UUID(text)
    except ValueError:
        return None
    return key if str(key) == text else None
