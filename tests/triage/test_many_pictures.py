"""Twenty thousand random pictures, with and without gaps: what Hypothesis would need hours for."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import msgspec
from red_flags import EXEMPTIONS, FLAGS
from triage_examples import CALM, NOW, PROTOCOL, RED_FLAGS

from triage.advice import Lane, Status
from triage.codes import Nursing, Physician, Service
from triage.decide import decide
from triage.need import Kind
from triage.picture import FACTS, Picture
from triage.span import Span
from triage.vocabulary import WORDS, Shape

PICTURES = 20_000
RARE = {
    *RED_FLAGS,
    "pregnant",
    "gave_birth_recently",
    "specialist_needed",
    "resistance",
    "worsening",
    "gut_feeling",
    "pneumonia",
    "fall_hip",
    "fall_head",
    "fall_long_lie",
    "fall_faint",
}
SELDOM: dict[str, list[Any]] = {
    "age": [17, 18, 30, 59, 60],
    "respiration_rate": [8.0, 9.0, 21.0, 25.0],
    "oxygen_saturation": [83.0, 88.0, 91.0, 92.0, 94.0],
    "systolic": [90.0, 91.0, 105.0, 219.0, 220.0],
    "pulse": [40.0, 45.0, 115.0, 131.0],
    "temperature": [35.0, 36.0, 38.5, 39.1],
    "consciousness": ["C", "V", "P", "U"],
    "hypercapnic_target": [True],
    "on_oxygen": [True],
    "urgency": ["U0", "U1", "U2", "U3", "U4"],
    "urgency_role": ["nurse", "lay", "triagist"],
    "intended_destination": ["112", "seh", "hap", "crisis"],
    "mental_health": ["planned", "crisis"],
    "understood": [False],
    "abuse_suspected": [True],
    "carer_unavailable": [True],
    "must_leave_home": [True],
    "social_need": [True],
    "fall_risk": [True],
    "fell": [True],
    "nursing": sorted(Nursing),
    "physician": sorted(Physician),
    "no_hospital": [True],
}
"""Drawn in one of eight pictures; else the calm value."""
ASSUMED = {each.fact for each in PROTOCOL.assumptions}
OFTEN: dict[str, list[Any]] = {
    "life_expectancy_months": [2.0, 4.0, 60.0, 60.0],
    "admission_within_hours": [12.0, 30.0, 60.0],
    "stay_needed": [True, False, False],
    "safe_at_home": [True, True, False],
    "service": sorted(Service),
}


def drawn(random: Random) -> dict[str, Any]:
    facts: dict[str, Any] = dict(CALM)
    for fact in FACTS:
        word = WORDS[fact]
        if fact in RARE:
            facts[fact] = random.random() < 0.01
        elif fact in SELDOM:
            if random.random() < 0.125:
                facts[fact] = random.choice(SELDOM[fact])
        elif fact in OFTEN:
            facts[fact] = random.choice([facts[fact], *OFTEN[fact]])
        elif word.shape is Shape.FLAG:
            facts[fact] = random.random() < 0.5
        elif word.shape is Shape.CODE:
            facts[fact] = random.choice(sorted(word.codes))
        elif word.span and random.random() < 0.05:
            low = random.randint(int(word.low), int(word.high))
            facts[fact] = Span(low, random.choice([low, int(word.high)]))
    return facts


def picture_of(facts: dict[str, Any]) -> Picture:
    return msgspec.convert(msgspec.to_builtins(facts), Picture, strict=False)


def waived(known: Picture) -> set[str]:
    """The flags that a wish of the person may exempt."""
    return {name for each in EXEMPTIONS if each.holds(known) for name in each.flags}


def without(facts: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    return {fact: value for fact, value in facts.items() if fact not in gone}


def test_what_is_final_stays_and_flags_keep_their_floor_over_many_pictures() -> None:
    random = Random(20261121)
    kinds: Counter[Kind] = Counter()
    final_with_gaps = 0
    for _ in range(PICTURES):
        facts = drawn(random)
        gone = set(random.sample(FACTS, random.choice([1, 1, 2, 3, 8])))
        whole_picture = picture_of(facts)
        whole = decide(PROTOCOL, whole_picture, NOW)
        kinds[whole.kind] += 1
        if not any(isinstance(each, Span) and each.low < each.high for each in facts.values()):
            assert whole.status is Status.FINAL

        in_scope = not (facts["age"] < 18 or facts["pregnant"] or facts["gave_birth_recently"])
        present = [flag for flag in FLAGS if flag.present(whole_picture)]
        if in_scope:
            wished = waived(whole_picture)
            for flag in (each for each in present if each.name not in wished):
                assert whole.urgency <= flag.floor
                assert whole.lane is Lane.ACUTE
                assert set(whole.alternatives) <= flag.allowed
            if len(present) == 1 and present[0].name not in wished:
                assert whole.kind in present[0].allowed

        partial = decide(PROTOCOL, picture_of(without(facts, gone)), NOW)
        if partial.status is Status.PROVISIONAL:
            assert partial.questions
            continue
        if gone & ASSUMED:
            continue  # the protocol takes these for granted, where it says so
        if partial.kind in {Kind.AMBULANCE, Kind.SEH}:
            # Already acute; what is unknown can make it no more so.
            assert whole.urgency >= partial.urgency or whole.kind is Kind.AMBULANCE
            continue
        final_with_gaps += 1
        assert (partial.kind, partial.lane) == (whole.kind, whole.lane)
        if in_scope:  # else a triagist takes over at once, whatever class is entered
            assert partial.urgency == whole.urgency
            assert partial.alternatives == whole.alternatives
    assert final_with_gaps > 1000
    assert set(kinds) == set(Kind)
