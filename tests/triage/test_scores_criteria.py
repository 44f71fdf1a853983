"""The qSOFA, CRB-65 and the three fall questions: criteria met, not met, or unknown."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.codes import Consciousness
from triage.picture import FACTS, Picture
from triage.scores import crb65 as crb65_module
from triage.scores import fall_questions
from triage.scores import qsofa as qsofa_module
from triage.scores.crb65 import crb65
from triage.scores.fall_questions import raised_risk
from triage.scores.qsofa import qsofa
from triage.span import Span

ALERT = Consciousness.ALERT
NOT_ALERT = [mind for mind in Consciousness if mind != ALERT]

# No criterion is met, each by the smallest margin.
WELL = Picture(
    consciousness=ALERT,
    red_flag_confusion=False,
    red_flag_consciousness=False,
    respiration_rate=21.0,
    systolic=101.0,
    diastolic=61.0,
    age=64,
)


def person(**changes: object) -> Picture:
    return msgspec.structs.replace(WELL, **changes)


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({}, 0, 0),
        ({"respiration_rate": 22.0}, 1, 1),
        ({"systolic": 100.0}, 1, 1),
        *[({"consciousness": mind}, 1, 1) for mind in NOT_ALERT],
        # 2 or more is positive
        ({"respiration_rate": 22.0, "systolic": 100.0}, 2, 2),
        ({"respiration_rate": 40.0, "systolic": 70.0, "consciousness": "V"}, 3, 3),
        # what is missing is missing, not zero
        ({"respiration_rate": None}, 0, 1),
        ({"systolic": None}, 0, 1),
        ({"consciousness": None}, 0, 1),
        ({"respiration_rate": 22.0, "systolic": None}, 1, 2),
    ],
)
def test_qsofa_has_a_point_for_each_sign(changes: dict[str, object], low: int, high: int) -> None:
    assert qsofa(person(**changes)) == Span(low, high)


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({}, 0, 0),
        ({"respiration_rate": 29.0}, 0, 0),
        ({"respiration_rate": 30.0}, 1, 1),
        ({"respiration_rate": None}, 0, 1),
        ({"age": 65}, 1, 1),
        ({"age": None}, 0, 1),
        # under 90 systolic or at most 60 diastolic
        ({"systolic": 90.0}, 0, 0),
        ({"systolic": 89.0}, 1, 1),
        ({"diastolic": 60.0}, 1, 1),
        ({"systolic": 89.0, "diastolic": 60.0}, 1, 1),
        ({"systolic": 89.0, "diastolic": None}, 1, 1),
        ({"systolic": None, "diastolic": 60.0}, 1, 1),
        ({"systolic": 90.0, "diastolic": None}, 0, 1),
        ({"systolic": None, "diastolic": 61.0}, 0, 1),
        ({"systolic": None, "diastolic": None}, 0, 1),
        # confusion, by whichever fact says so
        *[({"consciousness": mind}, 1, 1) for mind in NOT_ALERT],
        ({"red_flag_confusion": True}, 1, 1),
        ({"red_flag_consciousness": True}, 1, 1),
        ({"consciousness": None, "red_flag_confusion": True}, 1, 1),
        ({"consciousness": "C", "red_flag_confusion": None}, 1, 1),
        ({"consciousness": None}, 0, 1),
        ({"red_flag_confusion": None}, 0, 1),
        ({"red_flag_consciousness": None}, 0, 1),
        # low risk is 0, intermediate 1 and 2, high 3 and 4
        ({"age": 65, "respiration_rate": 30.0}, 2, 2),
        ({"age": 65, "respiration_rate": 30.0, "systolic": 89.0}, 3, 3),
        ({"age": 65, "respiration_rate": 30.0, "systolic": 89.0, "consciousness": "C"}, 4, 4),
    ],
)
def test_crb65_has_a_point_for_each_criterion(
    changes: dict[str, object], low: int, high: int
) -> None:
    assert crb65(person(**changes)) == Span(low, high)


def test_nothing_known_may_be_any_score() -> None:
    assert qsofa(Picture()) == Span(0, 3)
    assert crb65(Picture()) == Span(0, 4)


VALUES: dict[str, list[object]] = {
    "consciousness": list(Consciousness),
    "red_flag_confusion": [True, False],
    "red_flag_consciousness": [True, False],
    "respiration_rate": [8.0, 21.0, 22.0, 29.0, 30.0],
    "systolic": [80.0, 89.0, 90.0, 100.0, 101.0],
    "diastolic": [60.0, 61.0],
    "age": [64, 65],
}


@given(
    st.fixed_dictionaries({fact: st.sampled_from(VALUES[fact]) for fact in VALUES}),
    st.sets(st.sampled_from(list(VALUES)), max_size=4),
)
def test_the_range_is_exact_over_every_value_of_what_is_missing(
    whole: dict[str, object], hidden: set[str]
) -> None:
    for score in (qsofa, crb65):
        span = score(person(**(whole | dict.fromkeys(hidden))))
        totals = {
            score(person(**(whole | dict(zip(sorted(hidden), values, strict=True)))))
            for values in itertools.product(*(VALUES[fact] for fact in sorted(hidden)))
        }
        assert all(each.low == each.high for each in totals)
        assert span == Span(min(each.low for each in totals), max(each.high for each in totals))


@pytest.mark.parametrize(
    "steps",
    [
        [{"respiration_rate": rate} for rate in (16.0, 21.0, 22.0, 29.0, 30.0, 40.0)],
        [{"systolic": mmhg} for mmhg in (130.0, 101.0, 100.0, 90.0, 89.0, 60.0)],
        [{"diastolic": mmhg} for mmhg in (80.0, 61.0, 60.0, 40.0)],
        [{"age": years} for years in (18, 64, 65, 99)],
        [{"consciousness": mind} for mind in Consciousness],
    ],
)
def test_worse_never_scores_lower(steps: list[dict[str, object]]) -> None:
    for score in (qsofa, crb65):
        lows = [score(person(**step)).low for step in steps]
        assert lows == sorted(lows)


@pytest.mark.parametrize("answers", list(itertools.product((True, False, None), repeat=3)))
def test_one_fall_question_answered_yes_is_a_raised_risk_and_only_three_times_no_is_none(
    answers: tuple[bool | None, bool | None, bool | None],
) -> None:
    risk = raised_risk(
        fallen_last_year=answers[0], afraid_of_falling=answers[1], trouble_moving=answers[2]
    )
    if True in answers:
        assert risk is True
    elif answers == (False, False, False):
        assert risk is False
    else:
        assert risk is None


@pytest.mark.parametrize("fact", crb65_module.READS)
def test_crb65_hangs_on_each_fact_that_it_says_it_reads(fact: str) -> None:
    assert crb65(person(**{fact: None})) != crb65(WELL)


@pytest.mark.parametrize("fact", qsofa_module.READS)
def test_qsofa_hangs_on_each_fact_that_it_says_it_reads(fact: str) -> None:
    assert qsofa(person(**{fact: None})) != qsofa(WELL)


def test_the_scores_hang_on_no_other_fact() -> None:
    for module, score in ((qsofa_module, qsofa), (crb65_module, crb65)):
        only = Picture(**{fact: getattr(WELL, fact) for fact in module.READS})
        assert score(only) == score(WELL) == Span(0, 0)


def test_the_fall_questions_are_facts() -> None:
    assert set(fall_questions.READS) <= set(FACTS)
