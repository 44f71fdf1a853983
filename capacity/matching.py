"""Where a need fits: services ranked by a transparent score, the others with their reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from capacity.constraints import Asked, broken, earliest_start, why_not
from capacity.geography import NEIGHBOURS, Point, point_of, road_km
from capacity.reasons import Reason
from capacity.rings import Ring, ring_of
from capacity.supply import Counters, Service
from triage.need import Kind, Need

__all__ = ["DEFAULT", "Excluded", "Match", "Matches", "Reason", "Supply", "Weights"]
__all__ += ["match", "shortlist", "why_not"]

RELATIVES: Final[dict[Kind, frozenset[Kind]]] = {
    Kind.ELV_LOW: frozenset({Kind.ELV_HIGH}),
    Kind.ELV_HIGH: frozenset({Kind.ELV_LOW, Kind.OBSERVATION}),
    Kind.ELV_PALLIATIVE: frozenset({Kind.HOSPICE}),
    Kind.HOSPICE: frozenset({Kind.ELV_PALLIATIVE}),
    Kind.OBSERVATION: frozenset({Kind.ELV_HIGH}),
    Kind.RESPITE: frozenset({Kind.WMO_URGENT}),
    Kind.WMO_URGENT: frozenset({Kind.RESPITE}),
    Kind.NURSING_TECHNICAL: frozenset({Kind.HOSPITAL_AT_HOME}),
}
"""Kinds so near to another that "why not there?" will be asked: services that give only the
relative are listed among the excluded. All others of another kind are left out silently."""


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What counts how much in the score: points that together make 100, and two yardsticks.

    Attributes:
        time: how soon it can start: all points at once, none when it only just makes the
            wanted start.
        distance: by road from home or the place asked for: all points at 0 km, none from
            ``far_km`` on, and none when the home is not known.
        ring: all points in the own area, two thirds in the sub-region, a third in the
            province, none in a neighbouring region.
        carer: all points for the organisation that already gives care.
        fairness: the share of what it has that is free, so that work is spread.
        freshness: what is left of the validity of the figure.
        far_km: kilometres.
        neighbours: the regions outside the province that each sub-region may look to.

    Raises:
        ValueError: points below 0 or not 100 together, or ``far_km`` not above 0.
    """

    time: float = 30.0
    distance: float = 25.0
    ring: float = 15.0
    carer: float = 15.0
    fairness: float = 10.0
    freshness: float = 5.0
    far_km: float = 60.0
    neighbours: Mapping[str, frozenset[str]] = msgspec.field(default_factory=lambda: NEIGHBOURS)

    def __post_init__(self) -> None:
        """Refuse weights with which a score would not run from 0 to 100."""
        points = (
            self.time,
            self.distance,
            self.ring,
            self.carer,
            self.fairness,
            self.freshness,
        )
        if min(points) < 0 or round(sum(points), 6) != 100:  # noqa: PLR2004 - 100 points
            raise ValueError("weights are 0 or more and make 100 together")
        if self.far_km <= 0:
            raise ValueError("far_km is above 0")


DEFAULT: Final = Weights()


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A service in which the need fits.

    Attributes:
        service: what it is.
        score: 0 to 100, the sum of the parts.
        parts: the points per part, named as in ``Weights``.
        distance_km: by road, estimated; None when the home is not known.
        as_of: the moment for which the figure is true.
        free: beds, or hours a week.
        ring: how far away it is.
    """

    service: Service
    score: float
    parts: dict[str, float]
    distance_km: float | None
    as_of: datetime
    free: float
    ring: Ring


class Excluded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A service that was left out, with every reason why."""

    service: Service
    reasons: list[Reason]
    distance_km: float | None


