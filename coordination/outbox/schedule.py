"""When a message that was not taken is tried again, and when it is given up."""

from __future__ import annotations

import msgspec

FIRST_WAIT, LONGEST_WAIT = 5, 3600  # seconds; back-off doubles from the one to the other
TRIES = 30
"""About 20 hours: a receiver may be away for a night."""
FEW_TRIES = 8
"""About ten minutes: for who says that the message itself is wrong, which waiting rarely mends."""


class Failure(msgspec.Struct, frozen=True):
    """Why a message was not taken.

    Attributes:
        error: a class of error or a status; never an address or what was answered.
        tries: after how many it is given up.
    """

    error: str
    tries: int = TRIES


def wait(attempts: int) -> float:
    """Seconds until the next try, after so many (from 1)."""
    doublings = min(attempts - 1, LONGEST_WAIT.bit_length())
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2**doublings))
