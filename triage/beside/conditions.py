"""The conditions of a protocol, answered for every picture of a layout at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter, getitem
from typing import Any, NamedTuple

from triage.belief import garbled
from triage.beside.layout import Given, Layout, holds
from triage.beside.slices import Bits, compile_slices, leaves_of
from triage.beside.totals import PARTS, Points, unpacked
from triage.condition import Flag, Leaf, read
from triage.picture import Picture
from triage.protocol import Protocol
from triage.span import Span
from triage.vocabulary import WORDS


class _Granted(NamedTuple):
    """What an assumption does to the leaves of its fact.

    Attributes:
        number: its place in the protocol.
        fact: which fact it gives.
        value: as the picture holds it.
        places: the bits of the leaves that it settles, true or false.
        told: whether something besides the leaves reads the fact.
        silent: whether it holds only while nobody said anything of the fact.
    """

    number: int
    fact: str
    value: Any
    places: tuple[int, ...]
    told: bool
    silent: bool


_TOLD = frozenset(
    {fact for parts in PARTS.values() for group in parts for fact in group}
    | {"urgency", "intended_destination"}
)
"""What totals and outcomes read themselves."""


class Conditions:
    """The conditions of the rules of a protocol, and what it takes for granted."""

    def __init__(self, protocol: Protocol) -> None:
        trees = [rule.tree for rule in protocol.rules]
        assumptions = [read(each.when, protocol.terms) for each in protocol.assumptions]
        every = leaves_of([*trees, *assumptions])
        self.leaves: dict[str, list[Leaf]] = {}
        """Of each fact, what conditions ask of it."""
        for leaf in every:
            if not WORDS[leaf.word].derived:
                self.leaves.setdefault(leaf.word, []).append(leaf)
        plain = [leaf for asked in self.leaves.values() for leaf in asked]
        self._totals = [leaf for leaf in every if WORDS[leaf.word].derived]
        self._slices = compile_slices(trees, [*plain, *self._totals])
        self._assume = compile_slices(assumptions, plain)
        self._values = attrgetter(*self.leaves)
        self._granted = [
            _granted(protocol, number, plain) for number in range(len(protocol.assumptions))
        ]
        # A total has few values; what it decides is found once for each.
        self._settles = lru_cache(maxsize=4096)(self._settled_by)
        self._asked = tuple(dict.fromkeys(_total_of(leaf) for leaf in self._totals))

    def values(
        self, layout: Layout, picture: Picture
    ) -> tuple[tuple[Bits, ...], tuple[Given, ...]]:
        """Where the condition of each rule holds, and where it surely does not.

        Also what is taken for granted of the facts that the outcome itself reads.
        """
        leaves: list[int] = []
        for part in map(getitem, layout.tables, self._values(picture)):
            leaves += part
        given = self._grant(layout, picture, leaves)
        leaves += self._derive(layout, picture, given)
        return self._slices(leaves, layout.everywhere), given

    def _grant(self, layout: Layout, picture: Picture, leaves: list[int]) -> tuple[Given, ...]:
        """Lets the leaves know what is taken for granted; of several the first that holds."""
        doubted = garbled(picture) if picture.notes else ()
        wanting = [
            each
            for each in self._granted
            if getattr(picture, each.fact) is None and not (each.silent and each.fact in doubted)
        ]
        if not wanting:
            return ()
        assumed = self._assume(leaves, layout.everywhere)
        taken: dict[str, int] = {}
        given: list[Given] = []
        for each in wanting:
            before = taken.get(each.fact)
            if before is None:
                before = layout.own.get(each.fact, 0)
            bits = assumed[each.number][0] & ~before
            if bits:
                taken[each.fact] = before | bits
                for place in each.places:
                    leaves[place] |= bits
                if each.told:
                    given.append(Given(each.fact, each.value, bits))
        return tuple(given)

    def _derive(self, layout: Layout, picture: Picture, given: tuple[Given, ...]) -> list[int]:
        """The bits of the leaves that ask for a total."""
        found = [0] * (2 * len(self._totals))
        for word in self._asked:
            for total, bits in layout.total(word, picture, given).items():
                for place in self._settles(word, total):
                    found[place] |= bits
        return found

    def _settled_by(self, word: str, total: Points) -> tuple[int, ...]:
        """The bits of the leaves that a total settles, true or false."""
        low, high, sure, possible = unpacked(total)
        any_three = True if sure else None if possible else False
        settled = [
            # The one flag that is derived: a part that scores 3.
            (place, any_three if isinstance(leaf, Flag) else holds(leaf, Span(low, high)))
            for place, leaf in enumerate(self._totals)
            if _total_of(leaf) == word
        ]
        return _places(settled)


def _granted(protocol: Protocol, number: int, plain: list[Leaf]) -> _Granted:
    fact, value = protocol.assumptions[number].fact, protocol.assumed[number]
    settled = [(place, holds(leaf, value)) for place, leaf in enumerate(plain) if leaf.word == fact]
    return _Granted(
        number=number,
        fact=fact,
        value=value,
        places=_places(settled),
        told=fact in _TOLD,
        silent=protocol.silent(protocol.assumptions[number]),
    )


def _places(settled: Iterable[tuple[int, bool | None]]) -> tuple[int, ...]:
    """Where the bits of leaves stand that are true, or false, by the place of the leaf."""
    return tuple([2 * place + (not true) for place, true in settled if true is not None])


def _total_of(leaf: Leaf) -> str:
    """The total that a leaf asks for."""
    return "news2" if leaf.word == "news2_any_three" else leaf.word
