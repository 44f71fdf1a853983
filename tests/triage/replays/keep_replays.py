"""Writes the golden file of a version: ``python tests/triage/replays/keep_replays.py VERSION``.

Done once, when a version is finished; an existing file is never written over, since what it holds
is what the version has said ever since.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from triage.condition import All, AnyOf, Compare, Not, Tree
from triage.decide import decide
from triage.picture import FACTS, RED_FLAGS, Picture
from triage.protocol import Protocol
from triage.versions import named
from triage.vocabulary import WORDS, Shape

HERE = Path(__file__).parent
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PICTURES = 100
RARE = {*RED_FLAGS, "pregnant", "gave_birth_recently", "resistance", "specialist_needed"}
CALM = {
    "age": 82,
    "urgency": "U5",
    "urgency_role": "gp",
    "intended_destination": "home",
    "respiration_rate": 16,
    "oxygen_saturation": 97,
    "systolic": 130,
    "pulse": 75,
    "temperature": 37,
    "consciousness": "A",
    "on_oxygen": False,
    "mental_health": "none",
    "resistance": False,
}
"""What these mostly are; without it nearly every picture would be acute."""


def bounds(tree: Tree) -> Iterator[tuple[str, float]]:
    """Each number that a condition compares with."""
    match tree:
        case Compare(word=word, bound=bound):
            yield word, bound
        case Not(of=part):
            yield from bounds(part)
        case All(of=parts) | AnyOf(of=parts):
            for part in parts:
                yield from bounds(part)
        case _:
            return


def drawn(random: Random, protocol: Protocol) -> dict[str, Any]:
    """Facts at and beside the bounds of the rules; most signs calm, and some facts unknown."""
    near: dict[str, set[float]] = {}
    for rule in protocol.rules:
        for name, bound in bounds(rule.tree):
            near.setdefault(name, set()).update((bound - 1, bound, bound + 1))
    told = random.choice([0.5, 0.95, 1.0, 1.0])
    facts: dict[str, Any] = {}
    for fact in FACTS:
        if random.random() > told:
            continue
        word = WORDS[fact]
        if fact in CALM and random.random() < 0.95:
            facts[fact] = CALM[fact]
        elif word.shape is Shape.FLAG:
            facts[fact] = random.random() < (0.01 if fact in RARE else 0.4)
        elif word.shape is Shape.CODE:
            facts[fact] = random.choice(sorted(word.codes))
        elif word.shape is Shape.NUMBER:
            low, high = max(word.low, 0), min(word.high, 120)
            choices = sorted({b for b in near.get(fact, ()) if low <= b <= high} | {low, high})
            number = random.choice(choices)
            value = int(number) if float(number).is_integer() else number
            facts[fact] = {"low": value, "high": value} if word.span else value
    return facts


def lines(version: str) -> Iterator[bytes]:
    """What the version advises on each picture."""
    protocol, random = named(version), Random(f"naober {version}")
    for _ in range(PICTURES):
        picture = msgspec.convert(drawn(random, protocol), Picture, strict=False)
        advice = msgspec.json.encode(decide(protocol, picture, AT)).decode()
        yield msgspec.json.encode({"picture": picture, "at": AT, "advice": advice})


def main(version: str) -> None:
    """Writes the file, unless it is there."""
    with (HERE / f"{version}.jsonl").open("xb") as file:
        file.writelines(line + b"\n" for line in lines(version))


if __name__ == "__main__":
    main(*sys.argv[1:])
