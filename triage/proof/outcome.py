"""What a protocol concludes, for the solver: the same steps as triage/conclude.py, as formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from triage.condition import read
from triage.matters import PRESENTED, UNDIVERTED
from triage.need import ACUTE_DESTINATIONS, Kind
from triage.proof.assumed import Assumed
from triage.proof.bits import Bit, both, either, every, no, same, some
from triage.proof.kleene import Kleene
from triage.proof.reading import Reading
from triage.proof.symbols import Symbols, View
from triage.protocol import Protocol
from triage.questions import acuity
from triage.rules import Rule
from triage.urgency import Urgency


class Outcome(NamedTuple):
    """A conclusion; each attribute says where it is so.

    Attributes:
        at_least: by urgency: as urgent as that, or more.
        acute: the acute lane.
        final: no unknown fact could still change it.
        undecided: acute questions are open, so that the kind stands in for the chosen one.
        kind: by kind: it is the one advised.
        alternative: by kind: it is an alternative.
        holds: of each rule, whether its condition holds, with what is taken for granted.
        counts: of each rule, whether it holds and nothing before it made it silent.
        chosen: of each rule, whether it chose the kind.
        open: of each rule, whether it is unknown and could change the outcome.
    """

    at_least: Mapping[Urgency, Bit]
    acute: Bit
    final: Bit
    undecided: Bit
    kind: Mapping[Kind, Bit]
    alternative: Mapping[Kind, Bit]
    holds: tuple[Kleene, ...]
    counts: tuple[Bit, ...]
    chosen: tuple[Bit, ...]
    open: tuple[Bit, ...]

    def kind_in(self, kinds: frozenset[Kind]) -> Bit:
        """The kind is one of these."""
        return some(bit for kind, bit in self.kind.items() if kind in kinds)

    def alternatives_in(self, kinds: frozenset[Kind]) -> Bit:
        """Every alternative is one of these."""
        return every(no(bit) for kind, bit in self.alternative.items() if kind not in kinds)

    def same(self, other: Outcome) -> Bit:
        """The same urgency, lane, kind and alternatives; whether it is final is left aside."""
        return both(
            *(same(bit, other.at_least[urgency]) for urgency, bit in self.at_least.items()),
            same(self.acute, other.acute),
            *(same(bit, other.kind[kind]) for kind, bit in self.kind.items()),
            *(same(bit, other.alternative[kind]) for kind, bit in self.alternative.items()),
        )


def assumptions_of(protocol: Protocol, symbols: View) -> Assumed:
    """The facts with what the protocol takes for granted; read from what is known before."""
    facts = Reading(symbols)
    return Assumed(
        symbols,
        [
            (each.fact, value, facts.value(read(each.when, protocol.terms)).true)
            for each, value in zip(protocol.assumptions, protocol.assumed, strict=True)
        ],
    )


def outcome(protocol: Protocol, symbols: Symbols) -> Outcome:
    """What the protocol concludes from a symbolic picture."""
    return conclude(protocol, Reading(assumptions_of(protocol, symbols)))


def conclude(protocol: Protocol, reading: Reading) -> Outcome:
    """What the protocol's rules conclude from facts in which its assumptions are filled in."""
    rules, view = protocol.rules, reading.view
    holds = reading.values(rule.tree for rule in rules)
    unknown, counts, chosen, decided = _read(rules, holds)

    entered = {
        u: either(
            view.one_of("urgency", [c for c in Urgency if c <= u]).true,
            both(no(view.known("urgency")), protocol.unknown_urgency <= u),
        )
        for u in Urgency
    }
    urgent = {
        u: either(entered[u], *_where(counts, [_floors(rule, u) for rule in rules]))
        for u in Urgency
    }
    acute = either(urgent[Urgency.U3], *_where(counts, [rule.acute for rule in rules]))
    gap = no(some(chosen))
    first = {
        kind: either(
            both(kind is Kind.HUMAN_TRIAGE, gap),
            *_where(chosen, [rule.row.kind is kind for rule in rules]),
        )
        for kind in Kind
    }
    matter = [
        both(is_unknown, _matters(rule, rules, chosen, before, first, urgent, acute))
        for rule, is_unknown, before in zip(rules, unknown, decided, strict=True)
    ]
    flagged = some(_where(chosen, [bool(rule.row.allowed) for rule in rules]))
    elsewhere = either(gap, no(some(first[kind] for kind in UNDIVERTED)))
    asks_acute = some(_where(matter, [rule.acute for rule in rules]))
    undecided = both(acute, no(flagged), elsewhere, asks_acute)
    presented = {
        kind: view.one_of("intended_destination", [to]).true for to, kind in PRESENTED.items()
    }
    presented[Kind.HUMAN_TRIAGE] = no(some(presented.values()))
    final_kind = {
        kind: either(both(undecided, presented.get(kind, False)), both(no(undecided), first[kind]))
        for kind in Kind
    }
    is_open = some(matter)
    return Outcome(
        at_least=urgent,
        acute=acute,
        final=no(is_open),
        undecided=undecided,
        kind=final_kind,
        alternative=_alternatives(rules, counts, chosen, final_kind, is_open),
        holds=holds,
        counts=counts,
        chosen=chosen,
        open=tuple(matter),
    )


