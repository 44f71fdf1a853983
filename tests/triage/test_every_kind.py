"""Every kind of care is reached by a written picture, finally and for the right reason."""

from __future__ import annotations

from typing import Any

import pytest
from triage_examples import CRISIS, STAY, advise

from triage.advice import Lane, Status
from triage.codes import (
    Destination,
    DyingPlace,
    MentalHealth,
    Nursing,
    Physician,
    WlzIndication,
    WlzSector,
)
from triage.need import Kind
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
    kind
    for kind, (rule, _) in REACHED.items()
    if not rule.startswith("flag-")
    and kind
    not in {
        Kind.GP_PLANNED,
        Kind.DIGITAL_CONSULT,
        Kind.GGZ_PLANNED,
        Kind.NURSING_PLANNED,
        Kind.SOCIAL,
        Kind.FALL_PREVENTION,
        Kind.HUMAN_TRIAGE,
    }
)


@pytest.mark.parametrize("kind", DIVERTED)
def test_someone_presented_for_seh_at_u3_is_diverted_with_a_safety_net(kind: Kind) -> None:
    _, changes = REACHED[kind]
    advice = advise(**changes, urgency=Urgency.U3, intended_destination=Destination.SEH)
    assert (advice.kind, advice.lane, advice.status) == (kind, Lane.ACUTE, Status.FINAL)
    assert advice.urgency is Urgency.U3
    assert any("Verantwoordelijk" in line for line in advice.safety_net)
    assert any("belt terug binnen 3 uur" in line for line in advice.safety_net)


@pytest.mark.parametrize(
    "changes", [{"physician": Physician.PLANNED}, {"nursing": Nursing.PLANNED}]
)
def test_what_takes_days_is_no_answer_to_u3(changes: dict[str, Any]) -> None:
    advice = advise(**changes, urgency=Urgency.U3)
    assert advice.kind is Kind.HUMAN_TRIAGE
    assert advice.reasons[0].rule == "gap"
