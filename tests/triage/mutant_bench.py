"""Cases against mutants: which picture shows that a table has a fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from mutant_rules import Mutant

from triage.compiler import compile_sift, compile_values
from triage.conclude import conclude
from triage.condition import read
from triage.need import Kind
from triage.picture import Picture
from triage.protocol import Protocol
from triage.rules import Rule
from triage.scores.news2 import News2
from triage.urgency import Urgency

Outcome = tuple[str, bool, bool, str, tuple[str, ...]]
"""Urgency, acute, final, kind, alternatives in alphabetical order."""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture and what the tables say of it."""

    picture: dict[str, Any]
    urgency: Urgency
    acute: bool
    final: bool
    kind: Kind
    alternatives: tuple[Kind, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """To compare."""
        named = tuple(sorted(map(str, self.alternatives)))
        return str(self.urgency), self.acute, self.final, str(self.kind), named


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """The cases, and the mutants that are proved to be none.

    Attributes:
        fingerprint: of the protocol that the cases were made for.
        equivalent: names of the mutants that conclude the same of every picture.
        cases: the pictures with their outcomes.
    """

    fingerprint: str
    equivalent: tuple[str, ...]
    cases: tuple[Case, ...]


def concluded(protocol: Protocol, picture: Picture) -> Outcome:
    """What is compared of a conclusion."""
    said = conclude(protocol, picture)
    named = tuple(sorted(map(str, said.alternatives)))
    return str(said.urgency), said.acute, not said.open, str(said.kind), named


class Bench:
    """Cases with the value of every condition, so that a mutant is judged by what it changes.

    Args:
        protocol: the tables as they are.
    """

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._seen: list[tuple[Picture, Picture, News2, tuple[bool | None, ...], Outcome]] = []

    def add(self, picture: Picture) -> Outcome:
        """Take a picture in; what the tables say of it."""
        said = conclude(self.protocol, picture)
        values = self.protocol.evaluate(said.picture, said.score)
        outcome_ = concluded(self.protocol, picture)
        self._seen.append((picture, said.picture, said.score, values, outcome_))
        return outcome_

    def killer(self, mutant: Mutant, start: int = 0) -> int | None:
        """The number of the first case that tells the mutant apart, or None."""
        if mutant.assumption is not None:
            return self._by_whole(_without(self.protocol, mutant.assumption), start)
        if mutant.changed:
            afresh = compile_values([mutant.rules[number].tree for number in mutant.changed])
        order = _order(self.protocol.rules, mutant.rules)
        for number in range(start, len(self._seen)):
            _, filled, score, values, expected = self._seen[number]
            if mutant.changed:
                now = [*values]
                for at, value in zip(mutant.changed, afresh(filled, score), strict=True):
                    now[at] = value
                if tuple(now) == values:
                    continue
                values = tuple(now)
            elif any(values[each] is False for each in mutant.at):
                continue
            elif order is not None:
                values = tuple(values[index] for index in order)
            if concluded(_fixed(self.protocol, mutant.rules, values), filled) != expected:
                return number
        return None

    def _by_whole(self, protocol: Protocol, start: int) -> int | None:
        for number in range(start, len(self._seen)):
            picture, *_, expected = self._seen[number]
            if concluded(protocol, picture) != expected:
                return number
        return None


def _order(rules: Sequence[Rule], others: Sequence[Rule]) -> tuple[int, ...] | None:
    at = {rule.row.id: number for number, rule in enumerate(rules)}
    order = tuple(at[rule.row.id] for rule in others)
    return None if order == tuple(range(len(rules))) else order


def _fixed(
    protocol: Protocol, rules: tuple[Rule, ...], values: tuple[bool | None, ...]
) -> Protocol:
    """A protocol whose conditions have these values; its facts are filled in already."""
    sifted = (
        [number for number, value in enumerate(values) if value],
        [number for number, value in enumerate(values) if value is None],
    )
    return msgspec.structs.replace(
        protocol, rules=rules, sift=lambda *_: sifted, assume=lambda *_: ([], [])
    )


def _without(protocol: Protocol, number: int) -> Protocol:
    kept = [index for index in range(len(protocol.assumptions)) if index != number]
    assumptions = tuple(protocol.assumptions[index] for index in kept)
    return msgspec.structs.replace(
        protocol,
        assumptions=assumptions,
        assumed=tuple(protocol.assumed[index] for index in kept),
        assume=compile_sift(
            [read(each.when, protocol.terms) for each in assumptions],
            [each.fact for each in assumptions],
        ),
    )


def mutated(protocol: Protocol, mutant: Mutant) -> Protocol:
    """The protocol with the fault, as far as the model reads it."""
    if mutant.assumption is not None:
        return _without(protocol, mutant.assumption)
    return msgspec.structs.replace(protocol, rules=mutant.rules)
