"""The decision: lanes, questions, reasons, what is assumed and what contradicts."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from triage_examples import (
    NOW,
    PROTOCOL,
    RED_FLAGS,
    STAY,
    advise,
    advise_only,
    asked,
    fired,
    picture,
)

from triage.advice import Lane, Status
from triage.codes import Consciousness, Destination, MentalHealth, Nursing, Physician, Role
from triage.decide import decide
from triage.need import Kind
from triage.picture import Note
from triage.urgency import Urgency


def test_nothing_known_is_provisional_human_triage_within_hours() -> None:
    advice = advise_only()
    assert advice.kind is Kind.HUMAN_TRIAGE
    assert (advice.status, advice.lane) == (Status.PROVISIONAL, Lane.ACUTE)
    assert advice.urgency is Urgency.U3
    assert advice.reasons[0].rule == "undecided"
    assert asked(advice)[0] == "red-flag.airway"
    assert {"red-flag." + flag[9:].replace("_", "-") for flag in RED_FLAGS} <= set(asked(advice))


def test_each_fact_is_asked_once_and_the_most_urgent_first() -> None:
    advice = advise_only()
    assert len(asked(advice)) == len(set(asked(advice)))
    firsts = [q.could[0] for q in advice.questions if q.could and q.could[0].startswith("U")]
    assert firsts == sorted(firsts)
    for question in advice.questions:
        assert question.text
        assert question.text_en
        assert question.could


def test_only_facts_that_could_change_the_outcome_are_asked() -> None:
    advice = advise(**STAY, rehabilitation_goal=None, frail=None, trainable=None)
    # Without recent admission or assessment it is no GRZ, whatever the three are.
    assert (advice.status, advice.kind) == (Status.FINAL, Kind.ELV_LOW)
    could = advise(**STAY, rehabilitation_goal=True, recent_hospital_or_assessment=True, frail=None)
    assert (could.status, asked(could)) == (Status.PROVISIONAL, ["frail"])
    assert could.questions[0].could == ("grz",)


def test_a_rule_that_comes_after_the_one_that_chose_is_not_asked_about() -> None:
    advice = advise(physician=Physician.TODAY, social_need=None, fall_risk=None)
    assert (advice.kind, advice.status) == (Kind.GP_TODAY, Status.FINAL)


def test_an_ambulance_is_final_whatever_is_unknown() -> None:
    advice = advise_only(red_flag_airway=True)
    assert (advice.kind, advice.status, advice.questions) == (Kind.AMBULANCE, Status.FINAL, ())
    assert advise_only(red_flag_poisoning=True).status is Status.FINAL


def test_seh_asks_only_what_could_make_it_more_acute_or_out_of_scope() -> None:
    advice = advise(red_flag_abdomen=True, stay_needed=None, gp_available=None, mental_health=None)
    assert (advice.kind, advice.status) == (Kind.SEH, Status.FINAL)
    open_flag = advise(red_flag_abdomen=True, red_flag_stroke=None, red_flag_fall=None)
    assert (open_flag.status, asked(open_flag)) == (Status.PROVISIONAL, ["red-flag.stroke"])
    assert asked(advise(red_flag_abdomen=True, age=None)) == ["age"]
    # Confusion would be answered lighter than the emergency department: it changes nothing here.
    three = {"temperature": 35.0, "intended_destination": Destination.SEH}
    assert advise(**three, red_flag_confusion=None, red_flag_suicidal=None).status is Status.FINAL


@pytest.mark.parametrize("out", [{"age": 17}, {"pregnant": True}, {"gave_birth_recently": True}])
def test_outside_the_scope_only_a_human_or_112(out: dict[str, object]) -> None:
    calm = advise(**out)
    assert (calm.kind, calm.urgency, calm.status) == (Kind.HUMAN_TRIAGE, Urgency.U2, Status.FINAL)
    # NEWS2 and the flags that the emergency department answers are for adults who aren't pregnant.
    assert advise(**out, temperature=35.0, pulse=115.0, red_flag_fall=True).kind is (
        Kind.HUMAN_TRIAGE
    )
    assert advise(**out, red_flag_breathing=True).kind is Kind.AMBULANCE
    assert asked(advise(**out, red_flag_stroke=None)) == ["red-flag.stroke"]


def test_vital_signs_that_call_112_do_so_outside_the_scope_too() -> None:
    # The bounds of adults, but for a child only what holds at every age.
    for out in ({"pregnant": True}, {"gave_birth_recently": True}):
        for sign in ({"respiration_rate": 30.0}, {"systolic": 90.0}, {"oxygen_saturation": 91.0}):
            assert advise(**out, **sign).kind is Kind.AMBULANCE
    assert advise(age=10, respiration_rate=30.0).kind is Kind.HUMAN_TRIAGE
    assert advise(age=10, oxygen_saturation=91.0).kind is Kind.AMBULANCE


def test_pregnancy_is_asked_only_of_who_can_be_pregnant() -> None:
    nobody_said = {"pregnant": None, "gave_birth_recently": None}
    cannot: list[dict[str, Any]] = [{"sex": "male", "age": 40}, {"age": 60}]
    for changes in cannot:
        assert advise(**nobody_said, **changes, **STAY).status is Status.FINAL
    asks = {"pregnant", "gave-birth-recently"}
    can: list[dict[str, Any]] = [{"age": 59}, {"sex": None, "age": 40}, {"sex": "other", "age": 40}]
    for changes in can:
        assert set(asked(advise(**nobody_said, **changes, **STAY))) == asks
    unknown_age = advise(**nobody_said, age=None, **STAY)
    assert set(asked(unknown_age)) == {"age", *asks}


def test_a_low_saturation_counts_on_the_ordinary_scale_until_a_clinician_says_otherwise() -> None:
    advice = advise(oxygen_saturation=90.0, hypercapnic_target=None)
    assert advice.kind is Kind.AMBULANCE
    assert any("gewone schaal" in note for note in advice.notes)
    assert advise(oxygen_saturation=90.0, hypercapnic_target=True).lane is Lane.NON_ACUTE
    rich = advise(oxygen_saturation=98.0, on_oxygen=True, hypercapnic_target=None)
    assert "hypercapnic-target" in asked(rich)


def test_an_unassessed_person_stays_with_the_destination_presented_for() -> None:
    for destination, kind in (
        (Destination.AMBULANCE, Kind.AMBULANCE),
        (Destination.SEH, Kind.SEH),
        (Destination.HAP, Kind.HAP),
        (Destination.CRISIS, Kind.HUMAN_TRIAGE),
        (Destination.HOME, Kind.HUMAN_TRIAGE),
    ):
        for role in (Role.NURSE, Role.LAY):
            advice = advise(intended_destination=destination, urgency_role=role, **STAY)
            assert (advice.kind, advice.lane) == (kind, Lane.ACUTE)


def test_nobody_is_diverted_while_an_acute_question_is_open() -> None:
    facts = {
        "nursing": Nursing.UNPLANNED,
        "urgency": Urgency.U3,
        "intended_destination": Destination.HAP,
    }
    assert advise(**facts).kind is Kind.NURSING_UNPLANNED
    advice = advise(**facts, red_flag_sepsis=None)
    assert (advice.kind, advice.status) == (Kind.HAP, Status.PROVISIONAL)
    assert advice.reasons[0].rule == "undecided"
    assert advice.safety_net == ()
    assert asked(advice) == ["red-flag.sepsis"]
    nothing_else = advise_only(
        urgency=Urgency.U3, urgency_role=Role.GP, intended_destination=Destination.SEH
    )
    assert (nothing_else.kind, nothing_else.status) == (Kind.SEH, Status.PROVISIONAL)
    confused = advise(red_flag_confusion=True, red_flag_stroke=None)
    assert (confused.kind, confused.status) == (Kind.GP_TODAY, Status.PROVISIONAL)
    crisis = advise(
        mental_health=MentalHealth.CRISIS,
        intended_destination=Destination.CRISIS,
        red_flag_poisoning=None,
    )
    assert crisis.kind is Kind.HUMAN_TRIAGE


def test_open_weighing_facts_leave_an_acute_person_provisional_but_not_at_the_seh() -> None:
    advice = advise(
        **STAY,
        urgency=Urgency.U3,
        intended_destination=Destination.SEH,
        rehabilitation_goal=True,
        frail=True,
        recent_hospital_or_assessment=None,
    )
    assert (advice.kind, advice.status, advice.lane) == (
        Kind.ELV_LOW,
        Status.PROVISIONAL,
        Lane.ACUTE,
    )


def test_urgency_is_the_highest_of_all_rules_and_the_class_entered() -> None:
    # The first rule chooses the kind; a later one still raises.
    advice = advise(red_flag_abdomen=True, urgency=Urgency.U1)
    assert (advice.kind, advice.urgency) == (Kind.SEH, Urgency.U1)
    assert {"flag-abdomen", "entered-u1"} <= fired(advice)
    assert advise(must_leave_home=True, safe_at_home=False).urgency is Urgency.U4


def test_the_first_reason_is_the_one_that_chose_the_kind_with_the_facts_it_used() -> None:
    advice = advise(consciousness=Consciousness.CONFUSION)
    first = advice.reasons[0]
    assert first.rule == "flag-confusion-gp"
    assert first.facts == {
        "consciousness": Consciousness.CONFUSION,
        "red-flag.confusion": False,
        "gp-available": True,
        "four-at": 0,
        "dos": 0,
    }
    assert first.source
    assert first.text != first.text_en
    three = next(reason for reason in advice.reasons if reason.rule == "news2-three")
    assert three.facts["news2"] == 3


def test_a_partial_score_is_shown_as_its_range() -> None:
    advice = advise(respiration_rate=22.0, pulse=115.0, systolic=105.0, temperature=None)
    medium = next(reason for reason in advice.reasons if reason.rule == "news2-medium")
    assert medium.facts["news2"] == [5, 8]
    assert advice.status is Status.PROVISIONAL  # it may be 7: sepsis


def test_review_is_due_when_someone_must_be_seen() -> None:
    for changes, due in (
        ({"urgency": Urgency.U0}, timedelta(0)),
        ({"urgency": Urgency.U1}, timedelta(0)),
        ({"urgency": Urgency.U2}, timedelta(hours=1)),
        ({"urgency": Urgency.U3}, timedelta(hours=3)),
        ({"urgency": Urgency.U4}, timedelta(hours=24)),
        ({}, timedelta(hours=72)),
    ):
        assert advise(**changes).review_due == NOW + due


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"red_flag_consciousness": True}, "Alert én gedaald"),
        ({"consciousness": "P"}, "ontkend"),
        ({"consciousness": "C"}, "ontkend"),
        ({"red_flag_confusion": True}, "Alert én nieuw verward"),
        ({"pregnant": True, "sex": "male"}, "Zwanger én man"),
        ({"must_leave_home": True}, "weg moeten"),
        ({"watchful_eye": True}, "wakend oog"),
        ({"red_flag_stroke": True}, "U4 of U5 ingevuld"),
    ],
)
def test_facts_that_contradict_take_the_worse_and_say_so(
    facts: dict[str, object], words: str
) -> None:
    assert any(words in note for note in advise(**facts).notes)
    assert advise().notes == ()


@pytest.mark.parametrize(
    "facts",
    [
        {"consciousness": "V", "red_flag_consciousness": True},
        {"consciousness": "C", "red_flag_confusion": True},
        {"medically_stable": False, "watchful_eye": True},
        {"must_leave_home": True, "safe_at_home": False},
        {"pregnant": True},
    ],
)
def test_facts_that_agree_are_no_contradiction(facts: dict[str, object]) -> None:
    assert advise(**facts, urgency=Urgency.U3).notes == ()


def test_a_contradiction_is_decided_by_the_worse_fact() -> None:
    assert advise(red_flag_consciousness=True).kind is Kind.AMBULANCE
    assert advise(pregnant=True, sex="male").kind is Kind.HUMAN_TRIAGE
    assert advise(must_leave_home=True, safe_at_home=True).kind is Kind.WMO_URGENT
    assert advise(carer_unavailable=True, watchful_eye=True).kind is not Kind.RESPITE


def test_what_the_mapping_could_not_use_is_passed_on() -> None:
    noted = msgspec.structs.replace(
        picture(), notes=(Note(fact="temperature", text="Temperatuur is ouder dan een uur."),)
    )
    assert decide(PROTOCOL, noted, NOW).notes == ("Temperatuur is ouder dan een uur.",)


def test_nothing_asked_is_a_human_triage_that_says_so() -> None:
    advice = advise()
    assert (advice.kind, advice.status, advice.lane) == (
        Kind.HUMAN_TRIAGE,
        Status.FINAL,
        Lane.NON_ACUTE,
    )
    assert advice.reasons[0].rule == "no-request"
    assert advice.alternatives == ()


def test_alternatives_are_those_of_the_rule_and_none_while_provisional() -> None:
    assert advise(**STAY).alternatives == (Kind.ELV_HIGH,)
    assert advise(**STAY, resistance=None).alternatives == ()
    assert advise(red_flag_breathing=True).alternatives == (Kind.SEH,)


def test_deciding_twice_gives_the_same_advice() -> None:
    for one, other in itertools.pairwise([advise(**STAY, frail=None) for _ in range(3)]):
        assert msgspec.json.encode(one) == msgspec.json.encode(other)
