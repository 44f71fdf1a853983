"""How the pictures end that one rule decides, at one urgency and in one lane."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from triage.advice import Lane, Status
from triage.beside.reading import GAP
from triage.matters import Reading, could_change, leaves_acute_care, presented
from triage.need import Kind
from triage.otherwise import Then
from triage.rules import Rule
from triage.urgency import Urgency

Ending = tuple[Then, Rule | None, int]
"""An outcome, each made once, the rule that chooses (None: a gap), and which pictures end so."""


class Cell(NamedTuple):
    """What the pictures have in common that one rule decides, at one urgency, in one lane.

    Attributes:
        chosen: the rule.
        final: the outcome when nothing is open.
        provisional: the outcome when something is.
        matters: the number of each rule that could change it, and whether it holds the kind back.
        may_wait: whether an acute question that is open holds the kind back.
    """

    chosen: Rule | None
    final: Then
    provisional: Then
    matters: dict[int, bool]
    may_wait: bool


_URGENCIES = tuple(Urgency)

Place = tuple[int, int, bool]
"""The number of the rule that chooses, or ``GAP``; the rank of the urgency; the acute lane."""


class Cells(dict[Place, Cell]):
    """The cells of a protocol; each is made once, when it is first met."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        super().__init__()
        self._rules = list(rules)
        self._ends = cache(_ends)

    def __missing__(self, place: Place) -> Cell:
        """There are no more than rules, urgencies and lanes together."""
        self[place] = self._cell(*place)
        return self[place]

    def _cell(self, number: int, rank: int, acute: bool) -> Cell:  # noqa: FBT001 - a place is a tuple
        urgency = _URGENCIES[rank]
        chosen = None if number == GAP else self._rules[number]
        kind = Kind.HUMAN_TRIAGE if chosen is None else chosen.row.kind or Kind.HUMAN_TRIAGE
        lane = Lane.ACUTE if acute else Lane.NON_ACUTE
        reading = Reading(
            fired=[],
            unknown=self._rules,
            exempted=[],
            chosen=chosen,
            kind=kind,
            urgency=urgency,
            acute=acute,
        )
        may_wait = leaves_acute_care(reading)
        return Cell(
            chosen=chosen,
            final=self._ends(urgency, lane, kind, Status.FINAL),
            provisional=self._ends(urgency, lane, kind, Status.PROVISIONAL),
            matters={rule.number: may_wait and rule.acute for rule in could_change(reading)},
            may_wait=may_wait,
        )

    def endings(
        self, cell: Cell, bits: int, unknown: dict[int, int], going: Iterable[tuple[Any, int]]
    ) -> Iterator[Ending]:
        """The endings of the pictures of a cell: apart by what is open, and what that holds back.

        Args:
            cell: theirs.
            bits: which pictures.
            unknown: by number of a rule, where it may hold.
            going: where the person was going, in which pictures.
        """
        opened = waiting = 0
        matters = cell.matters
        for number, maybe in unknown.items():
            here = maybe & bits
            if here and number in matters:
                opened |= here
                if matters[number]:
                    waiting |= here
                if opened == bits and (not cell.may_wait or waiting == bits):
                    break
        if bits != opened:
            yield cell.final, cell.chosen, bits ^ opened
        if opened != waiting:
            yield cell.provisional, cell.chosen, opened ^ waiting
        if waiting:
            now = cell.provisional
            for destination, where in going:
                if where & waiting:
                    kind = presented(destination)
                    then = self._ends(now.urgency, now.lane, kind, now.status)
                    yield then, cell.chosen, where & waiting


def _ends(urgency: Urgency, lane: Lane, kind: Kind, status: Status) -> Then:
    return Then(urgency=urgency, lane=lane, kind=kind, status=status)
