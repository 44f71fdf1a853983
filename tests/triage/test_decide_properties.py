"""What must hold for any picture: safety first, and no safety bought by sending everyone away.

Flags are drawn rarely (3%): frequent flags would mask every rule behind them.
"""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from red_flags import EXEMPTIONS, FLAGS
from triage_examples import CALM, NOW, PROTOCOL, RED_FLAGS, fired, picture

from triage.advice import Advice, Lane, Status
from triage.codes import Role, Service, WlzIndication
from triage.decide import decide
from triage.need import Kind
from triage.picture import FACTS, Picture
from triage.urgency import Urgency
from triage.vocabulary import WORDS, Shape

rare = st.integers(0, 99).map(lambda percent: percent < 3)


def whole(total: int) -> dict[str, int]:
    """A total without missing parts, as it goes over the wire."""
    return {"low": total, "high": total}


BANDS: dict[str, st.SearchStrategy[Any]] = {
    "age": st.integers(15, 100),
    "respiration_rate": st.one_of(st.integers(12, 20), st.integers(7, 27)).map(float),
    "oxygen_saturation": st.one_of(st.integers(96, 100), st.integers(82, 100)).map(float),
    "systolic": st.one_of(st.integers(111, 219), st.integers(88, 222)).map(float),
    "pulse": st.one_of(st.integers(51, 90), st.integers(38, 133)).map(float),
    "temperature": st.one_of(st.just(37.0), st.integers(348, 394).map(lambda t: t / 10)),
    "consciousness": st.sampled_from("AAAAAAAACVPU"),
    "on_oxygen": rare,
    "hypercapnic_target": rare,
    "pregnant": rare,
    "gave_birth_recently": rare,
    "specialist_needed": rare,
    "resistance": rare,
    "urgency": st.sampled_from(["U5", "U5", "U4", "U4", "U3", "U2", "U1", "U0"]),
    "urgency_role": st.sampled_from(
        ["gp", "gp", "specialist", "elderly-physician", "triagist", "nurse", "lay"]
    ),
    "intended_destination": st.sampled_from(
        ["home", "home", "gp", "other", "hap", "seh", "crisis", "112"]
    ),
    "mental_health": st.sampled_from(["none", "none", "none", "planned", "crisis"]),
    "life_expectancy_months": st.sampled_from([2.0, 3.0, 3.5, 24.0]),
    "admission_within_hours": st.sampled_from([12.0, 24.0, 36.0, 48.0, 72.0]),
    "hours_per_week": st.just(4.0),
    "equipment": st.just(frozenset()),
    "four_at": st.one_of(st.just(0), st.integers(0, 4)).map(whole),
    "dos": st.one_of(st.just(0), st.integers(0, 9)).map(whole),
    "understood": rare.map(lambda misunderstood: not misunderstood),
    "worsening": rare,
    "gut_feeling": rare,
    "service": st.sampled_from(["none", "none", "none", *Service]),
    **dict.fromkeys(RED_FLAGS, rare),
}
ASSUMED = {each.fact for each in PROTOCOL.assumptions}
"""Facts that have a documented answer while nobody gives one (protocol.toml)."""


def _values(fact: str) -> st.SearchStrategy[Any]:
    if fact in BANDS:
        return BANDS[fact]
    word = WORDS[fact]
    if word.shape is Shape.NUMBER:
        numbers = st.integers(int(word.low), int(word.high))
        return numbers.map(whole) if word.span else numbers
    return st.sampled_from(sorted(word.codes)) if word.shape is Shape.CODE else st.booleans()


answered = st.fixed_dictionaries({fact: _values(fact) for fact in FACTS})
"""Everything known."""

masked = st.one_of(
    st.sets(st.sampled_from(FACTS), max_size=3), st.sets(st.sampled_from(FACTS), max_size=60)
)
"""Facts to forget."""

many = settings(max_examples=150, deadline=None)


def advice_on(facts: dict[str, Any]) -> Advice:
    # Through the wire, as the service does it: codes become their types.
    return decide(PROTOCOL, _picture(facts), NOW)


def _picture(facts: dict[str, Any]) -> Picture:

    known = {fact: value for fact, value in facts.items() if value is not None}
    return msgspec.convert(known, Picture, strict=False)


def out_of_scope(facts: dict[str, Any]) -> bool:
    return bool(facts["age"] < 18 or facts["pregnant"] or facts["gave_birth_recently"])


@many
@given(answered, masked)
def test_a_class_that_was_entered_is_never_lowered(facts: dict[str, Any], gone: set[str]) -> None:
    known = {fact: None if fact in gone - {"urgency"} else v for fact, v in facts.items()}
    assert advice_on(known).urgency <= facts["urgency"]


