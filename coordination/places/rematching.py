"""Matches everyone who waits again whenever capacity changed, and tells the desk of a place once.

Nothing is held and nobody is asked by it: the desk offers. Each free place is told for as many
people as it can take, in the order of the list.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

from capacity.matching import shortlist
from capacity.pools import one_pool, touched
from capacity.queue import share
from capacity.snapshot import Supply
from coordination.db import locks
from coordination.db import waiters as rows
from coordination.db.engine import Database, Transaction
from coordination.db.locks import Lock
from coordination.db.waiters import Waiter
from coordination.live import Live
from coordination.places.stepping import CLOCK
from coordination.referral import hours_waited
from triage.need import Kind

FULL = 30.0
"""Seconds between looks at everyone: hours of admission and rings change without any report."""

REST = 9.0
"""A look that took a second is followed by so many seconds of rest."""

MOST = 50
"""Services that are tried for one person, best first."""

_AT_A_TIME = 5  # people matched before requests get their turn


class Watch:
    """What one process saw when it last matched again.

    Args:
        database: where it reads and writes.
        live: the snapshot of supply.
    """

    def __init__(self, database: Database, live: Live) -> None:
        self._database = database
        self._live = live
        self._seen = Supply([], {})
        self._changed: set[Kind] = set()
        self._full = 0.0  # on the loop's clock: when everyone is looked at again
        self._rest = 0.0

    async def look(self) -> None:
        """Matches those again whom a change concerns; at times everyone.

        One process does so at a time; what a process could not look at it looks at next time. One
        that does not hear what others change leaves it to them.
        """
        supply, now = self._live.supply, datetime.now(UTC)
        services = touched(self._seen, supply)
        self._seen = supply
        if services:
            self._changed |= one_pool(supply.services, services)
        loop = asyncio.get_running_loop()
        began = loop.time()
        everyone = began >= self._full
        if not self._live.listening or began < self._rest or not (everyone or self._changed):
            return
        of = None if everyone else frozenset(self._changed)
        if await self._database.transact(lambda tx: rematch(tx, supply, of, now)):
            self._changed.clear()
            if everyone:
                self._full = began + FULL
        self._rest = loop.time() + REST * (loop.time() - began)


async def rematch(
    tx: Transaction, supply: Supply, of: frozenset[Kind] | None, now: datetime
) -> bool:
    """Finds places for who waits, and notes what is new; False while another process does.

    Args:
        tx: the clock's transaction.
        supply: what there is.
        of: kinds of care with all that compete for their places, or None for every kind.
        now: the moment of asking.
    """
    waited_for = await rows.kinds(tx)
    kinds = sorted(waited_for if of is None else waited_for & of)
    if not kinds:
        return True
    if not await locks.alone(tx, Lock.WAITING):
        return False
    waiting = await rows.waiters(tx, kinds)
    where = await _places(waiting, supply, now)
    new = {one.id: where[one.id] for one in waiting if one.id in where and not one.found}
    gone = [one.id for one in waiting if one.found and one.id not in where]
    if new or gone:
        await rows.found(tx, CLOCK, new, gone)
    return True


async def _places(waiting: list[Waiter], supply: Supply, now: datetime) -> dict[uuid.UUID, str]:
    """The service of which each person could be told; requests get their turn meanwhile."""
    wanted, free = [], dict[str, float]()
    for count, one in enumerate(waiting):
        if count % _AT_A_TIME == 0:
            await asyncio.sleep(0)
        waited = hours_waited(one.received, now)
        fits = shortlist(one.need, supply, now, MOST, waited_hours=waited)
        free |= {match.service.id: match.free for match in fits}
        # A place that was declined for this person is one for who comes next on the list.
        ids = [match.service.id for match in fits if match.service.id not in one.declined]
        wanted.append((str(one.id), one.need.amount, ids))
    return {uuid.UUID(who): service for who, service in share(wanted, free).items()}
