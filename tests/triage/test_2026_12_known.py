"""Protocol 2026-12: what it takes for granted, so that only what matters is asked."""

from __future__ import annotations

from typing import Any

import pytest
from triage_examples import NOW, STAY, asked, picture

from triage.advice import Advice, Lane, Status
from triage.codes import Destination, DyingPlace, Nursing, Physician
from triage.decide import decide
from triage.need import Kind
from triage.picture import FACTS
from triage.protocol import load
from triage.span import Span
from triage.table_files import HEAD, parse
from triage.urgency import Urgency
from triage.versions import folder_of

PROTOCOL = load(folder_of("2026-12"))
U3 = {"urgency": Urgency.U3}
SEH = {"intended_destination": Destination.SEH}


def advise(**changes: Any) -> Advice:
    return decide(PROTOCOL, picture(**changes), NOW)


def test_a_pneumonia_counts_once_diagnosed_and_asks_what_its_score_lacks() -> None:
    assert advise(diastolic=60.0).lane is Lane.NON_ACUTE
    open_score = advise(pneumonia=True, diastolic=None)
    assert (open_score.status, asked(open_score)) == (Status.PROVISIONAL, ["diastolic"])
    assert advise(pneumonia=True, diastolic=60.0).kind is Kind.SEH
    assert advise(pneumonia=None, diastolic=None, **STAY).status is Status.FINAL


@pytest.mark.parametrize(
    "measured",
    [{"gfi": 4}, {"prisma7": 3}, {"cfs": 5}, {"frailty_registered": True}],
)
def test_frailty_follows_from_its_instruments_while_nobody_says(measured: dict[str, Any]) -> None:
    grz = {
        **STAY,
        "rehabilitation_goal": True,
        "recent_hospital_or_assessment": True,
        "frail": None,
    }
    assert asked(advise(**grz)) == ["frail"]
    advice = advise(**grz, **measured)
    assert (advice.kind, advice.status) == (Kind.GRZ, Status.FINAL)
    denied = advise(**{**grz, "frail": False}, **measured)
    assert denied.kind is Kind.ELV_LOW
    assert any("ontkend" in note for note in denied.notes)


def test_a_low_barthel_is_care_taken_over_and_no_respite() -> None:
    respite = {"carer_unavailable": True, "adl_takeover": None}
    assert advise(**respite, barthel=Span(9, 9)).kind is not Kind.RESPITE
    assert advise(**respite, barthel=Span(10, 10)).status is Status.PROVISIONAL


@pytest.mark.parametrize("question", ["fallen_last_year", "afraid_of_falling", "trouble_moving"])
def test_the_three_fall_questions_answer_the_fall_risk(question: str) -> None:
    advice = advise(**{question: True, "fall_risk": None})
    assert (advice.kind, advice.status) == (Kind.FALL_PREVENTION, Status.FINAL)
    assert advise(fall_risk=None, fell=None).reasons[0].rule == "no-request"


NEW = {
    "referrer_role",
    "alarm",
    "callback_known",
    "understood",
    "diastolic",
    "pneumonia",
    "worsening",
    "second_contact",
    "gut_feeling",
    "onset_hours",
    "recent_discharge",
    "baseline_decline",
    "conditions_count",
    "medication_count",
    "anticoagulant",
    "fell",
    "fall_hip",
    "fall_head",
    "fall_long_lie",
    "fall_faint",
    "fallen_last_year",
    "afraid_of_falling",
    "trouble_moving",
    "barthel",
    "katz",
    "isar_hp",
    "snaq",
    "cfs",
    "gfi",
    "prisma7",
    "frailty_registered",
    "mobility",
    "wound",
    "four_at",
    "dos",
    "dementia",
    "wandering",
    "behaviour",
    "low_mood",
    "decision_capacity",
    "representative",
    "lives_alone",
    "someone_tonight",
    "home_care_now",
    "home_care_hours",
    "wmo_support",
    "abuse_suspected",
    "acp_recorded",
    "no_resuscitation",
    "no_hospital",
    "no_hospital_confirmed",
    "service",
}


@pytest.mark.parametrize(
    "story",
    [
        STAY,
        {**STAY, **U3, **SEH},
        {"nursing": Nursing.PLANNED},
        {"nursing": Nursing.UNPLANNED, **U3, **SEH},
        {"physician": Physician.DIGITAL},
        {"social_need": True},
        {"carer_unavailable": True, "safe_at_home": False},
        {**STAY, "life_expectancy_months": 2.0, "dying_place": DyingPlace.ELV},
    ],
)
def test_a_referral_that_knows_nothing_new_is_not_asked_more(story: dict[str, Any]) -> None:
    assert set(FACTS) >= NEW
    before = advise(**story)
    after = advise(**story, **dict.fromkeys(NEW))
    assert (after.status, after.questions) == (Status.FINAL, ())
    assert (after.kind, after.urgency, after.lane) == (before.kind, before.urgency, before.lane)


def test_each_fact_that_a_rule_reads_has_one_discipline_to_ask() -> None:
    disciplines = parse(folder_of("2026-12") / HEAD)["disciplines"]
    asked_of = [fact for each in disciplines.values() for fact in each["facts"]]
    assert len(asked_of) == len(set(asked_of))
    read = {fact for rule in PROTOCOL.rules for fact, _ in rule.reads}
    assert read <= set(asked_of) <= set(FACTS)


def test_every_discipline_has_a_table_of_its_own() -> None:
    disciplines = parse(folder_of("2026-12") / HEAD)["disciplines"]
    assert {rule.discipline for rule in PROTOCOL.rules} == set(disciplines)


def test_what_is_said_to_the_person_is_short_and_speaks_to_them() -> None:
    for rule in PROTOCOL.rules:
        said = rule.row.patient
        assert "U " in said or "Uw " in said or " u " in said
        sentences = [each for each in said.replace("?", ".").split(".") if each.strip()]
        assert all(len(each.split()) <= 20 for each in sentences), said
