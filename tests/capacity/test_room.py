"""What the figures say: room, visits by part of the day, and what probably comes free when."""

from datetime import timedelta
from typing import Any

import pytest
from capacity_examples import NOW, bed, figures, need, nursing, team

from capacity.constraints import why_not
from capacity.reasons import Reason
from capacity.supply import Counters, Release, Slots
from triage.need import Need, Shift, Visits

TWICE = Visits(morning=1, evening=2)


def reasons(wanted: Need, counters: Counters) -> list[Reason]:
    service = bed() if counters.unit == "bed" else team()
    return why_not(wanted, service, counters, NOW)


def codes(wanted: Need, counters: Counters) -> list[str]:
    return [one.code for one in reasons(wanted, counters)]


def visits(**free: int) -> dict[Shift, Slots]:
    return {Shift(name): Slots(total=10, used=10 - count) for name, count in free.items()}


def expecting(*hours: float, amount: float = 1.0, **changes: Any) -> Counters:
    releases = tuple(Release(at=NOW + timedelta(hours=one), amount=amount) for one in hours)
    return figures(bed(), **({"occupied": 12, "releases": releases} | changes))


def test_visits_must_be_free_in_each_part_of_the_day_that_is_asked() -> None:
    enough = figures(team(), slots=visits(morning=1, evening=2))
    assert codes(nursing(visits=TWICE), enough) == []
    few = figures(team(), slots=visits(morning=1, evening=1))
    assert codes(nursing(visits=TWICE), few) == ["too-few-visits"]


def test_what_is_held_and_promised_of_the_visits_is_not_free() -> None:
    held = {Shift.NIGHT: Slots(total=4, used=1, held=1, reserved=1)}
    assert codes(nursing(visits=Visits(night=1)), figures(team(), slots=held)) == []
    assert codes(nursing(visits=Visits(night=2)), figures(team(), slots=held)) == ["too-few-visits"]


def test_visits_that_were_not_reported_are_not_known_and_so_not_free() -> None:
    assert codes(nursing(visits=TWICE), figures(team())) == ["slots-not-reported"]
    some = figures(team(), slots=visits(morning=0))
    found = reasons(nursing(visits=TWICE), some)
    assert [(one.code, one.text) for one in found] == [
        (
            "slots-not-reported",
            "Heeft niet gemeld of er bezoeken vrij zijn: in de avond. Bel eerst.",
        ),
        ("too-few-visits", "Er zijn te weinig bezoeken vrij: in de ochtend."),
    ]
    assert [one.text_en for one in found] == [
        "Has not reported whether visits are free: in the evening. Call first.",
        "Too few visits are free: in the morning.",
    ]


def test_who_asks_only_hours_is_not_asked_for_visits() -> None:
    assert codes(nursing(), figures(team(), slots=visits(morning=0))) == []


def test_a_bed_makes_no_visits_and_is_not_asked_for_them() -> None:
    assert codes(need(visits=TWICE), figures(bed())) == []


def test_a_stale_figure_says_nothing_of_visits_either() -> None:
    old = figures(team(), valid_until=NOW - timedelta(hours=1))
    assert codes(nursing(visits=TWICE), old) == ["stale"]


def test_a_full_service_stays_out_and_says_when_a_place_probably_comes_free() -> None:
    (reason,) = reasons(need(within_hours=24), expecting(19))
    assert reason.code == "full"
    assert reason.text == "Er is geen bed vrij. Waarschijnlijk wel vanaf 05-03-2026 08:00."
    assert reason.text_en == "No bed is free. Probably from 05-03-2026 08:00."


def test_a_place_that_comes_free_too_late_says_so() -> None:
    (reason,) = reasons(need(within_hours=12), expecting(19))
    assert reason.text.endswith("vanaf 05-03-2026 08:00, maar dat is te laat.")
    assert reason.text_en.endswith("from 05-03-2026 08:00, but that is too late.")


@pytest.mark.parametrize(
    ("counters", "hours"),
    [
        (expecting(), None),
        (expecting(-1), None),  # overdue, and nobody knows
        (expecting(30, 10), 10),
        (expecting(10, 20, held=1), 20),  # the first is for who is held
        (expecting(10, 20, occupied=14), None),
        (expecting(10, 20, 30, occupied=13), 20),
    ],
)
def test_what_is_expected_adds_up_from_what_is_left(counters: Counters, hours: int | None) -> None:
    expected = None if hours is None else NOW + timedelta(hours=hours)
    assert counters.free_at(1, NOW) == expected


def test_hours_that_come_free_count_together() -> None:
    soon = tuple(Release(at=NOW + timedelta(hours=one), amount=4) for one in (5, 6, 7))
    little = figures(team(), committed=397, releases=soon)
    (reason,) = reasons(nursing(hours_per_week=10), little)
    assert reason.code == "too-few-hours"
    assert reason.text == (
        "Er zijn 3 uren per week vrij. Nodig: 10. Waarschijnlijk wel vanaf 04-03-2026 19:00."
    )


def test_a_service_that_was_described_and_never_reported_is_unknown() -> None:
    made = figures(bed(), version=0, valid_until=NOW - timedelta(days=9))
    assert codes(need(), made) == ["not-reported"]
