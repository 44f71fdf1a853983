"""Tells the duty coordinator, once, that the time for a place is nearly over and there is none."""

from __future__ import annotations

import uuid

from capacity.region import Clocks
from coordination.db import clocks
from coordination.db.engine import Transaction
from coordination.places.stepping import CLOCK


async def escalate(tx: Transaction, chosen: Clocks, most: int) -> list[uuid.UUID]:
    """Warns of the referrals that are due, and says which.

    A referral is due once ``warn_after`` of the time from its receipt to place_by has passed and
    no place was accepted, whether someone was asked or not, and whether its advice is final or
    not: what is still unknown stands in the way of a place too.

    Args:
        tx: the clock's transaction.
        chosen: by the region.
        most: how many at a time.
    """
    return await clocks.escalate(tx, CLOCK, chosen.warn_after, most)
