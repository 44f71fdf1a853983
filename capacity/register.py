"""The services, arranged so that a question costs time for what is near and of its own kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from capacity.geography import Place, point_of, subregions
from capacity.region import Region
from capacity.rings import Ring, asked_from
from capacity.seen import Seen, see
from capacity.supply import Service
from triage.need import Kind

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

_MOST_VIEWS: Final = 1000
"""Views that are remembered: a province has some 280 postcodes, and a day's needs come from a
few of them for a few kinds of care."""


class View(msgspec.Struct, frozen=True, gc=False):
    """What is seen from a place of a kind of care.

    Attributes:
        near: all within reach, guarantee beds aside, also those of related kinds: to explain.
        open: those of ``near`` that are in use, give this care and are or come near enough.
        kept: guarantee beds.
        beyond: how many services give this kind of care too far away to be asked.
    """

    near: tuple[Seen, ...]
    open: tuple[Seen, ...]
    kept: tuple[Seen, ...]
    beyond: int

    @property
    def all(self) -> tuple[Seen, ...]:
        """Everything within reach."""
        return self.near + self.kept


class Register:
    """The services of a snapshot, by kind of care and sub-region, and teams by postcode.

    It stays when figures change, and remembers what was seen from where.

    Attributes:
        services: every one, by id.
        guarantees: those that are guarantee beds.
    """

    __slots__ = (
        "_by_id",
        "_count",
        "_region",
        "_there",
        "_views",
        "_visits",
        "guarantees",
        "services",
    )

    def __init__(self, services: Sequence[Service] = ()) -> None:
        """Arrange services."""
        self.services = tuple(sorted(services, key=lambda service: service.id))
        self.guarantees = tuple(one for one in self.services if one.guarantee)
        self._by_id = {service.id: service for service in self.services}
        self._count: defaultdict[Kind, int] = defaultdict(int)
        self._there: defaultdict[tuple[Kind, str], list[Service]] = defaultdict(list)
        self._visits: defaultdict[str, list[Service]] = defaultdict(list)
        self._views: dict[tuple[Kind, str | None, str | None], View] = {}
        self._region: Region | None = None
        for service in self.services:
            for kind in service.kinds.union(one.kind for one in service.converts):
                self._count[kind] += 1
                self._there[kind, service.subregion].append(service)
            for pc4 in service.area:
                self._visits[pc4].append(service)

    def service(self, identity: str) -> Service | None:
        """The service with an id, or None."""
        return self._by_id.get(identity)

    def view(
        self,
        kind: Kind,
        home: Place | None,
        pc4: str | None,
        region: Region,
    ) -> View:
        """What is seen of a kind of care from a place; remembered.

        Args:
            kind: of care.
            home: where care should be near to, or None when not known.
            pc4: where the person lives, four digits, or None.
            region: its rings and weights.
        """
        if region is not self._region:
            self._views.clear()
            self._region = region
        key = kind, None if home is None else home.pc4, pc4
        found = self._views.get(key)
        if found is None:
            if len(self._views) >= _MOST_VIEWS:
                self._views.clear()
            found = self._views[key] = self._look(kind, home, pc4, region)
        return found

    def _look(
        self,
        kind: Kind,
        home: Place | None,
        pc4: str | None,
        region: Region,
    ) -> View:
        here = None if home is None else point_of(home)
        around, weights = region.rings.neighbours, region.weights
        reach = subregions() | asked_from(home, around)
        services = {one.id: one for one in self._within(kind, reach, pc4)}
        everyone = [
            see(services[name], kind, home, here, pc4, around, weights) for name in sorted(services)
        ]
        near = tuple(one for one in everyone if not one.service.guarantee)
        kept = tuple(one for one in everyone if one.ring is Ring.GUARANTEE and one.gives)
        return View(
            near=near,
            open=tuple(
                one
                for one in near
                if one.gives and one.service.active and one.reach <= Ring.NEIGHBOURING.order
            ),
            kept=kept,
            beyond=self._count[kind] - sum(one.gives for one in near) - len(kept),
        )

    def _within(self, kind: Kind, reach: frozenset[str], pc4: str | None) -> Iterator[Service]:
        """The services of a kind and of its relatives that lie near, or come to the postcode."""
        kinds = {kind, *RELATIVES.get(kind, ())}
        for one in kinds:
            for subregion in reach:
                yield from self._there.get((one, subregion), ())
        if pc4 is not None:
            for service in self._visits.get(pc4, ()):
                if not kinds.isdisjoint(service.kinds):
                    yield service
