"""Whatever is asked of whatever there is: matches fit, reasons hold, and the order is one."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from capacity_examples import ASSEN, HOOGEVEEN, NOW, bed, figures, need, snapshot, team
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.constraints import why_not
from capacity.hours import ALWAYS, weekly
from capacity.matching import match, shortlist, why_not_here
from capacity.snapshot import Supply
from capacity.supply import Conversion, Counters, Service, Slots
from coordination.demo.region import region
from triage.need import PLACED_KINDS, Kind, Need, Payer, Requirement, Shift, Visits, Wish
from triage.urgency import Urgency

PC4S = st.sampled_from([HOOGEVEEN, "7913", "7921", "7811", ASSEN])
SEXES = st.sampled_from(["female", "male"])
KINDS = st.sampled_from([Kind.ELV_LOW, Kind.ELV_HIGH, Kind.NURSING_PLANNED, Kind.NURSING_UNPLANNED])
REQUIREMENTS = st.frozensets(st.sampled_from(list(Requirement)[:4]), max_size=2)
LANGUAGES = st.sampled_from(["ar-MA", "nl-NL", "PL"])
WISHES = st.frozensets(st.sampled_from(list(Wish)[:3]), max_size=2)
UZOVI = st.sampled_from(["9991", "9992"])
COUNTS = st.sampled_from([0, 0, 1, 3])

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
    insurer=st.none() | UZOVI,
    language=st.none() | LANGUAGES,
    level=st.sampled_from([0, 0, 3, 5]),
    visits=st.builds(Visits, morning=COUNTS, night=COUNTS),
    wishes=WISHES,
    preferred=st.none() | st.sampled_from(["service-1", "organisation-1"]),
    carer=st.none() | st.just("organisation-0"),
)


def slots(draw: st.DrawFn) -> dict[Shift, Slots]:
    return {
        shift: Slots(total=draw(COUNTS), held=draw(COUNTS))
        for shift in (Shift.MORNING, Shift.NIGHT)
        if draw(st.booleans())
    }


@st.composite
def supplies(draw: st.DrawFn) -> Supply:
    services, counters = [], {}
    for number in range(draw(st.integers(1, 6))):
        make = draw(st.sampled_from([bed, team]))
        place = draw(st.sampled_from([{}, {}, {"subregion": "zwolle"}, {"subregion": "elders"}]))
        kinds: dict[str, Any] = {"kinds": frozenset({draw(KINDS)})} if draw(st.booleans()) else {}
        service = make(
            id=f"service-{number}",
            organisation=f"organisation-{number % 2}",
            pc4=draw(PC4S),
            payers=draw(st.frozensets(st.sampled_from(Payer), max_size=2)),
            offers=draw(REQUIREMENTS),
            sexes=draw(st.frozensets(SEXES, max_size=1)),
            age_from=draw(st.sampled_from([18, 65])),
            age_to=draw(st.sampled_from([80, 130])),
            admission=draw(st.sampled_from([ALWAYS, weekly([3], 8, 17), weekly([4], 8, 17)])),
            notice_hours=draw(st.sampled_from([0.0, 2.0, 48.0])),
            active=draw(st.sampled_from([True, True, False])),
            insurers=draw(st.frozensets(UZOVI, max_size=1)),
            closed_only=draw(st.sampled_from([False, False, True])),
            languages=draw(st.frozensets(st.sampled_from(["ar", "pl"]), max_size=2)),
            levels=draw(st.frozensets(st.sampled_from([2, 3, 5]), max_size=2)),
            wishes=draw(WISHES),
            guarantee=draw(st.sampled_from([False, False, True])),
            converts=draw(st.sampled_from([(), (Conversion(kind=Kind.ELV_HIGH, hours=3),)])),
            response_minutes=draw(st.sampled_from([None, 20, 90])),
            **(kinds | place),
        )
        services.append(service)
        if draw(st.sampled_from([True, True, False])):
            counters[service.id] = figures(
                service,
                held=draw(st.sampled_from([0.0, 1.0, 2.0, 20.0])),
                valid_until=NOW + timedelta(hours=draw(st.sampled_from([-1, 0, 1]))),
                stop_reason=draw(st.sampled_from([None, None, "griep"])),
                slots=slots(draw),
            )
    return Supply(services, counters)


def hours_before(wanted: Need, service: Service) -> float | None:
    """Between the question and the arrival; None where this care is not given."""
    responding = wanted.kind in {Kind.NURSING_UNPLANNED, Kind.NURSING_NIGHT}
    if responding and service.response_minutes is None:
        return None
    ways = [service.notice_hours] if wanted.kind in service.kinds else []
    ways = ways or [
        max(service.notice_hours, one.hours) for one in service.converts if one.kind is wanted.kind
    ]
    return max(ways[0], service.response_minutes / 60 if responding else 0) if ways else None  # type: ignore[operator]


def fits(wanted: Need, service: Service, counters: Counters) -> bool:
    """The constraints once more, guarantee aside, written down independently of the code."""
    hours = hours_before(wanted, service)
    if hours is None:
        return False
    at_once = 0.5 if wanted.kind in {Kind.NURSING_UNPLANNED, Kind.NURSING_NIGHT} else 0
    last_start = NOW + timedelta(hours=max(wanted.within_hours, at_once))
    first_start = NOW + timedelta(hours=hours)
    minutes = int((last_start - first_start) / timedelta(minutes=1))
    language = (wanted.language or "nl").split("-")[0].lower()
    wide = wanted.urgency <= Urgency.U3 or wanted.within_hours <= 24
    near = {"hoogeveen", "emmen", "meppel", "assen"} | ({"zwolle"} if wide else set())
    if service.area:
        reached = wanted.pc4 in service.area
    else:
        zwolle = wanted.pc4 in {None, HOOGEVEEN, "7913", "7921"}
        reached = service.subregion in near and (service.subregion != "zwolle" or zwolle)
    insured = (
        not service.insurers
        or wanted.insurer is None
        or wanted.payer in {Payer.WLZ, Payer.WMO}
        or wanted.insurer in service.insurers
    )
    return all(
        (
            reached,
            service.active,
            insured,
            not service.payers or wanted.payer is None or wanted.payer in service.payers,
            wanted.requirements.issubset(service.offers),
            not service.closed_only or Requirement.CLOSED_WARD in wanted.requirements,
            not service.sexes or wanted.sex in service.sexes,
            (service.age_from, service.age_to) == (18, 130)
            if wanted.age is None
            else service.age_from <= wanted.age <= service.age_to,
            language == "nl" or language in service.languages,
            service.unit == "bed" or wanted.level <= max(service.levels, default=0),
            any(
                service.admission.is_open(first_start + timedelta(minutes=minute))
                for minute in range(0, minutes + 1, 10)
            ),
            all(
                service.unit == "bed"
                or (counters.slots[shift].free >= visits if shift in counters.slots else not visits)
                for shift in Shift
                for visits in [wanted.visits.of(shift)]
            ),
            counters.stop_reason is None,
            counters.valid_until >= NOW,
            counters.free >= wanted.amount,
            counters.free > 0,
        )
    )


quick = settings(deadline=None)  # two cores are shared with other tests


@quick
@given(wanted=needs, supply=supplies())
def test_what_matches_fits_and_what_is_left_out_does_not(wanted: Need, supply: Supply) -> None:
    answer = match(wanted, supply, NOW)
    for found in answer.matches:
        assert fits(wanted, found.service, supply.counters[found.service.id])
        assert 0 <= found.score <= 100
        assert found.score == pytest.approx(sum(found.parts.values()))
        assert all(points >= 0 for points in found.parts.values())
    ordinary = any(not found.service.guarantee for found in answer.matches)
    may_have_it = wanted.urgency <= Urgency.U3 or wanted.within_hours <= 24
    for left in answer.excluded:
        assert left.reasons
        counters = supply.counters.get(left.service.id)
        kept = left.service.guarantee and (ordinary or not may_have_it)
        assert counters is None or kept or not fits(wanted, left.service, counters)
    assert not (ordinary and any(found.service.guarantee for found in answer.matches))


@quick
@given(wanted=needs, supply=supplies())
def test_every_service_of_the_kind_is_told_once_or_counted_beyond(
    wanted: Need, supply: Supply
) -> None:
    answer = match(wanted, supply, NOW)
    told = [one.service for one in answer.matches] + [one.service for one in answer.excluded]
    assert len(told) == len({one.id for one in told})
    gives = {
        one.id
        for one in supply.services
        if wanted.kind in one.kinds or wanted.kind in {c.kind for c in one.converts}
    }
    assert len(gives) == len(gives & {one.id for one in told}) + answer.beyond
    for one in supply.services:
        counters = supply.counters.get(one.id)
        if counters is not None and fits(wanted, one, counters):
            assert one.id in {told_one.id for told_one in told} or one.guarantee


@quick
@given(wanted=needs, supply=supplies(), waited=st.sampled_from([0.0, 12.0, 40.0]))
def test_asked_one_by_one_and_all_together_the_answer_is_the_same(
    wanted: Need, supply: Supply, waited: float
) -> None:
    given_beds = {"assen": NOW - timedelta(hours=1)}
    answer = match(wanted, supply, NOW, waited_hours=waited, guarantee_given=given_beds)
    reasons = {one.service.id: one.reasons for one in answer.excluded}
    found = {one.service.id for one in answer.matches}
    for service in supply.services:
        alone = why_not_here(
            wanted, service, supply, NOW, waited_hours=waited, guarantee_given=given_beds
        )
        assert (alone == []) is (service.id in found)
        if service.id in reasons:
            assert alone == reasons[service.id]
        if not service.guarantee:
            counters = supply.counters.get(service.id)
            assert alone == why_not(wanted, service, counters, NOW, waited_hours=waited)


@quick
@given(wanted=needs, supply=supplies(), seed=st.integers())
def test_the_same_need_gives_the_same_answer_in_any_order_of_services(
    wanted: Need, supply: Supply, seed: int
) -> None:
    shuffled = list(supply.services)
    Random(seed).shuffle(shuffled)
    first = match(wanted, supply, NOW)
    assert first == match(wanted, supply, NOW)
    assert first == match(wanted, Supply(shuffled, supply.counters), NOW)


@quick
@given(
    wanted=needs,
    supply=supplies(),
    most=st.integers(0, 9),
    waited=st.sampled_from([0.0, 12.0, 40.0]),
)
def test_a_shortlist_is_the_head_of_the_whole_list_of_any_supply(
    wanted: Need, supply: Supply, most: int, waited: float
) -> None:
    answer = match(wanted, supply, NOW, waited_hours=waited).matches
    ordinary = [one for one in answer if not one.service.guarantee]
    assert shortlist(wanted, supply, NOW, most, waited_hours=waited) == ordinary[:most]


def ordinary(wanted: Need, supply: Supply) -> set[str]:
    return {one.service.id for one in shortlist(wanted, supply, NOW, 99)}


MORE = st.sampled_from(
    [
        {"requirements": frozenset(set(Requirement) - {Requirement.CLOSED_WARD})},
        {"level": 6},
        {"language": "ti"},
        {"visits": Visits(morning=12, afternoon=12, evening=12, night=12)},
        {"hours_per_week": 100.0},
        {"within_hours": 0.0},
    ]
)


@quick
@given(wanted=needs, supply=supplies(), more=MORE)
def test_asking_more_never_adds_a_match(wanted: Need, supply: Supply, more: dict[str, Any]) -> None:
    wanted = msgspec.structs.replace(wanted, urgency=Urgency.U2)  # haste widens the rings
    if "requirements" in more:
        more = {"requirements": wanted.requirements | more["requirements"]}
    asked = msgspec.structs.replace(wanted, **more)
    assert ordinary(asked, supply) <= ordinary(wanted, supply)


@quick
@given(wanted=needs, supply=supplies(), more=st.sampled_from([1.0, 2.0, 30.0]))
def test_more_room_and_longer_waiting_never_take_a_match_away(
    wanted: Need, supply: Supply, more: float
) -> None:
    before = ordinary(wanted, supply)
    roomier = [
        msgspec.structs.replace(
            one,
            held=max(0.0, one.held - more),
            slots={
                shift: msgspec.structs.replace(part, held=0) for shift, part in one.slots.items()
            },
        )
        for one in supply.counters.values()
    ]
    assert before <= ordinary(wanted, supply.with_counters(*roomier))
    longer = shortlist(wanted, supply, NOW, 99, waited_hours=more * 10)
    assert before <= {one.service.id for one in longer}


@quick
@given(wanted=needs, supply=supplies())
def test_wishes_and_preferences_order_and_never_leave_out(wanted: Need, supply: Supply) -> None:
    plain = msgspec.structs.replace(wanted, wishes=frozenset(), preferred=None, carer=None)
    assert ordinary(wanted, supply) == ordinary(plain, supply)


def test_what_is_remembered_of_a_place_is_the_same_from_each_snapshot_and_each_place() -> None:
    first = snapshot(bed(pc4=ASSEN))
    for pc4 in (ASSEN, "7811", None):
        fresh = match(need(pc4=pc4), snapshot(bed(pc4=ASSEN)), NOW)
        newer = first.with_counters(figures(bed(pc4=ASSEN)))
        assert match(need(pc4=pc4), first, NOW) == match(need(pc4=pc4), newer, NOW) == fresh


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
