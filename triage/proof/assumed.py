"""The facts with what a protocol takes for granted while nobody says otherwise, for the solver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from triage.proof.bits import Bit, both, either, no
from triage.proof.kleene import Kleene
from triage.proof.symbols import Ends, View

Default = tuple[str, Any, Bit]
"""A fact, the value that it gets while unknown, and where it does."""


class Assumed:
    """A view in which an unknown fact has the first value that is assumed for it.

    Args:
        view: the facts as they are known.
        defaults: in the protocol's order.
    """

    def __init__(self, view: View, defaults: Iterable[Default]) -> None:
        self._view = view
        self._defaults: dict[str, list[tuple[Any, Bit]]] = {}
        for fact, value, holds in defaults:
            earlier = [where for _, where in self._defaults.get(fact, ())]
            where = both(no(view.known(fact)), holds, *map(no, earlier))
            self._defaults.setdefault(fact, []).append((value, where))

    def known(self, fact: str) -> Bit:
        """Whether anybody said, or it is taken for granted."""
        return either(self._view.known(fact), *(bit for _, bit in self._defaults.get(fact, ())))

    def flag(self, fact: str) -> Kleene:
        """A fact that is yes or no."""
        return self._with(self._view.flag(fact), fact, bool)

    def one_of(self, fact: str, codes: Iterable[str]) -> Kleene:
        """Whether a fact's code is one of these."""
        wanted = frozenset(codes)
        return self._with(self._view.one_of(fact, wanted), fact, lambda code: code in wanted)

    def compare(self, fact: str, operator: str, bound: float) -> Kleene:
        """A plain number against a bound."""
        tells = {
            "<": lambda value: value < bound,
            "<=": lambda value: value <= bound,
            ">": lambda value: value > bound,
            ">=": lambda value: value >= bound,
        }[operator]
        return self._with(self._view.compare(fact, operator, bound), fact, tells)

    def ends(self, fact: str) -> Ends:
        """A total that may be a range."""
        ends = self._view.ends(fact)
        for value, where in self._defaults.get(fact, ()):
            ends = _Filled(ends, value, where)
        return ends

    def _with(self, value: Kleene, fact: str, tells: Any) -> Kleene:
        yes, false = value
        for assumed, where in self._defaults.get(fact, ()):
            if tells(assumed):
                yes = either(yes, where)
            else:
                false = either(false, where)
        return Kleene(yes, false)


class _Filled:
    """A total with the range that is assumed for it."""

    def __init__(self, ends: Ends, value: Any, where: Bit) -> None:
        self._ends, self._value, self._where = ends, value, where

    def least(self, bound: float, *, above: bool) -> Bit:
        """See ``Ends``."""
        return self._end(self._ends.least(bound, above=above), self._value.low, bound, above=above)

    def most(self, bound: float, *, above: bool) -> Bit:
        """See ``Ends``."""
        return self._end(self._ends.most(bound, above=above), self._value.high, bound, above=above)

    def _end(self, known: Bit, value: float, bound: float, *, above: bool) -> Bit:
        reached = value > bound if above else value >= bound
        return either(both(self._where, reached), both(no(self._where), known))
