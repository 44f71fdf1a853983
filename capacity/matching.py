"""Where a need fits: services ranked by a transparent score, the others with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Final

import msgspec

from capacity.constraints import broken, why_not
from capacity.fitting import Asked, earliest_start, start_if_fits
from capacity.geography import NEIGHBOURS
from capacity.reasons import Reason
from capacity.rings import Ring
from capacity.snapshot import Seen, Supply
from capacity.supply import Counters, Service
from triage.need import Need

__all__ = ["DEFAULT", "Excluded", "Match", "Matches", "Reason", "Supply", "Weights"]
__all__ += ["match", "shortlist", "why_not"]


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
    matches, excluded = [], []
    for seen in supply.seen_from(asked.home, need.kind, weights.neighbours):
        service = seen.service
        counters = supply.counters.get(service.id)
        start = earliest_start(service, asked.now)
        reasons = broken(asked, service, counters, seen.ring, start)
        if reasons or counters is None:
            excluded.append(
                Excluded(service=service, reasons=reasons, distance_km=seen.distance_km)
            )
        else:
            free = counters.free
            points = _points(asked, seen, counters, free, start, weights)
            matches.append(_match(seen, counters, free, points))
    matches.sort(key=lambda match: (-match.score, match.service.id))
    excluded.sort(key=lambda left_out: (left_out.distance_km or 0.0, left_out.service.id))
    return Matches(matches=matches, excluded=excluded)


def shortlist(
    need: Need, supply: Supply, now: datetime, most: int, weights: Weights = DEFAULT
) -> list[Match]:
    """The best of ``match`` without the reasons of the others: half of the time.

    Args:
        need: what is asked, just now.
        supply: what there is.
        now: the moment of asking, with a time zone.
        most: how many to give at the most.
        weights: what counts how much.
    """
    asked = Asked.of(need, now, 0.0)
    found = []
    for seen in supply.seen_from(asked.home, need.kind, weights.neighbours):
        service = seen.service
        counters = supply.counters.get(service.id)
        if counters is None or need.kind not in service.kinds:
            continue
        free = counters.free
        start = start_if_fits(asked, service, counters, free, seen.ring)
        if start is not None:
            points = _points(asked, seen, counters, free, start, weights)
            found.append((-sum(points), service.id, (seen, counters, free, points)))
    found.sort(key=itemgetter(0, 1))
    return [_match(*parts) for _, _, parts in found[:most]]


_PARTS: Final = ("time", "distance", "ring", "carer", "fairness", "freshness")
_FARTHEST: Final = Ring.NEIGHBOURING.order

_Tenths = tuple[int, int, int, int, int, int]
"""Tenths of points for each of ``_PARTS``, halves up; a third of the time of ``round(x, 1)``."""


def _points(
    asked: Asked, seen: Seen, counters: Counters, free: float, start: datetime, weights: Weights
) -> _Tenths:
    within = asked.latest - asked.now
    # Most can start at once, and a division of two durations is a tenth of all of this.
    waits = (start - asked.now) / within if start is not asked.now and within else 0.0
    validity = counters.valid_until - counters.as_of
    valid = counters.valid_until - asked.now
    distance = seen.distance_km
    near = 0.0 if distance is None else max(0.0, 1 - distance / weights.far_km)
    cared_for = seen.service.organisation == asked.need.carer
    return (
        int(weights.time * (1 - waits) * 10 + 0.5),
        int(weights.distance * near * 10 + 0.5),
        int(weights.ring * (1 - seen.ring.order / _FARTHEST) * 10 + 0.5),
        int(weights.carer * 10 + 0.5) if cared_for else 0,
        int(weights.fairness * free / counters.size * 10 + 0.5),
        int(weights.freshness * min(1.0, valid / validity) * 10 + 0.5) if validity else 0,
    )


def _match(seen: Seen, counters: Counters, free: float, points: _Tenths) -> Match:
    return Match(
        service=seen.service,
        score=sum(points) / 10,
        parts={name: tenths / 10 for name, tenths in zip(_PARTS, points, strict=True)},
        distance_km=seen.distance_km,
        as_of=counters.as_of,
        free=free,
        ring=seen.ring,
    )
