"""What many people and services share: conditions asked once, and how far it is looked up once."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from capacity.allocation.openings import Opening
from capacity.fitting import Asked, is_insured, start_if_fits
from capacity.geography import point_of, road_km
from capacity.region import Region
from capacity.seen import Seen, see
from capacity.supply import Service
from triage.need import NO_VISITS, Kind, Need
from triage.urgency import Urgency

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

_FAR: Final = datetime.max.replace(tzinfo=UTC)
_ENOUGH: Final = 1.0
"""A bed, or more than no hours: whether there is room enough is asked apart."""

_UNKNOWN: Final = (math.nan, math.nan, math.nan)
_KM: Final = road_km((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)) / (math.pi / 2)
"""Kilometres by road for an angle of 1 at the centre of the earth."""

One = TypeVar("One")
Key = TypeVar("Key", bound=Hashable)


class Conditions:
    """Whether a need fits in a service, leaving aside where both are and how much is free."""

    def __init__(self, offered: Sequence[Opening], region: Region) -> None:
        """Gather the services of openings that have the same conditions."""
        self._region = region
        examples, self._of = _numbered((_nowhere(one.service), one) for one in offered)
        self._examples = [(service, one.counters) for service, one in examples.items()]
        self._contracts, self._contract = _numbered(
            (one.service.insurers, one.service) for one in offered
        )
        self._ages = sorted(
            {age for service in examples for age in (service.age_from, service.age_to + 1)}
        )

    def starts(
        self, kind: Kind, needs: Sequence[Need], now: datetime
    ) -> tuple[Ints, Callable[[slice], Floats]]:
        """When people of one kind could come to what is free now.

        Args:
            kind: of care.
            needs: of that kind.
            now: the moment of asking, with a time zone.

        Returns:
            The openings at services that give this kind, and what tells for a slice of the
            needs the hours from now until each could come there: infinite where never.
        """
        here = [
            (column, seen, counters)
            for column, (service, counters) in enumerate(self._examples)
            if (seen := _seen(service, kind)).gives
        ]
        questions, of = _numbered((self._bare(need), None) for need in needs)
        table = np.full((len(questions), len(self._examples)), np.inf)
        for row, need in enumerate(questions):
            asked = msgspec.structs.replace(Asked.of(need, now, 0.0, self._region), latest=_FAR)
            for column, seen, counters in here:
                start = start_if_fits(asked, seen, counters, _ENOUGH)
                if start is not None:
                    table[row, column] = (start - asked.now).total_seconds() / 3600
        payers, paid_by = _numbered(((need.insurer, need.payer), need) for need in needs)
        paid = np.array(
            [
                [is_insured(need, one) for one in self._contracts.values()]
                for need in payers.values()
            ]
        )
        columns = np.flatnonzero(np.isin(self._of, [column for column, _, _ in here]))
        conditions, contracts = self._of[columns], self._contract[columns]

        def starts(rows: slice) -> Floats:
            start: Floats = np.where(
                paid[paid_by[rows]][:, contracts], table[of[rows]][:, conditions], np.inf
            )
            return start

        return columns, starts

    def _bare(self, need: Need) -> Need:
        """The need without what differs most between people and is asked elsewhere."""
        age = need.age
        if age is not None:  # services ask no more than on which side of their limits it is
            side = bisect_right(self._ages, age)
            age = self._ages[side - 1] if side else self._ages[0] - 1
        return msgspec.structs.replace(
            need, age=age, pc4=None, near_pc4=None, carer=None, preferred=None, insurer=None,
            wishes=frozenset(), visits=NO_VISITS, hours_per_week=0.0, urgency=Urgency.U5,
        )  # fmt: skip


class Where:
    """How far each opening is from each person, and whether that is within reach."""

    def __init__(self, asked: Sequence[Asked], offered: Sequence[Opening], region: Region) -> None:
        """Look once at places to stay from every municipality, at teams from every postcode."""
        towns, self._town = _numbered((_town(one), one) for one in asked)
        streets, self._street = _numbered((one.need.pc4, one) for one in asked)
        sites, self._site = _numbered((_there(one.service), one.service) for one in offered)
        self._comes = np.array([bool(one.service.area) for one in offered])
        self._reach_of_town = _reach(towns.values(), sites.values(), region, comes=False)
        self._reach_of_street = _reach(streets.values(), sites.values(), region, comes=True)
        self._widest = np.array([one.widest.order for one in asked])
        self._homes = np.array(
            [_UNKNOWN if one.home is None else point_of(one.home) for one in asked]
        )
        self._places = np.array([point_of(one.service) for one in offered])

    def reached(self, people: Ints, columns: Ints) -> Truths:
        """Whether each of some openings is near enough for each of some people."""
        site = self._site[columns]
        reach = np.where(
            self._comes[columns],
            self._reach_of_street[self._street[people]][:, site],
            self._reach_of_town[self._town[people]][:, site],
        )
        near: Truths = reach <= self._widest[people, None]
        return near

    def km(self, people: Ints, columns: Ints) -> Floats:
        """Kilometres by road for pairs of a person and an opening, as ``geography.road_km``."""
        chord = np.linalg.norm(self._homes[people] - self._places[columns], axis=1)
        km: Floats = np.round(_KM * 2 * np.arcsin(np.minimum(1.0, chord / 2)), 1)
        return km


def _reach(
    people: Collection[Asked], sites: Collection[Service], region: Region, *, comes: bool
) -> Ints:
    """From which ring on each service is asked; of teams that come to people, or of the others."""
    reach = np.zeros((len(people), len(sites)), np.int64)
    for column, service in enumerate(sites):
        if bool(service.area) is comes:
            for row, one in enumerate(people):
                seen = see(
                    service, one.need.kind, one.home, None, one.need.pc4, region.rings.neighbours
                )
                reach[row, column] = seen.reach
    return reach


def _numbered(pairs: Iterable[tuple[Key, One]]) -> tuple[dict[Key, One], Ints]:
    """The first of each key, in order, and for every pair the number of its key."""
    first: dict[Key, One] = {}
    number: dict[Key, int] = {}
    of = []
    for key, one in pairs:
        if key not in number:
            number[key] = len(number)
            first[key] = one
        of.append(number[key])
    return first, np.array(of, np.int64)


def _nowhere(service: Service) -> Service:
    """The service without name, place and insurers: what is left are its conditions."""
    return msgspec.structs.replace(
        service, id="", organisation="", site="", name="", pc4="", subregion="",
        latitude=0.0, longitude=0.0, area=frozenset(), insurers=frozenset(),
    )  # fmt: skip


def _town(asked: Asked) -> Hashable:
    """What of a home says how far a place to stay is: its municipality and sub-region."""
    return None if asked.home is None else (asked.home.municipality, asked.home.subregion)


def _there(service: Service) -> Hashable:
    """What of a service says where it is, or where it comes."""
    return (service.area or (service.pc4, service.subregion)), service.guarantee


def _seen(service: Service, kind: Kind) -> Seen:
    """A service without a place, as if next door."""
    seen = see(service, kind, None, None, None, {})
    return msgspec.structs.replace(seen, reach=0)
