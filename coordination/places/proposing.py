"""Proposes places for everyone who waits, whenever that may have changed, off the request path."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import structlog

from capacity.proposal import Proposal, Seeker
from capacity.snapshot import Supply
from coordination.db import audit, capacity, locks, proposals
from coordination.db.engine import Database, Transaction
from coordination.db.locks import Lock
from coordination.db.proposals import Body
from coordination.ids import new_id
from coordination.live import Live
from coordination.places.stepping import CLOCK
from triage.need import Need

EVERY = 5.0
"""Seconds between looks whether anything changed."""

REST = timedelta(seconds=10)
"""The least time between two proposals, so that a busy hour costs no more than a quiet one."""

SOON = timedelta(seconds=2)
"""The same when a coordinator asks for a new one."""

FULL = timedelta(minutes=5)
"""After this long a new one is made though nothing was reported: clocks and admission hours go
on by themselves."""

log = structlog.get_logger(__name__)


async def look_soon(database: Database, live: Live) -> None:
    """As ``look``, for someone who asks for it; a fault is logged."""
    try:
        await look(database, live, SOON)
    except Exception as error:  # noqa: BLE001 - the clock tries again
        log.warning("nothing proposed", error=type(error).__name__)


async def look(database: Database, live: Live, rest: timedelta | None = None) -> bool:
    """Makes a proposal if there is a reason to; whether it did.

    One process does so at a time, and the database knows which: the others leave it. The work
    itself is done in a thread, so that requests go on meanwhile.

    Args:
        database: where it reads and writes.
        live: the services; their figures are read anew.
        rest: the least time since the newest proposal; ``REST`` unless someone asks for it.
    """
    least = REST if rest is None else rest
    return await database.transact(lambda tx: _propose(tx, live.supply, least))


async def _propose(tx: Transaction, supply: Supply, rest: timedelta) -> bool:
    if not await locks.alone(tx, Lock.PROPOSAL):
        return False
    now = datetime.now(UTC)
    basis, before = await proposals.basis(tx), await proposals.latest(tx)
    if before is not None:
        age, same = now - before[0], before[1] == basis
        if age < rest or (same and age < FULL):
            return False
    waiting = await proposals.people(tx)
    made = await asyncio.to_thread(_work_out, waiting, await _what_there_is(tx, supply), now)
    identity = new_id()
    await proposals.store(tx, identity, now, Body(basis=basis, proposal=made))
    detail = {"people": len(waiting), "placed": made.totals.placed}
    await audit.record(tx, CLOCK, "propose", f"proposal/{identity}", detail=detail)
    return True


async def _what_there_is(tx: Transaction, supply: Supply) -> Supply:
    """The newest figures; who is on a service's own waiting list goes before anyone else."""
    figures, queued = await capacity.counters(tx), await proposals.queued(tx)
    return supply.with_counters(
        *(
            msgspec.structs.replace(one, held=one.held + float(queued.get(one.service, 0)))
            for one in figures.values()
        )
    )


def _work_out(waiting: Sequence[proposals.Person], supply: Supply, now: datetime) -> Proposal:
    # The solver takes a quarter of a second to load: only where it works, and not at the start.
    from capacity.allocation import propose  # noqa: PLC0415

    return propose(
        [
            Seeker(
                id=str(one.id),
                need=msgspec.json.decode(one.need, type=Need),
                since=one.received,
                place_by=one.place_by,
                urgency=one.urgency,
                declined=one.declined,
            )
            for one in waiting
        ],
        supply,
        now,
    )
