"""The pairs of rules with different kinds that can hold together: their priority decides.

There are thousands, and most are meant. The solver, which is slow, is asked only of the pairs that
no case so far shows.
"""

from __future__ import annotations

import itertools
from random import Random

import msgspec

from triage.conclude import conclude
from triage.picture import FACTS, Picture
from triage.proof.prover import Prover
from triage.protocol import Protocol

Pair = tuple[int, int]
"""Numbers of two rules; the first has priority."""

_CROSSED = 6
"""Earlier cases that a new one is mixed with."""


def overlaps(protocol: Protocol, seed: int = 0) -> dict[Pair, Picture]:
    """Each pair that can hold together, with a case; in the order of the rules.

    Args:
        protocol: whose rules.
        seed: chooses among cases; which pairs are found does not hang on it.
    """
    prover, random = Prover(protocol), Random(seed)  # noqa: S311 - cases, no secrets
    counts = prover.outcome.counts
    wanted = [
        (first.number, second.number)
        for first, second in itertools.combinations(protocol.rules, 2)
        if first.row.kind and second.row.kind and first.row.kind is not second.row.kind
    ]
    found: dict[Pair, Picture] = {}
    for pair in wanted:
        if pair in found:
            continue
        picture = prover.find(counts[pair[0]], counts[pair[1]])
        if picture is None:
            continue
        found[pair] = picture
        _note(protocol, picture, found)
        # Cases that mix this one with earlier ones show many more pairs, and cost next to nothing.
        for other in random.sample(list(found.values()), min(_CROSSED, len(found))):
            _note(protocol, _mixed(picture, other, random), found)
    return {pair: found[pair] for pair in wanted if pair in found}


def _note(protocol: Protocol, picture: Picture, found: dict[Pair, Picture]) -> None:
    naming = [rule for rule in conclude(protocol, picture).fired if rule.row.kind is not None]
    for first, second in itertools.combinations(naming, 2):
        if first.row.kind is not second.row.kind:
            found.setdefault((first.number, second.number), picture)


def _mixed(picture: Picture, other: Picture, random: Random) -> Picture:
    taken = {
        fact: value
        for fact in FACTS
        if (value := getattr(other, fact)) is not None and random.random() < 1 / 2
    }
    return msgspec.structs.replace(picture, **taken)
