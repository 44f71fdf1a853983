"""The one case that shows something, of all cases that do: the same in every run.

Which case a solver hands over is its own affair. Here each step is a question with one answer (is
there such a case in which this fact is unknown?), so that two runs show a reader the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from triage.picture import FACTS, Picture
from triage.proof.bits import Bit, no
from triage.proof.prover import Solver
from triage.proof.scale import Scale
from triage.proof.symbols import Symbols
from triage.span import Span
from triage.vocabulary import WORDS, Shape

Value = tuple[Any, Sequence[Bit]]
"""A value of a fact, and what is true in the solver where the fact has it."""


class Smallest:
    """What finds cases of one symbolic picture; make it when all formulas have been built.

    Args:
        solver: knows what holds of the picture.
        symbols: the picture.
    """

    def __init__(self, solver: Solver, symbols: Symbols) -> None:
        self._solver, self._symbols = solver, symbols
        asked = set(symbols.facts)
        self._facts = [fact for fact in FACTS if fact in asked]
        self._unknown = {fact: solver.named(no(symbols.known(fact))) for fact in self._facts}
        # All that will be asked is named now: the solver is slow each time that something is added.
        self._values = {
            fact: [(value, [solver.named(bit) for bit in bits]) for value, bits in found]
            for fact in self._facts
            for found in [list(self._values_of(fact))]
        }

    def case(self, wanted: Sequence[Bit], shows: Callable[[Picture], bool]) -> Picture:
        """A case with no fact that can be left out, and with the first values that it can have.

        Args:
            wanted: what is true of it, for the solver; there must be such a case.
            shows: the same, of a real picture.

        Raises:
            LookupError: there is no such case.
        """
        given = list(wanted)
        picture = self._find(given)
        if picture is None:
            raise LookupError("there is no such case")
        for fact in reversed(self._facts):
            left_out = self._with(picture, fact, None, [self._unknown[fact]], given, shows)
            if left_out is not None:
                picture = left_out
                given.append(self._unknown[fact])
        for fact in self._facts:
            if getattr(picture, fact) is None:
                continue
            for value, bits in self._values[fact]:
                found = self._with(picture, fact, value, bits, given, shows)
                if found is not None:
                    picture = found
                    given += bits
                    break
        return picture

    def _with(
        self,
        picture: Picture,
        fact: str,
        value: Any,
        bits: Sequence[Bit],
        given: list[Bit],
        shows: Callable[[Picture], bool],
    ) -> Picture | None:
        """A case in which a fact is so besides: this one changed, or else any other."""
        changed = msgspec.structs.replace(picture, **{fact: value})
        return changed if shows(changed) else self._find([*given, *bits])

    def _find(self, bits: list[Bit]) -> Picture | None:
        model = self._solver.answer(*bits)
        return None if model is None else self._symbols.picture(model)

    def _values_of(self, fact: str) -> Iterator[Value]:
        """The values of a fact that conditions can tell apart, in order."""
        word, symbols = WORDS[fact], self._symbols
        if word.span:
            for total in range(int(word.low), int(word.high) + 1):
                ends = symbols.range_of(fact)
                yield Span(total, total), [bit for end in ends for bit in _bits(end, total)]
        elif word.shape is Shape.FLAG:
            flag = symbols.flag(fact)
            yield False, [flag.false]
            yield True, [flag.true]
        elif word.shape is Shape.CODE:
            for code in sorted(word.codes):
                value = getattr(msgspec.convert({fact: code}, Picture), fact)
                yield value, [symbols.one_of(fact, [code]).true]
        else:
            scale = symbols.scale(fact)
            for number in _numbers(scale, max(word.low, 0), word.high):
                known = no(self._unknown[fact])
                yield number, [known, *_bits(scale, number)]


def _bits(scale: Scale, number: float) -> list[Bit]:
    return [bit if holds else no(bit) for bit, holds in scale.literals(number)]


def _numbers(scale: Scale, low: float, high: float) -> list[float]:
    """A number, as round as can be, for each case that bounds tell apart; from low to high."""
    bounds = sorted({bound for bound, _ in scale.cuts})
    near = {low, *bounds, *(bound + 1 for bound in bounds)}
    near |= {round((one + other) / 2, 3) for one, other in pairwise(bounds)}
    found: dict[tuple[bool, ...], float] = {}
    for number in sorted(number for number in near if low <= number <= high):
        pattern = tuple(holds for _, holds in scale.literals(number))
        if pattern not in found or float(number).is_integer() > float(found[pattern]).is_integer():
            found[pattern] = number
    return [int(n) if float(n).is_integer() else n for n in found.values()]
