"""Pictures that the tests of the explanation share: a calm one, and random ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
from proof_pictures import random_pictures

from triage.explanation import Explained, explain
from triage.picture import FACTS, Picture
from triage.span import Span
from triage.versions import current, named
from triage.vocabulary import WORDS, Shape

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
PROTOCOL = named(current())

_OWN: dict[str, Any] = {
    "age": 82,
    "sex": "female",
    "urgency": "U5",
    "urgency_role": "gp",
    "referrer_role": "gp",
    "intended_destination": "home",
    "understood": True,
    "callback_known": True,
    "respiration_rate": 16.0,
    "oxygen_saturation": 97.0,
    "systolic": 130.0,
    "diastolic": 80.0,
    "pulse": 75.0,
    "temperature": 37.0,
    "consciousness": "A",
    "wlz_indication": "none",
    "medically_stable": True,
    "safe_at_home": True,
    "nursing": "none",
    "life_expectancy_months": 60.0,
    "return_home_expected": True,
    "trainable": True,
    "physician": "none",
    "gp_available": True,
    "mental_health": "none",
    "service": "none",
    "decision_capacity": True,
    "anticoagulant": "none",
}


def picture(**changes: Any) -> Picture:
    """Someone at home, assessed, with nothing the matter; every yes-or-no is answered."""
    flags = dict.fromkeys((fact for fact in FACTS if WORDS[fact].shape is Shape.FLAG), False)
    facts = {**flags, **_OWN, **changes}
    spans = {fact: value for fact, value in facts.items() if isinstance(value, Span)}
    rest = {fact: value for fact, value in facts.items() if fact not in spans}
    return msgspec.structs.replace(msgspec.convert(rest, Picture), **spans)


def explained(**changes: Any) -> Explained:
    """The explanation on the calm picture with changes."""
    return explain(PROTOCOL, picture(**changes), NOW)


def drawn(seed: int, number: int) -> Iterator[Picture]:
    """Random pictures around the bounds of the protocol in force, with gaps and without."""
    return random_pictures(PROTOCOL, Random(seed), number)
