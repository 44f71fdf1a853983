"""Red flags against the independent list: floor, kind and alternatives of each."""

from __future__ import annotations

from typing import Any

import pytest
from red_flags import FLAGS, RED_FLAG_LIST, RedFlag
from triage_examples import RED_FLAGS, advise, picture

from triage.advice import Lane, Status
from triage.codes import Destination, Role
from triage.need import Kind
from triage.urgency import Urgency

EXAMPLES = [
    pytest.param(flag, example, id=f"{flag.name}-{number}")
    for flag in FLAGS
    for number, example in enumerate(flag.examples)
]
NEAR = [
    pytest.param(flag, near, id=f"{flag.name}-{number}")
    for flag in FLAGS
    for number, near in enumerate(flag.near)
]


def test_the_list_has_every_flag_of_the_vocabulary() -> None:
    for fact in RED_FLAGS:
        assert any(flag.present(picture(**{fact: True})) for flag in RED_FLAG_LIST), fact
    assert not any(flag.present(picture()) for flag in FLAGS)


@pytest.mark.parametrize(("flag", "example"), EXAMPLES)
@pytest.mark.parametrize(
    "presented",
    [
        {},
        {"urgency": Urgency.U3, "intended_destination": Destination.SEH},
        {"urgency_role": Role.LAY, "intended_destination": Destination.HAP},
        {"stay_needed": True, "safe_at_home": False},
    ],
    ids=["calm", "diversion", "lay", "stay"],
)
def test_a_present_flag_keeps_its_floor_and_its_kinds(
    flag: RedFlag, example: dict[str, Any], presented: dict[str, Any]
) -> None:
    advice = advise(**{**presented, **example})
    assert advice.urgency <= flag.floor
    assert advice.kind in flag.allowed
    assert set(advice.alternatives) <= flag.allowed
    assert advice.lane is Lane.ACUTE


@pytest.mark.parametrize(("flag", "near"), NEAR)
def test_just_short_of_a_flag_is_no_flag(flag: RedFlag, near: dict[str, Any]) -> None:
    assert not flag.present(picture(**near))
    assert advise(**near).urgency > Urgency.U1


@pytest.mark.parametrize("fact", RED_FLAGS)
def test_a_flag_that_was_not_asked_is_never_final_and_is_asked(fact: str) -> None:
    advice = advise(**{fact: None}, stay_needed=True, safe_at_home=False)
    assert advice.status is Status.PROVISIONAL
    assert len(advice.questions) >= 1
    link = "red-flag." + fact.removeprefix("red_flag_").replace("_", "-")
    assert link in {question.fact for question in advice.questions}


def test_of_two_flags_the_most_acute_chooses_and_the_advice_says_so() -> None:
    advice = advise(red_flag_breathing=True, red_flag_abdomen=True)
    assert advice.kind is Kind.AMBULANCE
    assert advice.alternatives == (Kind.SEH,)
    assert any("de meest acute is gekozen" in note for note in advice.notes)
    both = advise(red_flag_suicidal=True, red_flag_stroke=True)
    assert (both.kind, both.alternatives) == (Kind.AMBULANCE, ())
