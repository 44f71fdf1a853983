"""The demo region: organisations, sites, services and figures, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal, cast
from uuid import NAMESPACE_DNS, uuid5

import msgspec

from capacity.geography import Place, places
from capacity.supply import Counters, Organisation, Service, Site, Unit
from coordination.demo import tables

_NAMESPACE: Final = uuid5(NAMESPACE_DNS, "demo.naober.example")

VALIDITY: Final = timedelta(days=7)
"""Longer than real figures hold, so that a demo can be left alone for a week."""

_STALE: Final = 6
_FULL: Final = 10


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is there at the start; counters are in the order of the services."""

    organisations: tuple[Organisation, ...]
    sites: tuple[Site, ...]
    services: tuple[Service, ...]
    counters: tuple[Counters, ...]


def demo_id(name: str) -> str:
    """The id of an organisation, site or service of the demo by its full name.

    A service's full name is ``site: service``. The same on every machine.
    """
    return str(uuid5(_NAMESPACE, name))


def region(seed: int, now: datetime) -> Region:
    """Build the demo region.

    Names, ids and rules are the same always; the figures follow from the seed, and their
    times from ``now``. Six figures are stale, ten services are full, one is stopped with a
    reason; the rest has room, and ``tables.SURE`` and the teams at home have always.

    Args:
        seed: chooses the figures.
        now: the moment of building, with a time zone.
    """
    providers = {
        key: Organisation(
            id=demo_id(name),
            name=name,
            kind="care-provider",
            ura=f"9000{number:04}",
            agb=f"4100{number:04}",
            subregion=subregion,
        )
        for number, (key, (name, subregion)) in enumerate(tables.PROVIDERS.items(), start=1)
    }
    sites = {key: _site(providers[owner], name, pc4) for key, owner, name, pc4 in _site_rows()}
    built = [*_beds(sites), *_teams(sites)]
    services = tuple(service for service, _ in built)
    return Region(
        organisations=(*providers.values(), *_referrers()),
        sites=tuple(sites.values()),
        services=services,
        counters=tuple(_figures(built, Random(seed), now)),  # noqa: S311 - no secrets here
    )


def _referrers() -> Iterator[Organisation]:
    for number, (name, kind, subregion) in enumerate(tables.REFERRERS, start=101):
        yield Organisation(
            id=demo_id(name),
            name=name,
            kind=cast("Literal['gp-practice', 'hospital', 'coordination-point']", kind),
            ura=f"9000{number:04}",
            agb=f"0100{number:04}",
            subregion=subregion,
        )


def _site_rows() -> Iterator[tuple[str, str, str, str]]:
    for key, (owner, name, pc4) in tables.SITES.items():
        yield key, owner, name, pc4


def _site(owner: Organisation, name: str, pc4: str) -> Site:
    place = places()[pc4]
    return Site(
        id=demo_id(name),
        organisation=owner.id,
        name=name,
        pc4=pc4,
        latitude=place.latitude,
        longitude=place.longitude,
        subregion=place.subregion,
    )


def _beds(sites: dict[str, Site]) -> Iterator[tuple[Service, bool]]:
    """Each pool of beds, and whether it may be stale, full or stopped."""
    for key, pool in tables.BEDS:
        site, beds = sites[key], tables.POOLS[pool]
        change = tables.CHANGES.get((key, pool), tables.Change())
        service = Service(
            id=demo_id(f"{site.name}: {beds.title}"),
            organisation=site.organisation,
            site=site.id,
            name=f"{beds.title} {site.name}",
            kinds=beds.kinds,
            unit=Unit.BED,
            pc4=site.pc4,
            subregion=site.subregion,
            latitude=site.latitude,
            longitude=site.longitude,
            payers=beds.payers,
            offers=beds.offers,
            sexes=change.sexes,
            age_from=change.age_from,
            age_to=change.age_to,
            admission=change.admission,
            notice_hours=change.notice_hours,
        )
        yield service, (key, pool) not in tables.SURE


def _teams(sites: dict[str, Site]) -> Iterator[tuple[Service, bool]]:
    """Each team, and whether it may be stale, full or stopped."""
    for team in tables.TEAMS:
        site = sites[team.site]
        service = Service(
            id=demo_id(f"{site.name}: {team.title}"),
            organisation=site.organisation,
            site=site.id,
            name=team.title,
            kinds=team.kinds,
            unit=Unit.HOURS,
            pc4=site.pc4,
            subregion=site.subregion,
            latitude=site.latitude,
            longitude=site.longitude,
            area=frozenset(pc4 for pc4, place in places().items() if _covers(team, place)),
            offers=team.offers,
        )
        yield service, team.spare


def _covers(team: tables.Team, place: Place) -> bool:
    return place.municipality in team.municipalities or place.subregion in team.subregions


def _figures(
    built: list[tuple[Service, bool]], random: Random, now: datetime
) -> Iterator[Counters]:
    changing = [service.id for service, may_change in built if may_change]
    fated = random.sample(changing, _STALE + _FULL + 1)
    stale, full, stopped = set(fated[:_STALE]), set(fated[_STALE:-1]), fated[-1]
    for service, _ in built:
        beds = service.unit is Unit.BED
        most = _most_beds(service) if beds else 900
        size = random.randint(most - most // 3, most)
        room = max(2, size // 4) if beds else size // 3
        free = 0 if service.id in full else random.randint(2 if beds else 80, room)
        closed = 1 if beds and random.random() < 0.2 else 0  # noqa: PLR2004 - one in five
        as_of = now - timedelta(minutes=random.randint(5, 180))
        if service.id in stale:
            as_of -= VALIDITY + timedelta(days=1)
        yield Counters(
            service=service.id,
            unit=service.unit,
            staffed=size + closed if beds else 0,
            occupied=size - free if beds else 0,
            closed=closed,
            contracted=0 if beds else size,
            committed=0 if beds else size - free,
            as_of=as_of,
            valid_until=as_of + VALIDITY,
            source="demo",
            stop_reason="griep op de afdeling" if service.id == stopped and beds else None,
            stop_until=now + timedelta(days=2) if service.id == stopped and beds else None,
        )


def _most_beds(service: Service) -> int:
    return next(
        pool.most
        for pool in tables.POOLS.values()
        if pool.kinds == service.kinds and service.name.startswith(pool.title)
    )