@many
@given(answered)
def test_a_present_flag_has_its_floor_and_its_kinds(facts: dict[str, Any]) -> None:
    advice = advice_on(facts)
    seen = _picture(facts)
    if out_of_scope(facts):
        return
    wished = {name for each in EXEMPTIONS if each.holds(seen) for name in each.flags}
    present = [flag for flag in FLAGS if flag.present(seen)]
    if any(flag.name in wished for flag in present):
        return  # the wish decides, with a floor of its own
    for flag in present:
        assert advice.urgency <= flag.floor
        assert advice.lane is Lane.ACUTE
        assert set(advice.alternatives) <= flag.allowed
    if present:
        # Where flags differ, one of the most urgent decides.
        top = min(flag.floor for flag in present)
        allowed = [flag.allowed for flag in present if flag.floor == top]
        assert any(advice.kind in kinds for kinds in allowed)
        if len(present) == 1:
            assert advice.kind in present[0].allowed


@many
@given(answered, masked)
def test_what_is_final_stays_what_it_is_when_more_becomes_known(
    facts: dict[str, Any], gone: set[str]
) -> None:
    partial = advice_on({fact: None if fact in gone else v for fact, v in facts.items()})
    if partial.status is Status.PROVISIONAL or partial.kind in {Kind.AMBULANCE, Kind.SEH}:
        return
    if gone & ASSUMED:
        return
    known = advice_on(facts)
    assert (partial.kind, partial.lane, partial.urgency, partial.alternatives) == (
        known.kind,
        known.lane,
        known.urgency,
        known.alternatives,
    )


@many
@given(answered, masked)
def test_forgetting_a_fact_never_gives_a_final_calmer_non_acute_advice(
    facts: dict[str, Any], gone: set[str]
) -> None:
    known = advice_on(facts)
    partial = advice_on({fact: None if fact in gone else v for fact, v in facts.items()})
    if partial.status is Status.FINAL and partial.lane is Lane.NON_ACUTE:
        if gone & ASSUMED:
            return
        assert partial.urgency <= known.urgency
        assert known.lane is Lane.NON_ACUTE


@many
@given(answered, st.sampled_from(RED_FLAGS))
def test_a_flag_that_was_not_asked_is_never_final_non_acute(
    facts: dict[str, Any], flag: str
) -> None:
    advice = advice_on({**facts, flag: None})
    assert advice.status is Status.PROVISIONAL or advice.lane is Lane.ACUTE


@many
@given(answered, masked)
def test_out_of_scope_is_a_human_triage_or_112(facts: dict[str, Any], gone: set[str]) -> None:
    scope = {"age", "pregnant", "gave_birth_recently"}
    if out_of_scope(facts):
        advice = advice_on({f: None if f in gone - scope else v for f, v in facts.items()})
        assert advice.kind in {Kind.HUMAN_TRIAGE, Kind.AMBULANCE}
        assert advice.lane is Lane.ACUTE


@many
@given(answered, masked)
def test_an_unknown_age_is_provisional_or_112(facts: dict[str, Any], gone: set[str]) -> None:
    advice = advice_on({f: None if f in gone | {"age"} else v for f, v in facts.items()})
    pregnant = {"pregnant", "gave-birth"} & fired(advice)
    assert advice.status is Status.PROVISIONAL or advice.kind is Kind.AMBULANCE or pregnant


@many
@given(answered)
def test_elv_and_respite_and_crisis_keep_their_exclusions(facts: dict[str, Any]) -> None:
    advice = advice_on(facts)
    for kind in (advice.kind, *advice.alternatives):
        if kind in {Kind.ELV_LOW, Kind.ELV_HIGH, Kind.ELV_PALLIATIVE, Kind.GRZ}:
            assert facts["wlz_indication"] == WlzIndication.NONE
        if kind is Kind.RESPITE:
            assert facts["medically_stable"]
            assert not facts["watchful_eye"]
        if kind in {Kind.WLZ_CRISIS_VV, Kind.WLZ_CRISIS_GZ}:
            assert facts["admission_within_hours"] <= (24 if kind is Kind.WLZ_CRISIS_VV else 48)
            for criterion in (
                "acute_change",
                "danger",
                "alternatives_exhausted",
                "any_provider_accepted",
            ):
                assert facts[criterion]


@many
@given(answered, masked)
def test_non_acute_and_final_needs_a_physician_or_triagist_and_u4_or_u5(
    facts: dict[str, Any], gone: set[str]
) -> None:
    known = {fact: None if fact in gone else v for fact, v in facts.items()}
    advice = advice_on(known)
    if advice.lane is Lane.NON_ACUTE and advice.status is Status.FINAL:
        assert known["urgency"] in {"U4", "U5"}
        assert known["urgency_role"] in {"gp", "specialist", "elderly-physician", "triagist"}
        assert all(known[flag] is False for flag in RED_FLAGS)


