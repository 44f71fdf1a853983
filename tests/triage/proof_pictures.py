"""Random pictures around the bounds that a protocol reads, with and without gaps.

Flags are drawn rarely: frequent ones would mask every rule behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from random import Random
from typing import Any

import msgspec

from triage.codes import Consciousness, Destination, MentalHealth, Role, Service, WlzIndication
from triage.condition import All, AnyOf, Compare, Not, Tree
from triage.picture import FACTS, RED_FLAGS, Picture
from triage.proof.symbols import WHOLE
from triage.protocol import Protocol
from triage.urgency import Urgency
from triage.vocabulary import WORDS, Shape, Word

CALM: dict[str, Any] = {
    "age": 82,
    "urgency": Urgency.U5,
    "urgency_role": Role.GP,
    "intended_destination": Destination.HOME,
    "respiration_rate": 16.0,
    "oxygen_saturation": 97.0,
    "systolic": 130.0,
    "diastolic": 80.0,
    "pulse": 75.0,
    "temperature": 37.0,
    "consciousness": Consciousness.ALERT,
    "wlz_indication": WlzIndication.NONE,
    "mental_health": MentalHealth.NONE,
    "service": Service.NONE,
    "sex": "female",
}
"""What most pictures have; one in eight draws something else."""

RARE = frozenset(
    {*RED_FLAGS, "pregnant", "gave_birth_recently", "hypercapnic_target", "resistance", "fell"}
    | {"fall_hip", "fall_head", "fall_long_lie", "fall_faint", "specialist_needed"}
    | {"abuse_suspected", "no_hospital", "understood"}
)
"""Facts that would mask the others if they were often present (false for "understood")."""

CHART = {
    "respiration_rate": (8, 9, 11, 12, 20, 21, 24, 25, 30),
    "oxygen_saturation": (83, 84, 86, 88, 91, 92, 93, 94, 95, 96, 97),
    "systolic": (90, 91, 100, 101, 110, 111, 219, 220),
    "pulse": (40, 41, 50, 51, 90, 91, 110, 111, 130, 131),
    "temperature": (35, 35.1, 36, 36.1, 38, 38.1, 39, 39.1),
    "age": (9, 10, 17, 18, 59, 60, 65),
}
"""Bounds that are no part of a rule's condition."""


def bounds_of(protocol: Protocol) -> dict[str, tuple[float, ...]]:
    """The bounds with which the rules compare each number, and those of the charts."""
    found: dict[str, set[float]] = {fact: set(map(float, CHART.get(fact, ()))) for fact in FACTS}
    for rule in protocol.rules:
        for part in _comparisons(rule.tree):
            found.setdefault(part.word, set()).add(part.bound)
    return {fact: tuple(sorted(bounds)) for fact, bounds in found.items()}


def _comparisons(tree: Tree) -> Iterator[Compare]:
    match tree:
        case Compare():
            yield tree
        case Not(of=part):
            yield from _comparisons(part)
        case All(of=parts) | AnyOf(of=parts):
            for part in parts:
                yield from _comparisons(part)


def drawer(protocol: Protocol, random: Random) -> Callable[[], dict[str, Any]]:
    """What draws the facts of one picture after another, all known."""
    bounds = bounds_of(protocol)
    facts = [WORDS[fact] for fact in FACTS if WORDS[fact].shape is not Shape.OTHER]

    def draw() -> dict[str, Any]:
        return {word.name: _one(word, bounds[word.name], random) for word in facts}

    return draw


def _one(word: Word, bounds: tuple[float, ...], random: Random) -> Any:
    name = word.name
    if name in CALM and random.random() > 0.125:
        return CALM[name]
    if word.shape is Shape.FLAG:
        return (random.random() < (0.02 if name in RARE else 0.4)) != (name == "understood")
    if word.shape is Shape.CODE:
        return random.choice(_codes(name))
    numbers = [_number(word, bounds, random) for _ in "12"]
    if word.span:
        low, high = sorted(map(round, numbers))
        return {"low": low, "high": low if random.random() < 0.7 else high}
    return round(numbers[0]) if name in WHOLE else numbers[0]


@cache
def _codes(name: str) -> list[str]:
    return sorted(WORDS[name].codes)


def _number(word: Word, bounds: tuple[float, ...], random: Random) -> float:
    low, high = max(word.low, 0), min(word.high, 1000)
    near = random.choice(bounds) if bounds else random.uniform(low, high)
    return min(max(near + random.choice((-1, -0.1, 0, 0, 0.1, 0.5, 1)), low), high)


def forget(facts: dict[str, Any], gone: Iterable[str]) -> dict[str, Any]:
    """The facts without some."""
    lost = set(gone)
    return {fact: value for fact, value in facts.items() if fact not in lost}


def picture_of(facts: dict[str, Any]) -> Picture:
    """The picture of these facts, as it comes over the wire."""
    return msgspec.convert(facts, Picture, strict=False)


def random_pictures(protocol: Protocol, random: Random, number: int) -> Iterator[Picture]:
    """Pictures with none, few or most facts unknown."""
    draw = drawer(protocol, random)
    for _ in range(number):
        facts = draw()
        gone = random.sample(sorted(facts), random.choice((0, 0, 1, 2, 5, 20, len(facts) * 3 // 4)))
        yield picture_of(forget(facts, gone))
