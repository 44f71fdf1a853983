"""Mutants of the protocol's tables, and the suite of cases that tells each of them apart.

A mutant is the protocol with one small fault: a literal dropped, a bound shifted, a kind replaced.
Cases are pictures with the outcome that the tables give. A mutant that no case tells apart is either
proved to conclude the same of every picture (equivalent) or the solver's counterexample becomes a case.

    python tests/triage/mutants.py

writes the suite anew after the tables have changed (kill_suite.json).
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

HERE = Path(__file__).parent
if __name__ == "__main__":
    sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from proof_pictures import bounds_of, random_pictures

from triage.compiler import compile_sift, compile_values
from triage.conclude import conclude
from triage.condition import All, AnyOf, Compare, Flag, Not, OneOf, Tree, read
from triage.need import Kind
from triage.picture import Picture
from triage.proof.bits import Bit, both, every, no, same, some
from triage.proof.outcome import Outcome as SymbolicOutcome
from triage.proof.outcome import outcome
from triage.proof.prover import Prover, Solver
from triage.proof.symbols import WHOLE, Symbols
from triage.protocol import Protocol, load
from triage.rules import Rule
from triage.scores.news2 import News2
from triage.urgency import Urgency
from triage.vocabulary import WORDS, Shape

SUITE = HERE / "kill_suite.json"

Outcome = tuple[str, bool, bool, str, tuple[str, ...]]
"""Urgency, acute, final, kind, alternatives in alphabetical order."""


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One fault.

    Attributes:
        name: unique: the rule or assumption, and what is wrong with it.
        rules: the rules with the fault.
        at: the numbers of the rules that differ; what is false of them cannot matter.
        changed: the numbers of those whose condition is another one.
        assumption: the number of the assumption that is gone; None: all are there.
    """

    name: str
    rules: tuple[Rule, ...]
    at: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    assumption: int | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture and what the tables say of it."""

    picture: dict[str, Any]
    urgency: Urgency
    acute: bool
    final: bool
    kind: Kind
    alternatives: tuple[Kind, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """To compare."""
        named = tuple(sorted(map(str, self.alternatives)))
        return str(self.urgency), self.acute, self.final, str(self.kind), named


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """The cases, and the mutants that are proved to be none.

    Attributes:
        fingerprint: of the protocol that the cases were made for.
        equivalent: names of the mutants that conclude the same of every picture.
        cases: the pictures with their outcomes.
    """

    fingerprint: str
    equivalent: tuple[str, ...]
    cases: tuple[Case, ...]


def concluded(protocol: Protocol, picture: Picture) -> Outcome:
    """What is compared of a conclusion."""
    said = conclude(protocol, picture)
    named = tuple(sorted(map(str, said.alternatives)))
    return str(said.urgency), said.acute, not said.open, str(said.kind), named


# -- the mutants -----------------------------------------------------------------------------------


def mutants_of(protocol: Protocol) -> list[Mutant]:
    """Every mutant, in the order of the rules; none twice."""
    bounds = bounds_of(protocol)
    found: dict[str, Mutant] = {}
    terms = frozenset(protocol.terms.values())
    for name, term in protocol.terms.items():
        for what, tree in _trees(term, bounds, terms - {term}):
            mutant = _with_term(protocol, term, tree, f"{name}: {what}")
            if mutant.changed:  # some terms are only there for assumptions
                _keep(found, mutant)
    for rule in protocol.rules:
        for what, tree in _trees(rule.tree, bounds, terms):
            changed = msgspec.structs.replace(rule, tree=tree)
            _keep(found, _with(protocol, rule, changed, what, changed=True))
        for what, other in _rows(rule):
            _keep(found, _with(protocol, rule, other, what))
        _keep(found, _with(protocol, rule, None, "deleted", changed=True))
    for first, second in itertools.pairwise(protocol.rules):
        _keep(found, _swapped(protocol, first, second))
    for number, each in enumerate(protocol.assumptions):
        _keep(
            found,
            Mutant(name=f"{each.id}: not assumed", rules=protocol.rules, assumption=number),
        )
    return list(found.values())


def _keep(found: dict[str, Mutant], mutant: Mutant) -> None:
    found.setdefault(mutant.name, mutant)


def _with(
    protocol: Protocol, rule: Rule, other: Rule | None, what: str, *, changed: bool = False
) -> Mutant:
    never = msgspec.structs.replace(rule, tree=AnyOf(()))  # a rule that is gone never holds
    rules = [*protocol.rules]
    rules[rule.number] = other or never
    at = (rule.number,)
    name = f"{rule.row.id}: {what}"
    return Mutant(name=name, rules=tuple(rules), at=at, changed=at if changed else ())


def _with_term(protocol: Protocol, term: Tree, other: Tree, name: str) -> Mutant:
    rules = tuple(
        msgspec.structs.replace(rule, tree=_replaced(rule.tree, term, other))
        for rule in protocol.rules
    )
    pairs = zip(protocol.rules, rules, strict=True)
    changed = tuple(rule.number for rule, now in pairs if rule.tree != now.tree)
    return Mutant(name=f"term {name}", rules=rules, at=changed, changed=changed)


def _replaced(tree: Tree, old: Tree, new: Tree) -> Tree:
    if tree == old:
        return new
    match tree:
        case Not(of=part):
            return Not(_replaced(part, old, new))
        case All(of=parts) | AnyOf(of=parts):
            return type(tree)(tuple(_replaced(part, old, new) for part in parts))
    return tree


def _swapped(protocol: Protocol, first: Rule, second: Rule) -> Mutant:
    rules = [*protocol.rules]
    at = first.number
    rules[at], rules[at + 1] = (
        _moved(second, at, at),
        _moved(first, at + 1, at),
    )
    moved = [rule if rule.number in {at, at + 1} else _moved(rule, rule.number, at) for rule in rules]
    name = f"{first.row.id}: after {second.row.id}"
    return Mutant(name=name, rules=tuple(moved), at=(at, at + 1))


def _moved(rule: Rule, number: int, at: int) -> Rule:
    swap = {at: at + 1, at + 1: at}
    exempts = frozenset(swap.get(each, each) for each in rule.exempts)
    return msgspec.structs.replace(rule, number=number, exempts=exempts)


def _rows(rule: Rule) -> Iterator[tuple[str, Rule]]:
    row = rule.row

    def other(**changes: Any) -> Rule:
        return msgspec.structs.replace(rule, row=msgspec.structs.replace(row, **changes))

    if row.floor is not None:
        classes = list(Urgency)
        at = classes.index(row.floor)
        for near in {max(at - 1, 0), min(at + 1, len(classes) - 1)} - {at}:
            yield f"floor {classes[near]}", other(floor=classes[near])
        yield "no floor", other(floor=None)
    if row.kind is not None:
        wrong = Kind.SEH if row.kind is not Kind.SEH else Kind.HAP
        yield f"kind {wrong}", other(kind=wrong)
        yield "no kind", other(kind=None)
        # What a flag allows are its alternatives: naming more of them there changes nothing.
        more = None if row.allowed else next(
            each for each in (Kind.HAP, Kind.SEH, Kind.AMBULANCE)
            if each is not row.kind and each not in row.alternatives
        )
        if more is not None:
            yield f"one more alternative, {more}", other(alternatives=(*row.alternatives, more))
    for gone in row.alternatives:
        kept = tuple(each for each in row.alternatives if each is not gone)
        yield f"no alternative {gone}", other(alternatives=kept)
    if row.allowed:
        wider = next(each for each in Kind if each not in row.allowed)
        yield f"{wider} allowed", other(allowed=(*row.allowed, wider))
        for gone in row.allowed:
            if gone is not row.kind:
                kept = tuple(each for each in row.allowed if each is not gone)
                yield f"{gone} not allowed", other(allowed=kept)
    for number in sorted(rule.exempts):
        yield (
            f"does not exempt {number}",
            msgspec.structs.replace(rule, exempts=rule.exempts - {number}),
        )
    yield "the other lane", msgspec.structs.replace(rule, acute=not rule.acute)
    if rule.stops:
        yield "does not stop", msgspec.structs.replace(rule, stops=False)


def _trees(
    tree: Tree, bounds: dict[str, tuple[float, ...]], terms: frozenset[Tree]
) -> Iterator[tuple[str, Tree]]:
    """Every condition that differs in one place, and what differs; terms differ by themselves."""
    if tree in terms:
        yield f"not {told(tree)}", Not(tree)
        return
    match tree:
        case Not(of=part):
            yield f"{told(tree)} without not", part
            for what, other in _trees(part, bounds, terms):
                yield what, Not(other)
        case All(of=parts) | AnyOf(of=parts) if parts:
            same = type(tree)
            for at, part in enumerate(parts):
                rest = (*parts[:at], *parts[at + 1 :])
                yield f"{at}th part of {told(tree)} dropped", same(rest) if rest[1:] else rest[0]
                for what, other in _trees(part, bounds, terms):
                    yield f"{at}: {what}", same((*parts[:at], other, *parts[at + 1 :]))
        case Compare(word=word, operator=operator, bound=bound):
            other_edge = operator[0] if len(operator) == 2 else f"{operator}="
            yield f"{told(tree)} {other_edge}", Compare(word, other_edge, bound)
            step = 0.1 if word == "temperature" or bound % 1 else 1.0
            for shifted in (bound - step, bound + step):
                if WORDS[word].low <= shifted <= WORDS[word].high:
                    moved = round(shifted, 1)
                    yield f"{told(tree)} {moved:g}", Compare(word, operator, moved)
            yield f"not {told(tree)}", Not(tree)
        case OneOf(word=word, codes=codes):
            spare = next((c for c in sorted(WORDS[word].codes) if c not in codes), None)
            for code in codes:
                kept = tuple(each for each in codes if each != code)
                if kept:
                    yield f"{told(tree)} without {code}", OneOf(word, kept)
            if spare is not None:
                yield f"{told(tree)} or {spare}", OneOf(word, (*codes, spare))
                yield f"{told(tree)} is {spare}", OneOf(word, (spare, *codes[1:]))
            yield f"not {told(tree)}", Not(tree)
        case Flag():
            yield f"not {told(tree)}", Not(tree)


def told(tree: Tree) -> str:
    """A short name of a condition."""
    match tree:
        case Flag(word=word):
            return word
        case Compare(word=word, operator=operator, bound=bound):
            return f"{word} {operator} {bound:g}"
        case OneOf(word=word, codes=codes):
            return f"{word} in {'/'.join(codes)}"
        case Not(of=part):
            return f"not {told(part)}"
        case All():
            return "all"
        case AnyOf():
            return "any"


# -- cases against mutants -------------------------------------------------------------------------


class Bench:
    """Cases with the value of every condition, so that a mutant is judged by what it changes.

    Args:
        protocol: the tables as they are.
    """

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._seen: list[tuple[Picture, Picture, News2, tuple[bool | None, ...], Outcome]] = []

    def add(self, picture: Picture) -> Outcome:
        """Take a picture in; what the tables say of it."""
        said = conclude(self.protocol, picture)
        values = self.protocol.evaluate(said.picture, said.score)
        outcome_ = concluded(self.protocol, picture)
        self._seen.append((picture, said.picture, said.score, values, outcome_))
        return outcome_

    def killer(self, mutant: Mutant, start: int = 0) -> int | None:
        """The number of the first case that tells the mutant apart, or None."""
        if mutant.assumption is not None:
            return self._by_whole(_without(self.protocol, mutant.assumption), start)
        if mutant.changed:
            afresh = compile_values([mutant.rules[number].tree for number in mutant.changed])
        order = _order(self.protocol.rules, mutant.rules)
        for number in range(start, len(self._seen)):
            _, filled, score, values, expected = self._seen[number]
            if mutant.changed:
                now = [*values]
                for at, value in zip(mutant.changed, afresh(filled, score), strict=True):
                    now[at] = value
                if tuple(now) == values:
                    continue
                values = tuple(now)
            elif any(values[each] is False for each in mutant.at):
                continue
            elif order is not None:
                values = tuple(values[index] for index in order)
            if concluded(_fixed(self.protocol, mutant.rules, values), filled) != expected:
                return number
        return None

    def _by_whole(self, protocol: Protocol, start: int) -> int | None:
        for number in range(start, len(self._seen)):
            picture, *_, expected = self._seen[number]
            if concluded(protocol, picture) != expected:
                return number
        return None


def _order(rules: Sequence[Rule], others: Sequence[Rule]) -> tuple[int, ...] | None:
    at = {rule.row.id: number for number, rule in enumerate(rules)}
    order = tuple(at[rule.row.id] for rule in others)
    return None if order == tuple(range(len(rules))) else order


def _fixed(protocol: Protocol, rules: tuple[Rule, ...], values: tuple[bool | None, ...]) -> Protocol:
    """A protocol whose conditions have these values; its facts are filled in already."""
    sifted = (
        [number for number, value in enumerate(values) if value],
        [number for number, value in enumerate(values) if value is None],
    )
    return msgspec.structs.replace(
        protocol, rules=rules, sift=lambda *_: sifted, assume=lambda *_: ([], [])
    )


def _without(protocol: Protocol, number: int) -> Protocol:
    kept = [index for index in range(len(protocol.assumptions)) if index != number]
    assumptions = tuple(protocol.assumptions[index] for index in kept)
    return msgspec.structs.replace(
        protocol,
        assumptions=assumptions,
        assumed=tuple(protocol.assumed[index] for index in kept),
        assume=compile_sift(
            [read(each.when, protocol.terms) for each in assumptions],
            [each.fact for each in assumptions],
        ),
    )


def mutated(protocol: Protocol, mutant: Mutant) -> Protocol:
    """The protocol with the fault, as far as the model reads it."""
    if mutant.assumption is not None:
        return _without(protocol, mutant.assumption)
    return msgspec.structs.replace(protocol, rules=mutant.rules)


# -- building the suite ----------------------------------------------------------------------------


class Judge:
    """The solver's word on a mutant: a picture that tells it apart, or a proof that none does.

    Args:
        protocol: the tables as they are.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._symbols = Symbols()
        self._outcome = outcome(protocol, self._symbols)

    def tells(self, mutant: Mutant) -> Picture | None:
        """A picture of which the mutant concludes something else."""
        other, here = outcome(mutated(self._protocol, mutant), self._symbols), self._outcome
        solver = Solver(self._symbols)
        where = solver.named(_where(here, other, mutant))
        pairs = [
            *((bit, other.at_least[urgency]) for urgency, bit in here.at_least.items()),
            (here.acute, other.acute),
            (here.final, other.final),
            *((bit, other.kind[kind]) for kind, bit in here.kind.items()),
            *((bit, other.alternative[kind]) for kind, bit in here.alternative.items()),
        ]
        differ = solver.named(some(no(same(one, two)) for one, two in pairs))
        between = [
            solver.named(no(alike))
            for one, two in zip(
                (*here.chosen, *here.open), (*other.chosen, *other.open), strict=True
            )
            if (alike := same(one, two)) is not True
        ]
        total = solver.named(self._symbols.total())
        model = solver.answer(where, differ, total)
        if model is None:
            for each in between:
                if solver.answer(where, each) is None:
                    solver.learn(no(both(where, each)))
            model = solver.answer(where, differ)
        return None if model is None else self._symbols.picture(model)


