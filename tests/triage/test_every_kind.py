"""Every kind of care is reached by a written picture, finally and for the right reason."""

from __future__ import annotations

import re
from typing import Any

import pytest
from triage_examples import CRISIS, PROTOCOL, STAY, advise

from triage.advice import Lane, Status
from triage.codes import (
    Destination,
    DyingPlace,
    MentalHealth,
    Nursing,
    Physician,
    Role,
    Service,
    WlzIndication,
    WlzSector,
)
from triage.need import ACUTE_DESTINATIONS, BED_KINDS, Kind
from triage.urgency import Urgency

DYING = {**STAY, "life_expectancy_months": 3.0, "return_home_expected": False}
REACHED: dict[Kind, tuple[str, dict[str, Any]]] = {
    Kind.AMBULANCE: ("flag-stroke", {"red_flag_stroke": True}),
    Kind.SEH: ("flag-abdomen", {"red_flag_abdomen": True}),
    Kind.HAP: ("flag-confusion", {"red_flag_confusion": True, "gp_available": False}),
    Kind.GP_TODAY: ("gp-today", {"physician": Physician.TODAY}),
    Kind.GP_PLANNED: ("gp-planned", {"physician": Physician.PLANNED}),
    Kind.DIGITAL_CONSULT: ("digital-consult", {"physician": Physician.DIGITAL}),
    Kind.ELV_LOW: ("elv-low", STAY),
    Kind.ELV_HIGH: ("elv-high", {**STAY, "interacting_conditions": True}),
    Kind.ELV_PALLIATIVE: ("elv-palliative", {**DYING, "dying_place": DyingPlace.ELV}),
    Kind.GRZ: (
        "grz",
        {
            **STAY,
            "rehabilitation_goal": True,
            "frail": True,
            "recent_hospital_or_assessment": True,
            "interacting_conditions": True,
        },
    ),
    Kind.WLZ_CRISIS_VV: ("wlz-crisis-vv", CRISIS),
    Kind.WLZ_CRISIS_GZ: (
        "wlz-crisis-gz",
        {**CRISIS, "wlz_sector": WlzSector.GZ, "admission_within_hours": 48.0},
    ),
    Kind.RESPITE: ("respite", {"carer_unavailable": True}),
    Kind.OBSERVATION: ("observation", {**STAY, "care_need_unclear": True}),
    Kind.HOSPITAL_AT_HOME: (
        "hospital-at-home",
        {"nursing": Nursing.HOSPITAL_AT_HOME, "stay_needed": True},
    ),
    Kind.NURSING_PLANNED: ("nursing-planned", {"nursing": Nursing.PLANNED}),
    Kind.NURSING_UNPLANNED: ("nursing-unplanned", {"nursing": Nursing.UNPLANNED}),
    Kind.NURSING_NIGHT: ("nursing-night", {"nursing": Nursing.NIGHT}),
    Kind.NURSING_TECHNICAL: ("nursing-technical", {"nursing": Nursing.TECHNICAL}),
    Kind.GGZ_CRISIS: ("flag-suicidal", {"red_flag_suicidal": True}),
    Kind.GGZ_PLANNED: ("ggz-planned", {"mental_health": MentalHealth.PLANNED}),
    Kind.WMO_URGENT: ("wmo-urgent", {"must_leave_home": True, "safe_at_home": False}),
    Kind.SOCIAL: ("social", {"social_need": True}),
    Kind.FALL_PREVENTION: ("fall-prevention", {"fall_risk": True}),
    Kind.HOSPICE: ("hospice", {**DYING, "dying_place": DyingPlace.HOSPICE}),
    Kind.PALLIATIVE_TEAM: ("dying-safe-at-home", {"life_expectancy_months": 2.0}),
    **{
        Kind(service): (service.value, {"service": service})
        for service in Service
        if service not in {Service.NONE, Service.PALLIATIVE_TEAM}
    },
    Kind.HUMAN_TRIAGE: ("wlz-route", {**STAY, "wlz_indication": WlzIndication.PRESENT}),
}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_reached_finally_by_its_own_rule(kind: Kind) -> None:
    rule, changes = REACHED[kind]
    advice = advise(**changes)
    assert (advice.kind, advice.reasons[0].rule) == (kind, rule)
    assert advice.status is Status.FINAL
    assert advice.questions == ()
    assert advice.lane is (Lane.ACUTE if rule.startswith("flag-") else Lane.NON_ACUTE)


