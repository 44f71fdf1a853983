"""What there is at one moment, arranged so that a question costs time for its own kind only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from capacity.geography import NEIGHBOURS, Place, point_of, road_km
from capacity.rings import Ring, ring_of
from capacity.supply import Counters, Service
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


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A service as seen from a place: what stays the same for as long as both stand there.

    Attributes:
        service: what it is.
        ring: how far away it is.
        distance_km: by road, estimated; None from an unknown place.
    """

    service: Service
    ring: Ring
    distance_km: float | None


class Supply:
    """A snapshot of all services with their figures, arranged by kind of care once.

    Matching then costs time for the services of one kind, not for the whole region.
    """

    __slots__ = ("_by_id", "_by_kind", "_points", "_seen", "counters", "services")

    def __init__(self, services: Sequence[Service], counters: Mapping[str, Counters]) -> None:
        """Arrange services; ``counters`` is by service id, and may lack some."""
        self.services = tuple(sorted(services, key=lambda service: service.id))
        self.counters = dict(counters)
        self._by_id = {service.id: service for service in self.services}
        self._points = {service.id: point_of(service) for service in self.services}
        # Some 190 postcodes, of which a day's needs come from a few.
        self._seen: dict[tuple[Kind, str | None], tuple[Seen, ...]] = {}
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

    def seen_from(
        self, home: Place | None, kind: Kind, neighbours: Mapping[str, frozenset[str]]
    ) -> tuple[Seen, ...]:
        """The candidates of a kind as seen from a place; remembered for the usual neighbours."""
        if neighbours is not NEIGHBOURS:
            return self._look(home, kind, neighbours)
        key = kind, None if home is None else home.pc4
        if key not in self._seen:
            self._seen[key] = self._look(home, kind, neighbours)
        return self._seen[key]

    def _look(
        self, home: Place | None, kind: Kind, neighbours: Mapping[str, frozenset[str]]
    ) -> tuple[Seen, ...]:
        here = None if home is None else point_of(home)
        return tuple(
            Seen(
                service,
                ring_of(home, service, neighbours),
                None if here is None else round(road_km(here, self._points[service.id]), 1),
            )
            for service in self.candidates(kind)
        )

    def with_counters(self, *changed: Counters) -> Supply:
        """The same services with newer figures of some; this snapshot stays as it is."""
        newer = object.__new__(Supply)
        newer.services, newer._by_id = self.services, self._by_id
        newer._by_kind, newer._points = self._by_kind, self._points
        newer._seen = self._seen
        newer.counters = self.counters | {counters.service: counters for counters in changed}
        return newer
