"""The instruments as published: every item's points, and totals on both sides of each threshold.

The tables are written from the sources, not from the code.
"""

from __future__ import annotations

import pytest

from triage.picture import Picture
from triage.scores.instrument import Instrument, Polarity, RawScore, total
from triage.scores.instruments import INSTRUMENTS, RAW_SCORES
from triage.span import Span
from triage.vocabulary import WORDS

PUBLISHED: dict[str, dict[str, tuple[int, ...]]] = {
    # zib-BarthelADLIndex 2020
    "barthel": {
        "bowels": (0, 1, 2),
        "bladder": (0, 1, 2),
        "grooming": (0, 1),
        "toilet": (0, 1, 2),
        "feeding": (0, 1, 2),
        "transfers": (0, 1, 2, 3),
        "mobility": (0, 1, 2, 3),
        "dressing": (0, 1, 2),
        "stairs": (0, 1, 2),
        "bathing": (0, 1),
    },
    # Katz 1963
    "katz": dict.fromkeys(
        ("bathing", "dressing", "toileting", "transfer", "continence", "feeding"), (0, 1)
    ),
    # BMC Health Services Research 2010;10:296, table 1
    "isar_hp": {
        "regular-help": (0, 1),
        "walking-device": (0, 2),
        "travel-help": (0, 1),
        "no-education": (0, 1),
    },
    # zib-SNAQScore
    "snaq": {"weight": (0, 2, 3, 5), "appetite": (0, 1), "drinks": (0, 1)},
    # the4at.com
    "four_at": {
        "alertness": (0, 4),
        "amt4": (0, 1, 2),
        "attention": (0, 1, 2),
        "acute-change": (0, 4),
    },
    # zib-DOSScore, in its order
    "dos": dict.fromkeys(
        (
            "dozes-off",
            "easily-distracted",
            "maintains-attention",
            "unfinished-question-answer",
            "answers-no-fit",
            "reacts-slowly",
            "thinks-somewhere-else",
            "knows-part-day",
            "remembers-recent",
            "restless",
            "pulls-wires",
            "easily-emotional",
            "hallucinations",
        ),
        (0, 1),
    ),
}
SCALES: dict[str, Instrument | RawScore] = {**INSTRUMENTS, **RAW_SCORES}
RANGES = {
    "barthel": (0, 20, Polarity.HIGHER_IS_BETTER),
    "katz": (0, 6, Polarity.HIGHER_IS_BETTER),
    "isar_hp": (0, 5, Polarity.HIGHER_IS_WORSE),
    "snaq": (0, 7, Polarity.HIGHER_IS_WORSE),
    "four_at": (0, 12, Polarity.HIGHER_IS_WORSE),
    "dos": (0, 13, Polarity.HIGHER_IS_WORSE),
    "cfs": (1, 9, Polarity.HIGHER_IS_WORSE),
    "gfi": (0, 15, Polarity.HIGHER_IS_WORSE),
    "prisma7": (0, 7, Polarity.HIGHER_IS_WORSE),
}


def given(name: str, points: str) -> dict[str, int]:
    """Points by item code, from one figure per item in the published order."""
    return dict(zip(PUBLISHED[name], map(int, points.replace(" ", "")), strict=True))


def test_every_item_has_its_published_points_in_the_published_order() -> None:
    assert {
        name: {item.code: item.points for item in instrument.items}
        for name, instrument in INSTRUMENTS.items()
    } == PUBLISHED


def test_every_range_and_polarity_is_the_published_one() -> None:
    assert {
        name: (scale.low, scale.high, scale.polarity) for name, scale in SCALES.items()
    } == RANGES


@pytest.mark.parametrize("name", RANGES)
def test_the_fact_that_holds_a_total_has_the_instruments_range(name: str) -> None:
    shifts = 3 if name == "dos" else 1
    low, high, _ = RANGES[name]
    assert (WORDS[name].low, WORDS[name].high) == (low * shifts, high * shifts)
    assert WORDS[name].span is (name in INSTRUMENTS)


