"""What time does by itself, clock by clock: every process looks, the database says who acts."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable

import msgspec
import structlog

from capacity.region import Region
from coordination.db import beds, offers
from coordination.db.engine import Database, Transaction
from coordination.live import Live
from coordination.organisations import naming_beds
from coordination.places import escalating, placement, proposing, reminding, staying
from coordination.places.rematching import Watch
from coordination.subscriptions import telling

MOST = 100
"""What one look does at the most; what is left is done at the next, which follows at once."""

log = structlog.get_logger(__name__)


class Clock(msgspec.Struct, frozen=True):
    """Something that time does.

    Attributes:
        name: for the log.
        every: seconds between looks.
        look: does what is due; True when more may be due already.
    """

    name: str
    every: float
    look: Callable[[], Awaitable[bool | None]]


def clocks(database: Database, live: Live, region: Region) -> tuple[Clock, ...]:
    """The clocks of one process.

    Args:
        database: by whose clock everything runs.
        live: the snapshot of supply, for who waits.
        region: says when someone is warned or reminded.
    """

    async def expire() -> bool:
        due = await database.transact(lambda tx: offers.due(tx, MOST))
        return await _each(database, due, placement.expire)

    async def give_up() -> bool:
        due = await database.transact(lambda tx: offers.kept_too_long(tx, MOST))
        return await _each(database, due, staying.give_up)

    async def settle() -> bool:
        due = await database.transact(lambda tx: beds.unsettled(tx, MOST))
        return await _each(database, due, naming_beds.settle)

    async def propose() -> None:
        await proposing.look(database, live)

    async def escalate() -> bool:
        told = await database.transact(lambda tx: escalating.escalate(tx, region.clocks, MOST))
        return len(told) == MOST

    async def remind() -> bool:
        told = await database.transact(lambda tx: reminding.remind(tx, region.clocks, MOST))
        return len(told) == MOST

    async def nudge() -> bool:
        return await database.transact(lambda tx: reminding.nudge(tx, MOST)) == MOST

    async def forget() -> bool:
        return await database.transact(lambda tx: telling.forget(tx, MOST)) == MOST

    return (
        Clock("offers expire", 1.0, expire),
        Clock("beds kept", 5.0, give_up),
        Clock("named beds", 5.0, settle),
        Clock("who waits", 1.0, Watch(database, live).look),
        Clock("the best for all", proposing.EVERY, propose),
        Clock("escalation", 5.0, escalate),
        Clock("answers", 5.0, nudge),
        Clock("reminders", 10.0, remind),
        Clock("notifications kept", 60.0, forget),
    )


async def run(database: Database, live: Live, region: Region) -> None:
    """Keeps every clock going until cancelled."""
    await asyncio.gather(*(keep(clock) for clock in clocks(database, live, region)))


async def keep(clock: Clock) -> None:
    """Looks again and again; a fault is logged, and tried again at the next look."""
    while True:
        more = False
        try:
            more = bool(await clock.look())
        except Exception as error:  # noqa: BLE001 - a clock that fails once must not stop
            log.warning("clock", clock=clock.name, error=type(error).__name__)
        if not more:
            await asyncio.sleep(clock.every)


async def _each(
    database: Database,
    due: Iterable[uuid.UUID],
    end: Callable[[Transaction, uuid.UUID], Awaitable[object]],
) -> bool:
    """Ends each in a transaction of its own: one that can't be ended keeps no other waiting.

    Returns:
        Whether there may be more: everything was ended, and there were as many as one look takes.
    """
    ended = 0
    for one in due:
        try:
            await database.transact(lambda tx, this=one: end(tx, this))  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - tried again at the next look
            log.warning("not ended", of=end.__name__, error=type(error).__name__)
        else:
            ended += 1
    return ended == MOST