@many
@given(answered, masked)
def test_an_open_acute_question_never_diverts(facts: dict[str, Any], gone: set[str]) -> None:
    advice = advice_on({fact: None if fact in gone else v for fact, v in facts.items()})
    if advice.safety_net and advice.status is Status.PROVISIONAL:
        acute = {rule.row.id for rule in PROTOCOL.rules if rule.row.allowed}
        flags = {question.fact for question in advice.questions if question.fact.startswith("red")}
        assert not flags or fired(advice) & acute


WORSE = {
    "respiration_rate": (range(16, 41), range(16, 3, -1)),
    "oxygen_saturation": (range(96, 69, -1),),
    "systolic": (range(130, 231), range(130, 59, -1)),
    "pulse": (range(70, 151), range(70, 29, -1)),
    "temperature": (range(37, 42), range(37, 32, -1)),
}
ACUITY = {
    Kind.AMBULANCE: 0,
    Kind.SEH: 1,
    Kind.HAP: 2,
    Kind.GP_TODAY: 2,
    Kind.GGZ_CRISIS: 2,
    Kind.HUMAN_TRIAGE: 2,
}
"""How acute a kind is: 112, the emergency department, a person today, all others (3)."""


@settings(max_examples=40, deadline=None)
@given(answered, st.sampled_from(sorted(WORSE)), masked)
def test_worse_vital_signs_are_never_less_urgent_nor_less_acute(
    facts: dict[str, Any], vital: str, gone: set[str]
) -> None:
    known = {f: None if f in gone - {"age"} else v for f, v in facts.items()}
    for path in WORSE[vital]:
        before: Advice | None = None
        for value in path:
            advice = advice_on({**known, vital: float(value)})
            if before is not None:
                assert advice.urgency <= before.urgency
                assert ACUITY.get(advice.kind, 3) <= ACUITY.get(before.kind, 3)
            before = advice


@settings(max_examples=60, deadline=None)
@given(answered)
def test_a_worse_class_is_never_less_urgent_nor_less_acute(facts: dict[str, Any]) -> None:
    ladder = [advice_on({**facts, "urgency": urgency}) for urgency in reversed(Urgency)]
    for calmer, worse in itertools.pairwise(ladder):
        assert worse.urgency <= calmer.urgency
        assert ACUITY.get(worse.kind, 3) <= ACUITY.get(calmer.kind, 3)


@many
@given(answered)
def test_everything_answered_is_final(facts: dict[str, Any]) -> None:
    advice = advice_on(facts)
    assert advice.status is Status.FINAL
    assert advice.questions == ()


@many
@given(answered)
def test_calm_and_answered_is_not_acute(facts: dict[str, Any]) -> None:
    vitals = {word: CALM[word] for word in ("respiration_rate", "oxygen_saturation", "systolic")}
    calm = {
        **facts,
        **vitals,
        **dict.fromkeys(RED_FLAGS, False),
        "pulse": 70.0,
        "temperature": 37.0,
        "consciousness": "A",
        "on_oxygen": False,
        "age": 80,
        "pregnant": False,
        "gave_birth_recently": False,
        "urgency": "U5",
        "urgency_role": Role.GP,
        "intended_destination": "home",
        "specialist_needed": False,
        "mental_health": "none",
        "gp_available": True,
        "four_at": whole(0),
        "dos": whole(0),
        "understood": True,
        "worsening": False,
        "gut_feeling": False,
        "second_contact": False,
        "pneumonia": False,
        "fall_hip": False,
        "fall_head": False,
        "fall_long_lie": False,
        "fall_faint": False,
    }
    advice = advice_on(calm)
    assert advice.lane is Lane.NON_ACUTE
    assert advice.kind not in {Kind.AMBULANCE, Kind.SEH, Kind.HAP}
    assert advice.urgency >= Urgency.U4


@pytest.mark.parametrize("fact", FACTS)
def test_forgetting_any_one_fact_of_a_stay_is_asked_or_changes_nothing(fact: str) -> None:
    stay = picture(stay_needed=True, safe_at_home=False)
    partial = picture(**{"stay_needed": True, "safe_at_home": False, fact: None})
    before, after = decide(PROTOCOL, stay, NOW), decide(PROTOCOL, partial, NOW)
    if after.status is Status.FINAL:
        assert (after.kind, after.urgency, after.lane) == (
            before.kind,
            before.urgency,
            before.lane,
        )
    else:
        assert WORDS[fact].nl in {question.text for question in after.questions}
