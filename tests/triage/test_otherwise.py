"""The smallest changes: each does what it says, and none is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
import pytest
from explained_examples import PROTOCOL
from explained_examples import picture as calm
from proof_pictures import random_pictures

from triage.advice import Advice, Status
from triage.beside.choices import choices_of, held, step_of
from triage.beside.finder import FIXED, MOST
from triage.conclude import conclude
from triage.decide import decide
from triage.explanation import explain
from triage.otherwise import Change
from triage.picture import FACTS, FIELD_OF_LINK, Origin, Picture
from triage.protocol import Protocol
from triage.span import Span
from triage.versions import named, versions
from triage.vocabulary import LINKS, WORDS, Shape

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
Outcome = tuple[str, str, str, str]
CALM = {"age": 82, "urgency": "U5", "urgency_role": "gp", "intended_destination": "home"}


@pytest.fixture(params=versions())
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return named(request.param)


def outcome(advice: Advice) -> Outcome:
    return (advice.urgency, advice.lane, advice.kind, advice.status)


def then(change: Change) -> Outcome:
    return (change.then.urgency, change.then.lane, change.then.kind, change.then.status)


def changed(picture: Picture, change: Change) -> Picture:
    """The picture with a change, as answers that count."""
    fields = {FIELD_OF_LINK[each.fact]: each.to for each in change.facts}
    origins = {fact: origin for fact, origin in picture.origins.items() if fact not in fields}
    values = {fact: held(fact, value) for fact, value in fields.items()}
    return msgspec.structs.replace(picture, origins=origins, **values)


def test_every_change_gives_the_outcome_that_it_claims(protocol: Protocol) -> None:
    several = 0
    for picture in random_pictures(protocol, Random(11), 600):
        explained = explain(protocol, picture, NOW)
        assert len({then(each) for each in explained.changes}) == len(explained.changes) <= MOST
        several += len(explained.changes) > 1
        for each in explained.changes:
            after = decide(protocol, changed(picture, each), NOW)
            assert outcome(after) == then(each) != outcome(explained)
            if each.via not in {"", "gap"}:
                assert each.via in {reason.rule for reason in after.reasons}
    assert several > 400


def other_values(fact: str) -> Iterator[Any]:
    """Every answer to a fact, as a picture holds it; of wide ranges every so many."""
    word = WORDS[fact]
    if word.shape is not Shape.NUMBER:
        yield from [each.value for each in choices_of(fact, ())]
        return
    step = step_of(fact)
    first, last = round(word.low / step + 0.49), round(word.high / step - 0.49)
    for steps in range(first, last + 1, max(1, (last - first) // 310)):
        yield held(fact, steps if step == 1 else round(steps * step, 3))


def distance(known: Any, value: Any) -> float:
    if isinstance(known, Span):
        return float(max(value.low - known.high, known.low - value.low, 0))
    return float(abs(value - known))


def brute(protocol: Protocol, picture: Picture) -> Iterator[tuple[str, Any, Outcome]]:
    """Every outcome to which one other answer leads, by concluding from each."""
    concluded = conclude(protocol, picture)
    reads = {fact for rule in protocol.rules for fact, _ in rule.reads}
    for fact in FACTS:
        if fact not in reads:
            continue
        if fact in FIXED and getattr(concluded.picture, fact) is not None:
            continue
        for value in other_values(fact):
            after = decide(protocol, msgspec.structs.replace(picture, **{fact: value}), NOW)
            yield fact, value, outcome(after)


def test_no_outcome_that_one_fact_leads_to_is_missed_and_no_number_is_nearer(
    protocol: Protocol,
) -> None:
    numbers = none = 0
    for picture in random_pictures(protocol, Random(12), 16):
        explained = explain(protocol, picture, NOW)
        base = outcome(explained)
        tried = [each for each in brute(protocol, picture) if each[2] != base]
        singles = [each for each in explained.changes if len(each.facts) == 1]
        found, there = {then(each) for each in singles}, {each[2] for each in tried}
        assert found <= there
        assert found == there or len(found) == MOST
        if there:
            assert singles == list(explained.changes)
        none += not there
        for each in singles:
            (turned,) = each.facts
            fact = next(field for field, link in LINKS.items() if link == turned.fact)
            known = getattr(picture, fact)
            if known is None or WORDS[fact].shape is not Shape.NUMBER:
                continue
            numbers += 1
            claimed = distance(known, held(fact, turned.to))
            nearest = min(distance(known, v) for f, v, o in tried if f == fact and o == then(each))
            assert claimed <= nearest + 1e-9
    assert numbers
    assert none < 16


def test_where_no_single_answer_changes_anything_two_together_do() -> None:
    """Entered as U0 with two reasons for an ambulance: to take one away changes nothing."""
    known = calm(
        urgency="U0", red_flag_breathing=True, red_flag_stroke=True, red_flag_confusion=True
    )
    known = msgspec.structs.replace(known, on_oxygen=True)
    explained = explain(PROTOCOL, known, NOW)
    assert not [each for each in brute(PROTOCOL, known) if each[2] != outcome(explained)]
    assert explained.changes
    for each in explained.changes:
        assert [turned.to for turned in each.facts] == [False, False]
        assert outcome(decide(PROTOCOL, changed(known, each), NOW)) == then(each)
        assert then(each) != outcome(explained)


def test_what_was_entered_before_the_advice_showed_and_who_it_is_stay_as_they_are(
    protocol: Protocol,
) -> None:
    for picture in random_pictures(protocol, Random(13), 400):
        for change in explain(protocol, picture, NOW).changes:
            for turned in change.facts:
                if turned.fact.replace("-", "_") in FIXED:
                    assert turned.was is None


def told_by_lay(protocol: Protocol, random: Random) -> Callable[[], Picture]:
    pictures = random_pictures(protocol, random, 10_000)

    def draw() -> Picture:
        picture = next(pictures)
        by_lay = [f for f in FACTS if getattr(picture, f) is not None and random.random() < 0.3]
        origins = {fact: Origin(source="", by="lay") for fact in by_lay}
        understood = random.choice((True, False, None))
        return msgspec.structs.replace(picture, origins=origins, understood=understood)

    return draw


def test_changes_hold_where_someone_cannot_be_understood(protocol: Protocol) -> None:
    draw = told_by_lay(protocol, Random(14))
    for _ in range(150):
        picture = draw()
        explained = explain(protocol, picture, NOW)
        for each in explained.changes:
            after = decide(protocol, changed(picture, each), NOW)
            assert outcome(after) == then(each) != outcome(explained)


def test_two_red_flags_take_two_answers_to_undo(protocol: Protocol) -> None:
    known = dict.fromkeys((f for f in FACTS if WORDS[f].shape is Shape.FLAG), False)
    flags = {"red_flag_airway": True, "red_flag_chest_pain": True}
    picture = msgspec.convert(known | CALM | flags, Picture)
    changes = explain(protocol, picture, NOW).changes
    # The airway alone makes it U0, so that without it the chest pain is still 112, at U1.
    assert [(t.fact, t.was, t.to) for t in changes[0].facts] == [("red-flag.airway", True, False)]
    assert then(changes[0])[:3] == ("U1", "acute", "112")
    both = {"red_flag_stroke": True, "red_flag_chest_pain": True}
    changes = explain(protocol, msgspec.convert(known | CALM | both, Picture), NOW).changes
    assert "red-flag.airway" in {turned.fact for each in changes for turned in each.facts}


def test_an_unknown_number_is_given_a_value_and_not_the_end_of_its_range(
    protocol: Protocol,
) -> None:
    for change in explain(protocol, Picture(), NOW).changes:
        for turned in change.facts:
            fact = turned.fact.replace("-", "_")
            if turned.was is None and fact in FACTS and WORDS[fact].shape is Shape.NUMBER:
                assert WORDS[fact].low < turned.to < WORDS[fact].high


def test_an_answer_that_settles_the_last_question_makes_it_final(protocol: Protocol) -> None:
    for picture in random_pictures(protocol, Random(15), 400):
        explained = explain(protocol, picture, NOW)
        asks_one = explained.status is Status.PROVISIONAL and len(explained.questions) == 1
        if asks_one and len(explained.changes) < MOST:
            assert any(each.then.status is Status.FINAL for each in explained.changes)
            return
    pytest.fail("no picture with one question")
