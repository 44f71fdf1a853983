"""Reminds an organisation, once: of a figure that goes stale, of a question without an answer."""

from __future__ import annotations

import uuid
from datetime import timedelta

from capacity.region import Clocks
from coordination.db import clocks
from coordination.db.engine import Transaction
from coordination.places.stepping import CLOCK


async def remind(tx: Transaction, chosen: Clocks, most: int) -> list[uuid.UUID]:
    """Reminds of the figures that are due, and says of which services.

    A figure is due ``remind_hours`` before its validity ends, or at half of its validity if that
    is later; a newer version starts again. That a figure went stale is no message of its own: it
    shows wherever the figure does, and the desk is called for what it can act on.

    Args:
        tx: the clock's transaction.
        chosen: by the region.
        most: how many at a time.
    """
    return await clocks.remind(tx, CLOCK, timedelta(hours=chosen.remind_hours), most)


async def nudge(tx: Transaction, most: int) -> int:
    """Reminds who was asked for a place that presses (U0 to U2) halfway the time to answer.

    Args:
        tx: the clock's transaction.
        most: how many at a time.

    Returns:
        How many were reminded.
    """
    return await clocks.nudge(tx, CLOCK, most)
