"""The red flags, written down apart from the tables: floor and allowed kinds of each.

The evaluator never reads this list; tests and proofs compare its advice with it, so that they are
not true by construction. A draft that clinicians must sign off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from triage.need import Kind
from triage.picture import Picture
from triage.scores.news2 import news2
from triage.span import Span
from triage.urgency import Urgency


class RedFlag(NamedTuple):
    """How a flag is recognised, at least how urgent it is, and what may answer it."""

    name: str
    present: Callable[[Picture], bool]
    floor: Urgency
    allowed: frozenset[Kind]
    examples: tuple[dict[str, Any], ...]
    near: tuple[dict[str, Any], ...] = ()


C112 = frozenset({Kind.AMBULANCE})
HOSPITAL = frozenset({Kind.AMBULANCE, Kind.SEH})
SEH = frozenset({Kind.SEH})
BEDSIDE = frozenset({Kind.HAP, Kind.GP_TODAY, Kind.SEH})


def _below(value: float | None, bound: float) -> bool:
    return value is not None and value < bound


def _above(value: float | None, bound: float) -> bool:
    return value is not None and value > bound


def _saturation_low(p: Picture) -> bool:
    return _below(p.oxygen_saturation, 84 if p.hypercapnic_target else 92)


# The list of domain.md 3.15 is of whole numbers ("SpO2 <= 91"); what lies between two of them
# takes the worse (91.5 is low).
RED_FLAG_LIST = (
    RedFlag(
        "airway",
        lambda p: p.red_flag_airway is True,
        Urgency.U1,
        C112,
        ({"red_flag_airway": True},),
    ),
    RedFlag(
        "breathing",
        lambda p: (
            p.red_flag_breathing is True
            or _saturation_low(p)
            or _above(p.respiration_rate, 24)
            or _below(p.respiration_rate, 9)
        ),
        Urgency.U1,
        HOSPITAL,
        (
            {"red_flag_breathing": True},
            {"oxygen_saturation": 91.0},
            {"oxygen_saturation": 91.0, "hypercapnic_target": None},
            {"oxygen_saturation": 83.0, "hypercapnic_target": True},
            {"respiration_rate": 25.0},
            {"respiration_rate": 8.0},
        ),
        (
            {"oxygen_saturation": 92.0},
            {"oxygen_saturation": 84.0, "hypercapnic_target": True},
            {"respiration_rate": 24.0},
            {"respiration_rate": 9.0},
        ),
    ),
    RedFlag(
        "circulation",
        lambda p: (
            p.red_flag_circulation is True
            or _below(p.systolic, 91)
            or _above(p.pulse, 130)
            or _below(p.pulse, 41)
        ),
        Urgency.U1,
        HOSPITAL,
        ({"red_flag_circulation": True}, {"systolic": 90.0}, {"pulse": 131.0}, {"pulse": 40.0}),
        ({"systolic": 91.0}, {"pulse": 130.0}, {"pulse": 41.0}),
    ),
    RedFlag(
        "consciousness",
        lambda p: p.red_flag_consciousness is True or p.consciousness in {"V", "P", "U"},
        Urgency.U1,
        HOSPITAL,
        (
            {"red_flag_consciousness": True},
            {"consciousness": "V"},
            {"consciousness": "P"},
            {"consciousness": "U"},
        ),
        ({"consciousness": "C"},),
    ),
    RedFlag(
        "confusion",
        lambda p: p.red_flag_confusion is True or p.consciousness == "C",
        Urgency.U2,
        BEDSIDE,
        (
            {"red_flag_confusion": True},
            {"consciousness": "C"},
            {"red_flag_confusion": True, "gp_available": False},
            {"red_flag_confusion": True, "urgency": Urgency.U1},
            {"consciousness": "C", "on_oxygen": True},
        ),
    ),
    RedFlag(
        "stroke",
        lambda p: p.red_flag_stroke is True,
        Urgency.U1,
        C112,
        ({"red_flag_stroke": True},),
    ),
    RedFlag(
        "chest pain",
        lambda p: p.red_flag_chest_pain is True,
        Urgency.U1,
        C112,
        ({"red_flag_chest_pain": True},),
    ),
    RedFlag(
        "sepsis",
        lambda p: p.red_flag_sepsis is True or news2(p).low >= 7,
        Urgency.U1,
        HOSPITAL,
        (
            {"red_flag_sepsis": True},
            # NEWS2 of 7 without a part that is a flag by itself
            {"respiration_rate": 22.0, "pulse": 115.0, "temperature": 39.5, "systolic": 105.0},
        ),
        ({"respiration_rate": 22.0, "pulse": 115.0, "temperature": 39.5},),
    ),
    RedFlag(
        "fever with little defence",
        lambda p: p.red_flag_fever_low_defence is True,
        Urgency.U2,
        SEH,
        ({"red_flag_fever_low_defence": True},),
    ),
    RedFlag(
        "meningism",
        lambda p: p.red_flag_meningism is True,
        Urgency.U1,
        HOSPITAL,
        ({"red_flag_meningism": True},),
    ),
    RedFlag(
        "abdomen",
        lambda p: p.red_flag_abdomen is True,
        Urgency.U2,
        SEH,
        ({"red_flag_abdomen": True},),
    ),
    RedFlag(
        "poisoning",
        lambda p: p.red_flag_poisoning is True,
        Urgency.U2,
        HOSPITAL,
        ({"red_flag_poisoning": True},),
    ),
    RedFlag("fall", lambda p: p.red_flag_fall is True, Urgency.U2, SEH, ({"red_flag_fall": True},)),
    RedFlag(
        "suicide act",
        lambda p: p.red_flag_suicide_act is True,
        Urgency.U1,
        C112,
        ({"red_flag_suicide_act": True},),
    ),
    RedFlag(
        "suicidal",
        lambda p: p.red_flag_suicidal is True,
        Urgency.U3,
        frozenset({Kind.GGZ_CRISIS}),
        ({"red_flag_suicidal": True}, {"red_flag_suicidal": True, "urgency": Urgency.U1}),
    ),
)
"""Every flag of the vocabulary stands here (a test counts them)."""

ANTICOAGULANTS = frozenset({"vka", "doac", "heparin"})


def _fall_told(p: Picture) -> bool:
    hit = p.fall_head is True or (p.fell is True and p.fall_head is None)
    return (
        p.fall_hip is True
        or p.fall_long_lie is True
        or p.fall_faint is True
        or (hit and p.anticoagulant in ANTICOAGULANTS)
    )


def _delirium_scored(p: Picture) -> bool:
    four_at = p.four_at is not None and p.four_at.low >= 4
    return four_at or (p.dos is not None and p.dos.low >= 9)


TOLD_BY_PARTS = (
    RedFlag(
        "fall by its parts",
        _fall_told,
        Urgency.U2,
        SEH,
        (
            {"fell": True, "fall_hip": True},
            {"fell": True, "fall_long_lie": True},
            {"fell": True, "fall_faint": True},
            {"fell": True, "fall_head": True, "anticoagulant": "doac"},
            {"fell": True, "fall_head": None, "anticoagulant": "vka"},
        ),
        ({"fell": True, "fall_head": True, "anticoagulant": "antiplatelet"},),
    ),
    RedFlag(
        "delirium by its score",
        _delirium_scored,
        Urgency.U2,
        BEDSIDE,
        ({"four_at": Span(4, 12)}, {"dos": Span(9, 9)}),
        ({"four_at": Span(3, 3)}, {"dos": Span(8, 8)}),
    ),
    RedFlag(
        "infection that worsens fast",
        lambda p: p.pneumonia is True and p.worsening is True,
        Urgency.U1,
        HOSPITAL,
        ({"pneumonia": True, "worsening": True},),
        ({"pneumonia": True}, {"worsening": True}),
    ),
)
"""Flags of the list above that other facts tell as well: "head hit, or unknown, on an
anticoagulant" (domain.md 3.15); 4AT of 4 or more, DOS of 3 or more on average over three shifts;
an infection with a picture that worsens fast."""

FLAGS = (*RED_FLAG_LIST, *TOLD_BY_PARTS)


class Exemption(NamedTuple):
    """A choice of the person that replaces what a flag asks for.

    Attributes:
        name: what it is called in a test.
        holds: whether the choice counts.
        flags: the flags that it answers, by name; never any other.
        floor: at least so urgent all the same.
        kinds: who answers it instead.
    """

    name: str
    holds: Callable[[Picture], bool]
    flags: frozenset[str]
    floor: Urgency
    kinds: frozenset[Kind]


def _wish_counts(p: Picture) -> bool:
    """Recorded, and confirmed now by who can: not by someone confused, for whom another speaks."""
    confused = p.red_flag_confusion is not False or p.consciousness == "C"
    able = p.decision_capacity is not False and not confused
    return (
        p.no_hospital is True
        and p.no_hospital_confirmed is True
        and p.acp_recorded is not False
        and (p.representative is True or able)
    )


EXEMPTIONS = (
    Exemption(
        "no hospital, recorded and confirmed now",
        _wish_counts,
        frozenset({"sepsis", "infection that worsens fast"}),
        Urgency.U2,
        frozenset({Kind.HAP, Kind.GP_TODAY}),
    ),
)
"""Domain.md 3.16: a wish counts when recorded and confirmed now, a physician comes within the hour;
it never exempts fracture or fall, distress of breathing, bleeding, nor anything else than this."""

OUT_OF_SCOPE_KINDS = frozenset({Kind.HUMAN_TRIAGE, Kind.AMBULANCE})
"""Under 18, pregnant, up to 6 weeks after birth."""

_SOON = (Kind.HAP, Kind.GP_TODAY, Kind.GGZ_CRISIS, Kind.HUMAN_TRIAGE)
ACUITY_RANK = {
    kind: 0 if kind is Kind.AMBULANCE else 1 if kind is Kind.SEH else 2 if kind in _SOON else 3
    for kind in Kind
}
"""112, then SEH, then a physician, crisis team or triagist today, then the rest."""

NARROWED = frozenset({"confusion", "delirium by its score"})
"""Flags that a vital sign or score can bring, and that 112 is no answer to: where 112 was chosen
without them (U0 or U1 entered, presented for 112 unassessed), they make it the SEH."""

NORMAL_BAND: dict[str, tuple[float, float]] = {
    "respiration_rate": (12, 20),
    "systolic": (111, 219),
    "pulse": (51, 90),
    "temperature": (36.1, 38.0),
}
"""NEWS2's band of no points: the further outside, the worse."""
