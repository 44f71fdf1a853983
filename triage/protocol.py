"""A protocol: decision tables read from TOML, checked on load, versioned and fingerprinted.

One folder per version under ``protocols/``: ``protocol.toml`` names the tables, in the order in
which they are read; each table is one file, so that a discipline can own its own. Nothing loads
with a fault: the error names file, rule, column and cure. docs/protocol.md says how to read one.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from triage.advice import ProtocolName
from triage.compiler import Evaluate, Sift, compile_sift, compile_values
from triage.condition import Tree, words_of
from triage.head_checks import check_head
from triage.need import Kind
from triage.picture import Picture
from triage.protocol_checks import check_disciplines, check_flags, check_kinds
from triage.protocol_error import ProtocolError
from triage.questions import Asker, asker
from triage.rules import Rule, condition, rules_of
from triage.span import Span
from triage.table_files import HEAD, KINDS, convert, parse
from triage.tables import (
    Assumption,
    Consult,
    Contradiction,
    Discipline,
    Head,
    KindFacts,
    Step,
    Wording,
)
from triage.urgency import Urgency
from triage.vocabulary import WORDS, Shape

CURRENT = Path(__file__).parent / "protocols" / "2026-12"
"""The protocol in force."""


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the rules, checked and compiled.

    Attributes:
        name: version, fingerprint, and whether clinicians signed it.
        rules: every rule, by priority.
        ask: composes the questions of the rules that may matter.
        evaluate: the value of each rule's condition, in the order of ``rules``.
        assumptions: with ``assume``, their conditions' values; ``assumed`` are the facts that
            they give, as the picture holds them.
        contradictions: with ``contradict``, their conditions' values.
        kinds: every kind of care.
        unknown_urgency: the urgency while no class is entered.
        wording: what is said where no rule speaks.
        safety_net: lines that go with a diversion, in Dutch.
        disciplines: by code; empty in a protocol whose tables belong to none.
        steps: the weighing order.
        terms: the named conditions, which assumptions and consults may use.
        consults: with ``consult``, their conditions' values.
    """

    name: ProtocolName
    rules: tuple[Rule, ...]
    ask: Asker
    sift: Sift
    evaluate: Evaluate
    assumptions: tuple[Assumption, ...]
    assumed: tuple[Any, ...]
    assume: Sift
    contradictions: tuple[Contradiction, ...]
    contradict: Sift
    kinds: Mapping[Kind, KindFacts]
    unknown_urgency: Urgency
    wording: Mapping[str, Wording]
    safety_net: tuple[str, ...]
    disciplines: Mapping[str, Discipline]
    steps: tuple[Step, ...]
    terms: Mapping[str, Tree]
    consults: tuple[Consult, ...]
    consult: Evaluate

    def silent(self, assumption: Assumption) -> bool:
        """Whether an assumption holds only because nobody said anything, and nobody is told of it.

        The first protocol, whose tables belong to no discipline, has none: its advice replays.
        """
        return bool(self.disciplines) and not assumption.nl


_WORDINGS = frozenset({"gap", "undecided", "conflict"})