def _where(here: SymbolicOutcome, other: SymbolicOutcome, mutant: Mutant) -> Bit:
    """Where the fault can matter at all: conditions differ, or the rules that differ may hold."""
    if mutant.assumption is not None:
        return True
    if not mutant.changed:
        return every(no(here.holds[number].false) for number in mutant.at)
    return some(
        no(both(same(one.true, two.true), same(one.false, two.false)))
        for one, two in ((here.holds[n], other.holds[n]) for n in mutant.changed)
    )


def build(protocol: Protocol, say: Callable[[str], object] = print) -> Suite:
    """A suite that kills every mutant that can be killed, as small as a simple choice makes it."""
    mutants = mutants_of(protocol)
    say(f"{len(mutants)} mutants of {len(protocol.rules)} rules")
    bench = Bench(protocol)
    pictures: list[Picture] = []
    for picture in itertools.chain(
        witnesses(protocol), random_pictures(protocol, Random(20261122), RANDOM)
    ):
        pictures.append(picture)
        bench.add(picture)
    killed: dict[str, int] = {}
    survivors: list[Mutant] = []
    for mutant in mutants:
        by = bench.killer(mutant)
        if by is None:
            survivors.append(mutant)
        else:
            killed[mutant.name] = by
    say(f"{len(survivors)} survive {len(pictures)} pictures")
    judge, equivalent = Judge(protocol), []
    added = len(pictures)
    for mutant in survivors:
        by = bench.killer(mutant, added)
        if by is None:
            picture = judge.tells(mutant)
            if picture is None:
                equivalent.append(mutant.name)
                continue
            bench.add(picture)
            pictures.append(picture)
            by = bench.killer(mutant, len(pictures) - 1)
            if by is None:
                raise AssertionError(f"the solver's picture does not tell {mutant.name} apart")
        killed[mutant.name] = by
    say(f"{len(equivalent)} are equivalent, {len(pictures) - added} cases are the solver's")
    chosen = _few(protocol, [m for m in mutants if m.name in killed], pictures, killed)
    say(f"{len(chosen)} cases kill {len(killed)}")
    return Suite(
        fingerprint=protocol.name.fingerprint,
        equivalent=tuple(equivalent),
        cases=tuple(_case(protocol, picture) for picture in chosen),
    )


