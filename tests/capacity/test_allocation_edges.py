"""Who fits where, asked for all at once, is what matching says for each of them alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import msgspec
import numpy as np
import pytest
from capacity_examples import HOOGEVEEN, NOW, bed, figures, need

from capacity.allocation.edges import edges
from capacity.allocation.openings import openings
from capacity.constraints import why_not
from capacity.geography import distance_km, place_of, places
from capacity.hours import ALWAYS, weekly
from capacity.proposal import Seeker
from capacity.snapshot import Supply
from capacity.supply import Counters, Release, Service, Slots, Unit
from coordination.demo.region import region
from triage.need import BED_KINDS, PLACED_KINDS, Kind, Need, Payer, Requirement, Shift, Visits
from triage.urgency import Urgency

HOUR = timedelta(hours=1)
INSURERS = ("9001", "9002")
LATE = datetime(2026, 3, 4, 22, 30, tzinfo=UTC)  # 23:30 in Drenthe: offices are closed


def some_supply(rng: Random) -> Supply:
    """The services of the demo region, each with conditions of its own."""
    built = region(rng.randint(0, 99), NOW)
    services, counters = [], {}
    for service, reported in zip(built.services, built.counters, strict=True):
        home = service.unit is Unit.HOURS
        services.append(
            msgspec.structs.replace(
                service,
                insurers=frozenset(rng.sample(INSURERS, rng.choice([0, 0, 1]))),
                sexes=frozenset(rng.choice([(), (), ("female",)])),
                age_from=rng.choice([18, 65, 70]),
                age_to=rng.choice([80, 130]),
                admission=rng.choice([ALWAYS, weekly(range(1, 8), 8, 17)]),
                notice_hours=rng.choice([0.0, 0.0, 6.0]),
                active=rng.random() < 0.9,
                guarantee=rng.random() < 0.1,
                languages=frozenset({"ar"}) if rng.random() < 0.5 else frozenset(),
                levels=frozenset(rng.sample(range(2, 7), 2)) if home else frozenset(),
                response_minutes=rng.choice([None, 20]) if home else None,
                subregion=service.subregion if rng.random() < 0.8 else "hardenberg",
            )
        )
        slots = {Shift.MORNING: Slots(total=rng.randint(0, 3))} if rng.random() < 0.5 else {}
        counters[service.id] = msgspec.structs.replace(reported, slots=slots, releases=())
    return Supply(services, counters)


def some_need(rng: Random) -> Need:
    kind = rng.choice(sorted(PLACED_KINDS))
    lies = kind in BED_KINDS
    return Need(
        kind=kind,
        urgency=rng.choice(list(Urgency)),
        within_hours=rng.choice([0.0, 4.0, 24.0, 72.0]),
        pc4=rng.choice([None, *places()]),
        near_pc4=rng.choice([None, None, *places()]),
        payer=rng.choice([None, *Payer]),
        requirements=frozenset(rng.sample(list(Requirement), rng.choice([0, 0, 1, 2]))),
        hours_per_week=0.0 if lies else rng.choice([0.5, 7.25, 30.0]),
        sex=rng.choice([None, "female", "male"]),
        age=rng.choice([None, 17, 18, 64, 65, 69, 80, 81, 99]),
        insurer=rng.choice([None, *INSURERS]),
        language=rng.choice([None, None, "ar-MA", "nl"]),
        level=0 if lies else rng.choice([0, 3, 5]),
        visits=Visits() if lies else Visits(morning=rng.choice([0, 0, 2])),
    )


@pytest.mark.parametrize(("seed", "now"), list(product(range(6), (NOW, LATE))))
def test_all_at_once_is_the_same_as_each_alone(seed: int, now: datetime) -> None:
    rng = Random(seed)
    there = some_supply(rng)
    people = [
        Seeker(id=str(number), need=some_need(rng), since=now - rng.choice([0, 1, 30]) * HOUR)
        for number in range(60)
    ]
    names = [service.id for service in there.services]
    for number in range(0, 60, 3):
        no = frozenset(rng.sample(names, len(names) // 2))
        people[number] = msgspec.structs.replace(people[number], declined=no)
    offered = list(openings(there, now))
    found = edges(people, offered, now, there.region)
    together = set()
    for person, opening, km in zip(found.person, found.opening, found.km, strict=True):
        service, home = offered[opening].service, people[person].need.pc4
        together.add((int(person), service.id))
        if people[person].need.near_pc4 is None:
            place = place_of(home)
            alone = None if place is None else distance_km(place, service)
            assert np.isnan(km) if alone is None else km == pytest.approx(alone, abs=0.051)
    alone_too = {
        (number, service.id)
        for number, one in enumerate(people)
        for service in there.services
        if not service.guarantee
        and service.id not in one.declined
        and not why_not(
            one.need, service, there.counters[service.id], now,
            waited_hours=(now - one.since) / HOUR,
        )
    }  # fmt: skip
    assert together == alone_too
    assert together


def starts(
    service: Service, counters: Counters, wanted: Need, now: datetime = NOW
) -> list[datetime]:
    there = Supply([service], {service.id: counters})
    one = Seeker(id="p", need=wanted, since=now)
    found = edges([one], list(openings(there, now)), now, there.region)
    return [now + hours * HOUR for hours in found.start.tolist()]


def test_what_comes_free_can_start_when_people_are_admitted_again() -> None:
    service = bed(admission=weekly(range(1, 8), 8, 17))
    night = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    counters = figures(service, occupied=12, releases=(Release(at=night, amount=1),))
    assert starts(service, counters, need()) == [datetime(2026, 3, 5, 7, 0, tzinfo=UTC)]


def test_what_comes_free_may_be_later_than_wanted_but_not_what_is_free_now() -> None:
    monday = bed(admission=weekly([1], 8, 17))
    coming = (Release(at=NOW + HOUR, amount=1),)
    assert starts(monday, figures(monday), need(within_hours=24.0)) == []
    assert starts(monday, figures(monday, occupied=12, releases=coming), need()) == [
        datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
    ]


def test_a_bed_that_comes_free_keeps_the_conditions_of_its_service() -> None:
    coming = (Release(at=NOW + HOUR, amount=1),)
    for changes in ({"sexes": frozenset({"male"})}, {"kinds": frozenset({Kind.GRZ})}):
        service = bed(**changes)
        assert starts(service, figures(service, occupied=12, releases=coming), need()) == []


def test_openings_are_what_is_free_and_then_what_comes_soonest_first() -> None:
    service = bed(pc4=HOOGEVEEN)
    releases = (
        Release(at=NOW + 9 * HOUR, amount=2),
        Release(at=NOW - HOUR, amount=5),
        Release(at=NOW + 3 * HOUR, amount=1),
    )
    counters = figures(service, releases=releases, slots={Shift.NIGHT: Slots(total=4, held=1)})
    found = list(openings(Supply([service], {service.id: counters}), NOW))
    assert [(one.at, one.room) for one in found] == [
        (None, (2, 0, 0, 0, 3)),
        (NOW + 3 * HOUR, (1, 0, 0, 0, 0)),
        (NOW + 9 * HOUR, (2, 0, 0, 0, 0)),
    ]
