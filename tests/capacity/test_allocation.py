"""The proposal for all who wait is the best there is, and gives nothing that was promised."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any

import msgspec
import pytest
from capacity_examples import ASSEN, HOOGEVEEN, NOW, bed, figures, need, nursing, team

from capacity.allocation import first_come, heaviest, propose, sharing
from capacity.constraints import why_not
from capacity.geography import distance_km, place_of
from capacity.proposal import Given, Proposal, Seeker, Totals
from capacity.snapshot import Supply
from capacity.supply import Conversion, Counters, Release, Service, Slots
from triage.need import Kind, Need, Payer, Requirement, Shift, Visits
from triage.urgency import Urgency

HOUR = timedelta(hours=1)
TOWNS = (HOOGEVEEN, ASSEN, "7811", "7941", None)


def seeker(name: str, wanted: Need | None = None, *, came: float = 0.0, **changes: Any) -> Seeker:
    """Someone who came some hours ago."""
    asked = need() if wanted is None else wanted
    one = Seeker(id=name, need=asked, since=NOW - came * HOUR)
    return msgspec.structs.replace(one, **changes)


def supply(*pairs: tuple[Service, Counters]) -> Supply:
    return Supply([one for one, _ in pairs], {one.id: counters for one, counters in pairs})


def beds(
    name: str, free: int = 1, pc4: str = HOOGEVEEN, **changes: Any
) -> tuple[Service, Counters]:
    service = bed(id=name, pc4=pc4)
    return service, figures(service, occupied=12 - free, **changes)


def hours(name: str, free: float, **changes: Any) -> tuple[Service, Counters]:
    service = team(id=name)
    return service, figures(service, committed=400 - free, **changes)


def where(proposal: Proposal) -> dict[str, str | None]:
    return {
        one.referral: None if one.proposed is None else one.proposed.service
        for one in proposal.outcomes
    }


def test_nobody_waiting_or_nothing_free_makes_an_empty_proposal() -> None:
    empty = Totals(placed=0, left={}, delay_hours=0.0, distance_km=None)
    assert propose([], supply(beds("a")), NOW) == Proposal(
        made_at=NOW, outcomes=(), totals=empty, first_come=empty, by_urgency=empty
    )
    alone = propose([seeker("p")], supply(), NOW)
    assert where(alone) == {"p": None}
    assert alone.totals == Totals(placed=0, left={Urgency.U4: 1}, delay_hours=0.0, distance_km=None)
    assert first_come([], supply(), NOW) == {}


def test_who_fits_nowhere_is_left_without_and_takes_nothing_from_others() -> None:
    locked = need(requirements=frozenset({Requirement.CLOSED_WARD}))
    proposal = propose([seeker("locked", locked), seeker("open")], supply(beds("a")), NOW)
    assert where(proposal) == {"locked": None, "open": "a"}


def test_a_service_that_said_no_is_not_proposed_again_and_its_place_goes_to_someone_else() -> None:
    near, far = beds("near"), beds("far", pc4=ASSEN)
    refused = seeker("refused", came=9, declined=frozenset({"near"}))
    proposal = propose([refused, seeker("other")], supply(near, far), NOW)
    assert where(proposal) == {"refused": "far", "other": "near"}
    assert first_come([refused], supply(near), NOW) == {}


def test_a_place_that_a_service_expects_is_not_proposed_either_to_whom_it_said_no() -> None:
    soon = (Release(at=NOW + HOUR, amount=1),)
    expecting = beds("a", 0, releases=soon)
    assert where(propose([seeker("p")], supply(expecting), NOW)) == {"p": "a"}
    refused = seeker("p", declined=frozenset({"a"}))
    assert where(propose([refused], supply(expecting), NOW)) == {"p": None}


def test_two_are_placed_where_first_come_leaves_one_without() -> None:
    # The first fits in both and takes the near one; the second fits in the near one only.
    near, far = beds("near"), beds("far", pc4=ASSEN)
    near = (msgspec.structs.replace(near[0], offers=frozenset({Requirement.OXYGEN})), near[1])
    oxygen = need(requirements=frozenset({Requirement.OXYGEN}))
    people = [seeker("first", came=2), seeker("second", oxygen, came=1)]
    proposal = propose(people, supply(near, far), NOW)
    assert where(proposal) == {"first": "far", "second": "near"}
    assert first_come(people, supply(near, far), NOW).keys() == {"first"}
    assert [one.changes for one in proposal.outcomes] == [True, True]
    assert (proposal.totals.left_without, proposal.first_come.left_without) == (0, 1)


def test_the_last_bed_is_for_the_most_urgent_and_then_for_who_waits_longest() -> None:
    people = [
        seeker("early", need(urgency=Urgency.U4), came=90),
        seeker("late", need(urgency=Urgency.U4), came=3),
        seeker("urgent", need(urgency=Urgency.U3), came=1),
    ]
    assert where(propose(people, supply(beds("a")), NOW))["urgent"] == "a"
    assert where(propose(people[:2], supply(beds("a")), NOW)) == {"early": "a", "late": None}


def test_an_urgency_that_another_referral_raised_counts() -> None:
    people = [
        seeker("plain", need(urgency=Urgency.U4), came=90),
        seeker("raised", need(urgency=Urgency.U5), came=3, urgency=Urgency.U2),
    ]
    proposal = propose(people, supply(beds("a")), NOW)
    assert where(proposal) == {"plain": None, "raised": "a"}
    assert [one.urgency for one in proposal.outcomes] == [Urgency.U4, Urgency.U2]
    assert proposal.totals.left == {Urgency.U4: 1}


def test_a_bed_that_is_only_expected_goes_to_who_can_wait_for_it() -> None:
    soon = (Release(at=NOW + 30 * HOUR, amount=1),)
    full = beds("full", free=0, releases=soon)
    people = [
        seeker("patient", came=2, place_by=NOW + 40 * HOUR),
        seeker("hurried", came=1, place_by=NOW + 5 * HOUR),
    ]
    outcomes = {
        one.referral: one for one in propose(people, supply(full, beds("free")), NOW).outcomes
    }
    assert outcomes["hurried"].proposed == Given(
        service="free", start=NOW, expected=False, delay_hours=0.0, distance_km=0.0
    )
    assert outcomes["patient"].proposed == Given(
        service="full", start=soon[0].at, expected=True, delay_hours=0.0, distance_km=0.0
    )


def test_a_bed_that_comes_free_makes_up_first_for_what_was_promised_twice() -> None:
    releases = tuple(Release(at=NOW + hour * HOUR, amount=1) for hour in (5, 9))
    over = beds("over", free=0, reserved=1, releases=releases)
    people = [seeker("one"), seeker("two")]
    given = [one.proposed for one in propose(people, supply(over), NOW).outcomes]
    assert [one and one.start for one in given] == [NOW + 9 * HOUR, None]


@pytest.mark.parametrize(
    "changes",
    [
        {"held": 1},
        {"reserved": 1},
        {"closed": 1},
        {"valid_until": NOW - HOUR},
        {"stop_reason": "griep"},
        {"releases": (Release(at=NOW - HOUR, amount=1),), "held": 1},
    ],
)
def test_what_is_promised_closed_unknown_or_stopped_is_not_given(
    changes: dict[str, Any],
) -> None:
    assert where(propose([seeker("p")], supply(beds("a", **changes)), NOW)) == {"p": None}


@pytest.mark.parametrize("changes", [{"stop_reason": "griep"}, {"valid_until": NOW - HOUR}])
@pytest.mark.parametrize("first", ["a", "b"])
def test_a_stopped_or_stale_service_says_nothing_of_others_like_it(
    changes: dict[str, Any], first: str
) -> None:
    second = "b" if first == "a" else "a"
    there = supply(beds(first, **changes), beds(second))
    assert where(propose([seeker("p"), seeker("q")], there, NOW)) == {"p": second, "q": None}


def test_two_who_fit_together_go_before_one_who_asks_as_much_as_both() -> None:
    people = [seeker(f"p{n}", nursing(hours_per_week=h), came=n) for n, h in enumerate((6, 6, 12))]
    given = where(propose(people, supply(hours("team", 12)), NOW))
    assert given == {"p2": None, "p1": "team", "p0": "team"}
    urgent = seeker("p3", nursing(hours_per_week=12, urgency=Urgency.U3))
    given = where(propose([*people, urgent], supply(hours("team", 12)), NOW))
    assert [who for who, at in given.items() if at] == ["p3"]


def test_a_guarantee_bed_is_not_proposed() -> None:
    service, counters = beds("kept")
    kept = msgspec.structs.replace(service, guarantee=True)
    urgent = need(urgency=Urgency.U1)
    assert where(propose([seeker("p", urgent)], supply((kept, counters)), NOW)) == {"p": None}


def test_who_is_cared_for_by_an_organisation_is_proposed_to_it() -> None:
    near, far = beds("near"), beds("far", pc4=ASSEN)
    far = (msgspec.structs.replace(far[0], organisation="theirs"), far[1])
    for wish in ({"carer": "theirs"}, {"preferred": "theirs"}, {"preferred": "far"}):
        assert where(propose([seeker("p", need(**wish))], supply(near, far), NOW)) == {"p": "far"}


def test_hours_that_nobody_takes_now_are_there_with_those_that_come_free() -> None:
    releases = (Release(at=NOW + 6 * HOUR, amount=4),)
    short = hours("team", 5, releases=releases)
    people = [seeker("p", nursing(hours_per_week=8.0))]
    given = propose(people, supply(short), NOW).outcomes[0].proposed
    assert given is not None
    assert (given.start, given.expected) == (NOW + 6 * HOUR, True)


def test_visits_are_given_as_far_as_there_are_slots_in_that_part_of_the_day() -> None:
    slots = {Shift.MORNING: Slots(total=5, used=2), Shift.EVENING: Slots(total=9)}
    there = hours("team", 100, slots=slots)
    people = [
        seeker(f"p{n}", nursing(hours_per_week=2.0, visits=Visits(morning=2)), came=n)
        for n in range(3)
    ]
    placed = [who for who, at in where(propose(people, supply(there), NOW)).items() if at]
    assert placed == ["p2"]


def test_who_is_visited_at_home_now_can_have_a_bed() -> None:
    people = [seeker("p", need(visits=Visits(morning=2)))]
    assert where(propose(people, supply(beds("house", 1)), NOW)) == {"p": "house"}


# Random small instances, looked at in every possible way.


def some(rng: Random, nursing_share: float, most: int = 5) -> tuple[list[Seeker], Supply]:
    """A few people and services with all that a bed or a team can differ in."""
    pairs = []
    for number in range(rng.randint(1, 4)):
        at_home = rng.random() < nursing_share
        service = (team if at_home else bed)(
            id=f"s{number}",
            organisation=f"o{number % 2}",
            pc4=rng.choice(TOWNS[:4]),
            payers=frozenset(rng.sample(list(Payer), rng.choice([0, 0, 2]))),
            offers=frozenset(rng.sample(list(Requirement)[2:5], rng.randint(1, 3))),
            sexes=rng.choice([frozenset(), frozenset({"female"})]),
            age_from=rng.choice([18, 65]),
            notice_hours=rng.choice([0.0, 0.0, 3.0]),
            converts=()
            if at_home
            else rng.choice([(), (Conversion(kind=Kind.ELV_HIGH, hours=4),)]),
        )
        free = rng.choice([0, 5, 9.5, 20]) if at_home else rng.randint(0, 2)
        size = {"committed": 400 - free} if at_home else {"occupied": 12 - free}
        amount = rng.choice([1, 3.5, 8]) if at_home else 1
        counters = figures(
            service,
            **size,
            held=rng.choice([0, 0, 1]),
            slots={Shift.MORNING: Slots(total=rng.randint(0, 3))} if rng.random() < 0.5 else {},
            releases=tuple(
                Release(at=NOW + rng.randint(1, 90) * HOUR, amount=amount)
                for _ in range(rng.randint(0, 2))
            ),
        )
        pairs.append((service, counters))
    people = []
    for number in range(rng.randint(1, most)):
        at_home = rng.random() < nursing_share
        kind = rng.choice([Kind.ELV_LOW, Kind.ELV_LOW, Kind.ELV_HIGH])
        kind = Kind.NURSING_PLANNED if at_home else kind
        wanted = need(
            kind=kind,
            urgency=rng.choice(list(Urgency)),
            within_hours=rng.choice([4.0, 24.0, 72.0]),
            pc4=HOOGEVEEN if at_home else rng.choice(TOWNS),
            payer=rng.choice([None, Payer.ZVW]),
            requirements=frozenset(rng.sample(list(Requirement)[2:5], rng.choice([0, 0, 1]))),
            hours_per_week=rng.choice([0.5, 3.0, 7.25]) if at_home else 0.0,
            sex=rng.choice([None, "female", "male"]),
            age=rng.choice([None, 40, 82]),
            carer=rng.choice([None, "o0"]),
            visits=Visits(morning=rng.randint(0, 1)) if at_home else Visits(),
        )
        people.append(seeker(f"p{number}", wanted, came=rng.randint(0, 100)))
    return people, supply(*pairs)


def plenty(counters: Counters) -> Counters:
    """The same figures with room for anyone, as what comes free may be."""
    return msgspec.structs.replace(
        counters, occupied=0, committed=0, held=0, reserved=0,
        slots={shift: Slots(total=99) for shift in Shift},
    )  # fmt: skip


def options(one: Seeker, there: Supply) -> list[tuple[str, int, float, float | None]]:
    """Where someone could go: service, which of its openings, hours until then, km.

    By ``why_not``, so written down independently of how the allocation looks it up.
    """
    waited = (NOW - one.since) / HOUR
    found = []
    for service in there.services:
        counters = there.counters[service.id]
        home = place_of(one.need.pc4)
        km = None if home is None else round(distance_km(home, service), 1)
        notice = service.notice_hours
        if one.need.kind not in service.kinds:
            notice = max([notice, *(c.hours for c in service.converts)])
        if not why_not(one.need, service, plenty(counters), NOW, waited_hours=waited):
            if not why_not(one.need, service, counters, NOW, waited_hours=waited):
                found.append((service.id, 0, notice, km))
            for number, release in enumerate(sorted(counters.releases, key=lambda r: r.at), 1):
                found.append((service.id, number, max(notice, (release.at - NOW) / HOUR), km))
    return found


Choice = tuple[str, int, float, float | None] | None


Worth = tuple[tuple[int, ...], int, int]


def worth(people: list[Seeker], chosen: tuple[Choice, ...], there: Supply) -> Worth:
    """What is wanted as little of as possible: left without, delay, and distance and wait."""
    left, delay, far = [0] * 6, 0, 0
    for one, option in zip(people, chosen, strict=True):
        weight = 6 - one.need.urgency.rank
        if option is None:
            left[one.need.urgency.rank] += 1
            delay += weight * int((NOW - one.since) / HOUR)
            continue
        service, _, start, km = option
        (at,) = (each for each in there.services if each.id == service)
        known = one.need.carer == at.organisation
        slack = max(0.0, (one.due - NOW) / HOUR)
        delay += weight * max(0, math.ceil(start - slack))
        far += (0 if known or km is None else round(km)) + math.ceil(start)
    return tuple(left), delay, far


def fits_together(people: list[Seeker], chosen: tuple[Choice, ...], there: Supply) -> bool:
    """Whether nothing is given twice, at no moment, in hours, beds or visits."""
    taken = defaultdict(list)
    for one, option in zip(people, chosen, strict=True):
        if option is not None:
            taken[option[0]].append((option[1], one.need))
    for service, those in taken.items():
        counters = there.counters[service]
        used = counters.occupied + counters.committed + counters.held + counters.reserved
        room = counters.size - used
        releases = sorted(counters.releases, key=lambda r: r.at)
        for number in range(len(releases) + 1):
            room += releases[number - 1].amount if number else 0
            inside = sum(wanted.amount for at, wanted in those if at <= number)
            if inside and inside > room + 1e-9:
                return False
        for shift in Shift:
            free = counters.slots[shift].free if shift in counters.slots else 0
            if sum(wanted.visits.of(shift) for _, wanted in those) > free:
                return False
    return True


def proposed(people: list[Seeker], proposal: Proposal, there: Supply) -> tuple[Choice, ...]:
    """The proposal as choices among the options."""
    by_id = {one.referral: one.proposed for one in proposal.outcomes}
    chosen: list[Choice] = []
    for one in people:
        given = by_id[one.id]
        if given is None:
            chosen.append(None)
            continue
        hours_from_now = (given.start - NOW) / HOUR
        chosen.append(
            next(
                option
                for option in options(one, there)
                if option[0] == given.service
                and option[2] == pytest.approx(hours_from_now)
                and (option[1] > 0) == given.expected
            )
        )
    return tuple(chosen)


def best_of_all(people: list[Seeker], there: Supply) -> Worth:
    """The optimum, by trying everything."""
    every = [[None, *options(one, there)] for one in people]
    return min(
        worth(people, chosen, there)
        for chosen in product(*every)
        if fits_together(people, chosen, there)
    )


def fewest_left(people: list[Seeker], there: Supply) -> int:
    """As few as can be left without a place when urgency does not count."""
    every = [[None, *options(one, there)] for one in people]
    return min(
        chosen.count(None) for chosen in product(*every) if fits_together(people, chosen, there)
    )


@pytest.mark.parametrize("block", range(10))
def test_no_other_assignment_of_beds_is_better(block: int) -> None:
    for seed in range(block * 40, block * 40 + 40):
        people, there = some(Random(seed), nursing_share=0)
        chosen = proposed(people, propose(people, there, NOW), there)
        assert fits_together(people, chosen, there), seed
        best = best_of_all(people, there)
        assert worth(people, chosen, there) == best, seed
        assert sum(best[0]) == fewest_left(people, there)


def test_hours_and_visits_are_never_given_twice_and_mostly_given_best() -> None:
    placed = best = 0
    for seed in range(300):
        people, there = some(Random(seed), nursing_share=1)
        chosen = proposed(people, propose(people, there, NOW), there)
        assert fits_together(people, chosen, there), seed
        if any(chosen):
            placed += 1
            best += worth(people, chosen, there)[0] == best_of_all(people, there)[0]
    assert placed > 150
    assert best > 0.98 * placed


def test_more_people_and_hours_than_can_be_tried_are_within_what_is_free_as_well() -> None:
    for seed in range(40):
        people, there = some(Random(seed), nursing_share=0.8, most=60)
        assert fits_together(people, proposed(people, propose(people, there, NOW), there), there)


def test_the_proposal_is_never_worse_than_either_order() -> None:
    def served(totals: Totals) -> list[int]:
        return [totals.left.get(urgency, 0) for urgency in Urgency]

    better = 0
    for seed in range(60):
        people, there = some(Random(seed), nursing_share=0.5, most=40)
        one = propose(people, there, NOW)
        assert served(one.totals) <= min(served(one.first_come), served(one.by_urgency)), seed
        better += served(one.totals) < served(one.first_come)
    assert better > 10


def test_the_same_question_gives_the_same_proposal_in_any_order() -> None:
    for seed in range(40):
        rng = Random(seed)
        people, there = some(rng, nursing_share=0.5, most=30)
        before = propose(people, there, NOW)
        rng.shuffle(people)
        services = list(there.services)
        rng.shuffle(services)
        shuffled = Supply(services, dict(sorted(there.counters.items(), reverse=True)))
        assert propose(people, shuffled, NOW) == before


def test_first_come_is_what_the_proposal_compares_with() -> None:
    for seed in range(20):
        people, there = some(Random(seed), nursing_share=0.5, most=20)
        outcomes = propose(people, there, NOW).outcomes
        alone = {one.referral: one.first_come for one in outcomes if one.first_come is not None}
        assert first_come(people, there, NOW) == alone


def test_where_the_search_begins_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(30):
        people, there = some(Random(seed), nursing_share=0, most=60)
        everything = proposed(people, propose(people, there, NOW), there)
        with monkeypatch.context() as patch:
            patch.setattr(
                sharing,
                "heaviest",
                lambda pairs, places: heaviest.heaviest(pairs, places, first=1),
            )
            little = proposed(people, propose(people, there, NOW), there)
        assert worth(people, little, there) == worth(people, everything, there), seed
