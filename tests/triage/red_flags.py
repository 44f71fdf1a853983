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
    return value is not None and value <= bound


def _above(value: float | None, bound: float) -> bool:
    return value is not None and value >= bound


def _saturation_low(p: Picture) -> bool:
    return _below(p.oxygen_saturation, 83 if p.hypercapnic_target else 91)


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
            or _above(p.respiration_rate, 25)
            or _below(p.respiration_rate, 8)
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
            or _below(p.systolic, 90)
            or _above(p.pulse, 131)
            or _below(p.pulse, 40)
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
