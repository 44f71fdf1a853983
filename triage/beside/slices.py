"""Conditions compiled to bits: one evaluation for many pictures at once, a bit for each picture.

A condition is a pair of whole numbers: the pictures in which it is true, and those in which it is
false; in the others it is unknown. Kleene's logic is truth-functional, so ``and``, ``or`` and
``not`` work on all bits at once. What is generated holds numbers and names of our own only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from triage.condition import All, AnyOf, Leaf, Not, Tree, leaves

Bits = tuple[int, int]
"""The pictures in which something is true, and those in which it is false."""

Slices = Callable[[Sequence[int], int], tuple[Bits, ...]]
"""From the bits of the leaves, true and false in turn, and the bits of all pictures."""


def leaves_of(trees: Sequence[Tree]) -> tuple[Leaf, ...]:
    """The distinct leaves of some trees."""
    return tuple(dict.fromkeys(leaf for tree in trees for leaf in leaves(tree)))


def compile_slices(trees: Sequence[Tree], leaves: Sequence[Leaf]) -> Slices:
    """One function that gives the bits of each tree; what several trees share is computed once.

    Args:
        trees: the conditions.
        leaves: every leaf that they use, in the order in which the function gets their bits.
    """
    names: dict[Tree, tuple[str, str]] = {
        leaf: (f"t{number}", f"f{number}") for number, leaf in enumerate(leaves)
    }
    fresh = itertools.count(len(names))
    lines = ["def slices(leaves, everywhere):"]
    if leaves:
        unpacked = ", ".join(name for leaf in leaves for name in names[leaf])
        lines.append(f"    {unpacked} = leaves")
    found = [_bits(tree, names, fresh, lines) for tree in trees]
    lines.append("    return (" + "".join(f"({true}, {false}), " for true, false in found) + ")")
    scope: dict[str, Any] = {"__builtins__": {}}
    exec(compile("\n".join(lines), "<slices>", "exec"), scope)  # noqa: S102 - see the docstring
    slices: Slices = scope["slices"]
    return slices


def _bits(
    tree: Tree, names: dict[Tree, tuple[str, str]], fresh: Iterator[int], lines: list[str]
) -> tuple[str, str]:
    """The names of a tree's bits, after the lines that compute them."""
    if tree in names:
        return names[tree]
    match tree:
        case Not(of=part):
            true, false = _bits(part, names, fresh, lines)
            names[tree] = false, true
        case All(of=()):
            names[tree] = "everywhere", "0"
        case AnyOf(of=()):
            names[tree] = "0", "everywhere"
        case All(of=parts) | AnyOf(of=parts):
            pairs = [_bits(part, names, fresh, lines) for part in parts]
            number = next(fresh)
            names[tree] = f"t{number}", f"f{number}"
            every, some = ("t", "f") if isinstance(tree, All) else ("f", "t")
            for letter, sign in ((every, " & "), (some, " | ")):
                of = [pair[0] if letter == "t" else pair[1] for pair in pairs]
                lines.append(f"    {letter}{number} = {sign.join(of)}")
    return names[tree]
