"""Figures say what is free, when they stop saying anything, and which reports are refused."""

import math
from datetime import datetime, timedelta
from typing import Any

import pytest
from capacity_examples import NOW, bed, figures, team

from capacity.supply import DEFAULT_VALIDITY, LONGEST_VALIDITY, Unit, check_report


def test_free_beds_are_what_nobody_lies_in_closed_off_holds_or_was_promised() -> None:
    assert figures(bed(), staffed=12, occupied=5, closed=1, held=2, reserved=1).free == 3


def test_free_hours_are_what_is_not_committed_held_or_promised() -> None:
    assert figures(team(), contracted=400, committed=372.5, held=10, reserved=5).free == 12.5


def test_tenths_of_hours_leave_no_sliver() -> None:
    counters = figures(team(), contracted=0.3, committed=0.1, held=0.1)
    assert counters.free == 0.1


def test_free_is_never_below_nothing_and_the_conflict_shows() -> None:
    over = figures(bed(), staffed=12, occupied=11, held=1, reserved=1)
    assert over.free == 0
    assert over.conflict
    assert not figures(bed(), staffed=12, occupied=11, held=1).conflict


def test_a_figure_is_fresh_up_to_and_including_its_last_moment() -> None:
    counters = figures(bed(), valid_until=NOW)
    assert counters.freshness(NOW) == "fresh"
    assert counters.freshness(NOW + timedelta(microseconds=1)) == "stale"


def test_a_stop_ends_at_its_expected_end_and_without_one_goes_on() -> None:
    until = figures(bed(), stop_reason="griep", stop_until=NOW)
    assert until.stopped(NOW - timedelta(seconds=1))
    assert not until.stopped(NOW)
    assert figures(bed(), stop_reason="griep").stopped(NOW + timedelta(days=365))
    assert not figures(bed(), stop_until=NOW + timedelta(days=1)).stopped(NOW)


def report(**changes: Any) -> list[str]:
    basis: dict[str, Any] = {"unit": Unit.BED, "staffed": 12, "occupied": 9, "closed": 1}
    if changes.get("unit") is Unit.HOURS:
        basis = {"contracted": 400, "committed": 372.5}
    values = {"as_of": NOW, "now": NOW} | basis | changes
    return [problem.path for problem in check_report(**values)]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"closed": None},
        {"closed": 3},
        {"staffed": 0, "occupied": 0, "closed": 0},
        {"as_of": NOW + timedelta(minutes=5)},
        {"as_of": NOW - timedelta(days=400)},
        {"valid_until": NOW},
        {"valid_until": NOW + LONGEST_VALIDITY},
        {"unit": Unit.HOURS},
        {"unit": Unit.HOURS, "committed": 400},
    ],
)
def test_a_report_that_can_be_true_is_taken(values: dict[str, Any]) -> None:
    assert report(**values) == []


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"staffed": -1}, "/staffed"),
        ({"occupied": 2.5}, "/occupied"),
        ({"closed": -1}, "/closed"),
        ({"closed": 4}, "/occupied"),
        ({"staffed": math.nan}, "/staffed"),
        ({"staffed": math.inf}, "/staffed"),
        ({"staffed": 1e9}, "/staffed"),
        ({"staffed": None}, "/staffed"),
        ({"contracted": 10}, "/contracted"),
        ({"as_of": NOW + timedelta(minutes=5, seconds=1)}, "/as_of"),
        ({"as_of": datetime(2026, 3, 4, 12)}, "/as_of"),  # noqa: DTZ001 - that is the fault
        ({"valid_until": datetime(2026, 3, 5, 12)}, "/valid_until"),  # noqa: DTZ001 - idem
        ({"valid_until": NOW - timedelta(seconds=1)}, "/valid_until"),
        ({"valid_until": NOW + LONGEST_VALIDITY + timedelta(seconds=1)}, "/valid_until"),
        ({"unit": Unit.HOURS, "committed": 400.5}, "/committed"),
        ({"unit": Unit.HOURS, "contracted": None}, "/contracted"),
        ({"unit": Unit.HOURS, "occupied": 1}, "/occupied"),
    ],
)
def test_a_report_that_cannot_be_true_is_refused_where_it_is_wrong(
    values: dict[str, Any], path: str
) -> None:
    assert report(**values) == [path]


def test_every_fault_is_listed_not_only_the_first() -> None:
    found = report(staffed=-1, occupied=0.5, valid_until=NOW - timedelta(days=1))
    assert found == ["/staffed", "/occupied", "/valid_until"]


def test_the_habitual_validity_is_never_longer_than_the_longest() -> None:
    assert set(DEFAULT_VALIDITY) == set(Unit)
    assert max(DEFAULT_VALIDITY.values()) <= LONGEST_VALIDITY
