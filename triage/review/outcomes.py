"""Cases that two protocols answer differently, found by the solver: none left out, none invented.

What makes someone worse off comes first: less urgent, out of the acute lane, a less acute kind, or
final where it was still asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from typing import Any

import msgspec

from triage.advice import Lane, Status
from triage.conclude import Conclusion, conclude
from triage.need import Kind
from triage.picture import Picture
from triage.proof.bits import Bit, both, no, same, some
from triage.proof.outcome import Outcome, outcome
from triage.proof.prover import Solver
from triage.proof.symbols import Symbols
from triage.protocol import Protocol
from triage.questions import acuity
from triage.review.cases import Smallest
from triage.review.witness import Facts, known_in
from triage.urgency import Urgency


class Turn(StrEnum):
    """How an outcome changes, in the order in which it concerns safety."""

    LESS_URGENT = "less urgent"
    OUT_OF_ACUTE = "leaves the acute lane"
    LESS_ACUTE = "a less acute kind of care"
    ASKS_LESS = "final, where it asked before"
    MORE_URGENT = "more urgent"
    INTO_ACUTE = "enters the acute lane"
    MORE_ACUTE = "a more acute kind of care"
    OTHER_KIND = "another kind of care"
    ASKS_MORE = "asks, where it was final before"
    ALTERNATIVES = "other alternatives"


WORSE = (Turn.LESS_URGENT, Turn.OUT_OF_ACUTE, Turn.LESS_ACUTE, Turn.ASKS_LESS)
"""What a person could come to harm by, and a clinician looks at first."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a protocol concludes from a case.

    Attributes:
        urgency: the class.
        lane: acute or non-acute.
        kind: the care.
        alternatives: other kinds that are safe.
        status: final or provisional.
        rule: what chose the kind; "" in a gap, or while a person decides.
    """

    urgency: Urgency
    lane: Lane
    kind: Kind
    alternatives: tuple[Kind, ...]
    status: Status
    rule: str


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case that two protocols answer differently.

    Attributes:
        turn: how.
        facts: the smallest case in which it is so.
        old: what the first concludes.
        new: what the second concludes.
    """

    turn: Turn
    facts: Facts
    old: Result
    new: Result


class Cases(msgspec.Struct, frozen=True, kw_only=True):
    """The cases of one turn, one for each pair of kinds; ``more``: there are others besides."""

    turn: Turn
    cases: tuple[Case, ...]
    more: bool


Tells = Callable[[Conclusion, Conclusion], bool]

_TELLS: dict[Turn, Tells] = {
    Turn.LESS_URGENT: lambda a, b: a.urgency.rank < b.urgency.rank,
    Turn.OUT_OF_ACUTE: lambda a, b: a.acute and not b.acute,
    Turn.LESS_ACUTE: lambda a, b: acuity(a.kind) < acuity(b.kind),
    Turn.ASKS_LESS: lambda a, b: bool(a.open) and not b.open,
    Turn.MORE_URGENT: lambda a, b: a.urgency.rank > b.urgency.rank,
    Turn.INTO_ACUTE: lambda a, b: b.acute and not a.acute,
    Turn.MORE_ACUTE: lambda a, b: acuity(a.kind) > acuity(b.kind),
    Turn.OTHER_KIND: lambda a, b: a.kind is not b.kind and acuity(a.kind) == acuity(b.kind),
    Turn.ASKS_MORE: lambda a, b: bool(b.open) and not a.open,
    Turn.ALTERNATIVES: lambda a, b: set(a.alternatives) != set(b.alternatives),
}
"""The same as ``_WANTED``, of two conclusions of the evaluator."""


def differences(old: Protocol, new: Protocol, most: int = 4) -> tuple[Cases, ...]:
    """What becomes of people under another protocol, for each turn that some case takes.

    A turn that is missing is taken by no case at all: that is proved.

    Args:
        old: what it was.
        new: what it becomes.
        most: so many pairs of kinds for each turn.
    """
    pair = _Pair(old, new)
    found: list[Cases] = []
    for turn in Turn:
        shown = list(islice(pair.kinds(turn), most + 1))
        if shown:
            cases = [pair.case(turn, *kinds) for kinds in shown[:most]]
            cases.sort(key=lambda case: (case.old.urgency, acuity(case.old.kind), len(case.facts)))
            found.append(Cases(turn=turn, cases=tuple(cases), more=len(shown) > most))
    return tuple(found)


