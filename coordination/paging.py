"""Pages of a list: how long they are, and the mark that says where one ends."""

from __future__ import annotations

import base64
import binascii
from datetime import MAXYEAR, datetime
from typing import TypeVar

import msgspec

from coordination.errors import Fault, Refused, Wrong

PAGE = 20
LONGEST_PAGE = 200

Mark = TypeVar("Mark", bound=msgspec.Struct)


def write(mark: msgspec.Struct) -> str:
    """A mark as an opaque text for a URL."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(mark)).decode().rstrip("=")


def read(text: str | None, shape: type[Mark], name: str = "next") -> Mark | None:
    """The mark of a text; None where there is none.

    Args:
        text: of ``write``.
        shape: what it must be.
        name: of the parameter that holds it.

    Raises:
        Refused: INVALID when it is not one that ``write`` made.
    """
    if not text:
        return None
    try:
        mark = msgspec.msgpack.decode(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=shape
        )
        for value in msgspec.structs.astuple(mark):
            if isinstance(value, datetime):
                _check(value)
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise Refused(
            Wrong.INVALID,
            f"The page mark {name} can't be read; start at the first page.",
            faults=(Fault(name, "not a mark of this list"),),
        ) from None
    return mark


def _check(moment: datetime) -> None:
    """Refuses a moment that the database could not read.

    Raises:
        ValueError: it has no time zone, or can't be brought to UTC.
    """
    if moment.tzinfo is None or not 1 < moment.year < MAXYEAR:
        raise ValueError("not a time that can be brought to UTC")