RANDOM = 3_000


def witnesses(protocol: Protocol) -> Iterator[Picture]:
    """For each rule a picture in which it chooses, alone if it can; and those next to it."""
    prover = Prover(protocol)
    said, bounds = prover.outcome, bounds_of(protocol)
    for rule in protocol.rules:
        here = said.counts[rule.number] if rule.row.kind is None else said.chosen[rule.number]
        quiet = [no(bit) for number, bit in enumerate(said.counts) if number != rule.number]
        for others in (quiet, ()):
            picture = prover.find(here, said.final, *others)
            if picture is None:
                continue
            yield picture
            for fact in dict.fromkeys([*(fact for fact, _ in rule.reads), *_ALWAYS]):
                for value in _values(fact, bounds[fact]):
                    yield msgspec.structs.replace(picture, **{fact: value})


_ALWAYS = ("urgency", "urgency_role", "intended_destination")


def _values(fact: str, bounds: tuple[float, ...]) -> list[Any]:
    """Values of a fact on and around every bound, and unknown."""
    word = WORDS[fact]
    if word.shape is Shape.FLAG:
        found: list[Any] = [{fact: value} for value in (True, False)]
    elif word.shape is Shape.CODE:
        found = [{fact: code} for code in sorted(word.codes)]
    else:
        step = 0.1 if fact == "temperature" else 1
        near = {round(b + d, 1) for b in bounds for d in (-step, 0, step)}
        kept = sorted(n for n in near if word.low <= n <= word.high)
        if word.span:
            found = [{fact: {"low": int(n), "high": int(n)}} for n in kept]
        else:
            found = [{fact: int(n) if fact in WHOLE else n} for n in kept]
    return [None, *(getattr(msgspec.convert(each, Picture, strict=False), fact) for each in found)]


