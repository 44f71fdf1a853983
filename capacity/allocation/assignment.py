"""Best for all: many who wait, many places, and the assignment that serves everyone best."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean

from capacity.allocation import sharing
from capacity.allocation.conditions import Ints
from capacity.allocation.edges import edges
from capacity.allocation.markets import markets
from capacity.allocation.openings import openings
from capacity.allocation.sharing import Market
from capacity.proposal import Given, Outcome, Proposal, Seeker, Totals
from capacity.snapshot import Supply
from triage.urgency import Urgency


def propose(seekers: Sequence[Seeker], supply: Supply, now: datetime) -> Proposal:
    """The assignment that serves everyone best, of what is free now or expected to come free.

    In this order: as few as possible left without a place, of the most urgent class first;
    the least delay against each person's clock, an hour of U0 counting as six of U5 and, of
    those left without, who waited longest first; and the shortest distances and waits. For
    beds that is the optimum, with as few as possible left without in all. People take
    different hours of a team: there it is shared in rounds, and never leaves more without
    than first come, first served or the most urgent first. What was promised is not touched.
    Guarantee beds are not in it: the desk gives those, one at a time. The same question gives
    the same answer, in whatever order people and services are given.

    Args:
        seekers: who needs a place; each id once.
        supply: what there is, and the region's rings.
        now: the moment, with a time zone.
    """
    instance = _Instance(seekers, supply, now)
    proposed, otherwise = instance.given(sharing.best), instance.given(sharing.first_come)
    return Proposal(
        made_at=now,
        outcomes=tuple(
            Outcome(
                referral=one.id,
                urgency=one.urgency or one.need.urgency,
                proposed=proposed.get(index),
                first_come=otherwise.get(index),
            )
            for index, one in enumerate(instance.seekers)
        ),
        totals=instance.totals(proposed),
        first_come=instance.totals(otherwise),
        by_urgency=instance.totals(instance.given(sharing.by_urgency)),
    )


def first_come(seekers: Sequence[Seeker], supply: Supply, now: datetime) -> dict[str, Given]:
    """First come, first served: in the order of arrival each takes what is best for them.

    Returns:
        The place of each person who gets one, by id.
    """
    instance = _Instance(seekers, supply, now)
    given = instance.given(sharing.first_come)
    return {instance.seekers[index].id: place for index, place in given.items()}


class _Instance:
    """Who could go where, so that it can be shared out in several ways."""

    def __init__(self, seekers: Sequence[Seeker], supply: Supply, now: datetime) -> None:
        self.seekers = sorted(seekers, key=lambda one: (one.since, one.id))
        self._now = now
        self._openings = list(openings(supply, now))
        self._edges = edges(self.seekers, self._openings, now, supply.region)
        self._markets = list(markets(self.seekers, self._openings, self._edges, now))

    def given(self, way: Callable[[Market], Ints]) -> dict[int, Given]:
        """The place of everyone who gets one, by their index."""
        return {
            int(self._edges.person[edge]): self._place(int(edge))
            for market, edge_of in self._markets
            for edge in edge_of[way(market)]
        }

    def _place(self, edge: int) -> Given:
        seeker = self.seekers[int(self._edges.person[edge])]
        opening = self._openings[int(self._edges.opening[edge])]
        km = float(self._edges.km[edge])
        start = self._now + timedelta(hours=float(self._edges.start[edge]))
        return Given(
            service=opening.service.id,
            start=start,
            expected=opening.at is not None,
            delay_hours=max(0.0, (start - seeker.due) / timedelta(hours=1)),
            distance_km=None if math.isnan(km) else km,
        )

    def totals(self, given: Mapping[int, Given]) -> Totals:
        """How everyone is served together."""
        left = Counter(one.rank for index, one in enumerate(self.seekers) if index not in given)
        known = [one.distance_km for one in given.values() if one.distance_km is not None]
        return Totals(
            placed=len(given),
            left={urgency: left[urgency.rank] for urgency in Urgency if left[urgency.rank]},
            delay_hours=math.fsum(one.delay_hours for one in given.values()),
            distance_km=fmean(known) if known else None,
        )
