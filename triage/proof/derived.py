"""The words that are derived from facts, for the solver: each score modelled from its own chart.

Nothing here is taken from triage/scores: the bands are written down a second time, so that a slip
in one of the two shows when evaluator and model are compared. Points are bits: so many of the bits
of a part hold, so many points it has; a total is how many hold at least, and at most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

from triage.proof.bits import Bit, at_least, both, either, every, no, some
from triage.proof.kleene import Kleene, any_of, opposite
from triage.proof.symbols import Ends, View


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


# -- NEWS2 (Royal College of Physicians, 2017) -----------------------------------------------------

_NONE = math.inf

ABOVE: dict[str, tuple[float, float, float]] = {
    "respiration_rate": (20, 20, 24),
    "systolic": (219, 219, 219),
    "pulse": (90, 110, 130),
    "temperature": (38.0, 39.0, _NONE),
}
"""Above this: at least 1, at least 2, 3 points."""

BELOW: dict[str, tuple[float, float, float]] = {
    "respiration_rate": (12, 9, 9),
    "systolic": (111, 101, 91),
    "pulse": (51, 41, 41),
    "temperature": (36.1, 35.1, 35.1),
}
"""Below this: at least 1, at least 2, 3 points."""

SCALE_1 = (96.0, 94.0, 92.0)
SCALE_2 = (88.0, 86.0, 84.0)
"""Below this, as above."""
SCALE_2_ON_OXYGEN = (92.0, 94.0, 96.0)
"""Above this, as above: with a target of 88 to 92% too much oxygen counts as well."""

_Part = tuple[Kleene, ...]
"""At least 1, at least 2, 3 points; what is missing may be any of them."""


def _banded(view: View, fact: str) -> _Part:
    return tuple(
        any_of((view.compare(fact, ">", above), view.compare(fact, "<", below)))
        for above, below in zip(ABOVE[fact], BELOW[fact], strict=True)
    )


def _saturation(view: View) -> _Part:
    """Sure is what every scale says that may be the right one, possible what one of them says."""
    fact = "oxygen_saturation"
    scale_2, oxygen = view.flag("hypercapnic_target"), view.flag("on_oxygen")
    known = view.known(fact)
    part = []
    for first, second, too_high in zip(SCALE_1, SCALE_2, SCALE_2_ON_OXYGEN, strict=True):
        on_1 = view.compare(fact, "<", first).true
        on_2 = view.compare(fact, "<", second).true
        on_2_with_oxygen = either(on_2, view.compare(fact, ">", too_high).true)
        # What each scale says, and when it is surely not the one that counts.
        says = (
            (on_1, scale_2.true),
            (on_2, either(scale_2.false, oxygen.true)),
            (on_2_with_oxygen, either(scale_2.false, oxygen.false)),
        )
        sure = every(either(points, out) for points, out in says)
        possible = some(both(points, no(out)) for points, out in says)
        part.append(Kleene(both(known, sure), both(known, no(possible))))
    return tuple(part)


def _parts(view: View) -> tuple[_Part, ...]:
    oxygen = view.flag("on_oxygen")
    altered = view.one_of("consciousness", ("C", "V", "P", "U"))
    return (
        *(_banded(view, fact) for fact in ABOVE),
        _saturation(view),
        (oxygen, oxygen),
        (altered, altered, altered),
    )


def news2(view: View) -> Count:
    """The total, 0 to 20."""
    return criteria(bit for part in _parts(view) for bit in part)


def any_three(view: View) -> Kleene:
    """Whether one part has 3 points."""
    return any_of(part[2] for part in _parts(view) if len(part) == 3)  # noqa: PLR2004


# -- qSOFA and CRB-65 (domain.md 3.2 and 3.3) ------------------------------------------------------


def qsofa(view: View) -> Count:
    """A point each for fast breathing, an altered mind and a low blood pressure."""
    return criteria(
        (
            view.compare("respiration_rate", ">=", 22),
            opposite(view.one_of("consciousness", ("A",))),
            view.compare("systolic", "<=", 100),
        )
    )


def crb65(view: View) -> Count:
    """A point each for confusion, fast breathing, a low blood pressure and age."""
    return criteria(
        (
            any_of(
                (
                    opposite(view.one_of("consciousness", ("A",))),
                    view.flag("red_flag_confusion"),
                    view.flag("red_flag_consciousness"),
                )
            ),
            view.compare("respiration_rate", ">=", 30),
            any_of((view.compare("systolic", "<", 90), view.compare("diastolic", "<=", 60))),
            view.compare("age", ">=", 65),
        )
    )


TOTALS: dict[str, Callable[[View], Ends]] = {"news2": news2, "qsofa": qsofa, "crb65": crb65}
"""Derived totals: a new one goes here."""

FLAGS: dict[str, Callable[[View], Kleene]] = {"news2_any_three": any_three}
"""Derived words that are yes or no."""
