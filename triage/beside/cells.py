"""How the pictures end that one rule decides, at one urgency and in one lane.

What could change an outcome is as triage.conclude has it; the tests hold the two against each
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec

from triage.advice import Lane, Status
from triage.beside.reading import GAP
from triage.codes import Destination
from triage.conclude import UNDIVERTED
from triage.need import Kind
from triage.questions import acuity
from triage.rules import Rule
from triage.urgency import Urgency


class Outcome(msgspec.Struct, frozen=True, eq=False):
    """What an advice comes down to; each is made once, so two are the same or they differ."""

    urgency: Urgency
    lane: Lane
    kind: Kind
    status: Status


Ending = tuple[Outcome, Rule | None, int]
"""An outcome, the rule that chooses its kind (None: a gap), and the pictures that end so."""


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
    final: Outcome
    provisional: Outcome
    matters: dict[int, bool]
    may_wait: bool


_URGENCIES = tuple(Urgency)

_PRESENTED = {
    Destination.AMBULANCE: Kind.AMBULANCE,
    Destination.SEH: Kind.SEH,
    Destination.HAP: Kind.HAP,
}


Place = tuple[int, int, bool]
"""The number of the rule that chooses, or ``GAP``; the rank of the urgency; the acute lane."""


class Cells(dict[Place, Cell]):
    """The cells of a protocol; each is made once, when it is first met."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        super().__init__()
        self._rules = rules
        self._outcome = cache(Outcome)

    def __missing__(self, place: Place) -> Cell:
        """There are no more than rules, urgencies and lanes together."""
        self[place] = self._cell(*place)
        return self[place]

    def _cell(self, number: int, rank: int, acute: bool) -> Cell:  # noqa: FBT001 - a place is a tuple
        rules, urgency = self._rules, _URGENCIES[rank]
        chosen = None if number == GAP else rules[number]
        kind = Kind.HUMAN_TRIAGE if chosen is None else chosen.row.kind or Kind.HUMAN_TRIAGE
        lane = Lane.ACUTE if acute else Lane.NON_ACUTE
        may_wait = (
            acute
            and not (chosen is not None and chosen.row.allowed)
            and (chosen is None or kind not in UNDIVERTED)
        )
        return Cell(
            chosen=chosen,
            final=self._outcome(urgency, lane, kind, Status.FINAL),
            provisional=self._outcome(urgency, lane, kind, Status.PROVISIONAL),
            matters={
                rule.number: may_wait and rule.acute
                for rule in rules
                if _matters(rule, chosen, kind, urgency, acute=acute)
            },
            may_wait=may_wait,
        )

    def endings(
        self, cell: Cell, bits: int, unknown: dict[int, int], presented: Iterable[tuple[Any, int]]
    ) -> Iterator[Ending]:
        """The endings of the pictures of a cell: apart by what is open, and what that holds back.

        Args:
            cell: theirs.
            bits: which pictures.
            unknown: by number of a rule, where it may hold.
            presented: where the person was going, in which pictures.
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
            for destination, where in presented:
                if where & waiting:
                    kind = _PRESENTED.get(destination, Kind.HUMAN_TRIAGE)
                    outcome = self._outcome(now.urgency, now.lane, kind, now.status)
                    yield outcome, cell.chosen, where & waiting


def _matters(rule: Rule, chosen: Rule | None, kind: Kind, urgency: Urgency, *, acute: bool) -> bool:
    """Whether an unknown rule, were it to hold, could change the outcome."""
    if kind is Kind.AMBULANCE:
        return False
    row = rule.row
    if (row.floor is not None and row.floor < urgency) or (rule.acute and not acute):
        return True
    if row.kind is None or (chosen is not None and chosen.number < rule.number):
        return False
    if rule.stops or chosen is None:
        return True
    if kind is Kind.SEH:
        return acuity(row.kind) < acuity(kind)
    return row.kind is not kind or row.alternatives != chosen.row.alternatives
