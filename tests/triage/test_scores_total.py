"""A total over what is given: exact at both ends, monotone, and strict about its input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.scores.instrument import Instrument, Item, Option, Polarity, total
from triage.scores.instruments import INSTRUMENTS
from triage.span import Span

Given = dict[str, int]


@st.composite
def completed(draw: st.DrawFn) -> tuple[Instrument, Given, Given]:
    """An instrument, a complete set of points, and a part of that set."""
    instrument = draw(st.sampled_from(list(INSTRUMENTS.values())))
    whole = {item.code: draw(st.sampled_from(item.points)) for item in instrument.items}
    kept = draw(st.sets(st.sampled_from(list(whole))))
    return instrument, whole, {code: whole[code] for code in whole if code in kept}


@given(completed())
def test_the_total_of_every_completion_lies_in_the_range_of_the_part(
    drawn: tuple[Instrument, Given, Given],
) -> None:
    instrument, whole, part = drawn
    span = total(instrument, part)
    complete = total(instrument, whole)
    assert complete.low == complete.high == sum(whole.values())
    assert span.low <= complete.low <= span.high
    assert instrument.low <= span.low
    assert span.high <= instrument.high


@given(completed())
def test_both_ends_of_the_range_are_reached(drawn: tuple[Instrument, Given, Given]) -> None:
    instrument, _, part = drawn
    lowest = {item.code: item.points[0] for item in instrument.items} | part
    highest = {item.code: item.points[-1] for item in instrument.items} | part
    span = total(instrument, part)
    assert total(instrument, lowest) == Span(span.low, span.low)
    assert total(instrument, highest) == Span(span.high, span.high)


@given(completed(), st.data())
def test_one_item_with_more_points_never_gives_a_lower_total(
    drawn: tuple[Instrument, Given, Given], data: st.DataObject
) -> None:
    instrument, _, part = drawn
    item = data.draw(st.sampled_from(instrument.items))
    less, more = sorted(data.draw(st.tuples(*[st.sampled_from(item.points)] * 2)))
    before = total(instrument, part | {item.code: less})
    after = total(instrument, part | {item.code: more})
    assert (after.low - before.low, after.high - before.high) == (more - less, more - less)


@given(completed(), st.data())
def test_one_more_answer_never_widens_the_range(
    drawn: tuple[Instrument, Given, Given], data: st.DataObject
) -> None:
    instrument, whole, part = drawn
    code = data.draw(st.sampled_from(list(whole)))
    before = total(instrument, part)
    after = total(instrument, part | {code: whole[code]})
    assert before.low <= after.low <= after.high <= before.high


def test_nothing_given_may_be_anything() -> None:
    for instrument in INSTRUMENTS.values():
        assert total(instrument, {}) == Span(instrument.low, instrument.high)


@pytest.mark.parametrize(
    ("name", "code", "points", "allowed"),
    [
        ("barthel", "transfers", 4, "0, 1, 2, 3"),
        ("barthel", "grooming", 2, "0, 1"),
        ("katz", "feeding", -1, "0, 1"),
        ("isar_hp", "walking-device", 1, "0, 2"),
        ("snaq", "weight", 1, "0, 2, 3, 5"),
        ("snaq", "weight", 4, "0, 2, 3, 5"),
        ("four_at", "alertness", 1, "0, 4"),
        ("dos", "restless", 2, "0, 1"),
    ],
)
def test_points_that_no_answer_has_are_refused_with_those_that_one_has(
    name: str, code: str, points: int, allowed: str
) -> None:
    with pytest.raises(
        ValueError, match=f"^{name} {code}: {points} points is not one of {allowed}$"
    ):
        total(INSTRUMENTS[name], {code: points})


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_item_that_does_not_exist_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} has no item 'sleeping'"):
        total(INSTRUMENTS[name], {"sleeping": 0})


def item(code: str, *points: int) -> Item:
    return Item(
        code=code,
        nl=code,
        en=code,
        options=tuple(Option(points=each, nl=str(each), en=str(each)) for each in points),
    )


@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ((item("sight", 0, 1),), "add up to 0 to 1, the publication says 0 to 2"),
        ((item("sight", 1, 2), item("smell", 0)), "add up to 1 to 2"),
        ((item("sight", 0, 1), item("sight", 0, 1)), "two items with one code"),
        ((item("sight", 0, 2, 2),), "sight: needs options with points of their own"),
        ((item("sight", 0, 2), item("smell")), "smell: needs options"),
    ],
)
def test_items_that_contradict_the_publication_cannot_be_an_instrument(
    items: tuple[Item, ...], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        Instrument(
            name="invented",
            title="Verzonnen",
            items=items,
            low=0,
            high=2,
            polarity=Polarity.HIGHER_IS_WORSE,
            source="invented",
            licence="none",
        )


def test_a_range_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="from 2 to 1 holds nothing"):
        Span(2, 1)
