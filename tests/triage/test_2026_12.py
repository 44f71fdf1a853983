"""Protocol 2026-12: wishes, falls, alarms, alarm signals, and what it takes for granted."""

from __future__ import annotations

from typing import Any

import pytest
from triage_examples import NOW, STAY, advise_only, asked, fired, picture

from triage.advice import Advice, Lane, Status
from triage.codes import (
    Anticoagulant,
    Destination,
    DyingPlace,
    Nursing,
    Physician,
    Role,
    WlzIndication,
)
from triage.decide import decide
from triage.need import Kind
from triage.protocol import load
from triage.urgency import Urgency
from triage.versions import folder_of

PROTOCOL = load(folder_of("2026-12"))
U3 = {"urgency": Urgency.U3}
SEH = {"intended_destination": Destination.SEH}
WISH = {
    "no_hospital": True,
    "no_hospital_confirmed": True,
    "acp_recorded": True,
    "decision_capacity": True,
}
FELL = {"fell": True, "fall_risk": True}
ALARM = {**FELL, "alarm": True, "urgency_role": Role.LAY}
NEWS_7 = {"respiration_rate": 22.0, "pulse": 115.0, "systolic": 105.0, "temperature": 39.1}


def advise(**changes: Any) -> Advice:
    return decide(PROTOCOL, picture(**changes), NOW)


@pytest.mark.parametrize(
    "ill",
    [
        {"red_flag_sepsis": True},
        NEWS_7,
        {"specialist_needed": True},
        {"urgency": Urgency.U2},
        {"pneumonia": True, "diastolic": 60.0},
        {"pneumonia": True, "worsening": True},
        {"temperature": 35.0, **SEH},
    ],
)
def test_a_confirmed_wish_against_hospital_brings_a_physician_within_the_hour(
    ill: dict[str, Any],
) -> None:
    assert advise(**ill).kind in {Kind.AMBULANCE, Kind.SEH}
    advice = advise(**ill, **WISH)
    assert (advice.kind, advice.urgency, advice.lane) == (Kind.GP_TODAY, Urgency.U2, Lane.ACUTE)
    assert advice.alternatives == (Kind.HAP,)
    assert advice.exempted
    assert advise(**ill, **WISH, gp_available=False).kind is Kind.HAP


@pytest.mark.parametrize(
    "half",
    [
        {"no_hospital": True},
        {"no_hospital": True, "no_hospital_confirmed": None},
        {"no_hospital": None, "no_hospital_confirmed": True},
        {"no_resuscitation": True, "acp_recorded": True},
    ],
)
def test_a_wish_that_is_not_sure_exempts_nothing_and_asks_nothing(half: dict[str, Any]) -> None:
    advice = advise(specialist_needed=True, **half)
    assert (advice.kind, advice.status, advice.exempted) == (Kind.SEH, Status.FINAL, ())


@pytest.mark.parametrize(
    "danger",
    [
        {"red_flag_breathing": True},
        {"oxygen_saturation": 90.0},
        {"respiration_rate": 26.0},
        {"red_flag_circulation": True},
        {"red_flag_fall": True},
        {"fell": True, "fall_hip": True},
        {"red_flag_abdomen": True},
        {"red_flag_stroke": True},
        {"consciousness": "P"},
        {"urgency": Urgency.U0},
        {"urgency_role": Role.LAY, **SEH},
    ],
)
def test_a_wish_never_exempts_distress_bleeding_fracture_or_danger(danger: dict[str, Any]) -> None:
    advice = advise(**danger, **WISH, red_flag_sepsis=True)
    assert advice.kind in {Kind.AMBULANCE, Kind.SEH}
    assert advice.exempted == ()


def test_a_wish_does_nothing_where_no_hospital_threatens() -> None:
    advice = advise(**WISH, nursing=Nursing.PLANNED)
    assert (advice.kind, advice.lane) == (Kind.NURSING_PLANNED, Lane.NON_ACUTE)


@pytest.mark.parametrize("part", ["fall_hip", "fall_long_lie", "fall_faint"])
def test_a_fall_with_a_red_flag_goes_to_the_hospital(part: str) -> None:
    advice = advise(**FELL, **{part: True})
    assert (advice.kind, advice.urgency) == (Kind.SEH, Urgency.U2)
    contrary = advise(**{part: True})  # "nobody fell": the worse of the two counts, and is said
    assert (contrary.kind, contrary.urgency) == (Kind.SEH, Urgency.U2)
    assert any("gerekend met het ergste" in note for note in contrary.notes)