class Matches(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: what fits, best first, and what was left out, nearest first."""

    matches: list[Match]
    excluded: list[Excluded]


class Supply:
    """A snapshot of all services with their figures, arranged by kind of care once.

    Matching then costs time for the services of one kind, not for the whole region.
    """

    __slots__ = ("_by_id", "_by_kind", "_points", "counters", "services")

    def __init__(self, services: Sequence[Service], counters: Mapping[str, Counters]) -> None:
        """Arrange services; ``counters`` is by service id, and may lack some."""
        self.services = tuple(sorted(services, key=lambda service: service.id))
        self.counters = dict(counters)
        self._by_id = {service.id: service for service in self.services}
        self._points = {service.id: point_of(service) for service in self.services}
        gives: defaultdict[Kind, list[Service]] = defaultdict(list)
        for service in self.services:
            for kind in service.kinds:
                gives[kind].append(service)
        self._by_kind = {
            kind: tuple(
                {s.id: s for near in (kind, *RELATIVES.get(kind, ())) for s in gives[near]}.values()
            )
            for kind in Kind
        }

    def candidates(self, kind: Kind) -> tuple[Service, ...]:
        """The services of a kind and of its near relatives."""
        return self._by_kind[kind]

    def service(self, identity: str) -> Service | None:
        """The service with an id, or None."""
        return self._by_id.get(identity)

    def point(self, service: Service) -> Point:
        """Where a service of this snapshot is."""
        return self._points[service.id]

    def with_counters(self, *changed: Counters) -> Supply:
        """The same services with newer figures of some; this snapshot stays as it is."""
        newer = object.__new__(Supply)
        newer.services, newer._by_id = self.services, self._by_id
        newer._by_kind, newer._points = self._by_kind, self._points
        newer.counters = self.counters | {counters.service: counters for counters in changed}
        return newer


def match(
    need: Need,
    supply: Supply,
    now: datetime,
    weights: Weights = DEFAULT,
    *,
    waited_hours: float = 0.0,
) -> Matches:
    """Rank the services in which a need fits, and say of the others why not.

    The same question gives the same answer in the same order: equal scores go by id.

    Args:
        need: what is asked.
        supply: what there is.
        now: the moment of asking, with a time zone.
        weights: what counts how much.
        waited_hours: since the referral; widens how far is looked.
    """
    asked = Asked.of(need, now, waited_hours)
    home = None if asked.home is None else point_of(asked.home)
    matches, excluded = [], []
    for service in supply.candidates(need.kind):
        counters = supply.counters.get(service.id)
        ring = ring_of(asked.home, service, weights.neighbours)
        start = earliest_start(service, asked.now)
        distance = None if home is None else _tenths(road_km(home, supply.point(service)))
        reasons = broken(asked, service, counters, ring, start)
        if reasons or counters is None:
            excluded.append(Excluded(service=service, reasons=reasons, distance_km=distance))
        else:
            matches.append(
                _scored(
                    asked,
                    service,
                    counters,
                    weights=weights,
                    distance=distance,
                    ring=ring,
                    start=start,
                )
            )
    matches.sort(key=lambda match: (-match.score, match.service.id))
    excluded.sort(key=lambda left_out: (left_out.distance_km or 0.0, left_out.service.id))
    return Matches(matches=matches, excluded=excluded)


def shortlist(
    need: Need, supply: Supply, now: datetime, most: int, weights: Weights = DEFAULT
) -> list[Match]:
    """The best of ``match`` without the reasons of the others: a quarter of the time.

    Args:
        need: what is asked, just now.
        supply: what there is.
        now: the moment of asking, with a time zone.
        most: how many to give at the most.
        weights: what counts how much.
    """
    asked = Asked.of(need, now, 0.0)
    home = None if asked.home is None else point_of(asked.home)
    found = []
    for service in supply.candidates(need.kind):
        counters = supply.counters.get(service.id)
        # Cheap looks that leave out most before their reasons would be put into words.
        if need.kind not in service.kinds or counters is None or counters.free < need.amount:
            continue
        if service.area and need.pc4 not in service.area:
            continue
        ring = ring_of(asked.home, service, weights.neighbours)
        start = earliest_start(service, asked.now)
        if broken(asked, service, counters, ring, start):
            continue
        distance = None if home is None else _tenths(road_km(home, supply.point(service)))
        found.append(
            _scored(
                asked,
                service,
                counters,
                weights=weights,
                distance=distance,
                ring=ring,
                start=start,
            )
        )
    found.sort(key=lambda match: (-match.score, match.service.id))
    return found[:most]


def _scored(
    asked: Asked,
    service: Service,
    counters: Counters,
    *,
    weights: Weights,
    distance: float | None,
    ring: Ring,
    start: datetime,
) -> Match:
    free, within = counters.free, asked.latest - asked.now
    validity = counters.valid_until - counters.as_of
    valid = counters.valid_until - asked.now
    near = 0.0 if distance is None else max(0.0, 1 - distance / weights.far_km)
    parts = {
        "time": weights.time * (1 - (start - asked.now) / within if within else 1),
        "distance": weights.distance * near,
        "ring": weights.ring * (1 - ring.order / Ring.NEIGHBOURING.order),
        "carer": weights.carer if service.organisation == asked.need.carer else 0.0,
        "fairness": weights.fairness * free / counters.size,
        "freshness": weights.freshness * (min(1.0, valid / validity) if validity else 0.0),
    }
    parts = {name: _tenths(points) for name, points in parts.items()}
    return Match(
        service=service,
        score=_tenths(sum(parts.values())),
        parts=parts,
        distance_km=distance,
        as_of=counters.as_of,
        free=free,
        ring=ring,
    )


def _tenths(value: float) -> float:
    """Rounded to one decimal, halves up: a third of the time of ``round(value, 1)``."""
    return int(value * 10 + 0.5) / 10
