"""A service as seen from a place for a kind of care: what stays the same while both stand there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from capacity.geography import Place, Point, point_of, road_km
from capacity.rings import Ring, ring_of
from capacity.supply import Service
from capacity.weights import DEFAULT, Weights, tenths
from triage.need import Kind

RESPONDING: Final = frozenset({Kind.NURSING_UNPLANNED, Kind.NURSING_NIGHT})
"""Kinds for which a team must say how soon it is there."""

_MINUTES: Final = 60


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A service as seen from a place, for one kind of care.

    Attributes:
        service: what it is.
        ring: how far away it is.
        distance_km: by road, estimated; None from an unknown place.
        reach: the order of the ring from which on it is asked; 0 for a team that comes to the
            postcode, and out of reach for one that doesn't.
        gives: whether it can give this kind of care, after making ready if need be.
        near: tenths of points for distance.
        inner: tenths of points for the ring.
        notice_hours: between the question and the arrival, for this kind of care.
        converted: whether a bed must be made ready for this kind of care first.
    """

    service: Service
    ring: Ring
    distance_km: float | None
    reach: int
    gives: bool
    near: int
    inner: int
    notice_hours: float
    converted: bool


def see(
    service: Service,
    kind: Kind,
    home: Place | None,
    here: Point | None,
    pc4: str | None,
    neighbours: Mapping[str, frozenset[str]],
    weights: Weights = DEFAULT,
) -> Seen:
    """How a service looks from a place.

    Args:
        service: what is there.
        kind: of care that is asked.
        home: where care should be near to, or None.
        here: ``point_of(home)``.
        pc4: where the person lives, four digits: there a team must come.
        neighbours: the regions outside the province that each sub-region may look to.
        weights: what counts how much.
    """
    ring = ring_of(home, service, neighbours)
    reach = ring.order
    if service.area:
        comes = pc4 is not None and pc4 in service.area
        reach = (Ring.GUARANTEE.order if service.guarantee else 0) if comes else Ring.BEYOND.order
    own = kind in service.kinds
    hours = service.notice_hours
    conversion = None if own else next((c for c in service.converts if c.kind is kind), None)
    if conversion is not None:
        hours = max(hours, conversion.hours)
    if kind in RESPONDING and service.response_minutes is not None:
        hours = max(hours, service.response_minutes / _MINUTES)
    distance = None if here is None else round(road_km(here, point_of(service)), 1)
    return Seen(
        service,
        ring,
        distance,
        reach,
        own or conversion is not None,
        tenths(weights.distance, 0.0 if distance is None else 1 - distance / weights.far_km),
        tenths(weights.ring, 1 - ring.order / Ring.NEIGHBOURING.order),
        hours,
        conversion is not None,
    )