class _Pair:
    """Two protocols on the same symbolic picture."""

    def __init__(self, old: Protocol, new: Protocol) -> None:
        self._old, self._new = old, new
        symbols = Symbols()
        self._solver = solver = Solver(symbols)
        self._before = solver.known_as(outcome(old, symbols))
        self._after = solver.known_as(outcome(new, symbols))
        self._wanted = {
            turn: solver.named(_WANTED[turn](self._before, self._after)) for turn in Turn
        }
        self._was = {u: solver.named(_exactly(self._before, u)) for u in Urgency}
        self._becomes = {u: solver.named(_exactly(self._after, u)) for u in Urgency}
        self._smallest = Smallest(solver, symbols)

    def kinds(self, turn: Turn) -> Iterator[tuple[Kind, Kind]]:
        """The kinds between which a turn is taken: each kind that it was, then each once more."""
        wanted, allows = self._wanted[turn], self._solver.allows
        waiting = [
            (was, self._becoming(wanted, was))
            for was in Kind
            if allows([wanted, self._before.kind[was]])
        ]
        while waiting:
            left = []
            for was, becoming in waiting:
                becomes = next(becoming, None)
                if becomes is not None:
                    left.append((was, becoming))
                    yield was, becomes
            waiting = left

    def _becoming(self, wanted: Any, was: Kind) -> Iterator[Kind]:
        for becomes in reversed(Kind):
            if self._solver.allows([wanted, self._before.kind[was], self._after.kind[becomes]]):
                yield becomes

    def case(self, turn: Turn, was: Kind, becomes: Kind) -> Case:
        """The smallest case of a turn between two kinds, the most urgent that becomes the least."""
        wanted: list[Bit] = [self._wanted[turn], self._before.kind[was], self._after.kind[becomes]]
        allows = self._solver.allows
        first = next(u for u in Urgency if allows([*wanted, self._was[u]]))
        wanted.append(self._was[first])
        last = next(u for u in reversed(Urgency) if allows([*wanted, self._becomes[u]]))
        wanted.append(self._becomes[last])
        between = (first, was, last, becomes)

        def shows(case: Picture) -> bool:
            a, b = conclude(self._old, case), conclude(self._new, case)
            return (a.urgency, a.kind, b.urgency, b.kind) == between and _TELLS[turn](a, b)

        picture = self._smallest.case(wanted, shows)
        if not shows(picture):  # pragma: no cover - tests hold the two beside each other
            raise RuntimeError(f"evaluator and model differ: {turn}, {known_in(picture)}")
        old, new = (_result(conclude(each, picture)) for each in (self._old, self._new))
        return Case(turn=turn, facts=known_in(picture), old=old, new=new)


def _exactly(concluded: Outcome, urgency: Urgency) -> Bit:
    reached = concluded.at_least[urgency]
    if urgency is Urgency.U0:
        return reached
    return both(reached, no(concluded.at_least[list(Urgency)[urgency.rank - 1]]))


def _more_urgent(a: Outcome, b: Outcome) -> Bit:
    return some(both(bit, no(b.at_least[urgency])) for urgency, bit in a.at_least.items())


def _kinds(a: Outcome, b: Outcome, related: Callable[[Kind, Kind], bool]) -> Bit:
    return some(both(a.kind[x], some(b.kind[y] for y in Kind if related(x, y))) for x in Kind)


_WANTED: dict[Turn, Callable[[Outcome, Outcome], Bit]] = {
    Turn.LESS_URGENT: _more_urgent,
    Turn.OUT_OF_ACUTE: lambda a, b: both(a.acute, no(b.acute)),
    Turn.LESS_ACUTE: lambda a, b: _kinds(a, b, lambda x, y: acuity(x) < acuity(y)),
    Turn.ASKS_LESS: lambda a, b: both(no(a.final), b.final),
    Turn.MORE_URGENT: lambda a, b: _more_urgent(b, a),
    Turn.INTO_ACUTE: lambda a, b: both(b.acute, no(a.acute)),
    Turn.MORE_ACUTE: lambda a, b: _kinds(a, b, lambda x, y: acuity(x) > acuity(y)),
    Turn.OTHER_KIND: lambda a, b: _kinds(a, b, lambda x, y: x is not y and acuity(x) == acuity(y)),
    Turn.ASKS_MORE: lambda a, b: both(no(b.final), a.final),
    Turn.ALTERNATIVES: lambda a, b: some(
        no(same(a.alternative[kind], b.alternative[kind])) for kind in Kind
    ),
}
"""Where an outcome takes a turn, for the solver."""


def _result(concluded: Conclusion) -> Result:
    chosen = concluded.chosen
    return Result(
        urgency=concluded.urgency,
        lane=Lane.ACUTE if concluded.acute else Lane.NON_ACUTE,
        kind=concluded.kind,
        alternatives=concluded.alternatives,
        status=Status.PROVISIONAL if concluded.open else Status.FINAL,
        rule="" if chosen is None or concluded.undecided else chosen.row.id,
    )
