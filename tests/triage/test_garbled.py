"""An answer that could not be used is a question, never taken as if nothing was said."""

from __future__ import annotations

import pytest
from explained_examples import NOW, PROTOCOL, picture
from msgspec.structs import replace

from triage.advice import Status
from triage.belief import garbled
from triage.decide import decide
from triage.explanation import explain
from triage.picture import FIELD_OF_LINK, Note, Picture, link_id
from triage.versions import named

SILENT = ("four_at", "dos", "worsening", "gut_feeling", "second_contact", "understood")
OLD = named("2026-11")


def unread(field: str) -> Picture:
    """Someone calm at home, of whom one answer came in that could not be read."""
    note = Note(link_id(field), "Antwoord telt niet mee.")
    return replace(
        picture(nursing="planned", urgency_role="triagist"), **{field: None}, notes=(note,)
    )


@pytest.mark.parametrize("field", SILENT)
def test_an_answer_that_could_not_be_used_is_asked_again(field: str) -> None:
    advice = decide(PROTOCOL, unread(field), NOW)
    assert advice.status is Status.PROVISIONAL
    assert link_id(field) in {question.fact for question in advice.questions}


@pytest.mark.parametrize("field", SILENT)
def test_where_nobody_said_anything_the_protocol_may_suppose(field: str) -> None:
    advice = decide(PROTOCOL, replace(unread(field), notes=()), NOW)
    assert advice.status is Status.FINAL


def test_a_remark_on_a_fact_that_is_known_doubts_nothing() -> None:
    known = replace(unread("worsening"), worsening=False)
    assert garbled(known) == frozenset()
    assert decide(PROTOCOL, known, NOW).status is Status.FINAL


def test_what_is_supposed_for_the_worst_and_told_still_counts() -> None:
    """A low saturation counts on the ordinary scale, also when the answer about it is garbled."""
    low = replace(unread("hypercapnic_target"), oxygen_saturation=88.0)
    advice = decide(PROTOCOL, low, NOW)
    assert advice.kind == "112"
    assert advice.status is Status.FINAL


@pytest.mark.parametrize("field", SILENT)
def test_what_would_change_the_outcome_is_true_of_a_garbled_answer_too(field: str) -> None:
    start = unread(field)
    changes = explain(PROTOCOL, start, NOW).changes
    assert changes
    for change in changes:
        other = start
        for turned in change.facts:
            named_field = FIELD_OF_LINK[turned.fact]
            if named_field in {"four_at", "dos"}:
                break  # points, not a range: other tests turn those
            other = replace(other, **{named_field: turned.to})
        else:
            advice = decide(PROTOCOL, other, NOW)
            then = change.then
            assert (advice.kind, advice.urgency, advice.status) == (
                then.kind,
                then.urgency,
                then.status,
            )


def test_the_first_protocol_keeps_saying_what_it_said() -> None:
    start = replace(picture(), pregnant=None, sex="male")
    noted = replace(start, notes=(Note("pregnant", "Antwoord telt niet mee."),))
    assert decide(OLD, noted, NOW).questions == decide(OLD, start, NOW).questions