def _few(
    protocol: Protocol, mutants: list[Mutant], pictures: list[Picture], killed: dict[str, int]
) -> list[Picture]:
    """Pictures that kill all: the hardest mutants first, since their cases kill others as well."""
    chosen: list[Picture] = []
    bench = Bench(protocol)
    for mutant in sorted(mutants, key=lambda each: -killed[each.name]):
        if bench.killer(mutant) is None:
            bench.add(pictures[killed[mutant.name]])
            chosen.append(pictures[killed[mutant.name]])
    return chosen


def _case(protocol: Protocol, picture: Picture) -> Case:
    said = conclude(protocol, picture)
    return Case(
        picture=msgspec.to_builtins(picture),
        urgency=said.urgency,
        acute=said.acute,
        final=not said.open,
        kind=said.kind,
        alternatives=said.alternatives,
    )


def read_suite() -> Suite:
    """The committed suite."""
    return msgspec.json.decode(SUITE.read_bytes(), type=Suite)


def picture_of(case: Case) -> Picture:
    """The picture of a case."""
    return msgspec.convert(case.picture, Picture, strict=False)


def write(suite: Suite) -> None:
    """One case a line, so that a change of the tables shows what it changes."""
    lines = ",\n".join(msgspec.json.encode(case).decode() for case in suite.cases)
    names = ",\n".join(msgspec.json.encode(name).decode() for name in suite.equivalent)
    SUITE.write_text(
        f'{{"fingerprint":"{suite.fingerprint}","equivalent":[\n{names}\n],"cases":[\n{lines}\n]}}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    write(build(load()))