def load(folder: Path = CURRENT) -> Protocol:
    """Read, check and compile the protocol in a folder.

    Raises:
        ProtocolError: a table has a fault.
        OSError: a file cannot be read.
    """
    head_text = parse(folder / HEAD)
    head = convert(head_text, Head, HEAD, "-")
    _check_files(folder, head)
    check_head(head)
    tables = {name: parse(folder / f"{name}.toml") for name in head.tables}
    kinds_text = parse(folder / KINDS)
    kinds = _kinds(kinds_text)
    terms: dict[str, Tree] = {}
    for term, text in head.terms.items():
        if term in WORDS or term == "always":
            cure = "give the term a name of its own"
            raise ProtocolError(HEAD, f"terms.{term}", term, "the term hides a fact", cure)
        terms[term] = condition(text, terms, HEAD, f"terms.{term}")
    rules = rules_of(tables, terms, head)
    check_flags(rules)
    check_kinds(rules, kinds)
    if head.disciplines:
        check_disciplines(head, rules, kinds)
    signed = head.sign_off.signed and bool(head.sign_off.signatures)
    return Protocol(
        name=ProtocolName(head.version, _fingerprint(head_text, tables, kinds_text), signed),
        rules=rules,
        ask=asker([rule.row for rule in rules], head.disciplines),
        sift=compile_sift([rule.tree for rule in rules]),
        evaluate=compile_values([rule.tree for rule in rules]),
        assumptions=head.assumption,
        assumed=tuple(_assumed(each) for each in head.assumption),
        assume=compile_sift(
            [_assumption(each, terms) for each in head.assumption],
            [each.fact for each in head.assumption],
        ),
        contradictions=head.contradiction,
        contradict=compile_sift(
            [condition(each.when, terms, HEAD, each.id) for each in head.contradiction]
        ),
        kinds=kinds,
        unknown_urgency=head.unknown.urgency,
        wording=head.wording,
        safety_net=head.safety_net,
        disciplines=head.disciplines,
        steps=head.step,
        terms=terms,
        consults=head.consult,
        consult=compile_values(
            [condition(each.when, terms, HEAD, each.id) for each in head.consult]
        ),
    )


def _check_files(folder: Path, head: Head) -> None:
    listed = {f"{name}.toml" for name in head.tables} | {HEAD, KINDS}
    present = {path.name for path in folder.glob("*.toml")}
    for file in sorted(listed ^ present):
        fault = "the file is not there" if file in listed else "the table is not listed"
        raise ProtocolError(file, "-", "tables", fault, f"make {HEAD} and the folder agree")
    for name in sorted(_WORDINGS - set(head.wording)):
        raise ProtocolError(
            HEAD, name, "wording", "the wording is missing", f"add [wording.{name}]"
        )


def _kinds(text: dict[str, Any]) -> dict[Kind, KindFacts]:
    for code in sorted(text.keys() - set(Kind)):
        raise ProtocolError(KINDS, code, code, "no kind of care", "use a kind of triage/need.py")
    return {Kind(code): convert(facts, KindFacts, KINDS, code) for code, facts in text.items()}


def _assumption(assumption: Assumption, terms: Mapping[str, Tree]) -> Tree:
    tree = condition(assumption.when, terms, HEAD, assumption.id)
    if any(WORDS[word].derived for word in words_of(tree)):
        fault = "an assumption reads a score, which is computed after it"
        raise ProtocolError(HEAD, assumption.id, "when", fault, "use the facts behind the score")
    return tree


def _assumed(assumption: Assumption) -> Any:
    """The value that an assumption gives, as the picture holds it."""
    fact, value = assumption.fact, assumption.value
    word = WORDS.get(fact)
    if word is None or word.derived or word.shape is Shape.OTHER:
        fault = f"{fact} is no fact that can be assumed"
        raise ProtocolError(HEAD, assumption.id, "fact", fault, "use one of triage/facts")
    if isinstance(value, bool) is not (word.shape is Shape.FLAG):
        fault = f"{value} is no value of {fact}"
        raise ProtocolError(HEAD, assumption.id, "value", fault, f"{fact} is {word.shape}")
    if isinstance(value, float) and value.is_integer():  # a whole number is read as 3.0
        value = int(value)
    if word.span and isinstance(value, int) and word.low <= value <= word.high:
        return Span(value, value)
    try:
        return getattr(msgspec.convert({fact: value}, Picture), fact)
    except (msgspec.ValidationError, OverflowError) as error:
        fault = f"{value} is no value of {fact}"
        raise ProtocolError(HEAD, assumption.id, "value", fault, str(error)) from error


def _fingerprint(
    head: dict[str, Any], tables: dict[str, dict[str, Any]], kinds: dict[str, Any]
) -> str:
    """SHA-256 over the content, whatever its layout; signing does not change it."""
    content = {
        "head": {key: value for key, value in head.items() if key != "sign_off"},
        "tables": tables,
        "kinds": kinds,
    }
    return sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
