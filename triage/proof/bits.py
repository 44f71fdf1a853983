"""Formulas over yes and no: a constant of Python, or a formula of the solver.

Constants are folded on the way, so that what is always true never reaches the solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import z3

Bit: TypeAlias = bool | z3.BoolRef
"""True, false, or a formula that the solver may make either."""


def both(*bits: Bit) -> Bit:
    """All of them."""
    return every(bits)


def either(*bits: Bit) -> Bit:
    """One of them at least."""
    return some(bits)


def every(bits: Iterable[Bit]) -> Bit:
    """All of them; true of none."""
    parts: list[z3.BoolRef] = []
    for bit in bits:
        if bit is False:
            return False
        if bit is not True:
            parts.append(bit)
    return True if not parts else parts[0] if len(parts) == 1 else z3.And(parts)


def some(bits: Iterable[Bit]) -> Bit:
    """One of them at least; false of none."""
    parts: list[z3.BoolRef] = []
    for bit in bits:
        if bit is True:
            return True
        if bit is not False:
            parts.append(bit)
    return False if not parts else parts[0] if len(parts) == 1 else z3.Or(parts)


def no(bit: Bit) -> Bit:
    """The opposite."""
    return not bit if isinstance(bit, bool) else z3.Not(bit)


def implies(this: Bit, that: Bit) -> Bit:
    """That, wherever this."""
    return either(no(this), that)


def same(this: Bit, that: Bit) -> Bit:
    """Both or neither."""
    if isinstance(this, bool):
        return that if this else no(that)
    if isinstance(that, bool):
        return this if that else no(this)
    return True if this.eq(that) else this == that


def at_least(bits: Sequence[Bit], number: int) -> Bit:
    """So many of them."""
    parts = [bit for bit in bits if not isinstance(bit, bool)]
    wanted = number - sum(bit is True for bit in bits)
    if wanted <= 0:
        return True
    if wanted > len(parts):
        return False
    return z3.AtLeast(*parts, wanted)


def formula(bit: Bit) -> z3.BoolRef:
    """The same for the solver."""
    return z3.BoolVal(bit) if isinstance(bit, bool) else bit
