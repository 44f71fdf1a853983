"""The words that are derived from facts, for the solver: each score modelled from its own chart.

Nothing here is taken from triage/scores: the bands are written down a second time, so that a slip
in one of the two shows when evaluator and model are compared. Points are bits: so many of the bits
of a part hold, so many points it has; a total is how many hold at least, and at most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from triage.proof.bits import Bit, at_least, both, either, every, no, some
from triage.proof.kleene import Kleene, any_of, where_known
from triage.proof.symbols import Ends, View

Points = tuple[Bit, Bit, Bit]
"""At least 1, at least 2, 3."""


class Count(NamedTuple):
    """How many of some bits hold: surely, and possibly."""

    sure: tuple[Bit, ...]
    possible: tuple[Bit, ...]

    def least(self, bound: float, *, above: bool) -> Bit:
        """See ``Ends``."""
        return at_least(self.sure, _whole(bound, above=above))

    def most(self, bound: float, *, above: bool) -> Bit:
        """See ``Ends``."""
        return at_least(self.possible, _whole(bound, above=above))


def _whole(bound: float, *, above: bool) -> int:
    return math.floor(bound) + 1 if above else math.ceil(bound)


def criteria(values: Iterable[Kleene]) -> Count:
    """A point for each criterion."""
    parts = list(values)
    return Count(tuple(each.true for each in parts), tuple(no(each.false) for each in parts))


# -- NEWS2 (Royal College of Physicians, 2017): from which value on a part has how many points -----

RISING: dict[str, tuple[float, float, float]] = {
    "respiration_rate": (math.inf, 20, 24),
    "systolic": (math.inf, math.inf, 219),
    "pulse": (90, 110, 130),
    "temperature": (38.0, 39.0, math.inf),
}
"""Above this: at least 1, at least 2, 3 points. None at all: infinity."""

FALLING: dict[str, tuple[float, float, float]] = {
    "respiration_rate": (12, 9, 9),
    "systolic": (111, 101, 91),
    "pulse": (51, 41, 41),
    "temperature": (36.1, 35.1, 35.1),
}
"""Below this: at least 1, at least 2, 3 points."""

SCALE_1 = (96.0, 94.0, 92.0)
SCALE_2 = (88.0, 86.0, 84.0)
SCALE_2_ON_OXYGEN = (92.0, 94.0, 96.0)
"""On oxygen too high a saturation counts as well: above this."""

_LEVELS = range(3)


def _banded(view: View, fact: str) -> tuple[Points, Points]:
    known = view.known(fact)
    points = []
    for level in _LEVELS:
        rising, falling = RISING[fact][level], FALLING[fact][level]
        beyond = [view.compare(fact, "<", falling).true]
        # A step of two points has no band of its own for the smaller number (respiration above 20).
        higher = min(RISING[fact][level:])
        del rising
        if math.isfinite(higher):
            beyond.append(view.compare(fact, ">", higher).true)
        points.append(some(beyond))
    sure = (points[0], points[1], points[2])
    possible = tuple(either(no(known), point) for point in points)
    return sure, (possible[0], possible[1], possible[2])
