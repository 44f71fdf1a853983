"""What can be wrong with a protocol as a whole: gaps, and rules that do nothing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from triage.picture import Picture
from triage.proof.bits import Bit, both, either, no, some
from triage.proof.prover import Prover
from triage.protocol import Protocol
from triage.urgency import Urgency


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that names a kind, and may hold, but never chooses.

    Attributes:
        rule: its id.
        by: the earlier rules that choose in its place.
    """

    rule: str
    by: tuple[str, ...]


def gaps(protocol: Protocol) -> Picture | None:
    """A picture in which everything is answered and no rule names a kind; None: there is none.

    A rule that always holds would hide every gap; such a rule is left out.
    """
    prover = Prover(protocol)
    outcome, total = prover.outcome, prover.picture.total()
    naming = [
        (value.true, counts)
        for rule, value, counts in zip(protocol.rules, outcome.holds, outcome.counts, strict=True)
        if rule.row.kind is not None
    ]
    sometimes_not = prover.which([no(value) for value, _ in naming], total)
    return prover.find(total, no(some(naming[number][1] for number in sometimes_not)))


def unreachable(protocol: Protocol) -> list[str]:
    """Ids of the rules that change nothing, whatever the picture.

    A rule does something when it chooses the kind, raises the urgency, puts someone in the acute
    lane, or silences another rule.
    """
    prover = Prover(protocol)
    reached = prover.which([_does_something(prover, n) for n in range(len(protocol.rules))])
    return [rule.row.id for rule in protocol.rules if rule.number not in reached]


def shadowed(protocol: Protocol) -> list[Shadow]:
    """The rules with a kind that never choose, since earlier ones always do."""
    prover = Prover(protocol)
    outcome = prover.outcome
    choosing = prover.which(outcome.chosen)
    return [
        Shadow(rule=rule.row.id, by=tuple(_choose_instead(prover, rule.number)))
        for rule in protocol.rules
        if rule.row.kind is not None and rule.number not in choosing
    ]


def _does_something(prover: Prover, number: int) -> Bit:
    rules, outcome = prover.protocol.rules, prover.outcome
    rule, here = rules[number], outcome.counts[number]
    others = [each for each in rules if each.number != number]
    floor = rule.row.floor
    raises = floor is not None and both(
        no(_entered(prover, floor)),
        *(
            no(outcome.counts[each.number])
            for each in others
            if each.row.floor is not None and each.row.floor <= floor
        ),
    )
    acts = both(
        rule.acute,
        no(_entered(prover, Urgency.U3)),
        *(no(outcome.counts[each.number]) for each in others if each.acute),
    )
    silences = some(outcome.holds[each].true for each in rule.exempts)
    return either(outcome.chosen[number], both(here, either(raises, acts, silences)))


def _entered(prover: Prover, urgency: Urgency) -> Bit:
    """A class at least so urgent was entered, or counts while none is."""
    codes = [each for each in Urgency if each <= urgency]
    default = prover.protocol.unknown_urgency <= urgency
    picture = prover.picture
    return either(
        picture.one_of("urgency", codes).true, both(default, no(picture.known("urgency")))
    )


def _choose_instead(prover: Prover, number: int) -> Iterator[str]:
    rules, outcome = prover.protocol.rules, prover.outcome
    found = prover.which(outcome.chosen[:number], outcome.counts[number])
    for earlier in sorted(found):
        yield rules[earlier].row.id
