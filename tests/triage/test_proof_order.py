"""Theorem 4: nothing lowers, and worse is never calmer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import msgspec
import pytest
from proof_protocol import PROTOCOL, PROVER, describe, proves
from proof_words import out_of_scope, present, wish
from red_flags import ACUITY_RANK, EXEMPTIONS, NARROWED, NORMAL_BAND

from triage.need import Kind
from triage.proof.bits import Bit, both, either, implies, no, some
from triage.proof.outcome import Outcome, outcome
from triage.proof.prover import answer
from triage.proof.symbols import Symbols
from triage.rules import Rule
from triage.urgency import Urgency

HERE = PROVER.picture
THERE = PROVER.outcome
BEFORE = outcome(PROTOCOL, HERE)
(EXEMPTION,) = EXEMPTIONS
FLOORED = [rule for rule in PROTOCOL.rules if rule.row.floor is not None]


@pytest.mark.parametrize("urgency", Urgency)
def test_4_a_class_that_was_entered_is_never_lowered(urgency: Urgency) -> None:
    proves(HERE.one_of("urgency", (urgency,)).true, no(THERE.at_least[urgency]))


def floor_kept(rule: Rule) -> Bit:
    assert rule.row.floor is not None
    kept = THERE.at_least[rule.row.floor]
    return either(kept, both(wish(HERE), THERE.at_least[EXEMPTION.floor]))


def test_4_no_table_lowers_what_another_found() -> None:
    """Every rule that holds keeps its floor and lane, but for people out of scope."""
    inside = no(out_of_scope(HERE))
    lowered = {
        rule.row.id: both(THERE.holds[rule.number].true, inside, no(floor_kept(rule)))
        for rule in FLOORED
    }
    left = {
        rule.row.id: both(THERE.holds[rule.number].true, inside, no(THERE.acute))
        for rule in PROTOCOL.rules
        if rule.acute
    }
    for bad in (lowered, left):
        shown = PROVER.which(list(bad.values()))
        assert not shown, {list(bad)[n]: describe(p) for n, p in shown.items()}


def worse_number(fact: str, before: Symbols, after: Symbols) -> Bit:
    """Further from the normal band, on the same side."""
    one, two = before.scale(fact), after.scale(fact)
    low, high = NORMAL_BAND[fact]
    return either(
        both(two.not_below(one), one.reaches(low)),
        both(one.not_below(two), no(one.reaches(high, above=True))),
    )


def worse_saturation(before: Symbols, after: Symbols) -> Bit:
    """Lower, or, with a target of 88 to 92% and on oxygen, further from that on either side."""
    one, two = before.scale("oxygen_saturation"), after.scale("oxygen_saturation")
    target = both(before.flag("hypercapnic_target").true, before.flag("on_oxygen").true)
    may_be = both(no(before.flag("hypercapnic_target").false), no(before.flag("on_oxygen").false))
    lower = one.not_below(two)
    return either(
        both(lower, either(no(may_be), no(one.reaches(92, above=True)))),
        both(two.not_below(one), target, one.reaches(88)),
    )


def higher(fact: str) -> Callable[[Symbols, Symbols], Bit]:
    def worse(before: Symbols, after: Symbols) -> Bit:
        return after.scale(fact).not_below(before.scale(fact))

    return worse


def higher_total(fact: str) -> Callable[[Symbols, Symbols], Bit]:
    def worse(before: Symbols, after: Symbols) -> Bit:
        (low, high), (later_low, later_high) = before.range_of(fact), after.range_of(fact)
        return both(later_low.not_below(low), later_high.not_below(high))

    return worse


def lower_total(fact: str) -> Callable[[Symbols, Symbols], Bit]:
    def worse(before: Symbols, after: Symbols) -> Bit:
        return higher_total(fact)(after, before)

    return worse


def ordered(fact: str, *calm_to_worse: tuple[str, ...]) -> Callable[[Symbols, Symbols], Bit]:
    def worse(before: Symbols, after: Symbols) -> Bit:
        steps = [frozenset().union(*calm_to_worse[at:]) for at in range(len(calm_to_worse))]
        return both(
            *(implies(before.one_of(fact, s).true, after.one_of(fact, s).true) for s in steps)
        )

    return worse


def yes(fact: str) -> Callable[[Symbols, Symbols], Bit]:
    def worse(before: Symbols, after: Symbols) -> Bit:
        return implies(before.flag(fact).true, after.flag(fact).true)

    return worse


WORSE: dict[str, Callable[[Symbols, Symbols], Bit]] = {
    **{fact: partial(worse_number, fact) for fact in NORMAL_BAND},
    "oxygen_saturation": worse_saturation,
    "on_oxygen": yes("on_oxygen"),
    "consciousness": ordered("consciousness", ("A",), ("C",), ("V",), ("P",), ("U",)),
    "urgency": ordered("urgency", ("U5",), ("U4",), ("U3",), ("U2",), ("U1",), ("U0",)),
    "four_at": higher_total("four_at"),
    "dos": higher_total("dos"),
    "isar_hp": higher_total("isar_hp"),
    "snaq": higher_total("snaq"),
    "katz": higher_total("katz"),
    "barthel": lower_total("barthel"),
    "cfs": higher("cfs"),
    "gfi": higher("gfi"),
    "prisma7": higher("prisma7"),
}
"""How each vital sign, score and class gets worse. A diastolic pressure has no normal band in our
sources; NEWS2, qSOFA and CRB-65 follow from the vital signs."""


def calmer(before: Outcome, after: Outcome, narrowed: Bit) -> Iterator[Bit]:
    """Less urgent, another lane, or less acute care."""
    for urgency in Urgency:
        yield both(before.at_least[urgency], no(after.at_least[urgency]))
    yield both(before.acute, no(after.acute))
    # While acute questions are open the destination stays as presented, and in a gap that an
    # answer may still fill a person decides: there no rule chose the kind.
    chosen = both(some(before.chosen), no(before.undecided))
    hospital = both(narrowed, before.kind[Kind.AMBULANCE], after.kind[Kind.SEH])
    for rank in (0, 1, 2):
        kinds = frozenset(kind for kind, at in ACUITY_RANK.items() if at <= rank)
        yield both(before.kind_in(kinds), chosen, no(hospital), no(after.kind_in(kinds)))


@pytest.mark.parametrize("fact", WORSE)
def test_4_worse_is_never_calmer(fact: str) -> None:
    """With everything else the same, known or not."""
    shown = calmer_though_worse(fact, narrowing=True)
    assert shown is None, shown


@pytest.mark.parametrize("fact", ["consciousness", "four_at", "dos"])
def test_4_the_one_exception_is_met(fact: str) -> None:
    """Without it the solver does find a picture: the theorem is not true of nothing."""
    shown = calmer_though_worse(fact, narrowing=False)
    assert shown is not None
    assert "112" in shown


def calmer_though_worse(fact: str, *, narrowing: bool) -> str | None:
    after = Symbols("after.", like=HERE, own=(fact,))
    later = outcome(PROTOCOL, after)
    narrowed = some(both(present(after)[name], no(present(HERE)[name])) for name in NARROWED)
    model = answer(
        [HERE, after],
        HERE.known(fact),
        after.known(fact),
        WORSE[fact](HERE, after),
        some(calmer(BEFORE, later, both(narrowing, narrowed))),
    )
    if model is None:
        return None
    first, then = HERE.picture(model), getattr(after.picture(model), fact)
    second = msgspec.structs.replace(first, **{fact: then})
    return f"{describe(first)}\nthen {fact} is {then}:\n{describe(second)}"
