"""How long a proposal for all who wait takes, beside first come, first served, and what it gives.

Run from the top folder: ``python tests/bench/allocation_bench.py``. One line per size: name,
ours and floor (first come, first served over the same people and places), their ratio, p50 and
p99 of ours; then what each way of sharing gives: people left without a place, delay against
their clocks, and distance.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter
from uuid import NAMESPACE_OID, uuid5

import msgspec

sys.path.insert(0, str(Path(__file__).parents[2]))

from capacity.allocation import first_come, propose
from capacity.allocation.edges import edges
from capacity.allocation.openings import openings
from capacity.geography import places
from capacity.proposal import Seeker, Totals
from capacity.snapshot import Supply
from capacity.supply import Counters, Release, Service, Unit
from coordination.demo.region import region
from triage.need import BED_KINDS, PLACED_KINDS, Need, Payer, Requirement
from triage.urgency import Urgency

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
INSURERS = tuple(f"{number:04}" for number in range(9001, 9009))
HOURS = (1.0, 2.5, 4.0, 8.0, 12.0)


def supply(wanted: int, rng: Random) -> Supply:
    """Copies of the demo region's services elsewhere, until this many places are free or expected.

    A pool of beds has up to three free and some expected, and contracts with three of eight
    insurers; a team has hours for up to four people.
    """
    built = region(1, NOW)
    pairs = list(zip(built.services, built.counters, strict=True))
    services: list[Service] = []
    counters: dict[str, Counters] = {}
    made = 0.0
    while made < wanted:
        service, figures = pairs[len(services) % len(pairs)]
        service, figures, more = _copy(service, figures, len(services), rng)
        services.append(service)
        counters[service.id] = figures
        made += more
    return Supply(services, counters)


def _copy(
    service: Service, figures: Counters, number: int, rng: Random
) -> tuple[Service, Counters, float]:
    name = str(uuid5(NAMESPACE_OID, str(number)))
    changes = {
        "service": name,
        "as_of": NOW - timedelta(hours=1),
        "valid_until": NOW + timedelta(hours=23),
        "stop_reason": None,
    }
    if service.unit is Unit.HOURS:
        people = rng.randint(0, 4)
        free = min(figures.contracted, people * sum(HOURS) / len(HOURS))
        changes |= {"committed": figures.contracted - free}
        return (
            msgspec.structs.replace(service, id=name),
            msgspec.structs.replace(figures, **changes),
            people,
        )
    free, coming = rng.choice([0, 0, 1, 1, 2, 3]), rng.choice([0, 0, 0, 1, 2])
    place = rng.choice(list(places().values()))
    moved = msgspec.structs.replace(
        service, id=name, pc4=place.pc4, subregion=place.subregion,
        latitude=place.latitude, longitude=place.longitude,
        insurers=frozenset(rng.sample(INSURERS, 3)),
    )  # fmt: skip
    releases = tuple(
        Release(at=NOW + timedelta(hours=rng.randint(2, 300)), amount=1) for _ in range(coming)
    )
    changes |= {"staffed": 12, "closed": 0, "occupied": 12 - free, "releases": releases}
    return moved, msgspec.structs.replace(figures, **changes), free + coming


def people(wanted: int, rng: Random) -> list[Seeker]:
    """Invented people of every kind of care, who came in the last eight days."""
    kinds, pc4s = sorted(PLACED_KINDS), list(places())
    found = []
    for number in range(wanted):
        kind = rng.choice(kinds)
        bed = kind in BED_KINDS
        urgency = rng.choice([Urgency.U2, *[Urgency.U3] * 2, *[Urgency.U4] * 3, *[Urgency.U5] * 2])
        need = Need(
            kind=kind,
            urgency=urgency,
            within_hours=rng.choice([4.0, 24.0, 72.0, 120.0]),
            pc4=rng.choice(pc4s),
            payer=rng.choice([None, Payer.ZVW]) if kind.startswith("elv") else None,
            requirements=frozenset(rng.sample(list(Requirement)[2:], rng.choice([0, 0, 1, 2])))
            if bed
            else frozenset(),
            hours_per_week=0.0 if bed else rng.choice(HOURS),
            sex=rng.choice(["female", "male"]),
            age=rng.randint(55, 99),
            insurer=rng.choice(INSURERS),
        )
        since = NOW - timedelta(hours=rng.random() * 200)
        found.append(Seeker(id=f"{number:06}", need=need, since=since))
    return found


def timed(call: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round, after one that doesn't count."""
    spent = []
    for _ in range(rounds + 1):
        start = perf_counter()
        call()
        spent.append((perf_counter() - start) * 1000)
    return spent[1:]


def measure(waiting: int, free: int, rounds: int) -> None:
    """Print the time and the outcome of one size."""
    rng = Random(2030)
    there, who = supply(free, rng), people(waiting, rng)
    ours = timed(lambda: propose(who, there, NOW), rounds)
    floor = timed(lambda: first_come(who, there, NOW), rounds)
    cuts, bare = quantiles(ours, n=100), quantiles(floor, n=100)[49]
    name = f"propose {waiting} waiting x {free} places"
    print(
        f"{name}, {cuts[49]:.0f} ms, {bare:.0f} ms, {cuts[49] / bare:.1f}, "
        f"{cuts[49]:.0f} ms, {cuts[98]:.0f} ms"
    )
    offered = list(openings(there, NOW))
    pairs = len(edges(who, offered, NOW, there.region).person)
    print(f"  {len(there.services)} services, {pairs / waiting:.0f} openings fit a person")
    made = propose(who, there, NOW)
    for way, totals in (
        ("best for all", made.totals),
        ("first come", made.first_come),
        ("by urgency", made.by_urgency),
    ):
        print(f"  {way}: {told(totals)}")
    changed = sum(outcome.changes for outcome in made.outcomes)
    print(f"  other than by first come for {changed} people")


def told(totals: Totals) -> str:
    """The totals as a line."""
    left = ", ".join(f"{count} of {urgency}" for urgency, count in totals.left.items())
    km = "-" if totals.distance_km is None else f"{totals.distance_km:.1f}"
    late = totals.delay_hours / max(1, totals.placed)
    return (
        f"{totals.placed} placed, {totals.left_without} left without ({left}), "
        f"{totals.delay_hours:.0f} h delay ({late:.1f} h each), {km} km"
    )


def main() -> None:
    """Print the lines for 1,000 people, and for 10,000 to see how it grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    measure(1000, 300, rounds)
    measure(10_000, 3000, max(2, rounds // 2))


if __name__ == "__main__":
    main()
