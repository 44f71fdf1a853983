"""Three values for the solver: where a condition is surely true, and where it is surely false."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from triage.proof.bits import Bit, both, every, no, some


class Kleene(NamedTuple):
    """Never both; neither is unknown."""

    true: Bit
    false: Bit

    @property
    def unknown(self) -> Bit:
        """What is unknown may decide."""
        return both(no(self.true), no(self.false))


def opposite(value: Kleene) -> Kleene:
    """Unknown stays unknown."""
    return Kleene(value.false, value.true)


def all_of(values: Iterable[Kleene]) -> Kleene:
    """False when one is false, true when all are."""
    parts = list(values)
    return Kleene(every(part.true for part in parts), some(part.false for part in parts))


def any_of(values: Iterable[Kleene]) -> Kleene:
    """True when one is true, false when all are."""
    parts = list(values)
    return Kleene(some(part.true for part in parts), every(part.false for part in parts))


def surely(bit: Bit) -> Kleene:
    """What is never unknown."""
    return Kleene(bit, no(bit))


def where_known(known: Bit, bit: Bit) -> Kleene:
    """A value that only counts where it is known."""
    return Kleene(both(known, bit), both(known, no(bit)))
