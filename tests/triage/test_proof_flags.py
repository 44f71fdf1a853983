"""Theorems 1 to 3: red flags, what is unknown, and who is out of scope."""

from __future__ import annotations

import pytest
from proof_protocol import PROTOCOL, PROVER, describe, proves
from proof_words import PRESENT, out_of_scope, present, taken_for_granted, wish
from red_flags import ACUITY_RANK, EXEMPTIONS, FLAGS, OUT_OF_SCOPE_KINDS, RED_FLAG_LIST, RedFlag

from triage.need import Kind
from triage.picture import FACTS, RED_FLAGS
from triage.proof.bits import Bit, both, either, implies, no, same, some
from triage.proof.outcome import outcome
from triage.proof.prover import answer
from triage.proof.reading import Reading
from triage.proof.symbols import Symbols
from triage.urgency import Urgency
from triage.vocabulary import VITAL_SIGNS, WORDS, Shape

HERE = PROVER.picture
THERE = PROVER.outcome
BEFORE = outcome(PROTOCOL, HERE)
SEEN = present(HERE)
OUT = out_of_scope(HERE)
WISH = wish(HERE)
(EXEMPTION,) = EXEMPTIONS
NAMES = [flag.name for flag in FLAGS]
LOOKED_AT = [
    "oxygen_saturation",
    "respiration_rate",
    "systolic",
    "pulse",
    "temperature",
    "consciousness",
]


def kinds_of(flag: RedFlag) -> Bit:
    """The kind is one that the flag allows, or that the wish puts in its place."""
    allowed = THERE.kind_in(flag.allowed)
    if flag.name in EXEMPTION.flags:
        return either(allowed, both(WISH, THERE.kind_in(EXEMPTION.kinds)))
    return allowed


def more_acute_for_another(flag: RedFlag) -> Bit:
    """Another flag that is present asks for this kind, and it is at least as acute."""
    rank = min(ACUITY_RANK[kind] for kind in flag.allowed)
    return some(
        both(
            SEEN[other.name],
            THERE.kind_in(frozenset(k for k in other.allowed if ACUITY_RANK[k] <= rank)),
        )
        for other in FLAGS
        if other is not flag
    )


@pytest.mark.parametrize("flag", FLAGS, ids=NAMES)
def test_1_a_present_flag_has_its_floor(flag: RedFlag) -> None:
    floor: Bit = THERE.at_least[flag.floor]
    if flag.name in EXEMPTION.flags:
        floor = either(floor, both(WISH, THERE.at_least[EXEMPTION.floor]))
    proves(SEEN[flag.name], no(OUT), no(floor))
    proves(SEEN[flag.name], no(THERE.acute))


@pytest.mark.parametrize("flag", FLAGS, ids=NAMES)
def test_1_a_present_flag_has_its_kind(flag: RedFlag) -> None:
    kind = either(kinds_of(flag), more_acute_for_another(flag))
    proves(SEEN[flag.name], no(OUT), no(kind))


@pytest.mark.parametrize("flag", FLAGS, ids=NAMES)
def test_1_every_alternative_is_within_what_a_present_flag_allows(flag: RedFlag) -> None:
    allowed: Bit = THERE.alternatives_in(flag.allowed)
    if flag.name in EXEMPTION.flags:
        allowed = either(allowed, both(WISH, THERE.alternatives_in(flag.allowed | EXEMPTION.kinds)))
    proves(SEEN[flag.name], no(OUT), no(allowed))


def test_1_the_list_can_be_met_at_all() -> None:
    for name in NAMES:
        assert PROVER.can(SEEN[name], no(OUT)), name
    assert PROVER.can(WISH, SEEN["sepsis"], no(OUT), THERE.kind[Kind.GP_TODAY])


@pytest.mark.parametrize("fact", RED_FLAGS)
def test_2_an_unknown_flag_is_never_final_and_not_acute(fact: str) -> None:
    proves(no(HERE.known(fact)), THERE.final, no(THERE.acute))


@pytest.mark.parametrize("fact", [*LOOKED_AT, "age", "urgency", "urgency_role"])
def test_2_and_5_without_a_fresh_vital_sign_or_class_nothing_is_final_and_not_acute(
    fact: str,
) -> None:
    """A vital sign that is too old is unknown (domain.md 3.16)."""
    proves(no(HERE.known(fact)), THERE.final, no(THERE.acute))


