"""Mutants of the protocol's tables: each is the protocol with one small fault.

A literal dropped or turned round, a bound moved by the smallest step, a code, a kind, a floor or a
priority that is another one, a rule, an exemption or an assumption that is gone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
from proof_pictures import bounds_of

from triage.condition import All, AnyOf, Compare, Flag, Not, OneOf, Tree
from triage.need import Kind
from triage.protocol import Protocol
from triage.rules import Rule
from triage.urgency import Urgency
from triage.vocabulary import WORDS


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
    moved = [
        rule if rule.number in {at, at + 1} else _moved(rule, rule.number, at) for rule in rules
    ]
    name = f"{first.row.id}: after {second.row.id}"
    return Mutant(name=name, rules=tuple(moved), at=(at, at + 1))


def _moved(rule: Rule, number: int, at: int) -> Rule:
    swap = {at: at + 1, at + 1: at}
    exempts = frozenset(swap.get(each, each) for each in rule.exempts)
    return msgspec.structs.replace(rule, number=number, exempts=exempts)


def _rows(rule: Rule) -> Iterator[tuple[str, Rule]]:  # noqa: C901 - a branch for each column
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
        more = (
            None
            if row.allowed
            else next(
                each
                for each in (Kind.HAP, Kind.SEH, Kind.AMBULANCE)
                if each is not row.kind and each not in row.alternatives
            )
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


def _trees(  # noqa: C901, PLR0912 - a branch for each form
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
