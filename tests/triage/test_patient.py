"""What is said to the person: short sentences, most important first, nothing left to fill in."""

from __future__ import annotations

from typing import Any

import pytest
from explained_examples import NOW, PROTOCOL, drawn, explained, picture

from triage.advice import Status
from triage.codes import Nursing, Physician, Service
from triage.explanation import explain
from triage.need import Kind
from triage.patient import LONGEST, split, within
from triage.picture import Picture


def test_sentences_are_short_and_whole() -> None:
    asked: list[dict[str, Any]] = [{"service": one} for one in Service] + [
        {"nursing": one} for one in Nursing
    ]
    asked += [{"physician": one} for one in Physician] + [{"fall_risk": True}]
    kinds = set()
    for each in [*drawn(31, 500), *(picture(**one) for one in asked)]:
        advice = explain(PROTOCOL, each, NOW)
        kinds.add(advice.kind)
        for sentence in advice.patient.nl:
            assert len(sentence.split()) <= LONGEST, sentence
            assert sentence[-1] in ".?!", sentence
            assert not set("{}") & set(sentence), sentence
            assert sentence[0] == sentence[0].upper(), sentence
            assert split(sentence) == (sentence,)
        assert len(set(advice.patient.nl)) == len(advice.patient.nl)
    assert len(kinds) > 25


def test_what_the_tables_say_to_the_person_is_short() -> None:
    texts = [rule.row.patient for rule in PROTOCOL.rules]
    texts += [facts.patient for facts in PROTOCOL.kinds.values()]
    for facts in PROTOCOL.kinds.values():
        texts += [] if facts.diversion is None else facts.diversion.watch
    long = [each for text in texts for each in split(text) if len(each.split()) > LONGEST]
    assert long == []


def test_112_comes_first_and_nothing_is_asked_or_promised_besides() -> None:
    said = explained(red_flag_stroke=True).patient.nl
    assert said[0] == "Bel 112."
    assert not any("We willen nog" in each or "huisartsenpost" in each for each in said)


def test_a_provisional_advice_says_so_and_tells_what_is_still_asked() -> None:
    advice = explain(PROTOCOL, Picture(), NOW)
    assert advice.status is Status.PROVISIONAL
    said = advice.patient.nl
    assert said[0] == "Dit advies is nog voorlopig."
    assert f"We willen nog {len(advice.questions)} dingen weten." in said
    assert said[-1] == "Daarna kan het advies anders worden."
    final = explained().patient.nl
    assert not any("voorlopig" in each or "We willen" in each for each in final)


def test_the_kind_that_is_held_back_is_not_promised() -> None:
    """While acute questions are open, what the rule says of another place does not count."""
    advice = explained(intended_destination="seh", red_flag_stroke=None, nursing="planned")
    assert advice.kind is Kind.SEH
    said = " ".join(advice.patient.nl)
    assert "U kunt thuis blijven" not in said
    assert "We weten nog te weinig" in said


def test_a_diversion_says_what_to_watch_and_when_someone_calls() -> None:
    stay = {"stay_needed": True, "safe_at_home": False, "interacting_conditions": False}
    advice = explained(intended_destination="seh", **stay)
    (own,) = [each for each in advice.diversions if each.kind is advice.kind]
    said = advice.patient.nl
    for line in own.watch:
        assert set(split(line)) <= set(said)
    assert any(each.startswith("Iemand belt u") for each in said)
    assert "Bel 112 bij levensgevaar." in said


def test_who_is_responsible_is_told() -> None:
    advice = explained(nursing="planned")
    assert any(advice.care.responsible in each for each in advice.patient.nl)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "meteen"),
        (0.5, "binnen een half uur"),
        (1, "binnen 1 uur"),
        (24, "binnen 24 uur"),
        (36, "binnen 36 uur"),
        (48, "binnen 2 dagen"),
        (72, "binnen 3 dagen"),
    ],
)
def test_a_time_is_told_as_people_say_it(hours: float, said: str) -> None:
    assert within(hours) == said
