"""How a service is shown to programs: what it is, its figures, and how sure those are."""

from __future__ import annotations

from datetime import datetime

import msgspec

from capacity.contradiction import contradictions
from capacity.supply import Counters, Release, Service, Slots
from triage.need import Shift

_DAY = tuple(Shift)


class SlotsOut(msgspec.Struct, frozen=True, kw_only=True):
    """Visits a day in one part of it.

    Attributes:
        total: what the team can make.
        used: promised already, as it reported.
        held: held by open offers.
        reserved: accepted after the report's as-of.
        free: what the figures leave, also during a stop; null when they are stale.
    """

    total: int
    used: int
    held: int
    reserved: int
    free: int | None


class CapacityOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A service with its figures.

    Attributes:
        reserved: for who was accepted after the report's as-of, or was in hospital then while
            the bed is kept.
        free: what the figures leave; null when they are stale: then it is not known. During a
            stop (stop_reason, until stop_until) none of it is given.
        freshness: "fresh" or "stale".
        version: of the report; also the ETag.
        conflict: true when more was promised than the report says there is.
        conflict_text: what was promised and what is left for it; only in a conflict.
        conflict_text_en: the same in English.
        slots: visits a day by part of the day, of a team that reports them.
        releases: what is expected to come free, soonest first.
    """

    service: str
    name: str
    organisation: str
    site: str
    kinds: list[str]
    subregion: str
    pc4: str
    unit: str
    staffed: float | None = None
    occupied: float | None = None
    closed: float | None = None
    contracted: float | None = None
    committed: float | None = None
    held: float
    reserved: float
    free: float | None
    slots: dict[Shift, SlotsOut] = msgspec.field(default_factory=dict)
    releases: tuple[Release, ...] = ()
    as_of: datetime
    valid_until: datetime
    source: str
    freshness: str
    conflict: bool
    conflict_text: str | None = None
    conflict_text_en: str | None = None
    version: int
    stop_reason: str | None
    stop_until: datetime | None


def shown(service: Service, counters: Counters, now: datetime) -> CapacityOut:
    """A service with its figures at a moment."""
    bed = counters.unit == "bed"
    fresh = counters.freshness(now)
    known = fresh == "fresh"
    too_little = contradictions(counters)
    return CapacityOut(
        service=service.id,
        name=service.name,
        organisation=service.organisation,
        site=service.site,
        kinds=sorted(kind.value for kind in service.kinds),
        subregion=service.subregion,
        pc4=service.pc4,
        unit=counters.unit,
        staffed=int(counters.staffed) if bed else None,
        occupied=int(counters.occupied) if bed else None,
        closed=int(counters.closed) if bed else None,
        contracted=None if bed else counters.contracted,
        committed=None if bed else counters.committed,
        held=counters.held,
        reserved=counters.reserved,
        free=counters.free if known else None,
        slots={
            shift: _slots(counters.slots[shift], known=known)
            for shift in _DAY
            if shift in counters.slots
        }
        if counters.slots
        else {},
        releases=tuple([one for one in counters.releases if one.at > now]),
        as_of=counters.as_of,
        valid_until=counters.valid_until,
        source=counters.source,
        freshness=fresh,
        conflict=bool(too_little),
        conflict_text=" ".join(one.text for one in too_little) or None,
        conflict_text_en=" ".join(one.text_en for one in too_little) or None,
        version=counters.version,
        stop_reason=counters.stop_reason,
        stop_until=counters.stop_until,
    )


def _slots(slots: Slots, *, known: bool) -> SlotsOut:
    return SlotsOut(
        total=slots.total,
        used=slots.used,
        held=slots.held,
        reserved=slots.reserved,
        free=slots.free if known else None,
    )
