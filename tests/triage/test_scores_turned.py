"""Totals made from totals: three shifts of DOS, and Katz from points for dependence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.scores.dos import three_shifts
from triage.scores.katz import from_dependence
from triage.span import Span


@pytest.mark.parametrize(
    ("dependence", "independence"),
    [
        (Span(0, 0), Span(6, 6)),
        (Span(1, 1), Span(5, 5)),
        (Span(2, 2), Span(4, 4)),
        (Span(6, 6), Span(0, 0)),
        (Span(1, 4), Span(2, 5)),
        (Span(0, 6), Span(0, 6)),
    ],
)
def test_katz_points_for_dependence_turn_round(dependence: Span, independence: Span) -> None:
    assert from_dependence(dependence) == independence
    assert from_dependence(independence) == dependence


@pytest.mark.parametrize("points", [Span(-1, 2), Span(0, 7)])
def test_katz_points_for_dependence_outside_the_scale_are_refused(points: Span) -> None:
    with pytest.raises(ValueError, match="not within 0 to 6"):
        from_dependence(points)


@pytest.mark.parametrize(
    ("shifts", "low", "high"),
    [
        ([], 0, 39),
        ([Span(0, 0)], 0, 26),
        ([Span(0, 0), Span(0, 0), Span(0, 0)], 0, 0),
        ([Span(13, 13), Span(13, 13), Span(13, 13)], 39, 39),
        # a mean of 3 or more is probable delirium: 8 is not, 9 is, and two shifts may be enough
        ([Span(2, 2), Span(3, 3), Span(3, 3)], 8, 8),
        ([Span(3, 3), Span(3, 3), Span(3, 3)], 9, 9),
        ([Span(4, 4), Span(5, 5)], 9, 22),
        ([Span(1, 3), Span(2, 2), Span(0, 13)], 3, 18),
        # only the last three count
        ([Span(13, 13), Span(0, 0), Span(1, 1), Span(2, 2)], 3, 3),
        ([Span(14, 99), Span(0, 0), Span(1, 1), Span(2, 2)], 3, 3),
    ],
)
def test_dos_adds_up_the_last_three_shifts(shifts: list[Span], low: int, high: int) -> None:
    assert three_shifts(shifts) == Span(low, high)


@pytest.mark.parametrize("shift", [Span(-1, 0), Span(0, 14)])
def test_a_dos_shift_outside_the_scale_is_refused(shift: Span) -> None:
    with pytest.raises(ValueError, match="not within 0 to 13"):
        three_shifts([Span(0, 0), shift])


SHIFTS = st.tuples(st.integers(0, 13), st.integers(0, 13)).map(lambda ends: Span(*sorted(ends)))


@given(st.lists(SHIFTS, max_size=6))
def test_three_shifts_hold_every_sum_that_their_ranges_allow(shifts: list[Span]) -> None:
    span = three_shifts(shifts)
    last = [*shifts[-3:], *[Span(0, 13)] * (3 - len(shifts[-3:]))]
    lows, highs = [shift.low for shift in last], [shift.high for shift in last]
    assert three_shifts([Span(low, low) for low in lows]) == Span(span.low, span.low)
    assert three_shifts([Span(high, high) for high in highs]) == Span(span.high, span.high)
