"""Conditions compiled to one fast Python function, in the three-valued logic of Kleene.

The source is generated from checked trees only (triage.condition): words and constants that the
vocabulary knows, nothing of a table's text. ``True`` and ``False`` hold whatever the unknown facts
turn out to be; ``None`` says that they may decide.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from triage.condition import All, AnyOf, Compare, Flag, Not, OneOf, Tree, words_of
from triage.picture import Picture
from triage.scores.news2 import News2
from triage.vocabulary import WORDS

Evaluate = Callable[[Picture, News2], tuple[bool | None, ...]]
"""The value of every condition, in order."""

Hangs = Callable[[Picture, News2], list[str]]
"""The unknown facts on which an unknown condition hangs; a fact may come twice."""


def compile_values(trees: Sequence[Tree]) -> Evaluate:
    """One function that gives the value of each tree."""
    used = sorted({word for tree in trees for word in words_of(tree)})
    fresh = (f"t{number}" for number in itertools.count())
    lines = ["def evaluate(picture, score):"]
    lines += [f"    {word} = picture.{word}" for word in used if not WORDS[word].derived]
    lines += ["    low = score.low", "    high = score.high", "    three = score.any_three"]
    lines.append("    return (")
    lines += [f"        {_value(tree, fresh)}," for tree in trees]
    lines.append("    )")
    evaluate: Evaluate = _define("\n".join(lines), "evaluate")
    return evaluate


def compile_hangs(tree: Tree) -> Hangs:
    """A function that gives the unknown facts on which a tree hangs, were it unknown."""
    fresh = (f"t{number}" for number in itertools.count())
    lines = ["def hangs(picture, score):"]
    words = sorted(words_of(tree))
    lines += [f"    {word} = picture.{word}" for word in words if not WORDS[word].derived]
    lines += ["    low = score.low", "    high = score.high", "    three = score.any_three"]
    lines.append("    found = []")
    lines += _hangs(tree, fresh, "    ")
    lines.append("    return found")
    hangs: Hangs = _define("\n".join(lines), "hangs")
    return hangs


def _define(source: str, name: str) -> Any:
    scope: dict[str, Any] = {"__builtins__": {}}
    exec(compile(source, f"<{name} of a protocol>", "exec"), scope)  # noqa: S102 - see the docstring
    return scope[name]


def _value(tree: Tree, fresh: Iterator[str]) -> str:  # noqa: PLR0911 - one return for each form
    """A Python expression that gives True, False or None."""
    match tree:
        case Flag(word="news2_any_three"):
            return "three"
        case Flag(word=word):
            return word
        case Compare(word="news2", operator=operator, bound=bound):
            return _range(operator, bound)
        case Compare(word=word, operator=operator, bound=bound):
            return f"(None if {word} is None else {word} {operator} {bound!r})"
        case OneOf(word=word, codes=(code,)):
            return f"(None if {word} is None else {word} == {code!r})"
        case OneOf(word=word, codes=codes):
            return f"(None if {word} is None else {word} in {codes!r})"
        case Not(of=part):
            name = next(fresh)
            return f"(None if ({name} := {_value(part, fresh)}) is None else not {name})"
        case All(of=parts):
            return _several(parts, "False", "True", fresh)
        case AnyOf(of=parts):
            return _several(parts, "True", "False", fresh)


def _several(parts: tuple[Tree, ...], decides: str, otherwise: str, fresh: Iterator[str]) -> str:
    names = [next(fresh) for _ in parts]
    heads = [
        f"{decides} if ({name} := {_value(part, fresh)}) is {decides} else "
        for name, part in zip(names, parts, strict=True)
    ]
    unknown = " or ".join(f"{name} is None" for name in names)
    return f"({''.join(heads)}None if {unknown} else {otherwise})"


def _range(operator: str, bound: float) -> str:
    """A comparison with a range: true for all of it, false for none of it, else unknown."""
    if operator in {">", ">="}:
        return (
            f"(True if low {operator} {bound!r} else None if high {operator} {bound!r} else False)"
        )
    return f"(True if high {operator} {bound!r} else None if low {operator} {bound!r} else False)"


def _hangs(tree: Tree, fresh: Iterator[str], indent: str) -> list[str]:
    match tree:
        case Flag(word="news2_any_three") | Compare(word="news2"):
            return [f"{indent}found += score.missing"]
        case Flag(word=word) | Compare(word=word) | OneOf(word=word):
            return [f"{indent}found.append({word!r})"]
        case Not(of=part):
            return _hangs(part, fresh, indent)
        case All(of=parts) | AnyOf(of=parts):
            lines: list[str] = []
            for part in parts:
                lines.append(f"{indent}if {_value(part, fresh)} is None:")
                lines += _hangs(part, fresh, indent + "    ")
            return lines
