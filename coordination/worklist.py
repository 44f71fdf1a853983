"""The order of the worklist, and the mark that says where a page ends."""

from __future__ import annotations

import base64
import binascii
from datetime import MAXYEAR, UTC, datetime
from uuid import UUID

import msgspec

from coordination.errors import Fault, Refused, Wrong

PAGE = 20
LONGEST_PAGE = 200


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """The last item of a page: the most urgent first, then who waits longest.

    Attributes:
        urgency: rank 0 to 5.
        received: when the referral came in.
        id: the referral, so that the order is total.
    """

    urgency: int
    received: datetime
    id: UUID


START = Mark(-1, datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
"""Before the first item."""


def write(mark: Mark) -> str:
    """A mark as an opaque text for a URL."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(mark)).decode().rstrip("=")


def read(text: str | None) -> Mark:
    """The mark of a text; the start where there is none.

    Raises:
        Refused: INVALID when it is not one that ``write`` made.
    """
    if not text:
        return START
    try:
        mark = msgspec.msgpack.decode(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Mark
        )
        _check(mark)
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise Refused(
            Wrong.INVALID,
            "The page mark can't be read; start at the first page.",
            faults=(Fault("next", "not a mark of this worklist"),),
        ) from None
    return mark


def _check(mark: Mark) -> None:
    """Refuses a mark that the database could not read.

    Raises:
        ValueError: no rank, or a time that can't be brought to UTC.
    """
    if mark.urgency not in range(6) or mark.received.tzinfo is None:
        raise ValueError("not a place in the worklist")
    if not 1 < mark.received.year < MAXYEAR:
        raise ValueError("not a time that can be brought to UTC")
