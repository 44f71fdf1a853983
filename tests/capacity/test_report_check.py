"""A report that can be true is taken; of one that can't, every fault is named with its cure."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from capacity_examples import NOW, bed, figures, team
from hypothesis import given
from hypothesis import strategies as st

from capacity.report import Change, Report, SlotReport, applied
from capacity.report_check import FARTHEST_RELEASE, check_change, check_report
from capacity.report_times import DEFAULT_VALIDITY, LONGEST_VALIDITY
from capacity.supply import Release, Unit
from triage.need import Shift

HOUR = timedelta(hours=1)


def paths(of: Unit = Unit.BED, **changes: Any) -> list[str]:
    basis: dict[str, Any] = {"staffed": 12, "occupied": 9, "closed": 1}
    if of is Unit.HOURS:
        basis = {"contracted": 400, "committed": 372.5}
    if "change" in changes:
        basis = {}
    values: dict[str, Any] = {"unit": of, "as_of": NOW} | basis | changes
    sent = Report(**values)
    return [problem.path for problem in check_report(sent, of, NOW)]


def hours(**changes: Any) -> list[str]:
    return paths(Unit.HOURS, **changes)


def release(after: timedelta = HOUR, amount: float = 1) -> Release:
    return Release(at=NOW + after, amount=amount)


def visits(total: int, used: int = 0) -> dict[str, Any]:
    return {"slots": {Shift.MORNING: SlotReport(total=total, used=used)}}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"unit": None},
        {"closed": None},
        {"closed": 3},
        {"staffed": 0, "occupied": 0, "closed": 0},
        {"as_of": None},
        {"as_of": NOW + timedelta(minutes=5)},
        {"as_of": NOW - timedelta(days=400)},
        {"valid_until": NOW},
        {"valid_until": NOW + LONGEST_VALIDITY},
        {"stop_reason": "griep", "stop_until": NOW + HOUR},
        {"stop_reason": "x" * 200},
        {"releases": ()},
        {"releases": (release(), release(FARTHEST_RELEASE, 3))},
        {"releases": (release(),) * 50},
        {"slots": {}},
        {"change": Change(occupied=-1)},
        {"change": Change(staffed=1, occupied=1, closed=-1)},
    ],
)
def test_a_report_of_beds_that_can_be_true_is_taken(values: dict[str, Any]) -> None:
    assert paths(**values) == []


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"committed": 400},
        {"contracted": 400.25},
        {"releases": (release(amount=0.5),)},
        {"slots": {}},
        visits(12, 9),
        visits(0),
        {"change": Change(committed=-2.5)},
        {"change": Change(committed=1), **visits(3)},
    ],
)
def test_a_report_of_hours_that_can_be_true_is_taken(values: dict[str, Any]) -> None:
    assert hours(**values) == []


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"unit": Unit.HOURS}, "unit"),
        ({"staffed": -1}, "staffed"),
        ({"occupied": 2.5}, "occupied"),
        ({"closed": -1}, "closed"),
        ({"closed": 4}, "occupied"),
        ({"staffed": math.nan}, "staffed"),
        ({"staffed": math.inf}, "staffed"),
        ({"staffed": 1e9}, "staffed"),
        ({"staffed": None}, "staffed"),
        ({"contracted": 10}, "contracted"),
        ({"as_of": NOW + timedelta(minutes=5, seconds=1)}, "as_of"),
        ({"as_of": NOW.replace(tzinfo=None)}, "as_of"),
        ({"as_of": datetime(1, 1, 1, tzinfo=timezone(14 * HOUR))}, "as_of"),
        ({"valid_until": NOW.replace(tzinfo=None)}, "valid_until"),
        ({"valid_until": NOW - timedelta(seconds=1)}, "valid_until"),
        ({"valid_until": NOW + LONGEST_VALIDITY + timedelta(seconds=1)}, "valid_until"),
        ({"valid_until": datetime(9999, 12, 31, tzinfo=UTC)}, "valid_until"),
        ({"stop_reason": " "}, "stop_reason"),
        ({"stop_reason": "x" * 201}, "stop_reason"),
        ({"stop_reason": "gr\x00iep"}, "stop_reason"),
        ({"stop_until": NOW + HOUR}, "stop_until"),
        ({"stop_reason": "griep", "stop_until": NOW}, "stop_until"),
        ({"stop_reason": "griep", "stop_until": NOW.replace(tzinfo=None)}, "stop_until"),
        ({"releases": (release(timedelta()),)}, "releases[0].at"),
        ({"releases": (release(), release(-HOUR))}, "releases[1].at"),
        ({"releases": (release(FARTHEST_RELEASE + HOUR),)}, "releases[0].at"),
        ({"releases": (release(amount=0),)}, "releases[0].amount"),
        ({"releases": (release(amount=0.5),)}, "releases[0].amount"),
        ({"releases": (release(),) * 51}, "releases"),
        (visits(3), "slots"),
        ({"change": Change(occupied=1), "occupied": 9}, "occupied"),
        ({"change": Change(committed=1)}, "change.committed"),
        ({"change": Change(occupied=0.5)}, "change.occupied"),
        ({"change": Change(occupied=-1e9)}, "change.occupied"),
    ],
)
def test_a_report_of_beds_that_cannot_be_true_is_refused_where_it_is_wrong(
    values: dict[str, Any], path: str
) -> None:
    assert paths(**values) == [path]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"unit": Unit.BED}, "unit"),
        ({"committed": 400.5}, "committed"),
        ({"committed": 1.001}, "committed"),
        ({"contracted": None}, "contracted"),
        ({"occupied": 1}, "occupied"),
        (visits(3, 4), "slots.morning.used"),
        (visits(-1, -1), "slots.morning.total"),
        (visits(10_001), "slots.morning.total"),
        ({"change": Change(committed=0.001)}, "change.committed"),
        ({"change": Change(closed=1)}, "change.closed"),
    ],
)
def test_a_report_of_hours_that_cannot_be_true_is_refused_where_it_is_wrong(
    values: dict[str, Any], path: str
) -> None:
    assert hours(**values)[0] == path


def test_every_fault_is_listed_not_only_the_first() -> None:
    found = paths(staffed=-1, occupied=0.5, valid_until=NOW - timedelta(days=1))
    assert found == ["staffed", "occupied", "valid_until"]


def test_the_habitual_validity_is_never_longer_than_the_longest() -> None:
    assert set(DEFAULT_VALIDITY) == set(Unit)
    assert max(DEFAULT_VALIDITY.values()) <= LONGEST_VALIDITY


def test_a_change_is_added_to_what_stands() -> None:
    standing = figures(bed(), staffed=12, occupied=9, closed=1, stop_reason="griep", stop_until=NOW)
    after = applied(Report(change=Change(occupied=-1, closed=1)), standing)
    assert (after.staffed, after.occupied, after.closed) == (12, 8, 2)
    assert (after.change, after.stop_reason, after.stop_until) == (None, "griep", NOW)
    assert (after.as_of, after.valid_until) == (standing.as_of, standing.valid_until)
    counted = applied(Report(change=Change(occupied=-1), as_of=NOW), standing)
    assert (counted.as_of, counted.valid_until) == (NOW, None)
    other = applied(Report(change=Change(occupied=1), stop_reason="verbouwing"), standing)
    assert (other.stop_reason, other.stop_until) == ("verbouwing", None)


def test_a_change_of_hours_leaves_no_sliver() -> None:
    standing = figures(team(), contracted=10, committed=0.1)
    assert applied(Report(change=Change(committed=0.2)), standing).committed == 0.3


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (Change(occupied=-10), "change.occupied"),
        (Change(occupied=3), "change.occupied"),
        (Change(closed=-2), "change.closed"),
        (Change(staffed=-5), "change.occupied"),
        (Change(staffed=100_000), "change.staffed"),
    ],
)
def test_a_change_that_leads_to_what_cannot_be_is_refused(change: Change, path: str) -> None:
    standing = figures(bed(), staffed=12, occupied=9, closed=1)
    assert [problem.path for problem in check_change(Report(change=change), standing)] == [path]
    assert check_change(Report(change=Change(occupied=-9)), standing) == []


NUMBERS = st.none() | st.floats() | st.integers(-5, 200_000).map(float)
MOMENTS = st.none() | st.datetimes(timezones=st.sampled_from([None, UTC]))


@given(
    unit=st.sampled_from(Unit),
    named=st.none() | st.sampled_from(Unit),
    numbers=st.lists(NUMBERS, min_size=5, max_size=5),
    moments=st.lists(MOMENTS, min_size=3, max_size=3),
    change=st.none() | st.builds(Change, occupied=st.floats(), committed=st.floats()),
    releases=st.lists(st.builds(Release, at=MOMENTS.filter(bool), amount=st.floats()), max_size=2),
    reason=st.none() | st.text(max_size=5),
)
def test_whatever_is_sent_is_answered_and_each_fault_in_two_languages(
    unit: Unit,
    named: Unit | None,
    numbers: list[float | None],
    moments: list[datetime | None],
    change: Change | None,
    releases: list[Release],
    reason: str | None,
) -> None:
    names = ("staffed", "occupied", "closed", "contracted", "committed")
    values: dict[str, Any] = dict(zip(names, numbers, strict=True))
    sent = Report(
        unit=named,
        change=change,
        releases=tuple(releases),
        as_of=moments[0],
        valid_until=moments[1],
        stop_until=moments[2],
        stop_reason=reason,
        **values,
    )
    for problem in check_report(sent, unit, NOW):
        assert problem.path
        assert problem.message
        assert problem.message_nl
