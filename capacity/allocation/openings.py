"""What can still be given: the places that are free now and those expected to come free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from capacity.snapshot import Supply
from capacity.supply import Counters, Service
from triage.need import HOUR_KINDS, Need, Shift

Amounts = tuple[float, ...]
"""Beds or hours a week, and then visits a day in each part of it, in the order of ``Shift``."""


_NO_VISITS: Final = tuple(0.0 for _ in Shift)


class Opening(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Room at a service from one moment on.

    Attributes:
        service: where.
        counters: its figures.
        at: from when it is expected, or None for what is free now.
        room: how much.
    """

    service: Service
    counters: Counters
    at: datetime | None
    room: Amounts


def openings(supply: Supply, now: datetime) -> Iterator[Opening]:
    """All that can be given without touching anything that was promised.

    What is occupied, held or reserved isn't in it. Where more was promised than there is,
    what comes free first makes up for that. A figure that is stale or stopped gives nothing,
    nor does a release whose moment has passed unreported. What comes free says nothing of
    visits: those that are free now go with the first opening of the service.

    Args:
        supply: what there is.
        now: the moment of asking, with a time zone.
    """
    for service in supply.services:
        counters = supply.counters.get(service.id)
        if (
            counters is None
            or not service.active
            or counters.freshness(now) == "stale"
            or counters.stopped(now)
        ):
            continue
        left = counters.left
        slots = [float(slot.free) if (slot := counters.slots.get(s)) else 0.0 for s in Shift]
        for at, comes in ((None, 0.0), *((one.at, one.amount) for one in counters.coming(now))):
            left += comes
            if left > 0:
                yield Opening(service=service, counters=counters, at=at, room=(left, *slots))
                left, slots = 0.0, [*_NO_VISITS]


def demand(need: Need) -> Amounts:
    """What one person takes of an opening; a bed makes no visits, whatever is asked at home."""
    if not need.visits or need.kind not in HOUR_KINDS:  # as most are
        return (need.amount, *_NO_VISITS)
    return (need.amount, *(float(need.visits.of(shift)) for shift in Shift))
