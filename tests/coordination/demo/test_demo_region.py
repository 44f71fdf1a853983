"""The demo region is the same everywhere, covers Drenthe, and always has room for each kind."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from capacity.geography import place_of, places, subregions
from capacity.matching import match
from capacity.report import Report
from capacity.report_check import check_report
from capacity.snapshot import Supply
from capacity.supply import Unit
from coordination.demo.beds import MISSING
from coordination.demo.region import Region, demo_id, region
from triage.need import (
    BED_KINDS,
    HOUR_KINDS,
    PLACED_KINDS,
    Kind,
    Need,
    Payer,
    Requirement,
    Visits,
)
from triage.urgency import Urgency

NOW = datetime(2026, 3, 7, 2, 30, tzinfo=UTC)  # a Saturday night
SEEDS = range(5)


def supply(built: Region) -> Supply:
    return Supply(built.services, {figures.service: figures for figures in built.counters})


def ask(kind: Kind, pc4: str = "7901", requirement: Requirement | None = None) -> Need:
    return Need(
        kind=kind,
        urgency=Urgency.U3,
        within_hours=0,
        pc4=pc4,
        hours_per_week=0 if kind in BED_KINDS else 10,
        requirements=frozenset() if requirement is None else frozenset({requirement}),
    )


def test_the_same_seed_gives_the_same_region_and_another_seed_other_figures() -> None:
    assert region(1, NOW) == region(1, NOW)
    assert region(1, NOW).services == region(2, NOW + timedelta(days=9)).services
    assert region(1, NOW).counters != region(2, NOW).counters


def test_ids_are_the_same_on_every_machine() -> None:
    """Written down once; a change breaks every bookmark, token and test that knows them."""
    assert demo_id("Zorghuis De Voorbeeldhof") == "1e529a60-a064-517b-9561-0bc801b62035"


def test_it_is_as_large_as_promised() -> None:
    built = region(1, NOW)
    kinds = Counter(organisation.kind for organisation in built.organisations)
    assert kinds == {
        "care-provider": 12,
        "gp-practice": 4,
        "hospital": 3,
        "coordination-point": 1,
    }
    assert len(built.sites) == 40
    assert len(built.services) == len(built.counters) == 97


def test_everything_refers_to_something_that_is_there_and_every_id_is_its_own() -> None:
    built = region(1, NOW)
    organisations = {organisation.id for organisation in built.organisations}
    sites = {site.id: site for site in built.sites}
    services = {service.id for service in built.services}
    assert len(organisations | set(sites) | services) == 20 + 40 + 97
    for service in built.services:
        assert service.organisation == sites[service.site].organisation
        assert service.organisation in organisations
    assert [figures.service for figures in built.counters] == [s.id for s in built.services]
    assert len({o.ura for o in built.organisations}) == len({o.agb for o in built.organisations})
    assert {site.organisation for site in built.sites} == {
        o.id for o in built.organisations if o.kind == "care-provider"
    }


def test_sites_stand_where_their_postcode_is() -> None:
    for site in region(1, NOW).sites:
        place = place_of(site.pc4)
        assert place is not None
        assert (site.subregion, site.latitude) == (place.subregion, place.latitude)


def test_beds_are_counted_as_beds_and_care_at_home_as_hours_of_a_team_with_an_area() -> None:
    for service in region(1, NOW).services:
        assert service.kinds <= (BED_KINDS if service.unit is Unit.BED else HOUR_KINDS)
        assert bool(service.area) is (service.unit is Unit.HOURS)


def test_every_kind_is_in_every_sub_region_unless_it_is_missing_there_on_purpose() -> None:
    there = set()
    for service in region(1, NOW).services:
        areas = {places()[pc4].subregion for pc4 in service.area} or {service.subregion}
        there |= set(product(service.kinds, areas))
    missing = {(kind, name) for kind, names in MISSING.items() for name in names}
    assert there.isdisjoint(missing)
    assert there | missing == set(product(PLACED_KINDS, subregions()))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", sorted(PLACED_KINDS))
def test_every_kind_can_be_had_at_once_at_night_from_every_sub_region(
    seed: int, kind: Kind
) -> None:
    there = supply(region(seed, NOW))
    for pc4 in ("7901", "7811", "7941", "9401"):
        assert match(ask(kind, pc4), there, NOW).matches


@pytest.mark.parametrize("seed", SEEDS)
def test_every_postcode_has_every_kind_of_care_at_home(seed: int) -> None:
    there = supply(region(seed, NOW))
    for pc4, kind in product(places(), HOUR_KINDS):
        assert match(ask(kind, pc4), there, NOW).matches


@pytest.mark.parametrize("seed", SEEDS)
def test_every_single_requirement_short_of_a_locked_door_can_be_met_somewhere(seed: int) -> None:
    there = supply(region(seed, NOW))
    talk = {Kind.GGZ_PLANNED, Kind.SOCIAL, Kind.FALL_PREVENTION}
    gz = Kind.WLZ_CRISIS_GZ  # one small place, that gives the basics
    for kind, requirement in product(PLACED_KINDS - talk - {gz}, Requirement):
        if requirement is not Requirement.CLOSED_WARD:
            assert match(ask(kind, requirement=requirement), there, NOW).matches
    for kind in (Kind.WLZ_CRISIS_VV, gz, Kind.GGZ_CRISIS, Kind.OBSERVATION, Kind.WMO_URGENT):
        locked = ask(kind, requirement=Requirement.CLOSED_WARD)
        assert match(locked, there, NOW).matches


@pytest.mark.parametrize(
    ("kind", "payer"),
    [
        *((kind, Payer.ZVW) for kind in sorted(PLACED_KINDS) if kind.startswith(("elv", "nurs"))),
        (Kind.GRZ, Payer.ZVW),
        (Kind.HOSPICE, Payer.ZVW),
        (Kind.GGZ_CRISIS, Payer.ZVW),
        (Kind.WLZ_CRISIS_VV, Payer.WLZ),
        (Kind.WLZ_CRISIS_GZ, Payer.WLZ),
        (Kind.NURSING_PLANNED, Payer.WLZ),
        (Kind.RESPITE, Payer.WMO),
        (Kind.WMO_URGENT, Payer.WMO),
    ],
)
def test_the_usual_payer_of_a_kind_finds_a_place(kind: Kind, payer: Payer) -> None:
    wanted = Need(
        kind=kind,
        urgency=Urgency.U4,
        pc4="7901",
        payer=payer,
        hours_per_week=0 if kind in BED_KINDS else 10,
    )
    assert match(wanted, supply(region(1, NOW)), NOW).matches


@pytest.mark.parametrize("seed", SEEDS)
def test_some_figures_are_stale_some_services_full_and_one_is_stopped(seed: int) -> None:
    figures = region(seed, NOW).counters
    assert sum(one.freshness(NOW) == "stale" for one in figures) == 6
    assert sum(one.free == 0 for one in figures) == 10
    assert sum(one.stopped(NOW) for one in figures) == 1
    assert not any(one.conflict for one in figures)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_would_be_taken_as_a_report(seed: int) -> None:
    for one in region(seed, NOW).counters:
        beds = one.unit is Unit.BED
        sent = Report(
            unit=one.unit,
            as_of=one.as_of,
            valid_until=one.valid_until,
            staffed=one.staffed if beds else None,
            occupied=one.occupied if beds else None,
            closed=one.closed if beds else None,
            contracted=None if beds else one.contracted,
            committed=None if beds else one.committed,
        )
        assert not check_report(sent, one.unit, NOW)


def test_one_pool_of_beds_serves_several_kinds() -> None:
    pools = [s.kinds for s in region(1, NOW).services if s.unit is Unit.BED and len(s.kinds) > 1]
    assert frozenset({Kind.ELV_LOW, Kind.ELV_HIGH, Kind.RESPITE}) in pools
    assert len(pools) > 10


def test_each_sub_region_keeps_one_guarantee_bed() -> None:
    kept = [service for service in region(1, NOW).services if service.guarantee]
    assert Counter(service.subregion for service in kept) == dict.fromkeys(subregions(), 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_coordinator_can_see_each_condition_at_work(seed: int) -> None:
    built = region(seed, NOW)
    for shows in ("insurers", "languages", "wishes", "levels", "converts", "closed_only", "sexes"):
        having = [service for service in built.services if getattr(service, shows)]
        assert 0 < len(having) < len(built.services), shows
    figures = {one.service: one for one in built.counters}
    full = [one for one in built.counters if one.free == 0]
    assert 0 < sum(bool(one.releases) for one in full) <= len(full)
    assert not any(one.releases for one in built.counters if one.free)
    for one in built.counters:
        assert all(release.at > NOW for release in one.releases)
        assert all(slots.free >= 6 for slots in one.slots.values())
    for service in built.services:
        answers = service.kinds & {Kind.NURSING_UNPLANNED, Kind.NURSING_NIGHT}
        assert bool(answers) is (service.response_minutes is not None)
        assert service.unit is Unit.HOURS or not figures[service.id].slots


@pytest.mark.parametrize("seed", SEEDS)
def test_every_postcode_has_nurses_of_every_level_with_visits_by_day(seed: int) -> None:
    there = supply(region(seed, NOW))
    visits = Visits(morning=2, afternoon=1, evening=2)
    for pc4 in places():
        wanted = Need(
            kind=Kind.NURSING_PLANNED,
            urgency=Urgency.U4,
            pc4=pc4,
            hours_per_week=10,
            level=5,
            visits=visits,
        )
        assert match(wanted, there, NOW).matches
