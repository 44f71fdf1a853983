"""Ranking is transparent, steady, and never breaks a hard constraint."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from capacity_examples import ASSEN, HOOGEVEEN, NOW, bed, figures, need, nursing, team
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.geography import places
from capacity.hours import ALWAYS, weekly
from capacity.matching import DEFAULT, Supply, Weights, match, shortlist, why_not
from capacity.rings import Ring
from capacity.snapshot import RELATIVES
from capacity.supply import Counters, Service
from coordination.demo.region import region
from triage.need import PLACED_KINDS, Kind, Need, Payer, Requirement
from triage.urgency import Urgency


def snapshot(*services: Service, **changes: float) -> Supply:
    return Supply(services, {service.id: figures(service, **changes) for service in services})


def ids(supply: Supply, wanted: Need) -> list[str]:
    return [found.service.id for found in match(wanted, supply, NOW).matches]


def test_a_match_says_where_how_far_how_much_and_since_when() -> None:
    found = match(need(), snapshot(bed(pc4=ASSEN)), NOW).matches[0]
    assert found.distance_km is not None
    assert 33 < found.distance_km < 45
    assert (found.free, found.as_of) == (2, NOW - timedelta(hours=1))
    assert found.ring is Ring.PROVINCE


def test_the_score_is_the_sum_of_its_parts_and_the_best_place_gets_100() -> None:
    service = bed()
    empty = figures(service, occupied=0, as_of=NOW)
    found = match(need(carer=service.organisation), Supply([service], {service.id: empty}), NOW)
    assert found.matches[0].parts == {
        "time": 30,
        "distance": 25,
        "ring": 15,
        "carer": 15,
        "fairness": 10,
        "freshness": 5,
    }
    assert found.matches[0].score == 100


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"pc4": ASSEN}),
        ({}, {"notice_hours": 6.0}),
        ({}, {"admission": weekly([4], 8, 17)}),
        ({"organisation": "carer"}, {}),
        ({"organisation": "carer", "pc4": "7921"}, {}),
    ],
)
def test_nearer_sooner_and_known_come_first(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    supply = snapshot(bed(id="z", **better), bed(id="a", **worse))
    assert ids(supply, need(carer="carer")) == ["z", "a"]


def test_the_emptier_provider_and_the_newer_figure_come_first() -> None:
    busy, quiet = bed(id="a"), bed(id="z")
    supply = Supply([busy, quiet], {"a": figures(busy), "z": figures(quiet, occupied=6)})
    assert ids(supply, need()) == ["z", "a"]
    older = figures(busy, as_of=NOW - timedelta(hours=20))
    supply = Supply([busy, quiet], {"a": older, "z": figures(quiet)})
    assert ids(supply, need()) == ["z", "a"]


def test_equal_scores_go_by_id_whatever_the_order_of_the_services() -> None:
    services = [bed(id=name) for name in "dbac"]
    assert ids(snapshot(*services), need()) == ["a", "b", "c", "d"]
    assert ids(snapshot(*reversed(services)), need()) == ["a", "b", "c", "d"]


def test_near_relatives_are_explained_and_other_kinds_are_left_out_silently() -> None:
    relative = bed(id="relative", kinds=frozenset({Kind.ELV_HIGH}))
    stranger = bed(id="stranger", kinds=frozenset({Kind.GRZ}))
    answer = match(need(), snapshot(relative, stranger), NOW)
    assert answer.matches == []
    assert [(left.service.id, left.reasons[0].code) for left in answer.excluded] == [
        ("relative", "other-kind")
    ]
    assert why_not(need(), stranger, figures(stranger), NOW)[0].code == "other-kind"


def test_one_pool_of_unlabelled_beds_answers_for_each_of_its_kinds() -> None:
    pool = bed(kinds=frozenset({Kind.ELV_LOW, Kind.ELV_HIGH, Kind.RESPITE}))
    for kind in pool.kinds:
        assert ids(snapshot(pool), need(kind=kind)) == [pool.id]


def test_excluded_services_come_nearest_first() -> None:
    near, far = bed(id="z", active=False), bed(id="a", active=False, pc4=ASSEN)
    assert [e.service.id for e in match(need(), snapshot(far, near), NOW).excluded] == ["z", "a"]


def test_a_person_without_a_known_home_is_matched_without_distance() -> None:
    found = match(need(pc4=None), snapshot(bed()), NOW).matches[0]
    assert found.distance_km is None
    assert found.parts["distance"] == 0
    assert found.ring is Ring.PROVINCE


def test_a_place_near_someone_else_counts_from_there() -> None:
    supply = snapshot(bed(id="home"), bed(id="daughter", pc4=ASSEN))
    assert ids(supply, need(near_pc4=ASSEN)) == ["daughter", "home"]


def test_a_service_without_any_figure_is_explained_not_forgotten() -> None:
    answer = match(need(), Supply([bed()], {}), NOW)
    assert [e.reasons[0].code for e in answer.excluded] == ["not-reported"]


def test_a_place_wanted_at_once_gets_all_points_for_time_and_no_division_by_zero() -> None:
    found = match(need(within_hours=0), snapshot(bed()), NOW).matches[0]
    assert found.parts["time"] == DEFAULT.time


def test_newer_figures_make_a_new_snapshot_and_leave_the_old_one() -> None:
    before = snapshot(bed())
    after = before.with_counters(figures(bed(), occupied=12))
    assert ids(before, need()) == [bed().id]
    assert ids(after, need()) == []


def test_weights_that_do_not_make_100_are_refused() -> None:
    with pytest.raises(ValueError, match="make 100"):
        Weights(time=31)
    with pytest.raises(ValueError, match="make 100"):
        Weights(time=60, distance=-5)
    with pytest.raises(ValueError, match="above 0"):
        Weights(far_km=0)


def test_every_relative_is_a_kind_that_is_placed() -> None:
    for kind, near in RELATIVES.items():
        assert kind not in near
        assert near


PC4S = st.sampled_from([HOOGEVEEN, "7913", "7921", "7811", ASSEN])
SEXES = st.sampled_from(["female", "male"])
KINDS = st.sampled_from([Kind.ELV_LOW, Kind.ELV_HIGH, Kind.NURSING_PLANNED])
REQUIREMENTS = st.frozensets(st.sampled_from(list(Requirement)[:4]), max_size=2)

needs = st.builds(
    Need,
    kind=KINDS,
    urgency=st.sampled_from(Urgency),
    within_hours=st.sampled_from([0.0, 1.0, 24.0, 72.0]),
    pc4=st.none() | PC4S,
    payer=st.none() | st.sampled_from(Payer),
    requirements=REQUIREMENTS,
    hours_per_week=st.sampled_from([0.5, 10.0, 30.0]),
    sex=st.none() | SEXES,
    age=st.none() | st.integers(10, 110),
)


@st.composite
def supplies(draw: st.DrawFn) -> Supply:
    services, counters = [], {}
    for number in range(draw(st.integers(1, 6))):
        make = draw(st.sampled_from([bed, team]))
        service = make(
            id=f"service-{number}",
            pc4=draw(PC4S),
            payers=draw(st.frozensets(st.sampled_from(Payer), max_size=2)),
            offers=draw(REQUIREMENTS),
            sexes=draw(st.frozensets(SEXES, max_size=1)),
            age_from=draw(st.sampled_from([18, 65])),
            age_to=draw(st.sampled_from([80, 130])),
            admission=draw(st.sampled_from([ALWAYS, weekly([3], 8, 17), weekly([4], 8, 17)])),
            notice_hours=draw(st.sampled_from([0.0, 2.0, 48.0])),
            active=draw(st.booleans()),
        )
        services.append(service)
        if draw(st.booleans()):
            counters[service.id] = figures(
                service,
                held=draw(st.sampled_from([0.0, 1.0, 2.0, 20.0])),
                valid_until=NOW + timedelta(hours=draw(st.sampled_from([-1, 0, 1]))),
                stop_reason=draw(st.sampled_from([None, None, "griep"])),
            )
    return Supply(services, counters)


def fits(wanted: Need, service: Service, counters: Counters) -> bool:
    """The constraints once more, written down independently of the code under test."""
    last_start = NOW + timedelta(hours=wanted.within_hours)
    first_start = NOW + timedelta(hours=service.notice_hours)
    minutes = int((last_start - first_start) / timedelta(minutes=1))
    return all(
        (
            wanted.kind in service.kinds,
            service.active,
            not service.area or wanted.pc4 in service.area,
            not service.payers or wanted.payer is None or wanted.payer in service.payers,
            wanted.requirements.issubset(service.offers),
            not service.sexes or wanted.sex in service.sexes,
            (service.age_from, service.age_to) == (18, 130)
            if wanted.age is None
            else service.age_from <= wanted.age <= service.age_to,
            any(
                service.admission.is_open(first_start + timedelta(minutes=minute))
                for minute in range(0, minutes + 1, 30)
            ),
            counters.stop_reason is None,
            counters.valid_until >= NOW,
            counters.free >= wanted.amount,
        )
    )


@settings(deadline=None)  # two cores are shared with other tests
@given(wanted=needs, supply=supplies())
def test_what_matches_fits_and_what_is_left_out_does_not(wanted: Need, supply: Supply) -> None:
    wanted_age_is_adult = wanted.age is None or wanted.age >= 18
    answer = match(wanted, supply, NOW)
    for found in answer.matches:
        assert fits(wanted, found.service, supply.counters[found.service.id])
        assert wanted_age_is_adult
        assert 0 <= found.score <= 100
        assert found.score == pytest.approx(sum(found.parts.values()))
        assert all(points >= 0 for points in found.parts.values())
    for left in answer.excluded:
        assert left.reasons
        counters = supply.counters.get(left.service.id)
        assert counters is None or not fits(wanted, left.service, counters)
    seen = {f.service.id for f in answer.matches} | {e.service.id for e in answer.excluded}
    assert seen == {service.id for service in supply.candidates(wanted.kind)}


@settings(deadline=None)  # two cores are shared with other tests
@given(wanted=needs, supply=supplies(), seed=st.integers())
def test_the_same_need_gives_the_same_answer_in_any_order_of_services(
    wanted: Need, supply: Supply, seed: int
) -> None:
    shuffled = list(supply.services)
    Random(seed).shuffle(shuffled)
    assert match(wanted, supply, NOW) == match(wanted, Supply(shuffled, supply.counters), NOW)


@settings(deadline=None)  # two cores are shared with other tests
@given(wanted=needs, supply=supplies(), most=st.integers(0, 9))
def test_a_shortlist_is_the_head_of_the_whole_list_of_any_supply(
    wanted: Need, supply: Supply, most: int
) -> None:
    assert shortlist(wanted, supply, NOW, most) == match(wanted, supply, NOW).matches[:most]


def test_what_is_remembered_of_a_place_is_the_same_from_each_snapshot_and_each_place() -> None:
    first = snapshot(bed(pc4=ASSEN))
    for pc4 in (ASSEN, "7811", None):
        fresh = match(need(pc4=pc4), snapshot(bed(pc4=ASSEN)), NOW)
        newer = first.with_counters(figures(bed(pc4=ASSEN)))
        assert match(need(pc4=pc4), first, NOW) == match(need(pc4=pc4), newer, NOW) == fresh


def test_other_neighbours_are_looked_at_anew() -> None:
    far = bed(pc4="7772", subregion="hardenberg")
    supply = snapshot(far)
    wanted = need(pc4=ASSEN, urgency=Urgency.U2)
    assert match(wanted, supply, NOW).matches == []
    wider = Weights(neighbours={"assen": frozenset({"hardenberg"})})
    assert [found.ring for found in match(wanted, supply, NOW, wider).matches] == [
        Ring.NEIGHBOURING
    ]
    assert match(wanted, supply, NOW).matches == []


def test_cost_follows_the_kind_and_not_the_region() -> None:
    other = [
        bed(id=f"x{n}", kinds=frozenset({Kind.GRZ}), pc4=pc4) for n, pc4 in enumerate(places())
    ]
    supply = snapshot(*other, bed(), team(id="team"))
    assert supply.candidates(Kind.ELV_LOW) == (bed(),)
    assert [s.id for s in supply.candidates(nursing().kind)] == ["team"]


@pytest.mark.parametrize("kind", sorted(PLACED_KINDS))
@pytest.mark.parametrize("pc4", ["7901", "7811", "7941", "9401", None])
def test_the_shortlist_is_the_head_of_the_whole_list(kind: Kind, pc4: str | None) -> None:
    now = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    made = region(2030, now)
    supply = Supply(made.services, {one.service: one for one in made.counters})
    for hours in (0.0, 12.0, 48.0):
        need = Need(
            kind=kind, urgency=Urgency.U4, pc4=pc4, within_hours=hours, hours_per_week=4.0, age=80
        )
        assert shortlist(need, supply, now, 5) == match(need, supply, now).matches[:5]
