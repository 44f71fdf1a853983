"""Time-ordered identifiers (UUID version 7): new rows land at the end of their index."""

from __future__ import annotations

import uuid

from uuid_utils import uuid7


def new_id() -> uuid.UUID:
    """A fresh identifier, later than every earlier one of this process."""
    return uuid.UUID(int=uuid7().int)
