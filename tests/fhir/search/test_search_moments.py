"""A date stands for all the time that it leaves open."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.search.moments import between, hull, stretch, wider
from fhir.search.query import Span


def span(low: str, high: str) -> Span:
    return Span(datetime.fromisoformat(low), datetime.fromisoformat(high))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", "2025-12-31T23:00Z", "2026-12-31T23:00Z"),
        ("2026-02", "2026-01-31T23:00Z", "2026-02-28T23:00Z"),
        ("2026-03-29", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),  # a day of 23 hours
        ("2026-02-28T13:05+01:00", "2026-02-28T12:05Z", "2026-02-28T12:06Z"),
        ("2026-02-28T13:05:00+01:00", "2026-02-28T12:05:00Z", "2026-02-28T12:05:01Z"),
        ("2026-02-28T13:05:00 01:00", "2026-02-28T12:05:00Z", "2026-02-28T12:05:01Z"),
        ("2026-07-01T13:05", "2026-07-01T11:05Z", "2026-07-01T11:06Z"),
        ("2026-02-28T12:05:00.5Z", "2026-02-28T12:05:00.5Z", "2026-02-28T12:05:00.6Z"),
        ("2026-02-28T12:05:00.123Z", "2026-02-28T12:05:00.123Z", "2026-02-28T12:05:00.124Z"),
        (
            "2026-02-28T12:05:00.1234567Z",
            "2026-02-28T12:05:00.123456Z",
            "2026-02-28T12:05:00.123457Z",
        ),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "2017-01-01T00:00:01Z"),
    ],
)
def test_a_date_is_the_stretch_of_its_precision(text: str, low: str, high: str) -> None:
    assert stretch(text) == span(low, high)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13",
        "2026-02-30",
        "2026-2-3",
        "0000",
        "20260228",
        "2026-02-28T24:00Z",
        "2026-02-28T12Z",
        "2026-02-28T12:05:00+25:00",
        "2026-02-28T12:05:00.Z",
        "2026-02-28 12:05:00Z",
        "٢٠٢٦",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert stretch(text) is None


def test_the_ends_of_the_calendar_are_open() -> None:
    nines = stretch("9999")
    assert nines is not None
    assert nines.high is None
    for text in ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"):
        late = stretch(text)
        assert late is not None
        assert late.low is not None
        assert late.high is None
    for text in ("0001", "0001-01-01T00:00:00+14:00"):
        early = stretch(text)
        assert early is not None
        assert early.low is None
        assert early.high is not None


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_less_precise_always_covers_more_precise(moment: datetime) -> None:
    whole = moment.isoformat(timespec="microseconds") + "Z"
    texts = [whole, whole[:23] + "Z", whole[:19] + "Z", whole[:16] + "Z"]
    spans = [stretch(text) for text in texts]
    for fine, coarse in pairwise(spans):
        assert fine is not None
        assert coarse is not None
        assert coarse.low <= fine.low < fine.high <= coarse.high  # type: ignore[operator]


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_days_months_and_years_join_without_a_gap(day: date) -> None:
    today, tomorrow = stretch(day.isoformat()), stretch((day + timedelta(days=1)).isoformat())
    month, year = stretch(day.isoformat()[:7]), stretch(day.isoformat()[:4])
    assert today is not None
    assert tomorrow is not None
    assert month is not None
    assert year is not None
    assert today.high == tomorrow.low
    assert hull([today, month]) == month
    assert hull([month, year]) == year


def test_a_period_is_open_where_it_says_nothing() -> None:
    day = stretch("2026-02-28")
    assert day is not None
    assert between(None, None) is None
    assert between("2026-02-28", None) == Span(day.low, None)
    assert between(None, "2026-02-28") == Span(None, day.high)
    assert between("2026-02-28", "2026-02-28") == day


def test_a_period_whose_end_is_no_later_than_its_start_is_the_moment_of_its_start() -> None:
    start = stretch("2026-02-28T12:00:00Z")
    assert between("2026-02-28T12:00:00Z", "2026-02-28T11:00:00Z") == start


def test_what_stands_apart_is_taken_together() -> None:
    first, last = span("2026-01-01T00:00Z", "2026-01-02T00:00Z"), Span(None, None)
    assert hull([]) is None
    assert hull([first, span("2026-01-05T00:00Z", "2026-01-06T00:00Z")]) == span(
        "2026-01-01T00:00Z", "2026-01-06T00:00Z"
    )
    assert hull([first, last]) == last


def test_about_is_as_far_again_on_both_sides() -> None:
    day = span("2026-01-02T00:00Z", "2026-01-03T00:00Z")
    assert wider(day) == span("2026-01-01T00:00Z", "2026-01-04T00:00Z")
    assert wider(Span(day.low, None)) == Span(day.low, None)
