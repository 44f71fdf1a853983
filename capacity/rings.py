"""How far to look: rings around the person, wider as it is more urgent or takes longer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from capacity.geography import NEIGHBOURS, Place, place_of, subregions
from capacity.supply import Service
from triage.need import BED_KINDS, Need
from triage.urgency import Urgency


class Ring(StrEnum):
    """A ring around where the person wants to be; each holds the ones before it."""

    AREA = "area"
    SUBREGION = "subregion"
    PROVINCE = "province"
    NEIGHBOURING = "neighbouring"
    BEYOND = "beyond"

    order: int
    """0 for the own area to 4 for beyond every ring."""


for _order, _ring in enumerate(Ring):
    _ring.order = _order

WIDEN_AFTER: Final = 0.5
"""Share of the wanted time that may pass before neighbouring regions are asked as well."""

SOON_HOURS: Final = 24.0
"""A place wanted within these hours is looked for in neighbouring regions at once."""


def home_of(need: Need) -> Place | None:
    """Where care should be near to, or None when that is not known.

    A place to stay is near to the person asked for, when there is one; care at home is
    given at home.
    """
    near = place_of(need.near_pc4) if need.kind in BED_KINDS else None
    return near or place_of(need.pc4)


def ring_of(
    place: Place | None,
    service: Service,
    neighbours: Mapping[str, frozenset[str]] = NEIGHBOURS,
) -> Ring:
    """The ring in which a service lies, seen from a place.

    The own area is the team's area for care at home, and the municipality for a bed. From an
    unknown place every service of the province is in the ring of the province, and what
    neighbours any of its sub-regions is neighbouring.
    """
    if place is not None and _same_area(place, service):
        return Ring.AREA
    if place is not None and service.subregion == place.subregion:
        return Ring.SUBREGION
    if service.subregion in subregions():
        return Ring.PROVINCE
    seen_from = subregions() if place is None else (place.subregion,)
    near = any(service.subregion in neighbours.get(subregion, ()) for subregion in seen_from)
    return Ring.NEIGHBOURING if near else Ring.BEYOND


def _same_area(place: Place, service: Service) -> bool:
    if service.area:
        return place.pc4 in service.area
    there = place_of(service.pc4)
    return there is not None and there.municipality == place.municipality


def widest_ring(need: Need, waited_hours: float = 0.0) -> Ring:
    """The widest ring to look in now.

    The whole province is always looked at: it is one desk, and nearness is in the score.
    Neighbouring regions are asked as well when it is urgent (U0 to U3, or wanted within 24
    hours), or once half of the wanted time has passed in waiting.
    """
    urgent = need.urgency.rank <= Urgency.U3.rank or need.within_hours <= SOON_HOURS
    late = waited_hours >= WIDEN_AFTER * need.within_hours
    return Ring.NEIGHBOURING if urgent or late else Ring.PROVINCE
