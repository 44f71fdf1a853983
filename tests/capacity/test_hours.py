"""Admission hours follow the wall clock of Drenthe, through both changes of the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.hours import ALWAYS, AMSTERDAM, AdmissionHours, Window, weekly

OFFICE = weekly(range(1, 6), 8, 17)


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM)


def test_no_windows_is_day_and_night() -> None:
    moment = local(2026, 1, 1, 3)
    assert ALWAYS.is_open(moment)
    assert ALWAYS.next_open(moment) == moment


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (local(2026, 3, 4, 7, 59), False),
        (local(2026, 3, 4, 8, 0), True),
        (local(2026, 3, 4, 16, 59), True),
        (local(2026, 3, 4, 17, 0), False),
        (local(2026, 3, 7, 12, 0), False),  # a Saturday
    ],
)
def test_it_opens_with_the_first_minute_and_closes_before_the_last(
    moment: datetime,
    is_open: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert OFFICE.is_open(moment) is is_open


def test_the_same_wall_clock_is_another_utc_hour_in_winter_and_in_summer() -> None:
    winter = OFFICE.next_open(datetime(2026, 1, 14, 0, 0, tzinfo=UTC))
    summer = OFFICE.next_open(datetime(2026, 7, 15, 0, 0, tzinfo=UTC))
    assert winter == datetime(2026, 1, 14, 7, 0, tzinfo=UTC)
    assert summer == datetime(2026, 7, 15, 6, 0, tzinfo=UTC)


def test_after_friday_afternoon_comes_monday_morning_across_the_change_to_summer_time() -> None:
    friday = local(2026, 3, 27, 17, 30)
    assert OFFICE.next_open(friday) == local(2026, 3, 30, 8)
    assert OFFICE.next_open(friday) - friday.astimezone(UTC) == timedelta(hours=61, minutes=30)


def test_after_friday_afternoon_comes_monday_morning_across_the_change_to_winter_time() -> None:
    friday = local(2026, 10, 23, 17, 30)
    assert OFFICE.next_open(friday) - friday.astimezone(UTC) == timedelta(hours=63, minutes=30)


def test_a_stretch_that_the_clock_skips_opens_where_the_clock_goes_on() -> None:
    hours = AdmissionHours(windows=(Window(day=7, opens=150, closes=360),))  # Sunday 02:30-06:00
    assert hours.next_open(local(2026, 3, 29, 1)) == local(2026, 3, 29, 3)


def test_a_stretch_that_is_skipped_whole_opens_a_week_later() -> None:
    hours = weekly([7], 2, 3)
    assert hours.next_open(local(2026, 3, 29, 1)) == local(2026, 4, 5, 2)


def test_an_hour_that_the_clock_shows_twice_is_open_twice() -> None:
    hours = AdmissionHours(windows=(Window(day=7, opens=150, closes=165),))  # Sunday 02:30-02:45
    midnight = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00, for the first time
    assert hours.next_open(midnight) == midnight + timedelta(minutes=30)
    assert hours.next_open(midnight + timedelta(minutes=50)) == midnight + timedelta(minutes=90)


def test_a_clock_that_jumps_back_into_a_stretch_opens_it_again() -> None:
    hours = AdmissionHours(windows=(Window(day=7, opens=60, closes=150),))  # Sunday 01:00-02:30
    closed = local(2026, 10, 25, 2, 45).astimezone(UTC)
    assert hours.next_open(closed) == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


@settings(deadline=None)  # two cores are shared with other tests
@given(
    start=st.one_of(
        st.integers(0, 72 * 60).map(
            lambda m: datetime(2026, 3, 27, tzinfo=UTC) + timedelta(0, m * 60)
        ),
        st.integers(0, 72 * 60).map(
            lambda m: datetime(2026, 10, 23, tzinfo=UTC) + timedelta(0, m * 60)
        ),
    ),
    day=st.integers(5, 7),
    opens=st.integers(0, 1430),
    length=st.integers(5, 300),
)
def test_the_next_opening_is_the_first_open_minute_of_a_plain_search(
    start: datetime, day: int, opens: int, length: int
) -> None:
    closes = min(opens + length, 1440)
    hours = AdmissionHours(windows=(Window(day=day, opens=opens, closes=closes),))
    found = hours.next_open(start)
    assert hours.is_open(found)
    minutes = int((found - start).total_seconds() // 60)
    assert not any(hours.is_open(start + timedelta(minutes=m)) for m in range(minutes))


@pytest.mark.parametrize(
    ("day", "opens", "closes"), [(0, 0, 60), (8, 0, 60), (1, -1, 60), (1, 60, 60), (1, 0, 1441)]
)
def test_hours_that_no_clock_shows_are_refused(day: int, opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match=r"Monday|open before"):
        Window(day=day, opens=opens, closes=closes)
