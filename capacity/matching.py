"""Where a need fits: services ranked by a transparent score, the others with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from operator import itemgetter

import msgspec

from capacity.constraints import broken, why_not
from capacity.fitting import NOBODY, Asked, start_if_fits
from capacity.reasons import Reason
from capacity.rings import Ring, widens_in
from capacity.scoring import Tenths, parts, points
from capacity.seen import Seen
from capacity.snapshot import Supply
from capacity.supply import Counters, Service
from triage.need import Need


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
        start: the earliest moment at which the person can come, or the team is there.
        converted: whether a bed must be made ready first for this kind of care.
    """

    service: Service
    score: float
    parts: dict[str, float]
    distance_km: float | None
    as_of: datetime
    free: float
    ring: Ring
    start: datetime
    converted: bool


class Excluded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A service that was left out, with every reason why."""

    service: Service
    reasons: list[Reason]
    distance_km: float | None


class Matches(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: what fits, best first, and what was left out, nearest first.

    Attributes:
        matches: what fits.
        excluded: what lies within reach and does not fit.
        widest: the widest ring that is looked in now.
        widens_at: when neighbouring regions are asked as well; None when they are already.
        beyond: how many services give this kind of care too far away to be asked.
    """

    matches: list[Match]
    excluded: list[Excluded]
    widest: Ring
    widens_at: datetime | None
    beyond: int


def match(
    need: Need,
    supply: Supply,
    now: datetime,
    *,
    waited_hours: float = 0.0,
    guarantee_given: Mapping[str, datetime] = NOBODY,
) -> Matches:
    """Rank the services in which a need fits, and say of the others why not.

    The same question gives the same answer in the same order: equal scores go by id.
    A guarantee bed fits only who can't wait and when nothing else fits.

    Args:
        need: what is asked.
        supply: what there is, and how the region weighs it.
        now: the moment of asking, with a time zone.
        waited_hours: since the referral; widens how far is looked.
        guarantee_given: when each sub-region last gave a guarantee bed.
    """
    asked = Asked.of(need, now, waited_hours, supply.region, guarantee_given)
    view = supply.view(need)
    found, excluded = _sort(asked, supply, view.near)
    if view.kept:
        if not found:
            asked = asked.to_the_last()
        more, left_out = _sort(asked, supply, view.kept)
        found += more
        excluded += left_out
    found.sort(key=lambda match: (-match.score, match.service.id))
    excluded.sort(key=lambda left_out: (left_out.distance_km or 0.0, left_out.service.id))
    hours = widens_in(need, waited_hours, supply.region.rings)
    return Matches(
        matches=found,
        excluded=excluded,
        widest=asked.widest,
        widens_at=asked.now + timedelta(hours=hours) if hours else None,
        beyond=view.beyond,
    )


def _sort(
    asked: Asked, supply: Supply, candidates: Iterable[Seen]
) -> tuple[list[Match], list[Excluded]]:
    """What fits of some services, and what does not, in no order yet."""
    found, excluded = list[Match](), list[Excluded]()
    for seen in candidates:
        service = seen.service
        counters = supply.counters.get(service.id)
        if counters is not None:
            free = counters.free
            start = start_if_fits(asked, seen, counters, free)
            if start is not None:
                made = points(asked, seen, counters, free, start, supply.region.weights)
                found.append(_match(seen, counters, free, start, made))
                continue
        reasons = broken(asked, seen, counters)
        excluded.append(Excluded(service=service, reasons=reasons, distance_km=seen.distance_km))
    return found, excluded


def shortlist(
    need: Need, supply: Supply, now: datetime, most: int, *, waited_hours: float = 0.0
) -> list[Match]:
    """The best of ``match`` without the reasons of the others: half of the time.

    Guarantee beds aside: whether one may be given is for the desk to see.

    Args:
        need: what is asked.
        supply: what there is, and how the region weighs it.
        now: the moment of asking, with a time zone.
        most: how many to give at the most.
        waited_hours: since the referral; widens how far is looked.
    """
    asked = Asked.of(need, now, waited_hours, supply.region)
    known, weights = supply.counters, supply.region.weights
    found = []
    for seen in supply.view(need).open:
        counters = known.get(seen.service.id)
        if counters is None:
            continue
        free = counters.free
        start = start_if_fits(asked, seen, counters, free)
        if start is not None:
            made = points(asked, seen, counters, free, start, weights)
            found.append((-sum(made), seen.service.id, (seen, counters, free, start, made)))
    found.sort(key=itemgetter(0, 1))
    return [_match(*one) for _, _, one in found[:most]]


def why_not_here(
    need: Need,
    service: Service,
    supply: Supply,
    now: datetime,
    *,
    waited_hours: float = 0.0,
    guarantee_given: Mapping[str, datetime] = NOBODY,
) -> list[Reason]:
    """As ``why_not`` of one service of a supply, which says whether anything else fits.

    An empty list for exactly the services that ``match`` finds.
    """
    return why_not(
        need,
        service,
        supply.counters.get(service.id),
        now,
        waited_hours=waited_hours,
        region=supply.region,
        nothing_else=service.guarantee
        and not shortlist(need, supply, now, 1, waited_hours=waited_hours),
        guarantee_given=guarantee_given,
    )


def _match(seen: Seen, counters: Counters, free: float, start: datetime, made: Tenths) -> Match:
    return Match(
        service=seen.service,
        score=sum(made) / 10,
        parts=parts(made),
        distance_km=seen.distance_km,
        as_of=counters.as_of,
        free=free,
        ring=seen.ring,
        start=start,
        converted=seen.converted,
    )