def _read(
    rules: Sequence[Rule], holds: Sequence[Kleene]
) -> tuple[tuple[Bit, ...], tuple[Bit, ...], tuple[Bit, ...], tuple[Bit, ...]]:
    """Of each rule: may it hold, does it count, does it choose, was the kind chosen before."""
    unknown: list[Bit] = []
    counts: list[Bit] = []
    chosen: list[Bit] = []
    decided: list[Bit] = []
    stopped: Bit = False
    has_chosen: Bit = False
    silenced: dict[int, list[Bit]] = {}
    for rule, value in zip(rules, holds, strict=True):
        silent = either(stopped, *silenced.get(rule.number, ()))
        # An exemption counts when it is certain, and asks nothing.
        unknown.append(False if rule.exempts else both(value.unknown, no(silent)))
        here = both(value.true, no(silent))
        counts.append(here)
        decided.append(has_chosen)
        chooses = both(here, no(has_chosen)) if rule.row.kind is not None else False
        chosen.append(chooses)
        has_chosen = either(has_chosen, here) if rule.row.kind is not None else has_chosen
        for number in rule.exempts:
            silenced.setdefault(number, []).append(here)
        if rule.stops:
            stopped = either(stopped, here)
    return tuple(unknown), tuple(counts), tuple(chosen), tuple(decided)


def _where(bits: Sequence[Bit], wanted: Sequence[bool]) -> list[Bit]:
    return [bit for bit, want in zip(bits, wanted, strict=True) if want]


def _floors(rule: Rule, urgency: Urgency) -> bool:
    return rule.row.floor is not None and rule.row.floor <= urgency


def _matters(
    rule: Rule,
    rules: Sequence[Rule],
    chosen: Sequence[Bit],
    decided: Bit,
    kind: Mapping[Kind, Bit],
    urgent: Mapping[Urgency, Bit],
    acute: Bit,
) -> Bit:
    """Whether an unknown rule, were it to hold, could change the outcome."""
    row = rule.row
    raises: Bit = False if row.floor is None else no(urgent[row.floor])
    acts: Bit = both(rule.acute, no(acute))
    chooses: Bit = False
    if row.kind is not None:
        alike = some(
            _where(
                chosen,
                [(r.row.kind, r.row.alternatives) == (row.kind, row.alternatives) for r in rules],
            )
        )
        more_acute = acuity(row.kind) < acuity(Kind.SEH)
        to_seh = kind[Kind.SEH]
        differs = either(both(to_seh, more_acute), both(no(to_seh), no(alike)))
        chooses = both(no(decided), True if rule.stops else differs)
    return both(no(kind[Kind.AMBULANCE]), either(raises, acts, chooses))


def _alternatives(
    rules: Sequence[Rule],
    counts: Sequence[Bit],
    chosen: Sequence[Bit],
    kind: Mapping[Kind, Bit],
    is_open: Bit,
) -> dict[Kind, Bit]:
    any_flag = some(_where(counts, [bool(rule.row.allowed) for rule in rules]))
    found: dict[Kind, Bit] = {}
    for each in Kind:
        common = both(
            any_flag,
            *map(
                no,
                _where(counts, [bool(r.row.allowed) and each not in r.row.allowed for r in rules]),
            ),
            no(kind[each]),
        )
        named = both(
            no(any_flag),
            some(
                both(chose, kind[rule.row.kind])
                for rule, chose in zip(rules, chosen, strict=True)
                if rule.row.kind is not None and each in rule.row.alternatives
            ),
        )
        kept: Bit = True if each in ACUTE_DESTINATIONS else no(is_open)
        found[each] = both(either(common, named), kept)
    return found
