"""A picture that the solver may fill in: each fact known or unknown, with any value it can have.

Facts come into being when they are first asked for, so that a model holds what it uses and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

import msgspec
import z3
from msgspec import inspect

from triage.picture import Picture
from triage.proof.bits import Bit, both, every, formula, no, some
from triage.proof.kleene import Kleene, where_known
from triage.proof.scale import Scale
from triage.vocabulary import WORDS, Shape, Word


class Ends(Protocol):
    """A total that is a range: its lowest and its highest value against a bound."""

    def least(self, bound: float, *, above: bool) -> Bit:
        """Whether even the lowest value is at least the bound, or above it."""

    def most(self, bound: float, *, above: bool) -> Bit:
        """Whether the highest value is at least the bound, or above it."""


class View(Protocol):
    """Facts as a condition reads them."""

    def known(self, fact: str) -> Bit:
        """Whether anybody said."""

    def flag(self, fact: str) -> Kleene:
        """A fact that is yes or no."""

    def one_of(self, fact: str, codes: Iterable[str]) -> Kleene:
        """Whether a fact's code is one of these."""

    def compare(self, fact: str, operator: str, bound: float) -> Kleene:
        """A plain number against a bound."""

    def ends(self, fact: str) -> Ends:
        """A total that may be a range."""


class _Flag(NamedTuple):
    yes: z3.BoolRef
    no: z3.BoolRef


class _Number(NamedTuple):
    known: z3.BoolRef
    scale: Scale


class _Total(NamedTuple):
    known: z3.BoolRef
    low: Scale
    high: Scale
    word: Word

    def least(self, bound: float, *, above: bool) -> Bit:
        """See ``Ends``; of an unknown total only the range of the instrument is sure."""
        return both(self.known, self.low.reaches(bound, above=above))

    def most(self, bound: float, *, above: bool) -> Bit:
        """See ``Ends``."""
        top = self.word.high > bound if above else self.word.high >= bound
        return both(top, some((no(self.known), self.high.reaches(bound, above=above))))


_Codes = dict[str, z3.BoolRef]


def _whole_numbers() -> frozenset[str]:
    described = inspect.type_info(Picture)
    whole = set()
    for field in described.fields if isinstance(described, inspect.StructType) else ():
        types = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
        bare = [t.type if isinstance(t, inspect.Metadata) else t for t in types]
        if any(isinstance(t, inspect.IntType) for t in bare):
            whole.add(field.name)
    return frozenset(whole)


WHOLE = _whole_numbers()
"""Facts that are whole numbers."""