@pytest.mark.parametrize(
    ("name", "points", "sum_"),
    [
        # bowels bladder grooming toilet feeding, transfers mobility dressing stairs bathing
        ("barthel", "00000 00000", 0),
        ("barthel", "22122 33221", 20),
        ("barthel", "11011 00000", 4),
        ("barthel", "11011 10000", 5),
        ("barthel", "22011 11100", 9),
        ("barthel", "22111 11100", 10),
        ("barthel", "22122 11201", 14),
        ("barthel", "22122 12201", 15),
        ("barthel", "22122 33211", 19),
        # bathing dressing toileting transfer continence feeding: independence
        ("katz", "000000", 0),
        ("katz", "111111", 6),
        ("katz", "011101", 4),
        ("katz", "011111", 5),
        # regular-help walking-device travel-help no-education: at risk from 2
        ("isar_hp", "0000", 0),
        ("isar_hp", "1000", 1),
        ("isar_hp", "0001", 1),
        ("isar_hp", "0200", 2),
        ("isar_hp", "1001", 2),
        ("isar_hp", "1211", 5),
        # weight appetite drinks: moderate 2, severe from 3
        ("snaq", "000", 0),
        ("snaq", "010", 1),
        ("snaq", "011", 2),
        ("snaq", "200", 2),
        ("snaq", "201", 3),
        ("snaq", "300", 3),
        ("snaq", "500", 5),
        ("snaq", "511", 7),
        # alertness amt4 attention acute-change: impairment 1 to 3, delirium from 4
        ("four_at", "0000", 0),
        ("four_at", "0100", 1),
        ("four_at", "0210", 3),
        ("four_at", "0220", 4),
        ("four_at", "4000", 4),
        ("four_at", "0004", 4),
        ("four_at", "4224", 12),
        # thirteen signs, 3, 8 and 9 reversed already
        ("dos", "0000000000000", 0),
        ("dos", "0010000110000", 3),
        ("dos", "1111111111111", 13),
    ],
)
def test_a_complete_instrument_has_one_total(name: str, points: str, sum_: int) -> None:
    assert total(INSTRUMENTS[name], given(name, points)) == Span(sum_, sum_)


@pytest.mark.parametrize(
    ("name", "partial", "low", "high"),
    [
        ("barthel", {"transfers": 0, "mobility": 0}, 0, 14),
        ("katz", {"feeding": 1}, 1, 6),
        ("isar_hp", {"walking-device": 2}, 2, 5),
        ("isar_hp", {"walking-device": 0}, 0, 3),
        ("snaq", {"appetite": 1, "drinks": 0}, 1, 6),
        ("snaq", {"weight": 3}, 3, 5),
        ("four_at", {"alertness": 0, "acute-change": 0}, 0, 4),
        ("four_at", {"acute-change": 4}, 4, 12),
        ("dos", {"hallucinations": 1, "knows-part-day": 0}, 1, 12),
    ],
)
def test_a_partial_instrument_has_a_range(
    name: str, partial: dict[str, int], low: int, high: int
) -> None:
    assert total(INSTRUMENTS[name], partial) == Span(low, high)


def test_in_dos_only_attention_time_of_day_and_memory_are_reversed() -> None:
    never = {
        item.code: option.points
        for item in INSTRUMENTS["dos"].items
        for option in item.options
        if option.en == "never"
    }
    assert [number for number, code in enumerate(never, start=1) if never[code] == 1] == [3, 8, 9]
    assert len(never) == 13


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("barthel", {"independent", "continent", "continent for more than 7 days"}),
        ("barthel", {"walks independently"}),
        ("katz", {"independent", "yes"}),
    ],
)
def test_where_higher_is_better_independence_has_the_most_points(name: str, best: set[str]) -> None:
    found = [
        (option.points, item.points[-1])
        for item in INSTRUMENTS[name].items
        for option in item.options
        if option.en in best
    ]
    assert found
    assert all(points == most for points, most in found)


@pytest.mark.parametrize("name", RAW_SCORES)
def test_a_raw_score_is_taken_within_its_range_and_refused_outside(name: str) -> None:
    score = RAW_SCORES[name]
    assert [score.checked(value) for value in range(score.low, score.high + 1)] == list(
        range(score.low, score.high + 1)
    )
    for outside in (score.low - 1, score.high + 1):
        with pytest.raises(ValueError, match=name):
            score.checked(outside)


def test_every_instrument_is_a_fact_and_says_its_source_and_licence() -> None:
    for name, scale in SCALES.items():
        assert name in Picture.__struct_fields__
        assert name == scale.name
        assert scale.title
        assert scale.source
        assert scale.licence


def test_every_item_and_answer_is_told_in_both_languages() -> None:
    for instrument in INSTRUMENTS.values():
        for item in instrument.items:
            assert item.nl
            assert item.en
            assert all(option.nl and option.en for option in item.options), item.code
            assert len({option.nl for option in item.options}) == len(item.options)
            assert len({option.en for option in item.options}) == len(item.options)
