"""Where someone will fit once what an organisation expects to come free has come free."""

from __future__ import annotations

from datetime import datetime

import msgspec

from capacity.constraints import why_not
from capacity.snapshot import Supply
from capacity.supply import Counters, Unit
from triage.need import Need


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A service that has no place now and expects one.

    Attributes:
        service: id.
        at: when it expects to have enough; nobody promised it.
        free: what it would have then, in beds or hours a week.
    """

    service: str
    at: datetime
    free: float


def expected(
    need: Need, supply: Supply, now: datetime, *, waited_hours: float = 0.0, most: int = 5
) -> list[Expected]:
    """The services that only lack room now, soonest first, with when they expect it.

    Args:
        need: what is asked.
        supply: what there is.
        now: the moment of asking, with a time zone.
        waited_hours: since the referral; widens how far is looked.
        most: how many to give at the most.
    """
    found = []
    for seen in supply.view(need).open:
        service = seen.service
        counters = supply.counters.get(service.id)
        if counters is None or not counters.releases or need.kind not in service.kinds:
            continue
        if now > counters.valid_until or _fits(counters, need):
            continue
        at = counters.free_at(need.amount, now)
        if at is None:
            continue
        figures = _then(counters, at, now)
        hours = waited_hours + (at - now).total_seconds() / 3600
        if not why_not(need, service, figures, at, waited_hours=hours, region=supply.region):
            found.append(Expected(service=service.id, at=at, free=figures.free))
    found.sort(key=lambda one: (one.at, one.service))
    return found[:most]


def _fits(counters: Counters, need: Need) -> bool:
    return counters.free > 0 and counters.free >= need.amount


def _then(counters: Counters, at: datetime, now: datetime) -> Counters:
    """The figures of a moment, by when more came free: a report that expects it speaks of it."""
    came = sum(one.amount for one in counters.coming(now) if one.at <= at)
    valid = max(counters.valid_until, at)
    if counters.unit is Unit.BED:
        left = max(0.0, counters.occupied - came)
        return msgspec.structs.replace(counters, occupied=left, valid_until=valid)
    left = max(0.0, counters.committed - came)
    return msgspec.structs.replace(counters, committed=left, valid_until=valid)
