"""What time does by itself: offers expire. Every process looks; the database decides who acts."""

from __future__ import annotations

import asyncio

import structlog

from coordination import placement
from coordination.db import offers
from coordination.db.engine import Database

EVERY = 1.0  # seconds
MOST = 100
log = structlog.get_logger(__name__)


async def run(database: Database) -> None:
    """Ends offers whose time has passed, each in its own transaction, until cancelled."""
    while True:
        try:
            for offer in await database.transact(lambda tx: offers.due(tx, MOST)):
                await database.transact(lambda tx, one=offer: placement.expire(tx, one))  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - tried again at the next look
            log.warning("offers not expired", error=type(error).__name__)
        await asyncio.sleep(EVERY)
