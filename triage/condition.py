"""The language of a rule's condition: read, checked against the vocabulary, kept as a tree.

Python's syntax, cut down to ``and``, ``or``, ``not``, comparisons of one word with constants, and
``in`` a list of codes. A word is a fact, a derived value, or a term that the protocol defines.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping

import msgspec

from triage.vocabulary import WORDS, Shape, Word


class ConditionError(ValueError):
    """A condition that cannot be read: what is wrong, and the cure."""

    def __init__(self, fault: str, cure: str) -> None:
        """Keep both parts, so that a loader can add file, rule and column."""
        super().__init__(f"{fault}; {cure}")
        self.fault = fault
        self.cure = cure


class Flag(msgspec.Struct, frozen=True):
    """A word that is yes or no."""

    word: str


class Compare(msgspec.Struct, frozen=True):
    """A number against a bound; ``operator`` is one of ``<  <=  >  >=``."""

    word: str
    operator: str
    bound: float


class OneOf(msgspec.Struct, frozen=True):
    """A code that is one of several."""

    word: str
    codes: tuple[str, ...]


class Not(msgspec.Struct, frozen=True):
    """The opposite; unknown stays unknown."""

    of: Tree


class All(msgspec.Struct, frozen=True):
    """False when one is false, else unknown when one is unknown."""

    of: tuple[Tree, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """True when one is true, else unknown when one is unknown."""

    of: tuple[Tree, ...]


Leaf = Flag | Compare | OneOf
"""What a condition asks of one word."""

Tree = Leaf | Not | All | AnyOf
"""A condition as data: what the evaluator and a proof are both compiled from."""

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}

LONGEST = 4_000
"""Characters of a condition."""
LARGEST = 300
"""Parts of a condition, with its terms written out: terms of terms grow fast."""
DEEPEST = 24
"""Levels of a condition, likewise."""
_BOUND = 1e9
_SHOWN = 60


def read(text: str, terms: Mapping[str, Tree] | None = None) -> Tree:
    """The tree of a condition.

    Args:
        text: the condition as the table writes it.
        terms: named conditions of the protocol that it may use.

    Raises:
        ConditionError: it cannot be read, or says something the vocabulary does not allow.
    """
    if len(text) > LONGEST:
        raise ConditionError(f"the condition has {len(text)} characters", _SMALLER)
    try:
        tree = _tree(ast.parse(text.strip(), mode="eval").body, terms or {})
    except (SyntaxError, ValueError) as error:
        if isinstance(error, ConditionError):
            raise
        raise ConditionError(
            f"the condition cannot be read ({error})", "write it as: fact >= 1 and not other_fact"
        ) from error
    except (RecursionError, MemoryError) as error:
        raise ConditionError("the condition is nested too deeply", _SMALLER) from error
    _measure(tree)
    return tree


_SMALLER = "split the rule in two, or give a part a name under [terms]"


def _measure(tree: Tree) -> None:
    """Refuses a condition that has grown, by its terms, beyond what anyone can read."""
    level: list[Tree] = [tree]
    parts = depth = 0
    while level:
        depth, parts = depth + 1, parts + len(level)
        if parts > LARGEST:
            raise ConditionError(f"the condition has more than {LARGEST} parts", _SMALLER)
        if depth > DEEPEST:
            raise ConditionError(f"the condition has more than {DEEPEST} levels", _SMALLER)
        level = [part for each in level for part in _parts(each)]


def _parts(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case Not(of=part):
            return (part,)
        case All(of=parts) | AnyOf(of=parts):
            return parts
        case _:
            return ()


def _shown(node: ast.expr) -> str:
    """A part of a condition as it was written, cut short where it is long."""
    text = ast.unparse(node)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def parts_of(tree: Tree) -> Iterator[Tree]:
    """A tree and everything in it, from the left."""
    yield tree
    for part in _parts(tree):
        yield from parts_of(part)


def leaves(tree: Tree) -> Iterator[Leaf]:
    """What a tree asks of single words, from the left; the same may come twice."""
    for part in parts_of(tree):
        if isinstance(part, Leaf):
            yield part


def words_of(tree: Tree) -> frozenset[str]:
    """The words that a tree uses."""
    return frozenset(leaf.word for leaf in leaves(tree))


def facts_of(tree: Tree) -> tuple[str, ...]:
    """The facts that a tree reads, those behind derived words included, in alphabetical order."""
    return tuple(sorted({fact for word in words_of(tree) for fact in WORDS[word].reads}))


def _tree(node: ast.expr, terms: Mapping[str, Tree]) -> Tree:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return All(tuple(_tree(value, terms) for value in values))
        case ast.BoolOp(values=values):
            return AnyOf(tuple(_tree(value, terms) for value in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_tree(operand, terms))
        case ast.Name(id=name) if name in terms or name == "always":
            return terms.get(name, All(()))
        case ast.Name():
            return Flag(_word(node, Shape.FLAG, terms).name)
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _comparison(left, operator, right, terms)
        case ast.Compare():
            raise ConditionError(
                f"a chained comparison: {_shown(node)}", "write two, joined by 'and'"
            )
    raise ConditionError(
        f"not part of the language: {_shown(node)}",
        "use and, or, not, a comparison with a number, == or in with codes",
    )


def _word(node: ast.expr, shape: Shape, terms: Mapping[str, Tree]) -> Word:
    if not isinstance(node, ast.Name):
        raise ConditionError(f"a word is expected, not {_shown(node)}", "name a fact")
    word = WORDS.get(node.id)
    if word is None:
        near = difflib.get_close_matches(node.id, [*WORDS, *terms], n=1)
        raise ConditionError(
            f"unknown word: {node.id}",
            f"did you mean {near[0]}?" if near else "use a fact of triage/picture.py",
        )
    if word.shape is not shape:
        raise ConditionError(
            f"{word.name} is {word.shape}, used here as {shape}", _CURES[word.shape] % word.name
        )
    return word


_CURES = {
    Shape.FLAG: "write %s by itself, or with not before it",
    Shape.NUMBER: "compare %s with a number, such as >= 5",
    Shape.CODE: "compare %s with its codes by == or in",
    Shape.OTHER: "leave %s out: conditions cannot use it",
}


def _comparison(
    left: ast.expr, operator: ast.cmpop, right: ast.expr, terms: Mapping[str, Tree]
) -> Tree:
    match operator:
        case ast.Eq() | ast.In():
            return _one_of(left, right, terms)
        case ast.NotEq() | ast.NotIn():
            return Not(_one_of(left, right, terms))
    symbol = _OPERATORS.get(type(operator))
    if symbol is None:
        raise ConditionError(
            "only < <= > >= == != in and not in compare", "use one of those instead of 'is'"
        )
    if isinstance(left, ast.Constant):
        left, right, symbol = right, left, _MIRRORED[symbol]
    word = _word(left, Shape.NUMBER, terms)
    bound = right.value if isinstance(right, ast.Constant) else None
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        raise ConditionError(
            f"{word.name} is compared with {_shown(right)}", "compare it with a plain number"
        )
    low, high = max(word.low, -_BOUND), min(word.high, _BOUND)
    if not low <= bound <= high:
        raise ConditionError(
            f"{_shown(right)} is outside the range of {word.name}",
            f"use a number from {low:g} to {high:g}",
        )
    return Compare(word.name, symbol, float(bound))


def _one_of(left: ast.expr, right: ast.expr, terms: Mapping[str, Tree]) -> OneOf:
    word = _word(left, Shape.CODE, terms)
    listed = right.elts if isinstance(right, ast.List | ast.Tuple) else [right]
    if not listed:
        raise ConditionError(f"{word.name} is compared with no code", "list one or more")
    codes = [item.value if isinstance(item, ast.Constant) else None for item in listed]
    for item, code in zip(listed, codes, strict=True):
        if code not in word.codes:
            raise ConditionError(
                f"{_shown(item)} is no code of {word.name}",
                f"use one of {', '.join(sorted(word.codes))}",
            )
    return OneOf(word.name, tuple(str(code) for code in codes))
