"""Many pictures beside one: each bit stands for the same picture with other answers.

Bit 0 is the picture as it is. Each other bit changes one fact, or two; whatever it does not change
is as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from triage.beside.choices import Choice
from triage.beside.slices import Leaf
from triage.beside.totals import Points, points
from triage.condition import Compare, Flag, OneOf
from triage.span import Span

Turn = tuple[str, Choice]
"""A fact, and its other answer."""


class Given(NamedTuple):
    """A fact that is taken for granted in some of the pictures."""

    fact: str
    value: Any
    bits: int


class Table(dict[Any, tuple[int, ...]]):
    """From the value of a fact: for each of its leaves the bits where it is true, and false.

    Args:
        asked: each leaf, where answers to the fact make it true and false, and the other bits.
    """

    def __init__(self, asked: Sequence[tuple[Leaf, int, int, int]]) -> None:
        super().__init__()
        self._asked = asked

    def __missing__(self, value: Any) -> tuple[int, ...]:
        """Found once for each value; numbers have many, so it starts anew when it is full."""
        found: list[int] = []
        for leaf, true, false, rest in self._asked:
            now = None if value is None else holds(leaf, value)
            found += (true | rest if now else true, false | rest if now is False else false)
        if len(self) >= _FULL:
            self.clear()
        self[value] = tuple(found)
        return self[value]


_FULL = 1024


class Layout:
    """The other pictures, a bit each.

    Args:
        turns: what each bit after the first changes.
        leaves: of each fact, what conditions ask of it.
    """

    def __init__(
        self, turns: Iterable[tuple[Turn, ...]], leaves: Mapping[str, Sequence[Leaf]]
    ) -> None:
        self.turns: tuple[tuple[Turn, ...], ...] = ((), *turns)
        self.everywhere = (1 << len(self.turns)) - 1
        values: dict[str, dict[Any, int]] = {}
        for place, changed in enumerate(self.turns):
            for fact, choice in changed:
                bits = values.setdefault(fact, {})
                bits[choice.value] = bits.get(choice.value, 0) | 1 << place
        self.values = values
        """Of each fact, the bits in which it has a value of its own."""
        self.own = {fact: sum(bits.values()) for fact, bits in values.items()}
        """Of each fact, the bits that change it."""
        self.tables = self._tables(leaves)
        """Of each fact that has leaves, in their order."""
        self.split = lru_cache(maxsize=4096)(self._split)

    def spread(
        self, fact: str, known: Any, given: Iterable[Given] = ()
    ) -> Iterator[tuple[Any, int]]:
        """The values of a fact, and the pictures in which it has them; together: all.

        Args:
            fact: which.
            known: its value as it is, or None.
            given: where something is taken for granted, of whatever fact.
        """
        rest = self.everywhere & ~self.own.get(fact, 0)
        yield from self.values.get(fact, {}).items()
        for each in given:
            if each.fact == fact:
                yield each.value, each.bits
                rest &= ~each.bits
        if rest:
            yield known, rest

    def _split(
        self, word: str, group: tuple[str, ...], known: tuple[Any, ...], given: tuple[Given, ...]
    ) -> tuple[Points, tuple[tuple[Points, int], ...]]:
        """What one part of a total comes to as it is, and by how much it differs where it does."""
        cells: dict[tuple[Any, ...], int] = {(): self.everywhere}
        for fact, value in zip(group, known, strict=True):
            values = list(self.spread(fact, value, given))
            cells = {
                (*key, one): bits & where
                for key, bits in cells.items()
                for one, where in values
                if bits & where
            }
        parts: dict[Points, int] = {}
        for key, bits in cells.items():
            part = points(word, group, key)
            parts[part] = parts.get(part, 0) | bits
        usual = next(part for part, bits in parts.items() if bits & 1)
        differing = [(part - usual, bits) for part, bits in parts.items() if part != usual]
        return usual, tuple(differing)

    def _tables(self, leaves: Mapping[str, Sequence[Leaf]]) -> tuple[Table, ...]:
        tables = []
        for fact, asked in leaves.items():
            values, own = self.values.get(fact, {}), self.own.get(fact, 0)
            rest = self.everywhere & ~own
            asks = []
            for leaf in asked:
                true = sum(bits for value, bits in values.items() if holds(leaf, value))
                asks.append((leaf, true, own & ~true, rest))
            tables.append(Table(asks))
        return tuple(tables)


def holds(leaf: Leaf, value: Any) -> bool | None:
    """Whether a leaf holds for a value that is known; None where a range may go either way."""
    match leaf:
        case Flag():
            return bool(value)
        case OneOf(codes=codes):
            return value in codes
        case Compare(operator=operator, bound=bound):
            if isinstance(value, Span):
                ends = compare(value.low, operator, bound), compare(value.high, operator, bound)
                return ends[0] if ends[0] is ends[1] else None
            return compare(value, operator, bound)


def compare(number: float, operator: str, bound: float) -> bool:
    """Whether a number is ``<  <=  >  >=`` a bound."""
    if operator == "<":
        return number < bound
    if operator == "<=":
        return number <= bound
    return number > bound if operator == ">" else number >= bound
