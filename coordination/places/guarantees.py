"""The guarantee beds of each sub-region: whether one is free, and when the next may be given."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from capacity.geography import subregions
from capacity.snapshot import Supply
from capacity.supply import Service
from coordination.db import audit
from coordination.db.engine import Transaction
from coordination.db.guarantees import last_given
from coordination.permissions import Action, Actor, require

_EVER = datetime(2000, 1, 1, tzinfo=UTC)


class Bed(msgspec.Struct, frozen=True, kw_only=True):
    """A service that keeps a bed for who can't wait.

    Attributes:
        free: beds; null while the figure is stale or missing, or admissions are stopped.
        as_of: the moment for which the figure is true.
    """

    service: str
    name: str
    organisation: str
    free: float | None
    as_of: datetime | None


class Guarantee(msgspec.Struct, frozen=True, kw_only=True):
    """What a sub-region guarantees: one free acute bed in so many hours.

    Attributes:
        beds: the services that keep one; empty where nobody does.
        free_now: whether one is free, and may be given now.
        last_given: when one was asked or given last; null: never.
        next_due: from when on the next may be given; null: now.
    """

    subregion: str
    beds: list[Bed]
    free_now: bool
    last_given: datetime | None
    next_due: datetime | None


async def overview(tx: Transaction, actor: Actor, supply: Supply, now: datetime) -> list[Guarantee]:
    """The guarantee of each sub-region of the province, by name.

    Args:
        tx: the request's transaction.
        actor: a coordinator; a bed of another sub-region is theirs to ask as well.
        supply: what there is.
        now: the moment.

    Raises:
        Refused: FORBIDDEN for other roles.
    """
    require(actor, Action.READ_WAITING)
    kept = supply.register.guarantees
    given = await last_given(tx, kept, _EVER)
    await audit.record(tx, actor, Action.READ_WAITING, "guarantee")
    return [
        _of(
            where,
            [_bed(one, supply, now) for one in kept if one.subregion == where],
            given.get(where),
            supply,
            now,
        )
        for where in sorted(subregions())
    ]


def _of(
    subregion: str, beds: list[Bed], last: datetime | None, supply: Supply, now: datetime
) -> Guarantee:
    due = None if last is None else last + supply.region.guarantee
    waits = due is not None and due > now
    return Guarantee(
        subregion=subregion,
        beds=beds,
        free_now=not waits and any(bed.free for bed in beds),
        last_given=last,
        next_due=due if waits else None,
    )


def _bed(service: Service, supply: Supply, now: datetime) -> Bed:
    counters = supply.counters.get(service.id)
    says = counters is not None and now <= counters.valid_until and not counters.stopped(now)
    return Bed(
        service=service.id,
        name=service.name,
        organisation=service.organisation,
        free=counters.free if says and counters else None,
        as_of=None if counters is None else counters.as_of,
    )
