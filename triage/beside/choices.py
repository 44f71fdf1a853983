"""The values that an answer to one fact may take, as far as any rule can tell them apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from triage.beside.totals import PARTS, points
from triage.condition import Compare, Leaf
from triage.picture import Picture
from triage.span import Span
from triage.vocabulary import WORDS, Shape

_STEP = {"temperature": 0.1}
"""The smallest step of a number; 1 for all others."""


class Choice(msgspec.Struct, frozen=True):
    """A value of a fact, or the numbers between two that no rule tells apart.

    Attributes:
        value: as the picture holds it; of numbers the lowest, or the highest where the lowest is
            the end of what is plausible.
        low: the lowest, likewise; None for what is no number.
        high: the highest, likewise.
    """

    value: Any
    low: Any = None
    high: Any = None


def step_of(fact: str) -> float:
    """The smallest step in which a number is given."""
    return _STEP.get(fact, 1)


def choices_of(fact: str, leaves: Iterable[Leaf]) -> tuple[Choice, ...]:
    """Every answer to a fact that these leaves, or a score, could tell from another."""
    word = WORDS[fact]
    if word.shape is Shape.FLAG:
        return Choice(value=False), Choice(value=True)
    if word.shape is Shape.CODE:
        return tuple(Choice(value=held(fact, code)) for code in sorted(word.codes))
    if word.shape is Shape.OTHER:
        return ()
    step = step_of(fact)
    first, last = math.ceil(word.low / step), math.floor(word.high / step)
    starts = {first} | _steps_of_scores(fact, first, last)
    for leaf in leaves:
        if isinstance(leaf, Compare):
            # The first value that a bound tells from the one below it.
            above = leaf.operator in {">", "<="}
            steps = leaf.bound / step
            start = math.ceil(round(steps, 6))
            starts.add(start + 1 if above and start == round(steps, 6) else start)
    ordered = sorted(start for start in starts if first <= start <= last)
    ends = [*(start - 1 for start in ordered[1:]), last]
    choices = []
    for start, end in zip(ordered, ends, strict=True):
        low, high = held(fact, number(fact, start)), held(fact, number(fact, end))
        choices.append(Choice(value=high if start == first else low, low=low, high=high))
    return tuple(choices)


def number(fact: str, steps: int) -> float:
    """The number of so many steps."""
    return steps if step_of(fact) == 1 else round(steps * step_of(fact), 3)


def held(fact: str, value: Any) -> Any:
    """A value as the picture holds it.

    Raises:
        msgspec.ValidationError: it is no value of the fact.
    """
    if WORDS[fact].span:
        return Span(int(value), int(value))
    return getattr(msgspec.convert({fact: value}, Picture), fact)


def nearest(choice: Choice, known: Any) -> tuple[Any, float]:
    """The value of a choice that is nearest to what is known, and how far that is.

    The distance is in the number's own unit; 0 for what is no number, and from what is unknown.
    """
    if choice.low is None or known is None:
        return choice.value, 0.0
    below, above = away(known, choice.low), away(choice.high, known)
    if below > 0:
        return choice.low, below
    return (choice.high, above) if above > 0 else (choice.value, 0.0)


def away(one: Any, other: Any) -> float:
    """How far the second number lies above the first; of totals, their ranges."""
    if isinstance(one, Span):
        return float(other.low - one.high)
    return float(other - one)


@cache
def _steps_of_scores(fact: str, first: int, last: int) -> frozenset[int]:
    """Where a score gives a number other points than the one below it."""
    groups = [(word, group) for word, parts in PARTS.items() for group in parts if fact in group]
    starts: set[int] = set()
    for word, group in groups:
        for others in _combinations([each for each in group if each != fact]):
            before = None
            for steps in range(first, last + 1):
                values = {**others, fact: held(fact, number(fact, steps))}
                now = points(word, group, tuple(values[each] for each in group))
                if steps > first and now != before:
                    starts.add(steps)
                before = now
    return frozenset(starts)


def _combinations(facts: list[str]) -> list[Mapping[str, Any]]:
    """Every combination of unknown, no and yes of flags; a number beside it stays unknown."""
    combinations: list[Mapping[str, Any]] = [{}]
    for fact in facts:
        values = (None, False, True) if WORDS[fact].shape is Shape.FLAG else (None,)
        combinations = [{**each, fact: value} for each in combinations for value in values]
    return combinations