@pytest.mark.parametrize("thinner", Anticoagulant)
def test_a_head_hit_or_unknown_is_a_flag_on_an_anticoagulant_only(thinner: Anticoagulant) -> None:
    thins = thinner in {Anticoagulant.VKA, Anticoagulant.DOAC, Anticoagulant.HEPARIN}
    for head in (True, None):
        advice = advise(**FELL, anticoagulant=thinner, fall_head=head)
        assert (advice.kind is Kind.SEH) is thins
        assert advice.status is Status.FINAL
    assert advise(**FELL, anticoagulant=thinner, fall_head=False).kind is Kind.FALL_PREVENTION


def test_a_fall_without_a_flag_is_looked_at_at_home_and_goes_to_the_chain() -> None:
    assert advise(**FELL).kind is Kind.FALL_PREVENTION
    by_phone = advise(**FELL, urgency_role=Role.TRIAGIST)
    assert (by_phone.kind, by_phone.lane) == (Kind.NURSING_UNPLANNED, Lane.NON_ACUTE)
    known = advise(**FELL, **U3, **SEH, home_care_now=True)
    assert known.kind is Kind.NURSING_UNPLANNED
    assert known.diversions[0].reachable_within_hours <= 1
    assert known.safety_net
    assert advise(**FELL, **U3, **SEH).kind is Kind.AMBULANCE_CONSULT


def test_an_alarm_is_answered_at_home_by_what_is_known() -> None:
    assert advise(**ALARM).kind is Kind.AMBULANCE_CONSULT
    assert advise(**ALARM, home_care_now=True).kind is Kind.NURSING_UNPLANNED
    assert advise(**{**ALARM, "fell": False}).kind is Kind.HUMAN_TRIAGE
    assert advise(**ALARM, understood=False).kind is Kind.HUMAN_TRIAGE
    assert advise(**ALARM, fall_hip=True).kind is Kind.SEH
    assert advise(**ALARM, **SEH).kind is Kind.SEH
    nothing = advise_only(alarm=True, urgency_role=Role.LAY)
    assert nothing.kind is Kind.HUMAN_TRIAGE
    assert "fell" in asked(nothing)


@pytest.mark.parametrize("signal", ["worsening", "gut_feeling"])
def test_an_alarm_signal_raises_to_within_hours_whoever_entered_the_class(signal: str) -> None:
    advice = advise(**{signal: True}, nursing=Nursing.PLANNED)
    assert (advice.urgency, advice.lane) == (Urgency.U3, Lane.ACUTE)
    assert advice.kind is Kind.GP_TODAY
    assert any("alarmteken" in note for note in advice.notes)
    unknown = advise(**{signal: None}, nursing=Nursing.PLANNED)
    assert (unknown.status, unknown.kind) == (Status.FINAL, Kind.NURSING_PLANNED)


def test_a_second_contact_is_weighed_by_the_physician_who_assessed() -> None:
    assert advise(second_contact=True, physician=Physician.PLANNED).kind is Kind.GP_PLANNED
    by_phone = advise(second_contact=True, urgency_role=Role.TRIAGIST, physician=Physician.PLANNED)
    assert (by_phone.kind, by_phone.urgency) == (Kind.GP_TODAY, Urgency.U3)


def test_who_cannot_be_understood_gets_an_interpreter_first() -> None:
    advice = advise(understood=False, nursing=Nursing.PLANNED)
    assert (advice.kind, advice.reasons[0].rule) == (Kind.HUMAN_TRIAGE, "interpreter")


def test_suspected_abuse_is_not_answered_by_home_care_alone() -> None:
    advice = advise(abuse_suspected=True, nursing=Nursing.PLANNED)
    assert advice.kind is Kind.VEILIG_THUIS
    assert "nursing-planned" in fired(advice)


def test_a_hospice_stays_open_to_who_has_a_long_term_care_indication() -> None:
    wlz = {**STAY, "life_expectancy_months": 2.0, "wlz_indication": WlzIndication.PRESENT}
    assert advise(**wlz, dying_place=DyingPlace.HOSPICE).kind is Kind.HOSPICE
    assert advise(**wlz, dying_place=DyingPlace.ELV).reasons[0].rule == "wlz-route"
