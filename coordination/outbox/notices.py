"""Tells subscribers what changed: at least once, in order, one at a time to each of them.

What is told to whom, and how it reads, is for whoever knows FHIR (``Told``); here are leases, tries
and what comes of them, as for alerts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import msgspec
import structlog
from prometheus_client import Counter

from coordination.db import new_notices, notices
from coordination.db.engine import Database, Transaction
from coordination.db.notices import Leased
from coordination.outbox import rounds
from coordination.outbox.schedule import Failure
from coordination.outbox.trying import attempt
from coordination.outbox.webhook import Webhooks

LEASE = 60.0  # seconds; longer than a try by webhook lasts (10)
TRIED = Counter(
    "naober_notifications_total",
    "Tries to tell a subscriber, and what came of them.",
    ("kind", "outcome"),
)
log = structlog.get_logger(__name__)


class Letter(msgspec.Struct, frozen=True):
    """What is posted, and where."""

    address: str
    headers: dict[str, str]
    body: bytes


class Told(Protocol):
    """What subscribers are told."""

    async def spread(self, tx: Transaction) -> bool:
        """Makes notifications of what changed; True when more may have changed already."""
        ...

    async def readable(self, tx: Transaction, one: Leased, now: datetime) -> bool:
        """Whether what it is about is the subscriber's to read, at this moment."""
        ...

    def letter(self, one: Leased, now: datetime, *, named: bool) -> Letter:
        """A notification as it is posted.

        Args:
            one: the notification.
            now: the moment.
            named: whether to say what it is about.

        Raises:
            ValueError: the subscription can't be opened.
        """
        ...


async def run(database: Database, told: Told, out: Webhooks) -> None:
    """Spreads and delivers until cancelled."""

    async def look(room: int) -> tuple[bool, Sequence[Leased]]:
        return await _look(database, told, room)

    async def deliver(one: Leased) -> None:
        await _deliver(database, told, out, one, datetime.now(UTC))

    try:
        await rounds.run("notifications", look, deliver)
    finally:
        await out.close()


async def once(database: Database, told: Told, out: Webhooks, now: datetime) -> int:
    """Spreads and delivers what is due now, and waits for it; how many it tried."""
    _, taken = await _look(database, told, rounds.ROOM)
    await asyncio.gather(*(_deliver(database, told, out, one, now) for one in taken))
    return len(taken)


async def _look(database: Database, told: Told, room: int) -> tuple[bool, list[Leased]]:
    more = False
    try:
        more = await database.transact(told.spread)
    except Exception as error:  # noqa: BLE001 - what was spread before is delivered all the same
        log.warning("changes not spread", error=type(error).__name__)
    return more, await database.transact(partial(_lease, room=room))


async def _lease(tx: Transaction, room: int) -> list[Leased]:
    await new_notices.end_what_is_over(tx)
    await new_notices.beat(tx)
    return await notices.lease(tx, room, LEASE)


async def _deliver(
    database: Database, told: Told, out: Webhooks, one: Leased, now: datetime
) -> None:
    def count(outcome: str) -> None:
        TRIED.labels(one.kind, outcome).inc()

    async def send() -> Failure | None:
        # Hours may have passed since it was made, and what was theirs may be so no longer.
        named = await database.transact(lambda tx: told.readable(tx, one, now))
        letter = told.letter(one, now, named=named)
        return await out.send(letter.address, letter.headers, letter.body)

    await attempt("notification", one, send(), notices, database, count)
