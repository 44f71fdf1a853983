"""The order of a waiting list, its words, and whom a free place is told."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from capacity_examples import NOW, need, nursing
from hypothesis import given
from hypothesis import strategies as st

from capacity.queue import Waiting, explain, order, place_by, position, share
from triage.need import Kind

HOUR = timedelta(hours=1)


def one(identity: str = "a", urgency: int = 4, by: float | None = 10, since: float = -5) -> Waiting:
    """Someone who waits; times in hours from now."""
    return Waiting(
        id=identity,
        urgency=urgency,
        place_by=None if by is None else NOW + by * HOUR,
        since=NOW + since * HOUR,
    )


def test_urgency_goes_first_then_the_clock_then_the_wait_then_the_id() -> None:
    in_order = [
        one("f", urgency=2, by=40, since=-1),
        one("e", urgency=4, by=9, since=-1),
        one("d", urgency=4, by=10, since=-6),
        one("b", urgency=4, by=10, since=-5),
        one("c", urgency=4, by=10, since=-5),
        one("a", urgency=4, by=None, since=-99),
    ]
    mixed = random.Random(7).sample(in_order, len(in_order))
    assert sorted(mixed, key=order) == in_order
    assert [position(someone, mixed) for someone in in_order] == [1, 2, 3, 4, 5, 6]


def test_who_comes_now_stands_behind_who_is_as_urgent_and_needs_it_as_soon() -> None:
    others = [one("a"), one("b", urgency=1), one("c", urgency=5, by=1)]
    assert position(one("z", since=0), others) == 3


def test_a_place_is_explained_by_urgency_clock_and_wait() -> None:
    words = explain(2, one(urgency=2, by=4, since=-5), one(urgency=1), NOW)
    assert words.text == (
        "2e: U2, moet voor 17:00 een plek hebben, wacht 5 uur, na nummer 1: die is dringender"
    )
    assert words.text_en == (
        "No. 2: U2, needs a place before 17:00, has waited 5 hours,"
        " after no. 1: that is more urgent"
    )


@pytest.mark.parametrize(
    ("by", "since", "said", "said_en"),
    [
        (20, -0.5, "moet voor morgen 09:00 een plek hebben, wacht 30 minuten", "tomorrow 09:00"),
        (-20, -47, "moest voor gisteren 17:00 een plek hebben, wacht 47 uur", "yesterday 17:00"),
        (72, -48, "moet voor 07-03 13:00 een plek hebben, wacht 2 dagen", "07-03 13:00"),
        (1, -1 / 60, "moet voor 14:00 een plek hebben, wacht 1 minuut", "1 minute"),
        (1, -1, "wacht 1 uur", "has waited 1 hour"),
        (None, 1, "1e: U4, wacht 0 minuten", "No. 1: U4, has waited 0 minutes"),
    ],
)
def test_times_are_said_as_on_the_clock_of_drenthe(
    by: float | None, since: float, said: str, said_en: str
) -> None:
    words = explain(1, one(by=by, since=since), None, NOW)
    assert said in words.text
    assert said_en in words.text_en


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (one(urgency=3), "die is dringender"),
        (one(by=9), "die moet eerder een plek hebben"),
        (one(since=-6), "die wacht langer"),
    ],
)
def test_the_words_name_the_first_thing_in_which_two_differ(before: Waiting, why: str) -> None:
    assert explain(3, one("z"), before, NOW).text.endswith(f"na nummer 2: {why}")


def test_the_wall_clock_is_right_on_the_night_that_it_goes_back() -> None:
    night = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 for the second time
    someone = Waiting(id="a", urgency=3, place_by=night, since=night - HOUR)
    assert "voor 02:30 een plek" in explain(1, someone, None, night - HOUR / 60).text


def test_the_clock_of_a_kind_starts_with_the_receipt_and_only_for_care_that_is_placed() -> None:
    assert place_by(need(within_hours=48), NOW) == NOW + 48 * HOUR
    assert place_by(nursing(within_hours=0.5), NOW) == NOW + HOUR / 2
    assert place_by(need(kind=Kind.SEH, within_hours=0), NOW) is None


def test_one_place_is_told_to_one_person_the_first_of_the_list() -> None:
    assert share([("a", 1, ["x"]), ("b", 1, ["x"]), ("c", 1, ["x", "y"])], {"x": 1, "y": 1}) == {
        "a": "x",
        "c": "y",
    }


def test_hours_are_told_as_far_as_they_go() -> None:
    wanted = [("a", 10, ["t"]), ("b", 8, ["t"]), ("c", 2.5, ["t"]), ("d", 0.1, ["t"])]
    assert share(wanted, {"t": 12.5}) == {"a": "t", "c": "t"}


amounts = st.sampled_from([0.5, 1.0, 2.5])
wishes = st.lists(st.sampled_from("vwxyz"), max_size=4, unique=True)


@given(
    st.lists(st.tuples(amounts, wishes), max_size=12),
    st.fixed_dictionaries({name: st.sampled_from([0.0, 1.0, 3.5]) for name in "vwxyz"}),
)
def test_no_more_is_told_than_there_is_and_nobody_is_passed_over(
    people: list[tuple[float, list[str]]], free: dict[str, float]
) -> None:
    wanted = [(str(n), amount, fits) for n, (amount, fits) in enumerate(people)]
    found = share(wanted, free)
    left = dict(free)
    for who, amount, fits in wanted:
        room = [service for service in fits if left[service] >= amount]
        if who not in found:
            assert not room
        else:
            assert found[who] == room[0]
            left[found[who]] -= amount
    assert min(left.values()) >= 0
