"""Conditions compiled to one fast Python function, in the three-valued logic of Kleene.

The source is generated from checked trees only (triage.condition): words and constants that the
vocabulary knows, nothing of a table's text. ``True`` and ``False`` hold whatever the unknown facts
turn out to be; ``None`` says that they may decide.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from triage.condition import All, AnyOf, Compare, Flag, Not, OneOf, Tree, parts_of, words_of
from triage.picture import Picture
from triage.scores.news2 import News2
from triage.vocabulary import SCORES, WORDS, Word

Evaluate = Callable[[Picture, News2], tuple[bool | None, ...]]
"""The value of every condition, in order."""

Sift = Callable[[Picture, News2], tuple[list[int], list[int]]]
"""The numbers of the conditions that hold, and of those that are unknown, each in order."""

Hangs = Callable[[Picture, News2, defaultdict[str, int], int], None]
"""Marks, by fact, the unknown ones on which an unknown condition hangs.

The last two are the marks so far, 0 where there are none, and the mark to add: one bit or more.
"""


def compile_values(trees: Sequence[Tree]) -> Evaluate:
    """One function that gives the value of each tree."""
    fresh = (f"t{number}" for number in itertools.count())
    lines = ["def evaluate(picture, score):"]
    lines += _read({word for tree in trees for word in words_of(tree)})
    lines.append("    return (")
    lines += [f"        {_value(tree, fresh)}," for tree in trees]
    lines.append("    )")
    evaluate: Evaluate = _define("\n".join(lines), "evaluate")
    return evaluate


def compile_sift(trees: Sequence[Tree], only_unknown: Sequence[str] = ()) -> Sift:
    """One function that sifts what does not hold from what holds or may hold.

    Most conditions are false of most pictures: those cost no more than their own evaluation. What
    several conditions share is evaluated once.

    Args:
        trees: the conditions, numbered from 0.
        only_unknown: for each tree a fact; the tree is read only while that fact is unknown.
    """
    fresh = (f"t{number}" for number in itertools.count())
    lines = ["def sift(picture, score):"]
    lines += _read({word for tree in trees for word in words_of(tree)} | {*only_unknown})
    lines.append("    holding = []")
    lines.append("    unknown = []")
    shared: dict[Tree, str] = {}
    for number, tree in enumerate(_shared(trees)):
        lines.append(f"    s{number} = {_value(tree, fresh, shared)}")
        shared[tree] = f"s{number}"
    for number, tree in enumerate(trees):
        indent = "    "
        if only_unknown:
            lines.append(f"    if {only_unknown[number]} is None:")
            indent = "        "
        lines.append(f"{indent}if (v := {_value(tree, fresh, shared)}):")
        lines.append(f"{indent}    holding.append({number})")
        lines.append(f"{indent}elif v is None:")
        lines.append(f"{indent}    unknown.append({number})")
    lines.append("    return holding, unknown")
    sift: Sift = _define("\n".join(lines), "sift")
    return sift


_OFTEN = 3
"""A part of a condition is worth a name of its own from this many times on."""


def _shared(trees: Sequence[Tree]) -> list[Tree]:
    """The parts that several conditions share, the smallest first."""
    times: Counter[Tree] = Counter()
    for tree in trees:
        times.update(set(parts_of(tree)))
    often = [tree for tree, count in times.items() if count >= _OFTEN and _worth(tree)]
    return sorted(often, key=lambda tree: sum(1 for _ in parts_of(tree)))


def _worth(tree: Tree) -> bool:
    """Whether reading a tree costs more than reading a name."""
    return not isinstance(tree, Flag) and tree != All(())


def compile_hangs(tree: Tree) -> Hangs:
    """A function that marks the unknown facts on which a tree hangs, were it unknown."""
    fresh = (f"t{number}" for number in itertools.count())
    lines = ["def hangs(picture, score, found, mark):"]
    lines += _read(words_of(tree))
    lines += _hangs(tree, fresh, "    ") or ["    pass"]
    hangs: Hangs = _define("\n".join(lines), "hangs")
    return hangs


def _read(words: Iterable[str]) -> Iterator[str]:
    """Lines that give each word its local name; a total gets its lowest and highest value."""
    for word in (WORDS[name] for name in sorted(words)):
        name = word.name
        if name == "news2":
            yield "    news2_low = score.low"
            yield "    news2_high = score.high"
        elif name == "news2_any_three":
            yield "    news2_any_three = score.any_three"
        else:
            yield f"    {name} = {f'{name}_of(picture)' if word.derived else f'picture.{name}'}"
        if word.span and name != "news2":
            yield f"    {name}_low, {name}_high = {_ends(word)}"


def _ends(word: Word) -> str:
    name = word.name
    ends = f"{name}.low, {name}.high"
    return ends if word.derived else f"({word.low}, {word.high}) if {name} is None else ({ends})"


def _missing(picture: Picture, facts: Iterable[str]) -> list[str]:
    """The facts behind a derived score that are not known."""
    return [fact for fact in facts if getattr(picture, fact) is None]


def _define(source: str, name: str) -> Any:
    scope: dict[str, Any] = {"__builtins__": {}, "missing": _missing}
    scope |= {f"{word}_of": score for word, score in SCORES.items()}
    exec(compile(source, f"<{name} of a protocol>", "exec"), scope)  # noqa: S102 - see the docstring
    return scope[name]


_NOTHING: Mapping[Tree, str] = {}


def _value(  # noqa: PLR0911 - one return for each form
    tree: Tree, fresh: Iterator[str], shared: Mapping[Tree, str] = _NOTHING
) -> str:
    """A Python expression that gives True, False or None; ``shared`` are parts with a name."""
    if tree in shared:
        return shared[tree]
    match tree:
        case Flag(word=word):
            return word
        case Compare(word=word, operator=operator, bound=bound) if WORDS[word].span:
            return _range(word, operator, bound)
        case Compare(word=word, operator=operator, bound=bound):
            return f"(None if {word} is None else {word} {operator} {bound!r})"
        case OneOf(word=word, codes=(code,)):
            return f"(None if {word} is None else {word} == {code!r})"
        case OneOf(word=word, codes=codes):
            return f"(None if {word} is None else {word} in {codes!r})"
        case Not(of=part):
            name = next(fresh)
            return f"(None if ({name} := {_value(part, fresh, shared)}) is None else not {name})"
        case All(of=parts):
            return _several(parts, "False", "True", fresh, shared)
        case AnyOf(of=parts):
            return _several(parts, "True", "False", fresh, shared)


def _several(
    parts: tuple[Tree, ...],
    decides: str,
    otherwise: str,
    fresh: Iterator[str],
    shared: Mapping[Tree, str],
) -> str:
    if not parts:
        return otherwise
    names = [next(fresh) for _ in parts]
    heads = [
        f"{decides} if ({name} := {_value(part, fresh, shared)}) is {decides} else "
        for name, part in zip(names, parts, strict=True)
    ]
    unknown = " or ".join(f"{name} is None" for name in names)
    return f"({''.join(heads)}None if {unknown} else {otherwise})"


def _range(word: str, operator: str, bound: float) -> str:
    """A comparison with a range: true for all of it, false for none of it, else unknown."""
    low, high = f"{word}_low {operator} {bound!r}", f"{word}_high {operator} {bound!r}"
    all_of_it, some_of_it = (low, high) if operator in {">", ">="} else (high, low)
    return f"(True if {all_of_it} else None if {some_of_it} else False)"


def _hangs(tree: Tree, fresh: Iterator[str], indent: str) -> list[str]:
    match tree:
        case Flag(word="news2_any_three") | Compare(word="news2"):
            return [f"{indent}for fact in score.missing: found[fact] |= mark"]
        case Compare(word=word) if word in SCORES:
            missing = f"missing(picture, {WORDS[word].reads!r})"
            return [f"{indent}for fact in {missing}: found[fact] |= mark"]
        case Flag(word=word) | Compare(word=word) | OneOf(word=word):
            return [f"{indent}found[{word!r}] |= mark"]
        case Not(of=part):
            return _hangs(part, fresh, indent)
        case All(of=parts) | AnyOf(of=parts):
            lines: list[str] = []
            for part in parts:
                inside = _hangs(part, fresh, indent + "    ")
                if inside:  # "always" hangs on nothing
                    lines += [f"{indent}if {_value(part, fresh)} is None:", *inside]
            return lines
