"""Conditions for the solver: the three-valued value of a tree, on facts that may be anything."""

from __future__ import annotations

from collections.abc import Iterable

from triage.condition import All, AnyOf, Compare, Flag, Not, OneOf, Tree
from triage.proof.bits import no
from triage.proof.derived import FLAGS, TOTALS
from triage.proof.kleene import Kleene, all_of, any_of, opposite
from triage.proof.symbols import Ends, View
from triage.vocabulary import WORDS


class Reading:
    """The values of trees on one view; each word, total and tree is modelled once.

    Args:
        view: the facts that the trees read.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self._values: dict[Tree, Kleene] = {}
        self._totals: dict[str, Ends] = {}

    def value(self, tree: Tree) -> Kleene:
        """Where a tree is surely true, and where surely false."""
        if tree not in self._values:
            self._values[tree] = self._value(tree)
        return self._values[tree]

    def values(self, trees: Iterable[Tree]) -> tuple[Kleene, ...]:
        """The value of each."""
        return tuple(map(self.value, trees))

    def total(self, word: str) -> Ends:
        """A derived total, or a total of the picture."""
        if word not in self._totals:
            derive = TOTALS.get(word)
            self._totals[word] = derive(self.view) if derive else self.view.ends(word)
        return self._totals[word]

    def _value(self, tree: Tree) -> Kleene:  # noqa: PLR0911 - one return for each form
        match tree:
            case Flag(word=word) if word in FLAGS:
                return FLAGS[word](self.view)
            case Flag(word=word):
                return self.view.flag(word)
            case Compare(word=word, operator=operator, bound=bound) if WORDS[word].span:
                return compare(self.total(word), operator, bound)
            case Compare(word=word, operator=operator, bound=bound):
                return self.view.compare(word, operator, bound)
            case OneOf(word=word, codes=codes):
                return self.view.one_of(word, codes)
            case Not(of=part):
                return opposite(self.value(part))
            case All(of=parts):
                return all_of(map(self.value, parts))
            case AnyOf(of=parts):
                return any_of(map(self.value, parts))


def compare(ends: Ends, operator: str, bound: float) -> Kleene:
    """A range against a bound: true for all of it, false for none of it, else unknown."""
    above = operator in {">", "<="}
    least, most = ends.least(bound, above=above), ends.most(bound, above=above)
    if operator in {">", ">="}:
        return Kleene(least, no(most))
    return Kleene(no(most), least)
