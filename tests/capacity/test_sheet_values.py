"""Numbers and moments as people write them, in Dutch and in English, through both clocks."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.hours import AMSTERDAM
from capacity.sheet.values import BadCell, moment, number, releases, unit
from capacity.supply import Unit


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("0", 0),
        ("372,5", 372.5),
        ("372.5", 372.5),
        ("1.234", 1234),
        ("1.234,5", 1234.5),
        ("12.345.678", 12_345_678),
        ("1,234.5", 1234.5),
        ("1,234,567", 1_234_567),
        ("1 234,5", 1234.5),
        ("1\u00a0234", 1234),
        ("1\u202f234,25", 1234.25),
        ("1'234", 1234),
        ("0.125", 0.125),
        ("0,25", 0.25),
        ("1,234", 1.234),
        ("-1", -1),
        ("\u22121", -1),
        ("+3", 3),
        ("007", 7),
    ],
)
def test_a_number_is_read_as_it_was_meant(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "twaalf", "12 bedden", "9 12", "1.2.3", "1,2,3", "1e5", "1E+05", "NaN", "inf", "--1",
        "12%", "½", "١٢", "=A1+B2", "@SUM(A1)", "#N/B", "#WAARDE!", "0x10", "1_000", "9" * 41, ",",
        ".", "5,", ",5", "1.23,4.5", "€ 5",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_two_languages(text: str) -> None:
    with pytest.raises(BadCell) as bad:
        number(text)
    assert bad.value.text != bad.value.text_en


def test_a_formula_and_an_error_of_the_spreadsheet_are_called_that() -> None:
    for text, word in (("=A1", "formule"), ("#DEEL/0!", "rekenblad"), ("@A1", "formule")):
        with pytest.raises(BadCell) as bad:
            number(text)
        assert word in bad.value.text


AT = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "22-11-2026 14:30",
        "22-11-2026 14:30:00",
        "22-11-26 14:30",
        "22/11/2026 14:30",
        "22.11.2026 14.30",
        "22-nov-2026 14:30",
        "22 november 2026 om 14:30 uur",
        "zo 22-11-2026 14:30",
        "22-11-2026  14:30",
        "2026-11-22 14:30",
        "2026-11-22T14:30:00+01:00",
        "2026-11-22T14:30:00+0100",
        "2026-11-22T13:30Z",
        "2026-11-22t13:30:00.000z",
        "2026-11-22 08:30-05:00",
    ],
)
def test_a_moment_is_read_in_every_usual_writing(text: str) -> None:
    assert moment(text, timed=True) == AT


def test_the_day_comes_first_and_may_be_short() -> None:
    assert moment("1/2/2026 9:05", timed=True) == datetime(2026, 2, 1, 8, 5, tzinfo=UTC)
    assert moment("5 mrt 2026 9:05", timed=True) == datetime(2026, 3, 5, 8, 5, tzinfo=UTC)
    assert moment("5-oct-26 9:05", timed=True) == datetime(2026, 10, 5, 7, 5, tzinfo=UTC)


def test_a_date_alone_is_the_begin_of_that_day_where_no_time_is_needed() -> None:
    assert moment("22-11-2026", timed=False) == datetime(2026, 11, 21, 23, tzinfo=UTC)
    with pytest.raises(BadCell, match="no time"):
        moment("22-11-2026", timed=True)


@pytest.mark.parametrize(
    "text",
    [
        "", "gisteren", "11/22/2026 14:30", "31-02-2026 10:00", "22-11-2026 24:00",
        "22-11-2026 14:60", "22-11-1026 14:30", "9999-12-31 23:59", "0001-01-01T00:00:00+14:00",
        "2026-11-22T14:30+25:00", "2026-11-22T14:30+01:75", "22-foo-2026 14:30", "=NU()", "#N/B",
        "46348,604", "46348", "22-11-2026 14:30 PM", "1" * 41, "२२-११-२०२६ १४:३०", "22-11 14:30",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        moment(text, timed=True)


def test_a_time_that_the_clock_leaps_over_is_refused() -> None:
    for text in ("29-03-2026 02:00", "29-03-2026 02:59:59", "2026-03-29 02:30"):
        with pytest.raises(BadCell, match="never was"):
            moment(text, timed=True)
    assert moment("29-03-2026 01:59", timed=True) == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert moment("29-03-2026 03:00", timed=True) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_the_clock_shows_twice_is_the_first_unless_it_says_which() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment("25-10-2026 02:30", timed=True) == first
    assert moment("2026-10-25 02:30+02:00", timed=True) == first
    assert moment("2026-10-25 02:30+01:00", timed=True) == first + timedelta(hours=1)
    assert moment("25-10-2026 03:00", timed=True) == datetime(2026, 10, 25, 2, tzinfo=UTC)


SECONDS = st.integers(0, 30_000_000_000)  # nearly a thousand years


@given(SECONDS.map(lambda after: datetime(2000, 1, 2, tzinfo=UTC) + timedelta(seconds=after)))
def test_every_moment_that_the_clock_shows_comes_back(at: datetime) -> None:
    local = at.astimezone(AMSTERDAM)
    read = moment(f"{local:%d-%m-%Y %H:%M:%S}", timed=True)
    assert read.astimezone(AMSTERDAM).replace(tzinfo=None) == local.replace(tzinfo=None)
    assert moment(local.isoformat(), timed=True) == local


@given(st.text(max_size=45))
def test_whatever_stands_in_a_cell_is_a_value_or_a_bad_cell(text: str) -> None:
    for read in (number, lambda one: moment(one, timed=False), releases, unit):
        with contextlib.suppress(BadCell):
            read(text)


def test_releases_are_parted_by_a_bar_or_a_line() -> None:
    found = releases("1 op 22-11-2026 14:30 | 2,5 at 2026-11-23 09:00\n3 op 24-11-2026")
    assert [one.amount for one in found] == [1, 2.5, 3]
    assert found[0].at == AT
    for none in ("geen", "None", "0"):
        assert releases(none) == ()
    for bad in ("1", "op 22-11-2026", "1 op morgen", "x op 22-11-2026", "1 22-11-2026"):
        with pytest.raises(BadCell):
            releases(bad)


def test_a_unit_is_known_in_both_languages() -> None:
    for text in ("bed", "Bedden", "BEDS"):
        assert unit(text) is Unit.BED
    for text in ("uren per week", "Uur/week", "hour/week", "hours a week", "Uren"):
        assert unit(text) is Unit.HOURS
    with pytest.raises(BadCell):
        unit("stoelen")