class Symbols:
    """A symbolic picture.

    Args:
        name: tells two pictures apart in one question to the solver.
        like: another picture with which this one shares every fact but ``own``.
        own: the facts that are its own.
    """

    def __init__(
        self, name: str = "", *, like: Symbols | None = None, own: Iterable[str] = ()
    ) -> None:
        self._name, self._like, self._own = name, like, frozenset(own)
        self._flags: dict[str, _Flag] = {}
        self._codes: dict[str, _Codes] = {}
        self._numbers: dict[str, _Number] = {}
        self._totals: dict[str, _Total] = {}

    # -- what conditions read ------------------------------------------------------------------

    def known(self, fact: str) -> Bit:
        """Whether anybody said."""
        word = WORDS[fact]
        if word.span:
            return self._total(fact).known
        if word.shape is Shape.FLAG:
            return some(self._flag(fact))
        if word.shape is Shape.CODE:
            return some(self._code(fact).values())
        return self._number(fact).known

    def flag(self, fact: str) -> Kleene:
        """A fact that is yes or no."""
        return Kleene(*self._flag(fact))

    def one_of(self, fact: str, codes: Iterable[str]) -> Kleene:
        """Whether a fact's code is one of these."""
        wanted = frozenset(codes)
        all_codes = self._code(fact)
        return Kleene(
            some(bit for code, bit in all_codes.items() if code in wanted),
            some(bit for code, bit in all_codes.items() if code not in wanted),
        )

    def compare(self, fact: str, operator: str, bound: float) -> Kleene:
        """A plain number against a bound."""
        number = self._number(fact)
        return where_known(number.known, number.scale.compare(operator, bound))

    def ends(self, fact: str) -> Ends:
        """A total that may be a range."""
        return self._total(fact)

    def scale(self, fact: str) -> Scale:
        """The number behind a plain fact; it says nothing where the fact is unknown."""
        return self._number(fact).scale

    def range_of(self, fact: str) -> tuple[Scale, Scale]:
        """Lowest and highest value of a total; they say nothing where it is unknown."""
        total = self._total(fact)
        return total.low, total.high

    # -- the picture as a whole ----------------------------------------------------------------

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that were asked for, in alphabetical order."""
        mine = {*self._flags, *self._codes, *self._numbers, *self._totals}
        return tuple(sorted(mine | set(self._like.facts if self._like else ())))

    def total(self) -> Bit:
        """Every fact that was asked for is known, and totals are complete."""
        complete = [_equal(*self.range_of(fact)) for fact in self.facts if WORDS[fact].span]
        return both(*map(self.known, self.facts), *complete)

    def axioms(self) -> list[z3.BoolRef]:
        """What holds of every picture; ask for it after everything else."""
        found: list[Bit] = [no(both(*flag)) for flag in self._flags.values()]
        found += [z3.AtMost(*codes.values(), 1) for codes in self._codes.values()]
        for number in self._numbers.values():
            found += number.scale.axioms()
        for total in self._totals.values():
            found.append(total.high.not_below(total.low))
            found += [*total.low.axioms(), *total.high.axioms()]
        base = self._like.axioms() if self._like else []
        return [*base, *map(formula, found)]

    def picture(self, model: z3.ModelRef) -> Picture:
        """The picture that the solver's answer describes; facts nobody asked for are unknown."""
        known = {
            fact: value for fact in self.facts if (value := self._value(fact, model)) is not None
        }
        return msgspec.convert(known, Picture, strict=False)

    def assignment(self, picture: Picture) -> Iterator[tuple[z3.BoolRef, bool]]:
        """Every yes-or-no of this symbolic picture as a real picture has it."""
        for fact, flag in self._flags.items():
            value = getattr(picture, fact)
            yield flag.yes, value is True
            yield flag.no, value is False
        for fact, codes in self._codes.items():
            value = getattr(picture, fact)
            for code, bit in codes.items():
                yield bit, value == code
        for fact, number in self._numbers.items():
            value = getattr(picture, fact)
            yield number.known, value is not None
            if value is not None:
                yield from number.scale.literals(value)
        for fact, total in self._totals.items():
            value = getattr(picture, fact)
            yield total.known, value is not None
            if value is not None:
                yield from total.low.literals(value.low)
                yield from total.high.literals(value.high)

    # -- how each fact is kept -----------------------------------------------------------------

    def _value(self, fact: str, model: z3.ModelRef) -> Any:
        word = WORDS[fact]
        if not z3.is_true(model.eval(formula(self.known(fact)), model_completion=True)):
            return None
        if word.span:
            low, high = self.range_of(fact)
            lowest = int(low.value(model))
            return {"low": lowest, "high": max(lowest, int(high.value(model)))}
        if word.shape is Shape.FLAG:
            return z3.is_true(model.eval(self._flag(fact).yes))
        if word.shape is Shape.CODE:
            return next(c for c, bit in self._code(fact).items() if z3.is_true(model.eval(bit)))
        value = self._number(fact).scale.value(model)
        return int(value) if fact in WHOLE else value

    def _from(self, fact: str) -> Symbols | None:
        """The picture that keeps the fact, when it is not this one."""
        return self._like if self._like is not None and fact not in self._own else None

    def _flag(self, fact: str) -> _Flag:
        if (other := self._from(fact)) is not None:
            return other._flag(fact)  # noqa: SLF001 - of this class too
        if fact not in self._flags:
            name = self._name + fact
            self._flags[fact] = _Flag(z3.Bool(f"{name}.yes"), z3.Bool(f"{name}.no"))
        return self._flags[fact]

    def _code(self, fact: str) -> _Codes:
        if (other := self._from(fact)) is not None:
            return other._code(fact)  # noqa: SLF001 - of this class too
        if fact not in self._codes:
            self._codes[fact] = {
                code: z3.Bool(f"{self._name}{fact}={code}") for code in sorted(WORDS[fact].codes)
            }
        return self._codes[fact]

    def _number(self, fact: str) -> _Number:
        if (other := self._from(fact)) is not None:
            return other._number(fact)  # noqa: SLF001 - of this class too
        if fact not in self._numbers:
            word, name = WORDS[fact], self._name + fact
            scale = Scale(name, word.low, word.high, whole=fact in WHOLE)
            self._numbers[fact] = _Number(z3.Bool(f"{name}.known"), scale)
        return self._numbers[fact]

    def _total(self, fact: str) -> _Total:
        if (other := self._from(fact)) is not None:
            return other._total(fact)  # noqa: SLF001 - of this class too
        if fact not in self._totals:
            word, name = WORDS[fact], self._name + fact
            low, high = (
                Scale(f"{name}.{end}", word.low, word.high, whole=True) for end in ("low", "high")
            )
            self._totals[fact] = _Total(z3.Bool(f"{name}.known"), low, high, word)
        return self._totals[fact]


def _equal(low: Scale, high: Scale) -> Bit:
    return every((low.not_below(high), high.not_below(low)))
