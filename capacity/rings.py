"""How far to look: rings around the person, wider as it is more urgent or takes longer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

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
    GUARANTEE = "guarantee"
    """Guarantee beds of the province: for who is urgent and can be placed nowhere else."""
    BEYOND = "beyond"

    order: int
    """0 for the own area to 5 for beyond every ring."""


for _order, _ring in enumerate(Ring):
    _ring.order = _order


class Rings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When neighbouring regions are asked as well, and which they are.

    Attributes:
        soon_hours: a place wanted within these hours is looked for there at once.
        widen_after: share of the wanted time that may pass in waiting before that.
        neighbours: the regions outside the province that each sub-region may look to.

    Raises:
        ValueError: a neighbour of what is no sub-region, or that lies in the province itself.
    """

    soon_hours: Annotated[float, Meta(gt=0, le=24 * 14)] = 24.0
    widen_after: Annotated[float, Meta(ge=0, le=1)] = 0.5
    neighbours: Mapping[str, frozenset[str]] = msgspec.field(default_factory=lambda: NEIGHBOURS)

    def __post_init__(self) -> None:
        """Refuse neighbours that would never, or always, be asked."""
        for subregion, regions in self.neighbours.items():
            if subregion not in subregions():
                raise ValueError(f"neighbours: {subregion} is no sub-region of the province")
            if regions & subregions():
                raise ValueError(f"neighbours: of {subregion} lie outside the province")


DEFAULT: Final = Rings()


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
    neighbours any of its sub-regions is neighbouring. A guarantee bed of the province is in
    the ring of its own, however near it is; that of another region is not ours to give.
    """
    if service.guarantee:
        return Ring.GUARANTEE if service.subregion in subregions() else Ring.BEYOND
    if place is not None and _same_area(place, service):
        return Ring.AREA
    if place is not None and service.subregion == place.subregion:
        return Ring.SUBREGION
    if service.subregion in subregions():
        return Ring.PROVINCE
    near = service.subregion in asked_from(place, neighbours)
    return Ring.NEIGHBOURING if near else Ring.BEYOND


def asked_from(place: Place | None, neighbours: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The regions outside the province that may be asked, from a place or an unknown one."""
    seen_from = subregions() if place is None else (place.subregion,)
    return frozenset().union(*(neighbours.get(subregion, frozenset()) for subregion in seen_from))


def _same_area(place: Place, service: Service) -> bool:
    if service.area:
        return place.pc4 in service.area
    there = place_of(service.pc4)
    return there is not None and there.municipality == place.municipality


def presses(need: Need, rings: Rings = DEFAULT) -> bool:
    """Whether someone can't wait: U0 to U3, or wanted within ``soon_hours``."""
    return need.urgency.rank <= Urgency.U3.rank or need.within_hours <= rings.soon_hours


def widens_in(need: Need, waited_hours: float = 0.0, rings: Rings = DEFAULT) -> float:
    """Hours from now until neighbouring regions are asked as well; 0 when they are already."""
    if presses(need, rings):
        return 0.0
    return max(0.0, rings.widen_after * need.within_hours - waited_hours)


def widest_ring(need: Need, waited_hours: float = 0.0, rings: Rings = DEFAULT) -> Ring:
    """The widest ring to look in now, before any guarantee bed.

    The whole province is always looked at: it is one desk, and nearness is in the score.
    Neighbouring regions are asked as well when someone can't wait, or once a share of the
    wanted time has passed in waiting.
    """
    return Ring.PROVINCE if widens_in(need, waited_hours, rings) else Ring.NEIGHBOURING
