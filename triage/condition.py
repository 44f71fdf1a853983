"""The language of a rule's condition: read, checked against the vocabulary, kept as a tree.

Python's syntax, cut down to ``and``, ``or``, ``not``, comparisons of one word with constants, and
``in`` a list of codes. A word is a fact, a derived value, or a term that the protocol defines.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping

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


Tree = Flag | Compare | OneOf | Not | All | AnyOf
"""A condition as data: what the evaluator and a proof are both compiled from."""

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def read(text: str, terms: Mapping[str, Tree] | None = None) -> Tree:
    """The tree of a condition.

    Args:
        text: the condition as the table writes it.
        terms: named conditions of the protocol that it may use.

    Raises:
        ConditionError: it cannot be read, or says something the vocabulary does not allow.
    """
    try:
        parsed = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise ConditionError(
            f"the condition cannot be read ({error})", "write it as: fact >= 1 and not other_fact"
        ) from error
    return _tree(parsed.body, terms or {})


def words_of(tree: Tree) -> frozenset[str]:
    """The words that a tree uses."""
    match tree:
        case Not(of=part):
            return words_of(part)
        case All(of=parts) | AnyOf(of=parts):
            return frozenset().union(*map(words_of, parts))
        case _:
            return frozenset({tree.word})


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
                f"a chained comparison: {ast.unparse(node)}", "write two, joined by 'and'"
            )
    raise ConditionError(
        f"not part of the language: {ast.unparse(node)}",
        "use and, or, not, a comparison with a number, == or in with codes",
    )


def _word(node: ast.expr, shape: Shape, terms: Mapping[str, Tree]) -> Word:
    if not isinstance(node, ast.Name):
        raise ConditionError(f"a word is expected, not {ast.unparse(node)}", "name a fact")
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
            f"{word.name} is compared with {ast.unparse(right)}", "compare it with a plain number"
        )
    if not word.low <= bound <= word.high:
        raise ConditionError(
            f"{bound} is outside the range of {word.name}",
            f"use a number from {word.low:g} to {word.high:g}",
        )
    return Compare(word.name, symbol, float(bound))


def _one_of(left: ast.expr, right: ast.expr, terms: Mapping[str, Tree]) -> OneOf:
    word = _word(left, Shape.CODE, terms)
    listed = right.elts if isinstance(right, ast.List | ast.Tuple) else [right]
    codes = [item.value if isinstance(item, ast.Constant) else None for item in listed]
    for item, code in zip(listed, codes, strict=True):
        if code not in word.codes:
            raise ConditionError(
                f"{ast.unparse(item)} is no code of {word.name}",
                f"use one of {', '.join(sorted(word.codes))}",
            )
    return OneOf(word.name, tuple(str(code) for code in codes))
