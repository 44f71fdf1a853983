"""A report that leaves too little for what was promised says how much, in two languages."""

from __future__ import annotations

from capacity_examples import bed, figures, team

from capacity.contradiction import contradictions
from capacity.supply import Slots
from triage.need import Shift


def test_what_fits_is_no_contradiction() -> None:
    full = figures(bed(), staffed=12, occupied=10, held=1, reserved=1)
    visits = {Shift.MORNING: Slots(total=5, used=3, held=1, reserved=1)}
    assert contradictions(full) == contradictions(figures(team(), slots=visits)) == []


def test_beds_that_are_not_there_are_counted_with_what_holds_them() -> None:
    (said,) = contradictions(figures(bed(), staffed=12, occupied=11, held=1, reserved=2))
    assert "laat 1 bedden over, maar er is 3 beloofd: 1 in open aanvragen, 2 toegezegd" in said.text
    assert "Dat is 2 te weinig" in said.text
    assert "leaves 1 beds, but 3 were promised" in said.text_en
    assert "That is 2 too few" in said.text_en


def test_hours_are_written_with_the_comma_of_each_language() -> None:
    (said,) = contradictions(figures(team(), contracted=400, committed=399.5, held=4.25))
    assert "laat 0,5 uren per week over, maar er is 4,25 beloofd" in said.text
    assert "leaves 0.5 hours a week, but 4.25 were promised" in said.text_en


def test_every_part_of_the_day_that_is_too_little_is_named() -> None:
    slots = {
        Shift.NIGHT: Slots(total=1, used=1, reserved=1),
        Shift.MORNING: Slots(total=2, used=2, held=1),
        Shift.EVENING: Slots(total=2, used=1, held=1),
    }
    morning, night = contradictions(figures(team(), slots=slots))
    assert "bezoeken in de ochtend" in morning.text
    assert "visits a day at night" in night.text_en
