"""Pictures that the triage tests share: everything answered, nothing the matter."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from triage.advice import Advice
from triage.codes import (
    Anticoagulant,
    Consciousness,
    Destination,
    DyingPlace,
    MentalHealth,
    Mobility,
    Nursing,
    Physician,
    Role,
    Service,
    WlzIndication,
    WlzSector,
)
from triage.compiler import Hangs
from triage.decide import decide
from triage.picture import FACTS, RED_FLAGS, Picture
from triage.protocol import load
from triage.scores.news2 import news2
from triage.span import Span
from triage.urgency import Urgency
from triage.vocabulary import WORDS, Shape, Word

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PROTOCOL = load()


def _calm(word: Word) -> Any:
    """What is calm by the shape of a fact: no, the least, or nothing."""
    if word.span:
        return Span(int(word.low), int(word.low))
    if word.shape is Shape.NUMBER:
        return word.low
    return "none" if "none" in word.codes else False


CALM: dict[str, Any] = {
    **{fact: _calm(WORDS[fact]) for fact in FACTS},
    "age": 82,
    "sex": "female",
    "urgency": Urgency.U5,
    "urgency_role": Role.GP,
    "intended_destination": Destination.HOME,
    "respiration_rate": 16.0,
    "oxygen_saturation": 97.0,
    "systolic": 130.0,
    "pulse": 75.0,
    "consciousness": Consciousness.ALERT,
    "temperature": 37.0,
    "wlz_indication": WlzIndication.NONE,
    "wlz_sector": WlzSector.VV,
    "admission_within_hours": 72.0,
    "medically_stable": True,
    "any_provider_accepted": True,
    "safe_at_home": True,
    "nursing": Nursing.NONE,
    "life_expectancy_months": 60.0,
    "dying_place": DyingPlace.HOME,
    "return_home_expected": True,
    "trainable": True,
    "physician": Physician.NONE,
    "gp_available": True,
    "mental_health": MentalHealth.NONE,
    "hours_per_week": 4.0,
    "referrer_role": Role.GP,
    "callback_known": True,
    "understood": True,
    "diastolic": 80.0,
    "anticoagulant": Anticoagulant.NONE,
    "barthel": Span(20, 20),
    "katz": Span(6, 6),
    "cfs": 3,
    "mobility": Mobility.INDEPENDENT,
    "decision_capacity": True,
    "representative": True,
    "someone_tonight": True,
    "service": Service.NONE,
    "equipment": frozenset(),
}
"""Every fact answered; an old woman at home, assessed by her GP, with nothing asked."""

STAY = {"stay_needed": True, "safe_at_home": False}
"""Somewhere to stay is medically needed."""

CRISIS = {
    "wlz_indication": WlzIndication.EXPECTED,
    "acute_change": True,
    "danger": True,
    "admission_within_hours": 24.0,
    "alternatives_exhausted": True,
    **STAY,
}
"""Every criterion of a Wlz crisis."""


def picture(**changes: Any) -> Picture:
    """The calm picture with changes."""
    return Picture(**{**CALM, **changes})


def advise(**changes: Any) -> Advice:
    """The advice on the calm picture with changes."""
    return decide(PROTOCOL, picture(**changes), NOW)


def advise_only(**facts: Any) -> Advice:
    """The advice when nothing else is known."""
    return decide(PROTOCOL, Picture(**facts), NOW)


def fired(advice: Advice) -> set[str]:
    """The rules that an advice names."""
    return {reason.rule for reason in advice.reasons}


def asked(advice: Advice) -> list[str]:
    """The facts that an advice asks for, in order."""
    return [question.fact for question in advice.questions]


def hanging(hangs: Hangs, known: Picture) -> list[str]:
    """The unknown facts on which a condition hangs, as questions are made from them."""
    found: defaultdict[str, int] = defaultdict(int)
    hangs(known, news2(known), found, 1)
    return list(found)


__all__ = [
    "CALM",
    "CRISIS",
    "NOW",
    "PROTOCOL",
    "RED_FLAGS",
    "STAY",
    "advise",
    "advise_only",
    "asked",
    "fired",
    "hanging",
    "picture",
]
