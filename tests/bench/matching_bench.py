"""How long ranking takes, beside a bare loop over the same services that explains nothing.

Run from the top folder: ``python tests/bench/matching_bench.py``. One line per benchmark:
name, ours and floor (microseconds a call, median), their ratio, p50 and p99 of ours. The last
lines ask the same of a province alone and of the same province in a country around it: their
floor is the province alone, so the ratio says what the country costs.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import quantiles
from time import perf_counter_ns
from uuid import NAMESPACE_OID, uuid5

import msgspec

sys.path.insert(0, str(Path(__file__).parents[2]))

from capacity.geography import distance_km, place_of
from capacity.matching import match, shortlist
from capacity.snapshot import Supply
from coordination.demo.region import region
from triage.need import BED_KINDS, PLACED_KINDS, Kind, Need, Payer, Requirement
from triage.urgency import Urgency

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ROUNDS = 40
PC4S = ("7901", "7811", "7941", "9401", "9531", "8381")


def grown(services: int) -> Supply:
    """The demo region, copied with other ids until it has this many services."""
    built = region(1, NOW)
    pairs = list(zip(built.services, built.counters, strict=True))
    copies = []
    for number in range(services):
        service, figures = pairs[number % len(pairs)]
        name = str(uuid5(NAMESPACE_OID, str(number)))
        copies.append(
            (
                msgspec.structs.replace(service, id=name),
                msgspec.structs.replace(figures, service=name),
            )
        )
    return Supply([s for s, _ in copies], {f.service: f for _, f in copies})


def country(services: int, province: Supply) -> Supply:
    """A province with so many services in all: the others lie in regions far away."""
    near = province.services
    pairs = [(one, province.counters[one.id]) for one in near]
    for number in range(services - len(near)):
        service, figures = pairs[number % len(near)]
        name = str(uuid5(NAMESPACE_OID, f"far {number}"))
        region, first = number % 100, 1000 + number % 5000
        area = {str(first + more) for more in range(len(service.area))}
        far = msgspec.structs.replace(
            service,
            id=name,
            subregion=f"elders-{region}",
            pc4=str(first),
            latitude=51.5,
            area=frozenset(area),
        )
        pairs.append((far, msgspec.structs.replace(figures, service=name)))
    return Supply([one for one, _ in pairs], {one.id: figures for one, figures in pairs})


def needs() -> list[Need]:
    """Every kind from several places, as intake asks them."""
    return [
        Need(
            kind=kind,
            urgency=Urgency.U4,
            pc4=pc4,
            payer=Payer.ZVW if kind.startswith("elv") else None,
            requirements=frozenset({Requirement.OXYGEN}) if kind in BED_KINDS else frozenset(),
            hours_per_week=0.0 if kind in BED_KINDS else 10.0,
            sex="female",
            age=82,
        )
        for kind, pc4 in product(sorted(PLACED_KINDS), PC4S)
    ]


def floor(need: Need, supply: Supply) -> list[tuple[float, str]]:
    """The least that still answers: filter the services of the kind, and sort by distance."""
    home = place_of(need.pc4)
    assert home is not None
    found = []
    for seen in supply.view(need).near:
        service = seen.service
        figures = supply.counters[service.id]
        if (
            need.kind in service.kinds
            and need.requirements <= service.offers
            and (not service.area or need.pc4 in service.area)
            and figures.free >= need.amount
            and figures.valid_until >= NOW
        ):
            found.append((distance_km(home, service), service.id))
    found.sort()
    return found


def timed(
    call: Callable[[Need, Supply], object], supply: Supply, asked: list[Need]
) -> tuple[float, float]:
    """Median and 99th percentile of one call, in microseconds."""
    for need in asked:
        call(need, supply)
    spent = []
    for _ in range(ROUNDS):
        for need in asked:
            start = perf_counter_ns()
            call(need, supply)
            spent.append((perf_counter_ns() - start) / 1000)
    cuts = quantiles(spent, n=100)
    return cuts[49], cuts[98]


def main() -> None:
    """Print two lines per size of the region, and two per size of the country around it."""
    everything = needs()
    busiest = [need for need in everything if need.kind is Kind.ELV_HIGH]
    asked_of = (("every kind", everything), ("elv-high", busiest))
    for services, (name, asked) in product((97, 300, 1000), asked_of):
        supply = grown(services)
        ours, slowest = timed(lambda need, there: match(need, there, NOW), supply, asked)
        bare, _ = timed(floor, supply, asked)
        tell(f"match {services} services ({name})", ours, bare, slowest)
        ours, slowest = timed(lambda need, there: shortlist(need, there, NOW, 5), supply, asked)
        tell(f"shortlist {services} services ({name})", ours, bare, slowest)
    province = grown(300)
    for name, asked in asked_of:
        alone, slowest = timed(lambda need, there: match(need, there, NOW), province, asked)
        tell(f"match 300 services, no country around ({name})", alone, alone, slowest)
        for services in (10_000, 100_000):
            supply = country(services, province)
            ours, slowest = timed(lambda need, there: match(need, there, NOW), supply, asked)
            tell(f"match {services} services, 300 near ({name})", ours, alone, slowest)
    for services in (300, 10_000):
        supply = country(services, province)
        ours, slowest = timed(
            lambda _, there: there.with_counters(there.counters[there.services[0].id]),
            supply,
            busiest,
        )
        tell(f"one new figure among {services} services", ours, ours, slowest)


def tell(name: str, ours: float, bare: float, slowest: float) -> None:
    """One line."""
    print(
        f"{name}, {ours:.0f} us, {bare:.0f} us, {ours / bare:.1f}, {ours:.0f} us, {slowest:.0f} us"
    )


if __name__ == "__main__":
    main()
