"""Many pictures beside one: each bit stands for the same picture with other answers.

Bit 0 is the picture as it is. Each other bit changes one fact, or two; whatever it does not change
is as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from triage.beside.choices import Choice
from triage.beside.totals import PARTS, Points, points
from triage.condition import Compare, Flag, Leaf, OneOf
from triage.picture import Picture
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
        self._parts = {
            word: [_Part(self, word, group) for group in groups] for word, groups in PARTS.items()
        }

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

    def total(self, word: str, picture: Picture, given: tuple[Given, ...]) -> dict[Points, int]:
        """The pictures by what a total comes to; each part moves the few that it changes.

        Args:
            word: a key of ``PARTS``.
            picture: what is known.
            given: where something is taken for granted, of whatever fact.
        """
        split = [part.split(part.known(picture), part.among(given)) for part in self._parts[word]]
        usual = sum([points for points, _ in split])
        states = {usual: self.everywhere}
        for _, differing in split:
            for more, moved in differing:
                # Mostly a picture differs in one part only; else what it is elsewhere counts too.
                first = states[usual]
                among = [(usual, first)] if moved & ~first == 0 else list(states.items())
                for state, bits in among:
                    both = bits & moved
                    if both:
                        states[state] ^= both
                        states[state + more] = states.get(state + more, 0) | both
        return states

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


class _Part:
    """One part of a total over the pictures of a layout; each of its values is looked up once."""

    def __init__(self, layout: Layout, word: str, group: tuple[str, ...]) -> None:
        self.known = attrgetter(*group)
        self.split = lru_cache(maxsize=1024)(self._split)
        self._layout, self._word, self._group = layout, word, group

    def among(self, given: tuple[Given, ...]) -> tuple[Given, ...]:
        """What is taken for granted of its facts."""
        return tuple([each for each in given if each.fact in self._group]) if given else given

    def _split(
        self, known: Any, given: tuple[Given, ...]
    ) -> tuple[Points, tuple[tuple[Points, int], ...]]:
        """What it comes to as it is, and by how much it differs where it does.

        Args:
            known: the values of its facts, a tuple where there are several.
            given: where they are taken for granted.
        """
        layout = self._layout
        cells: dict[tuple[Any, ...], int] = {(): layout.everywhere}
        values = known if len(self._group) > 1 else (known,)
        for fact, value in zip(self._group, values, strict=True):
            spread = list(layout.spread(fact, value, given))
            cells = {
                (*key, one): bits & where
                for key, bits in cells.items()
                for one, where in spread
                if bits & where
            }
        parts: dict[Points, int] = {}
        for key, bits in cells.items():
            part = points(self._word, self._group, key)
            parts[part] = parts.get(part, 0) | bits
        usual = next(part for part, bits in parts.items() if bits & 1)
        differing = [(part - usual, bits) for part, bits in parts.items() if part != usual]
        return usual, tuple(differing)


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
