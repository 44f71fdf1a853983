"""Every rule of the protocol: a picture where it holds, and pictures just beside it."""

from __future__ import annotations

from typing import Any

import pytest
from triage_examples import CRISIS, NOW, PROTOCOL, RED_FLAGS, STAY, hanging, picture

from triage.codes import (
    Anticoagulant,
    Consciousness,
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
from triage.decide import decide
from triage.picture import Picture
from triage.scores.news2 import news2
from triage.span import Span
from triage.urgency import Urgency

Facts = dict[str, Any]

LAY = {"urgency_role": Role.LAY}
GZ = {**CRISIS, "wlz_sector": WlzSector.GZ, "admission_within_hours": 48.0}
DYING = {**STAY, "life_expectancy_months": 3.0}
HOSPICE = {**DYING, "dying_place": DyingPlace.HOSPICE}
ELV_PALLIATIVE = {**DYING, "dying_place": DyingPlace.ELV}
RESPITE = {"carer_unavailable": True}
LEAVE = {"must_leave_home": True, "safe_at_home": False}
GRZ = {**STAY, "rehabilitation_goal": True, "frail": True, "recent_hospital_or_assessment": True}
HIGH = {**STAY, "interacting_conditions": True}
TODAY = {"physician": Physician.TODAY}
WLZ = {"wlz_indication": WlzIndication.PRESENT}
NEWS_5 = {"respiration_rate": 22.0, "pulse": 115.0, "systolic": 105.0}
NEWS_4 = {"respiration_rate": 22.0, "pulse": 115.0}
NEWS_7 = {**NEWS_5, "temperature": 39.1}
NEWS_6 = {**NEWS_5, "temperature": 39.0}
FELL = {"fell": True}
U3 = {"urgency": Urgency.U3}
ALARM = {**LAY, **FELL, "alarm": True}
PNEUMONIA = {"pneumonia": True, "diastolic": 60.0}
WISH = {
    "no_hospital": True,
    "no_hospital_confirmed": True,
    "acp_recorded": True,
    "decision_capacity": True,
    "specialist_needed": True,
}
AT_ONCE = {Service.AMBULANCE_CONSULT, Service.PALLIATIVE_TEAM}
"""Services that answer U3."""
NEVER_EXEMPT: list[Facts] = [
    {"age": 17},
    {"pregnant": True},
    {"gave_birth_recently": True},
    {"urgency_role": Role.NURSE},
    {"urgency": Urgency.U1},
    {"consciousness": "V"},
    {"oxygen_saturation": 91.0},
    {"respiration_rate": 25.0},
    {"systolic": 90.0},
    {"pulse": 40.0},
    {**FELL, "fall_hip": True},
    *({fact: True} for fact in RED_FLAGS if fact not in {"red_flag_confusion", "red_flag_sepsis"}),
]
"""What no wish exempts."""


def but(facts: Facts, **changes: Any) -> Facts:
    return {**facts, **changes}


RULES: dict[str, tuple[Facts, list[Facts]]] = {
    "flag-consciousness": ({"consciousness": "V"}, [{"consciousness": "C"}, {}]),
    "under-18": ({"age": 17}, [{"age": 18}]),
    "pregnant": ({"pregnant": True}, [{}]),
    "gave-birth": ({"gave_birth_recently": True}, [{}]),
    "flag-breathing-vitals": (
        {"oxygen_saturation": 91.0},
        [
            {"oxygen_saturation": 92.0},
            {"oxygen_saturation": 84.0, "hypercapnic_target": True},
            {"respiration_rate": 24.0},
            {"respiration_rate": 9.0},
        ],
    ),
    "flag-circulation-vitals": (
        {"systolic": 90.0},
        [{"systolic": 91.0}, {"pulse": 130.0}, {"pulse": 41.0}],
    ),
    "flag-sepsis-news2": (NEWS_7, [NEWS_6]),
    "flag-confusion-ill": (
        {"consciousness": Consciousness.CONFUSION, "on_oxygen": True},
        [
            {"red_flag_confusion": True},
            {"on_oxygen": True},
            {"consciousness": "C"},
            {"consciousness": "C", "pulse": 95.0},
            {"four_at": Span(4, 4)},
        ],
    ),
    "flag-confusion-gp": (
        {"four_at": Span(4, 12)},
        [
            {},
            {"four_at": Span(0, 3)},
            {"dos": Span(0, 8)},
            {"red_flag_confusion": True, "gp_available": False},
        ],
    ),
    "flag-confusion": ({"dos": Span(9, 9), "gp_available": False}, [{}]),
    "flag-fall-parts": (
        {**FELL, "fall_head": True, "anticoagulant": Anticoagulant.DOAC},
        [
            FELL,
            {"fall_head": True},
            {**FELL, "fall_head": True},
            {**FELL, "fall_head": True, "anticoagulant": Anticoagulant.ANTIPLATELET},
            {**FELL, "anticoagulant": Anticoagulant.VKA},
        ],
    ),
    "flag-sepsis-told": (
        {"pneumonia": True, "worsening": True},
        [{"pneumonia": True}, {"worsening": True}],
    ),
    "interpreter": (
        {"understood": False},
        [
            {},
            but(LAY, understood=False),
            {"understood": False, "intended_destination": Destination.SEH},
            {"understood": False, "intended_destination": Destination.HAP},
        ],
    ),
    "interpreter-seh": (
        {"understood": False, "intended_destination": Destination.SEH},
        [
            {"understood": False},
            {"intended_destination": Destination.SEH},
            but(LAY, understood=False, intended_destination=Destination.SEH),
        ],
    ),
    "interpreter-hap": (
        {"understood": False, "intended_destination": Destination.HAP},
        [
            {"understood": False},
            {"intended_destination": Destination.HAP},
            but(LAY, understood=False, intended_destination=Destination.HAP),
        ],
    ),
    "entered-u2-112": (
        {"urgency": Urgency.U2, "intended_destination": Destination.AMBULANCE},
        [
            {"urgency": Urgency.U2},
            {"intended_destination": Destination.AMBULANCE},
            {"urgency": Urgency.U2, "intended_destination": Destination.SEH},
        ],
    ),
    "flag-breathing-vitals-pregnant": (
        {"pregnant": True, "respiration_rate": 25.0},
        [
            {"pregnant": True},
            {"respiration_rate": 25.0},
            {"pregnant": True, "respiration_rate": 24.0},
        ],
    ),
    "flag-circulation-vitals-pregnant": (
        {"gave_birth_recently": True, "systolic": 90.0},
        [
            {"gave_birth_recently": True},
            {"systolic": 90.0},
            {"gave_birth_recently": True, "systolic": 91.0},
        ],
    ),
    "flag-saturation-child": (
        {"age": 17, "oxygen_saturation": 91.0},
        [
            {"age": 17},
            {"age": 18, "oxygen_saturation": 91.0},
            {"age": 17, "oxygen_saturation": 92.0},
        ],
    ),
    "abuse-suspected": (
        {"abuse_suspected": True},
        [{}, {"abuse_suspected": True, "stay_needed": True}, {"abuse_suspected": True, **U3}],
    ),
    "pneumonia-crb65": (
        PNEUMONIA,
        [
            but(PNEUMONIA, pneumonia=False),
            but(PNEUMONIA, diastolic=61.0),
            but(PNEUMONIA, age=64),
        ],
    ),
    **{
        rule: (
            {**WISH, "gp_available": available},
            [
                {**WISH, "gp_available": not available},
                {**WISH, "gp_available": available, "no_hospital": False},
                {**WISH, "gp_available": available, "no_hospital_confirmed": False},
                {**WISH, "gp_available": available, "specialist_needed": False},
                *({**WISH, "gp_available": available, **bar} for bar in NEVER_EXEMPT),
            ],
        )
        for rule, available in (("no-hospital-gp", True), ("no-hospital-hap", False))
    },
    "not-understood": (
        but(LAY, understood=False),
        [LAY, {"understood": False}],
    ),
    "alarm-signals": (
        {"second_contact": True, "urgency_role": Role.TRIAGIST},
        [{}, {"second_contact": True}],
    ),
    "alarm-fall-known": (
        but(ALARM, home_care_now=True),
        [ALARM, but(ALARM, home_care_now=True, fell=False), but(LAY, fell=True)],
    ),
    "alarm-fall": (
        ALARM,
        [but(ALARM, alarm=False), but(ALARM, fell=False), but(ALARM, urgency_role=Role.GP)],
    ),
    "fall-home-known": (
        {**U3, **FELL, "home_care_now": True},
        [{**U3, **FELL}, {**FELL, "home_care_now": True}, {**U3, "home_care_now": True}],
    ),
    "fall-home": (
        {**U3, **FELL},
        [FELL, U3, {**U3, **FELL, "safe_at_home": False}, {**U3, **FELL, **STAY}],
    ),
    "fall-assess": (
        but(FELL, urgency_role=Role.TRIAGIST),
        [
            FELL,
            {"urgency_role": Role.TRIAGIST},
            {**FELL, **U3, "urgency_role": Role.TRIAGIST},
            {**FELL, **STAY, "urgency_role": Role.TRIAGIST},
            {**FELL, "safe_at_home": False, "urgency_role": Role.TRIAGIST},
        ],
    ),
    "u3-hap": (
        but(U3, gp_available=False),
        [U3, {"gp_available": False}, {**U3, **STAY, "gp_available": False}],
    ),
    "u3-gp-today": (
        U3,
        [{}, but(U3, gp_available=False), {**U3, **STAY}],
    ),
    "stay-or-home": (
        {"stay_needed": True},
        [{}, STAY],
    ),
    "dying-safe-at-home": (
        {"life_expectancy_months": 3.0},
        [{"life_expectancy_months": 3.5}, DYING],
    ),
    **{
        service.value: (
            {"service": service},
            [{}, {"service": service, "stay_needed": True}, {"service": service, **U3}],
        )
        for service in Service
        if service not in AT_ONCE | {Service.NONE}
    },
    **{
        service.value: (
            {"service": service, **U3},
            [
                {},
                {"service": service, "stay_needed": True},
                {"service": service, "safe_at_home": False},
            ],
        )
        for service in AT_ONCE
    },
    "carer-and-unwell": (
        {"carer_unavailable": True, "medically_stable": False},
        [{}, {"carer_unavailable": True, "stay_needed": True}, {"carer_unavailable": True, **U3}],
    ),
    "no-request": (
        {},
        [
            U3,
            {"stay_needed": True},
            {"nursing": Nursing.PLANNED},
            {"physician": Physician.PLANNED},
            {"mental_health": MentalHealth.PLANNED},
            {"service": Service.DIETICIAN},
            {"social_need": True},
            {"fall_risk": True},
            FELL,
            {"worsening": True},
            {"gut_feeling": True},
            {"carer_unavailable": True},
            {"must_leave_home": True},
            {"life_expectancy_months": 3.0},
            {"abuse_suspected": True},
        ],
    ),
    "entered-u0": ({"urgency": Urgency.U0}, [{"urgency": Urgency.U1}]),
    "entered-u1": ({"urgency": Urgency.U1}, [{"urgency": Urgency.U2}]),
    "entered-u2": ({"urgency": Urgency.U2}, [{"urgency": Urgency.U3}]),
    "news2-medium": (NEWS_5, [NEWS_4]),
    "news2-three": ({"temperature": 35.0}, [{"temperature": 35.1}, {"systolic": 219.0}]),
    "news2-three-seh": (
        {"systolic": 220.0, "intended_destination": Destination.SEH},
        [
            {"systolic": 219.0, "intended_destination": Destination.SEH},
            {"systolic": 220.0, "intended_destination": Destination.HAP},
        ],
    ),
    "specialist-needed": ({"specialist_needed": True}, [{}]),
    "mental-crisis": (
        {"mental_health": MentalHealth.CRISIS},
        [{"mental_health": MentalHealth.PLANNED}],
    ),
    "presented-acute": (
        {"intended_destination": Destination.CRISIS},
        [{"intended_destination": Destination.GP}],
    ),
    "unassessed": (
        LAY,
        [{"urgency_role": role} for role in Role if role not in {Role.LAY, Role.NURSE}],
    ),
    **{
        f"unassessed-{destination.value}": (
            {**LAY, "intended_destination": destination},
            [{"intended_destination": destination}, {**LAY}],
        )
        for destination in (
            Destination.AMBULANCE,
            Destination.SEH,
            Destination.HAP,
            Destination.CRISIS,
        )
    },
    "wzd": (
        {**STAY, "resistance": True},
        [STAY, {"resistance": True}],
    ),
    "wlz-crisis-vv": (
        CRISIS,
        [
            but(CRISIS, wlz_indication=WlzIndication.NONE),
            but(CRISIS, acute_change=False),
            but(CRISIS, danger=False),
            but(CRISIS, admission_within_hours=24.5),
            but(CRISIS, alternatives_exhausted=False),
            but(CRISIS, any_provider_accepted=False),
            but(CRISIS, wlz_sector=WlzSector.GZ),
        ],
    ),
    "wlz-crisis-gz": (
        GZ,
        [
            but(GZ, wlz_indication=WlzIndication.NONE),
            but(GZ, acute_change=False),
            but(GZ, danger=False),
            but(GZ, admission_within_hours=48.5),
            but(GZ, alternatives_exhausted=False),
            but(GZ, any_provider_accepted=False),
            but(GZ, wlz_sector=WlzSector.VV),
        ],
    ),
    "hospice": (
        HOSPICE,
        [
            but(HOSPICE, life_expectancy_months=3.5),
            but(HOSPICE, dying_place=DyingPlace.ELV),
            but(HOSPICE, safe_at_home=True),
            but(HOSPICE, stay_needed=False),
        ],
    ),
    "wlz-route": (
        {**STAY, **WLZ},
        [STAY, {**STAY, **WLZ, "safe_at_home": True}, WLZ],
    ),
    "respite": (
        RESPITE,
        [
            {},
            but(RESPITE, medically_stable=False),
            but(RESPITE, watchful_eye=True),
            but(RESPITE, unplannable_nursing=True),
            but(RESPITE, adl_takeover=True),
            but(RESPITE, stay_needed=True),
        ],
    ),
    "wmo-urgent": (
        LEAVE,
        [
            but(LEAVE, must_leave_home=False),
            but(LEAVE, stay_needed=True),
            but(LEAVE, medically_stable=False),
            but(LEAVE, wlz_indication=WlzIndication.EXPECTED),
        ],
    ),
    "must-leave": (but(LEAVE, medically_stable=False), [but(LEAVE, stay_needed=True), {}]),
    "gp-today": (
        TODAY,
        [
            {"physician": Physician.PLANNED},
            but(TODAY, gp_available=False),
            but(TODAY, stay_needed=True),
        ],
    ),
    "physician-tonight": (
        but(TODAY, gp_available=False),
        [TODAY, {"gp_available": False}, but(TODAY, gp_available=False, stay_needed=True)],
    ),
    **{
        rule: (
            {"nursing": nursing},
            [{"nursing": nursing, "safe_at_home": False}, {"nursing": other}],
        )
        for rule, nursing, other in (
            ("hospital-at-home", Nursing.HOSPITAL_AT_HOME, Nursing.TECHNICAL),
            ("nursing-technical", Nursing.TECHNICAL, Nursing.NIGHT),
            ("nursing-night", Nursing.NIGHT, Nursing.UNPLANNED),
            ("nursing-unplanned", Nursing.UNPLANNED, Nursing.PLANNED),
            ("nursing-planned", Nursing.PLANNED, Nursing.NONE),
        )
    },
    "elv-palliative": (
        ELV_PALLIATIVE,
        [
            but(ELV_PALLIATIVE, life_expectancy_months=3.5),
            but(ELV_PALLIATIVE, dying_place=DyingPlace.HOME),
            but(ELV_PALLIATIVE, **WLZ),
            but(ELV_PALLIATIVE, safe_at_home=True),
            but(ELV_PALLIATIVE, stay_needed=False),
        ],
    ),
    "dying-at-home": (DYING, [but(DYING, safe_at_home=True), ELV_PALLIATIVE, STAY]),
    "observation": (
        {**STAY, "care_need_unclear": True},
        [
            STAY,
            {"care_need_unclear": True},
            {**DYING, "care_need_unclear": True},
            {**STAY, **WLZ, "care_need_unclear": True},
        ],
    ),
    "no-return": (
        {**STAY, "return_home_expected": False},
        [
            STAY,
            {**DYING, "return_home_expected": False},
            {"return_home_expected": False},
            {**STAY, **WLZ, "return_home_expected": False},
        ],
    ),
    "grz": (
        GRZ,
        [
            but(GRZ, rehabilitation_goal=False),
            but(GRZ, frail=False),
            but(GRZ, trainable=False),
            but(GRZ, recent_hospital_or_assessment=False),
            but(GRZ, return_home_expected=False),
            but(GRZ, **WLZ),
        ],
    ),
    "elv-high": (HIGH, [STAY, but(HIGH, **WLZ), but(HIGH, life_expectancy_months=2.0)]),
    "elv-low": (STAY, [HIGH, but(STAY, **WLZ), but(STAY, care_need_unclear=True)]),
    "not-safe": ({"safe_at_home": False}, [{}, STAY]),
    "ggz-planned": (
        {"mental_health": MentalHealth.PLANNED},
        [
            {},
            {"mental_health": MentalHealth.PLANNED, "urgency": Urgency.U3},
            {"mental_health": MentalHealth.PLANNED, "stay_needed": True},
        ],
    ),
    "gp-planned": (
        {"physician": Physician.PLANNED},
        [
            TODAY,
            {"physician": Physician.PLANNED, "urgency": Urgency.U3},
            {"physician": Physician.PLANNED, "stay_needed": True},
        ],
    ),
    "digital-consult": (
        {"physician": Physician.DIGITAL},
        [
            {},
            {"physician": Physician.DIGITAL, "urgency": Urgency.U3},
            {"physician": Physician.DIGITAL, "stay_needed": True},
        ],
    ),
    "fall-prevention": (
        FELL,
        [
            {},
            {"fall_risk": True, "stay_needed": True},
            {"fall_risk": True, "urgency": Urgency.U3},
        ],
    ),
    "social": (
        {"social_need": True},
        [
            {},
            {"social_need": True, "urgency": Urgency.U3},
            {"social_need": True, "stay_needed": True},
        ],
    ),
    **{
        "flag-" + fact.removeprefix("red_flag_").replace("_", "-"): ({fact: True}, [{}])
        for fact in RED_FLAGS
        if fact not in {"red_flag_consciousness", "red_flag_confusion"}
    },
}


def holds(rule: str, of: Picture) -> bool | None:
    values = PROTOCOL.evaluate(of, news2(of))
    return {each.row.id: value for each, value in zip(PROTOCOL.rules, values, strict=True)}[rule]


def test_every_rule_stands_in_this_table() -> None:
    assert set(RULES) == {rule.row.id for rule in PROTOCOL.rules}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_where_it_should(rule: str) -> None:
    hit, _ = RULES[rule]
    assert holds(rule, picture(**hit)) is True
    advice = decide(PROTOCOL, picture(**hit), NOW)
    assert rule in {reason.rule for reason in advice.reasons}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_does_not_hold_just_beside_it(rule: str) -> None:
    _, misses = RULES[rule]
    for miss in misses:
        assert holds(rule, picture(**miss)) is False, miss


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_unknown_and_names_what_it_hangs_on_when_nothing_is_known(rule: str) -> None:
    nothing = Picture()
    assert holds(rule, nothing) is None
    (found,) = [each for each in PROTOCOL.rules if each.row.id == rule]
    hangs = set(hanging(found.hangs, nothing))
    assert hangs <= {field for field, _ in found.reads}
    assert hangs
