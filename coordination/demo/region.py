"""The demo region: organisations, sites, services and figures, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import NAMESPACE_DNS, uuid5

import msgspec

from capacity.geography import Place, places
from capacity.supply import (
    Counters,
    Organisation,
    Release,
    Service,
    Site,
    Slots,
    Unit,
)
from coordination.demo.beds import BEDS, CHANGES, POOLS, SURE, WISHES, Change
from coordination.demo.houses import PROVIDERS, REFERRERS, SITES
from coordination.demo.teams import TEAMS, Team
from triage.need import Shift

_NAMESPACE: Final = uuid5(NAMESPACE_DNS, "demo.naober.example")

VALIDITY: Final = timedelta(days=7)
"""Longer than real figures hold, so that a demo can be left alone for a week."""

_STALE: Final = 6
_FULL: Final = 10
_MOST_HOURS: Final = 900
_VISITS: Final = {
    Shift.MORNING: (40, 70),
    Shift.AFTERNOON: (20, 40),
    Shift.EVENING: (30, 50),
    Shift.NIGHT: (12, 20),
}
"""The fewest and the most visits that a team makes in a part of the day."""


class _Built(msgspec.Struct, frozen=True, kw_only=True):
    """A service with what its figures follow from.

    Attributes:
        service: what it is.
        most: its largest size.
        sure: whether it is fresh and has room whatever the seed.
        shifts: the parts of the day in which it makes visits.
    """

    service: Service
    most: int
    sure: bool
    shifts: frozenset[Shift] = frozenset()


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
    times from ``now``. Six figures are stale, ten services are full, most of which expect
    something to come free, one is stopped with a reason; the rest has room, and ``beds.SURE``
    and the teams at home have always. Each sub-region has a guarantee bed.

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
        for number, (key, (name, subregion)) in enumerate(PROVIDERS.items(), start=1)
    }
    sites = {key: _site(providers[owner], name, pc4) for key, (owner, name, pc4) in SITES.items()}
    built = [*_pools(sites), *_teams(sites)]
    services = tuple(one.service for one in built)
    return Region(
        organisations=(*providers.values(), *_referrers()),
        sites=tuple(sites.values()),
        services=services,
        counters=tuple(_figures(built, Random(seed), now)),  # noqa: S311 - no secrets here
    )


def _referrers() -> Iterator[Organisation]:
    for number, (name, kind, subregion) in enumerate(REFERRERS, start=101):
        yield Organisation(
            id=demo_id(name),
            name=name,
            kind=kind,
            ura=f"9000{number:04}",
            agb=f"0100{number:04}",
            subregion=subregion,
        )


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


def _pools(sites: dict[str, Site]) -> Iterator[_Built]:
    for key, pool in BEDS:
        site, beds = sites[key], POOLS[pool]
        change = CHANGES.get((key, pool), Change())
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
            insurers=change.insurers,
            closed_only=change.closed_only,
            languages=change.languages,
            wishes=WISHES.get(SITES[key][0], frozenset()),
            guarantee=beds.guarantee,
            converts=change.converts,
        )
        yield _Built(service=service, most=beds.most, sure=(key, pool) in SURE)


def _teams(sites: dict[str, Site]) -> Iterator[_Built]:
    for team in TEAMS:
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
            insurers=team.insurers,
            languages=team.languages,
            levels=team.levels,
            wishes=team.wishes,
            response_minutes=team.response_minutes,
        )
        yield _Built(service=service, most=_MOST_HOURS, sure=not team.spare, shifts=team.shifts)


def _covers(team: Team, place: Place) -> bool:
    return place.municipality in team.municipalities or place.subregion in team.subregions


def _figures(built: list[_Built], random: Random, now: datetime) -> Iterator[Counters]:
    changing = [one.service.id for one in built if not one.sure]
    fated = random.sample(changing, _STALE + _FULL + 1)
    stale, full, stopped = set(fated[:_STALE]), set(fated[_STALE:-1]), fated[-1]
    for one in built:
        name = one.service.id
        beds = one.service.unit is Unit.BED
        size = random.randint(one.most - one.most // 3, one.most)
        least, third = min(2 if beds else 80, size), size // 3
        free = 0 if name in full else random.randint(least, max(least, third))
        closed = random.choice((0, 0, 0, 0, 1)) if beds else 0
        as_of = now - timedelta(minutes=random.randint(5, 180))
        if name in stale:
            as_of -= VALIDITY + timedelta(days=1)
        yield Counters(
            service=name,
            unit=one.service.unit,
            staffed=size + closed if beds else 0,
            occupied=size - free if beds else 0,
            closed=closed,
            contracted=0 if beds else size,
            committed=0 if beds else size - free,
            as_of=as_of,
            valid_until=as_of + VALIDITY,
            source="demo",
            stop_reason="te weinig personeel door griep" if name == stopped else None,
            stop_until=now + timedelta(days=2) if name == stopped else None,
            releases=_releases(one.service.unit, random, now) if name in full else (),
            slots={shift: _slots(shift, random) for shift in Shift if shift in one.shifts},
        )


def _releases(unit: Unit, random: Random, now: datetime) -> tuple[Release, ...]:
    """What a full service expects to come free: nothing, once, or twice in the days ahead."""
    days = sorted(random.sample(range(1, 6), random.choice((0, 1, 1, 2))))
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    amount = 1.0 if unit is Unit.BED else 12.5
    return tuple(Release(at=noon + timedelta(days=day), amount=amount) for day in days)


def _slots(shift: Shift, random: Random) -> Slots:
    """The visits of a team in a part of the day; some are always free."""
    total = random.randint(*_VISITS[shift])
    return Slots(total=total, used=random.randint(total // 2, total - 6))
