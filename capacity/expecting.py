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
        then = _enough(counters, need, now)
        if then is None:
            continue
        at, figures = then
        hours = waited_hours + (at - now).total_seconds() / 3600
        if not why_not(need, service, figures, at, waited_hours=hours, region=supply.region):
            found.append(Expected(service=service.id, at=at, free=figures.free))
    found.sort(key=lambda one: (one.at, one.service))
    return found[:most]


def _fits(counters: Counters, need: Need) -> bool:
    return counters.free > 0 and counters.free >= need.amount


def _enough(counters: Counters, need: Need, now: datetime) -> tuple[datetime, Counters] | None:
    """When what is expected makes enough room, and the figures of then; None: never.

    What should have come free before now and was not reported is not counted on.
    """
    came = 0.0
    for release in sorted(counters.releases, key=lambda release: release.at):
        if release.at < now:
            continue
        came += release.amount
        figures = _after(counters, came, release.at)
        if _fits(figures, need):
            return release.at, figures
    return None


def _after(counters: Counters, came: float, at: datetime) -> Counters:
    """The figures with what came free; a report that expects it speaks of that moment too."""
    valid = max(counters.valid_until, at)
    if counters.unit is Unit.BED:
        left = max(0.0, counters.occupied - came)
        return msgspec.structs.replace(counters, occupied=left, valid_until=valid)
    left = max(0.0, counters.committed - came)
    return msgspec.structs.replace(counters, committed=left, valid_until=valid)