DIVERTED = sorted(
    {
        Kind.GP_TODAY,
        Kind.ELV_LOW,
        Kind.ELV_HIGH,
        Kind.ELV_PALLIATIVE,
        Kind.GRZ,
        Kind.WLZ_CRISIS_VV,
        Kind.WLZ_CRISIS_GZ,
        Kind.OBSERVATION,
        Kind.HOSPITAL_AT_HOME,
        Kind.NURSING_UNPLANNED,
        Kind.NURSING_NIGHT,
        Kind.NURSING_TECHNICAL,
        Kind.HOSPICE,
        Kind.PALLIATIVE_TEAM,
        Kind.AMBULANCE_CONSULT,
    }
)
"""What can answer someone who must be seen within hours."""

DAYS = sorted(
    kind
    for kind, (rule, _) in REACHED.items()
    if not rule.startswith("flag-") and kind not in {*DIVERTED, Kind.HUMAN_TRIAGE, Kind.WMO_URGENT}
)
"""What takes days."""


@pytest.mark.parametrize("kind", DIVERTED)
def test_someone_presented_for_seh_at_u3_is_diverted_with_a_safety_net(kind: Kind) -> None:
    _, changes = REACHED[kind]
    advice = advise(**changes, urgency=Urgency.U3, intended_destination=Destination.SEH)
    assert (advice.kind, advice.lane, advice.status) == (kind, Lane.ACUTE, Status.FINAL)
    assert advice.urgency is Urgency.U3
    assert any("Verantwoordelijk" in line for line in advice.safety_net)
    assert any("belt terug binnen 3 uur" in line for line in advice.safety_net)


@pytest.mark.parametrize("kind", DAYS)
@pytest.mark.parametrize("available", [True, False])
def test_what_takes_days_is_no_answer_to_u3_a_physician_is(kind: Kind, *, available: bool) -> None:
    _, changes = REACHED[kind]
    advice = advise(**changes, urgency=Urgency.U3, gp_available=available)
    assert advice.kind is (Kind.GP_TODAY if available else Kind.HAP)
    assert advice.status is Status.FINAL
    assert advice.lane is Lane.ACUTE


def test_who_must_leave_home_and_be_seen_within_hours_is_for_a_person_to_decide() -> None:
    _, changes = REACHED[Kind.WMO_URGENT]
    advice = advise(**changes, urgency=Urgency.U3)
    assert (advice.kind, advice.urgency) == (Kind.HUMAN_TRIAGE, Urgency.U3)


def test_every_kind_says_what_it_is_and_what_makes_it_safe_in_the_acute_lane() -> None:
    for kind, facts in PROTOCOL.kinds.items():
        assert {"U", "u", "Uw", "uw"} & set(re.findall(r"\w+", facts.patient))
        if kind in ACUTE_DESTINATIONS:
            assert facts.diversion is None
        else:
            assert facts.diversion is not None
            assert facts.diversion.watch
    for kind in DIVERTED:
        diversion = PROTOCOL.kinds[kind].diversion
        assert diversion is not None
        assert diversion.call_back_within_hours <= 24


def test_only_a_head_of_treatment_refers_to_a_stay() -> None:
    heads = {Role.GP, Role.SPECIALIST, Role.ELDERLY_PHYSICIAN}
    by_the_municipality = {Kind.RESPITE, Kind.WMO_URGENT}
    for kind in BED_KINDS - by_the_municipality - {Kind.GGZ_CRISIS}:
        assert set(PROTOCOL.kinds[kind].referrers) == heads
    for kind in by_the_municipality | {Kind.SOCIAL}:
        assert PROTOCOL.kinds[kind].referrers == ()
    for kind in (Kind.NURSING_PLANNED, Kind.NURSING_UNPLANNED, Kind.NURSING_NIGHT):
        assert Role.NURSE in PROTOCOL.kinds[kind].referrers
