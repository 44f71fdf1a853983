"""A number for the solver: one yes-or-no for each bound that it is compared with.

Conditions only ever compare a number with constants, so what lies between two neighbouring bounds
is one case. That is exact, whatever the number's precision, and leaves the solver pure logic.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import z3

from triage.proof.bits import Bit, both, implies, no

Cut = tuple[float, bool]
"""At least a bound, or above it (true)."""


class Scale:
    """A number somewhere in a range.

    Args:
        name: unique; the solver's names start with it.
        low: lowest value.
        high: highest value.
        whole: only whole numbers.
    """

    def __init__(self, name: str, low: float, high: float, *, whole: bool = False) -> None:
        self._name, self._low, self._high, self._whole = name, low, high, whole
        self._cuts: dict[Cut, z3.BoolRef] = {}

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """The bounds that were asked for, from low to high."""
        return tuple(sorted(self._cuts))

    def reaches(self, bound: float, *, above: bool = False) -> Bit:
        """Whether the number is at least the bound, or above it."""
        if self._whole:
            bound, above = (math.floor(bound) + 1 if above else math.ceil(bound)), False
        if bound < self._low or (bound == self._low and not above):
            return True
        if bound > self._high or (bound == self._high and above):
            return False
        cut = (float(bound), above)
        if cut not in self._cuts:
            self._cuts[cut] = z3.Bool(f"{self._name}{'>' if above else '>='}{bound:g}")
        return self._cuts[cut]

    def compare(self, operator: str, bound: float) -> Bit:
        """Whether the number is ``<  <=  >  >=`` a bound."""
        reached = self.reaches(bound, above=operator in {">", "<="})
        return reached if operator in {">", ">="} else no(reached)

    def within(self, low: float, high: float) -> Bit:
        """Whether the number lies between two bounds, both included."""
        return both(self.compare(">=", low), self.compare("<=", high))

    def not_below(self, other: Scale) -> Bit:
        """Whether this number is as high as the other, as far as any bound can tell."""
        every_cut = sorted({*self._cuts, *other._cuts})
        return both(
            *(implies(other.reaches(b, above=a), self.reaches(b, above=a)) for b, a in every_cut)
        )

    def axioms(self) -> Iterator[Bit]:
        """Whoever reaches a bound has reached every lower one."""
        for lower, higher in itertools.pairwise(self.cuts):
            yield implies(self._cuts[higher], self._cuts[lower])

    def value(self, model: z3.ModelRef) -> float:
        """A number that fits the solver's answer; inside the range, as round as can be."""
        reached = [cut for cut in self.cuts if z3.is_true(model.eval(self._cuts[cut]))]
        missed = [cut for cut in self.cuts if cut not in reached]
        start, above = reached[-1] if reached else (self._low, False)
        end, included = missed[0] if missed else (self._high, True)
        if not math.isfinite(start):
            return end if included and math.isfinite(end) else min(end - 1, 0.0)
        if not above:
            return start
        if not math.isfinite(end):
            return start + 1
        whole = math.floor(start) + 1.0
        if whole < end or (whole == end and included):
            return whole
        return round((start + end) / 2, 3)

    def literals(self, value: float) -> Iterator[tuple[z3.BoolRef, bool]]:
        """What each bound's yes-or-no is for a value."""
        for (bound, above), bit in self._cuts.items():
            yield bit, value > bound if above else value >= bound
