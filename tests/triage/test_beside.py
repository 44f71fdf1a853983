"""Many pictures at once come to what each comes to by itself."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from proof_pictures import random_pictures

from triage.advice import Lane, Status
from triage.belief import believe
from triage.beside.choices import choices_of
from triage.beside.layout import Layout, Turn
from triage.beside.outcomes import Outcomes
from triage.beside.slices import compile_slices, leaves_of
from triage.beside.totals import PARTS, points, unpacked
from triage.conclude import Conclusion, conclude
from triage.condition import All, AnyOf, Compare, read
from triage.picture import Picture
from triage.protocol import Protocol
from triage.scores.news2 import news2
from triage.versions import current, named, versions
from triage.vocabulary import LINKS, SCORES, VITAL_SIGNS


@pytest.fixture(params=versions())
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return named(request.param)


def turned(picture: Picture, turns: tuple[Turn, ...]) -> Picture:
    return msgspec.structs.replace(picture, **{fact: choice.value for fact, choice in turns})


def came_to(concluded: Conclusion) -> tuple[str, ...]:
    lane = Lane.ACUTE if concluded.acute else Lane.NON_ACUTE
    status = Status.PROVISIONAL if concluded.open else Status.FINAL
    chosen = "" if concluded.chosen is None else concluded.chosen.row.id
    return (concluded.urgency, lane, concluded.kind, status, chosen)


def layouts(protocol: Protocol, outcomes: Outcomes, random: Random) -> list[Layout]:
    """Every single answer, and some pairs of them."""
    reads = {fact for rule in protocol.rules for fact, _ in rule.reads}
    leaves = outcomes.leaves
    turns = [
        (fact, one)
        for fact in LINKS
        if fact in reads
        for one in choices_of(fact, leaves.get(fact, ()))
    ]
    pairs = [tuple(random.sample(turns, 2)) for _ in range(150)]
    return [
        Layout([(one,) for one in turns], leaves),
        Layout([pair for pair in pairs if pair[0][0] != pair[1][0]], leaves),
    ]


def test_each_picture_ends_once_as_it_ends_by_itself(protocol: Protocol) -> None:
    random = Random(51)
    outcomes = Outcomes(protocol)
    tried = layouts(protocol, outcomes, random)
    for picture in random_pictures(protocol, random, 120):
        believed = believe(picture, [])
        for layout in tried:
            explored = outcomes.explore(layout, believed, layout.everywhere)
            ends: dict[int, tuple[str, ...]] = {}
            for outcome, chosen, bits in explored.endings:
                name = "" if chosen is None else chosen.row.id
                end = (outcome.urgency, outcome.lane, outcome.kind, outcome.status, name)
                for place in range(len(layout.turns)):
                    if bits >> place & 1:
                        assert place not in ends
                        ends[place] = end
            assert len(ends) == len(layout.turns)
            for place in (0, *random.sample(range(1, len(layout.turns)), 15)):
                other = turned(believed, layout.turns[place])
                if other.understood is believed.understood:
                    assert came_to(conclude(protocol, other)) == ends[place]


def test_what_fires_is_so_of_the_picture_itself(protocol: Protocol) -> None:
    random = Random(52)
    outcomes = Outcomes(protocol)
    layout, _ = layouts(protocol, outcomes, random)
    for picture in random_pictures(protocol, random, 150):
        concluded = conclude(protocol, picture)
        explored = outcomes.explore(layout, believe(picture, []), layout.everywhere)
        fired = [number for number, bits in explored.fired if bits & 1]
        assert fired == [rule.number for rule in concluded.fired]


def test_the_parts_of_a_total_add_up_to_it() -> None:
    for picture in random_pictures(named(current()), Random(53), 2_000):
        for word, groups in PARTS.items():
            parts = [
                unpacked(points(word, group, tuple(getattr(picture, fact) for fact in group)))
                for group in groups
            ]
            low, high, sure, possible = (sum(column) for column in zip(*parts, strict=True))
            if word != "news2":
                span = SCORES[word](picture)
                assert (low, high) == (span.low, span.high)
                continue
            score = news2(picture)
            assert (low, high) == (score.low, score.high)
            assert score.any_three == (True if sure else None if possible else False)


def test_every_fact_of_a_derived_total_stands_in_one_of_its_parts() -> None:
    for groups in PARTS.values():
        facts = [fact for group in groups for fact in group]
        assert len(set(facts)) == len(facts)
    assert set(PARTS) == {"news2", *SCORES}
    assert {fact for group in PARTS["news2"] for fact in group} == set(VITAL_SIGNS)


def test_conditions_are_read_bit_by_bit_in_three_values() -> None:
    tree = read("pregnant and (fell or not dementia)")
    leaves = leaves_of([tree])
    assert [leaf.word for leaf in leaves] == ["pregnant", "fell", "dementia"]
    slices = compile_slices([tree, All(()), AnyOf(())], leaves)
    # Four pictures: all that counts is true; pregnant false; fell unknown, dementia true; nothing.
    bits = [0b0101, 0b0010, 0b0001, 0b0010, 0b0100, 0b0001]
    (true, false), always, never = slices(bits, 0b1111)
    assert (true, false) == (0b0001, 0b0010)
    assert (always, never) == ((0b1111, 0), (0, 0b1111))


def test_numbers_fall_apart_where_a_rule_or_a_score_tells_them_apart() -> None:
    pulse = choices_of("pulse", [Compare("pulse", ">", 130.0)])
    assert [(one.low, one.high) for one in pulse][-2:] == [(111.0, 130.0), (131.0, 300.0)]
    age = choices_of("age", [Compare("age", "<", 18.0)])
    assert [(one.low, one.high) for one in age] == [(0, 17), (18, 64), (65, 130)]
    assert [one.value for one in age] == [17, 18, 65]
    warm = choices_of("temperature", [Compare("temperature", ">", 38.5)])
    assert (38.1, 38.5) in [(one.low, one.high) for one in warm]
    assert (38.6, 39.0) in [(one.low, one.high) for one in warm]
