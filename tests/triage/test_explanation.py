"""An explained advice is the advice itself, with what it rests on and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec
import pytest
from explained_examples import NOW, PROTOCOL, drawn, explained
from proof_pictures import random_pictures

from triage.advice import Advice
from triage.conclude import conclude
from triage.decide import decide
from triage.explanation import explain
from triage.need import Kind
from triage.picture import FIELD_OF_LINK, Picture
from triage.protocol import Protocol
from triage.versions import named, versions


@pytest.fixture(params=versions())
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return named(request.param)


def test_the_advice_in_an_explanation_is_the_advice(protocol: Protocol) -> None:
    for picture in random_pictures(protocol, Random(41), 300):
        advice, whole = decide(protocol, picture, NOW), explain(protocol, picture, NOW)
        for field in Advice.__struct_fields__:
            assert getattr(whole, field) == getattr(advice, field)


def test_it_is_the_same_each_time_and_can_be_written_as_json(protocol: Protocol) -> None:
    for picture in random_pictures(protocol, Random(42), 100):
        once, again = (msgspec.json.encode(explain(protocol, picture, NOW)) for _ in "12")
        assert once == again


def test_every_unknown_fact_that_a_rule_reads_is_told_once(protocol: Protocol) -> None:
    reads = {fact for rule in protocol.rules for fact, _ in rule.reads}
    for picture in random_pictures(protocol, Random(43), 300):
        unknown = explain(protocol, picture, NOW).unknown
        known = conclude(protocol, picture).picture
        told = [*unknown.matters, *unknown.does_not_matter]
        assert len(set(told)) == len(told)
        missing = {fact for fact in reads if getattr(known, fact) is None}
        assert {FIELD_OF_LINK[link] for link in told} >= missing
        assert {FIELD_OF_LINK[link] for link in unknown.does_not_matter} <= missing


def other_answers(picture: Picture, facts: list[str], random: Random) -> Iterator[Picture]:
    """The picture with some unknown facts answered as other pictures have them."""
    for other in random_pictures(PROTOCOL, random, 8):
        answers = {fact: getattr(other, fact) for fact in facts}
        yield msgspec.structs.replace(picture, **answers)


SCOPE = {"age", "pregnant", "gave-birth-recently"}


def test_what_does_not_matter_alone_changes_nothing() -> None:
    random = Random(44)
    for picture in drawn(45, 60):
        advice = explain(PROTOCOL, picture, NOW)
        for link in advice.unknown.does_not_matter[:12]:
            for answered in other_answers(picture, [FIELD_OF_LINK[link]], random):
                after = decide(PROTOCOL, answered, NOW)
                assert (
                    (after.kind, after.lane) == (advice.kind, advice.lane)
                    or (advice.questions and after.urgency <= advice.urgency)
                    # 112 asks nothing, not even whether the person is in scope.
                    or (advice.kind is Kind.AMBULANCE and link in SCOPE)
                )


def test_the_facts_of_the_care_are_those_of_the_kind_advised() -> None:
    for picture in drawn(46, 200):
        advice = explain(PROTOCOL, picture, NOW)
        facts = PROTOCOL.kinds[advice.kind]
        assert advice.care.kind is advice.kind
        assert (advice.care.name, advice.care.responsible) == (facts.name, facts.responsible)
        assert advice.care.source == facts.source


def test_a_protocol_without_disciplines_explains_what_it_can() -> None:
    old = named("2026-11")
    for picture in random_pictures(old, Random(47), 100):
        advice = explain(old, picture, NOW)
        assert (advice.panel, advice.consult) == ((), ())
        assert advice.care.name == advice.kind
        assert advice.patient.nl


def test_another_protocol_under_the_same_name_is_not_mixed_up() -> None:
    before = explained(nursing="planned")
    fewer = msgspec.structs.replace(PROTOCOL, rules=PROTOCOL.rules)
    assert explain(fewer, Picture(), NOW).protocol == PROTOCOL.name
    assert explained(nursing="planned") == before