@pytest.mark.parametrize("name", [flag.name for flag in RED_FLAG_LIST])
def test_2_a_flag_that_is_not_denied_is_never_final_and_not_acute(name: str) -> None:
    denied = PRESENT[name](Reading(HERE)).false
    proves(no(denied), THERE.final, no(THERE.acute))


def completed(before: Symbols, after: Symbols) -> Bit:
    """``after`` is ``before`` with every unknown fact answered, in any way but what is granted."""
    granted: dict[str, list[tuple[object, Bit]]] = {}
    for fact, value, where in taken_for_granted(before):
        granted.setdefault(fact, []).append((value, where))
    parts: list[Bit] = [after.total()]
    for fact in sorted({*before.facts, *after.facts}):
        parts.append(implies(before.known(fact), _equal(fact, before, after)))
        earlier: Bit = False
        for value, where in granted.get(fact, ()):
            here = both(no(before.known(fact)), where, no(earlier))
            parts.append(implies(here, _is(fact, value, after)))
            earlier = either(earlier, where)
    return both(*parts)


def _equal(fact: str, before: Symbols, after: Symbols) -> Bit:
    word = WORDS[fact]
    if word.span:
        (low, high), (least, most) = before.range_of(fact), after.range_of(fact)
        return both(least.not_below(low), high.not_below(most))
    if word.shape is Shape.FLAG:
        return same(before.flag(fact).true, after.flag(fact).true)
    if word.shape is Shape.CODE:
        return both(
            *(
                same(before.one_of(fact, (c,)).true, after.one_of(fact, (c,)).true)
                for c in word.codes
            )
        )
    one, two = before.scale(fact), after.scale(fact)
    return both(one.not_below(two), two.not_below(one))


def _is(fact: str, value: object, after: Symbols) -> Bit:
    if isinstance(value, bool):
        return after.flag(fact).true if value else after.flag(fact).false
    assert value == 0, "only totals are granted, as nothing found"
    return no(after.range_of(fact)[1].reaches(1))


def test_2_no_answer_forbids_what_is_final() -> None:
    """Whatever the unknown facts turn out to be, a final advice stays what it is.

    112 and the SEH apart: there nothing is asked that could not make it more acute.
    """
    after = Symbols("after.")
    later = outcome(PROTOCOL, after)
    before = BEFORE
    stays = before.same(later)
    # In the acute lane a class may still be entered that is higher than what the rules found, and
    # a flag that nobody asked may still take an alternative away; the kind stays.
    narrowed = both(
        before.acute,
        later.acute,
        *(same(bit, later.kind[kind]) for kind, bit in before.kind.items()),
        *(implies(bit, later.at_least[urgency]) for urgency, bit in before.at_least.items()),
        *(implies(bit, before.alternative[kind]) for kind, bit in later.alternative.items()),
    )
    to_hospital = before.kind_in(frozenset({Kind.AMBULANCE, Kind.SEH}))
    wrong = both(before.final, no(to_hospital), no(either(stays, narrowed)))
    model = answer([HERE, after], completed(HERE, after), wrong)
    if model is not None:
        now, then = HERE.picture(model), after.picture(model)
        pytest.fail(f"{describe(now)}\nand with every answer:\n{describe(then)}")


def test_3_out_of_scope_is_a_persons_triage_or_112_by_its_flags() -> None:
    proves(OUT, no(THERE.kind_in(OUT_OF_SCOPE_KINDS)))
    proves(OUT, no(THERE.acute))
    by_flag = some(SEEN[flag.name] for flag in FLAGS if Kind.AMBULANCE in flag.allowed)
    proves(OUT, THERE.kind[Kind.AMBULANCE], no(by_flag))


@pytest.mark.parametrize(
    "flag", [flag for flag in FLAGS if flag.allowed == {Kind.AMBULANCE}], ids=lambda f: f.name
)
def test_3_a_flag_for_112_is_for_everyone(flag: RedFlag) -> None:
    proves(SEEN[flag.name], no(THERE.kind[Kind.AMBULANCE]))


def test_every_vital_sign_and_flag_is_a_fact_of_the_model() -> None:
    assert {*VITAL_SIGNS, *RED_FLAGS} <= set(HERE.facts) <= set(FACTS)
    assert PROVER.can(THERE.at_least[Urgency.U0])
