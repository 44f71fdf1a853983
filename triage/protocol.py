"""A protocol: decision tables read from TOML, checked on load, versioned and fingerprinted.

One folder per version under ``protocols/``: ``protocol.toml`` names the tables, in the order in
which they are read; each table is one file, so that a discipline can own its own. Nothing loads
with a fault: the error names file, rule, column and cure. docs/protocol.md says how to read one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from triage.advice import Lane, ProtocolName
from triage.compiler import Evaluate, Hangs, compile_hangs, compile_values
from triage.condition import ConditionError, Tree, facts_of, read, words_of
from triage.need import Kind
from triage.picture import RED_FLAGS
from triage.questions import Asker, asker
from triage.tables import Assumption, Contradiction, Head, KindFacts, Row, TableHead, Wording
from triage.urgency import Urgency
from triage.vocabulary import LINKS, WORDS, Shape

CURRENT = Path(__file__).parent / "protocols" / "2026-11"
"""The protocol in force."""


class ProtocolError(ValueError):
    """A table with a fault: ``file``, ``rule``, ``column``, what is wrong, and the cure."""

    def __init__(self, file: str, rule: str, column: str, fault: str, cure: str) -> None:
        """Compose the one line that an operator reads."""
        super().__init__(f"{file}, rule {rule!r}, column {column!r}: {fault}; {cure}")
        self.file, self.rule, self.column, self.fault, self.cure = file, rule, column, fault, cure


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule ready to use: its row, what its table says, and its compiled condition.

    Attributes:
        number: its place in the protocol, from 0.
        row: what the table says.
        table: the table's name.
        acute: whether it puts the person in the acute lane.
        stops: whether no later rule is read once it holds.
        tree: the condition as data.
        reads: field and link id of each fact that the condition reads.
        hangs: the unknown facts on which the condition hangs, were it unknown.
        scored: whether the condition reads NEWS2.
    """

    number: int
    row: Row
    table: str
    acute: bool
    stops: bool
    tree: Tree
    reads: tuple[tuple[str, str], ...]
    hangs: Hangs
    scored: bool


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the rules, checked and compiled.

    Attributes:
        name: version, fingerprint, and whether clinicians signed it.
        rules: every rule, by priority.
        ask: composes the questions of the rules that may matter.
        evaluate: the value of each rule's condition, in the order of ``rules``.
        assumptions: with ``assume``, their conditions' values.
        contradictions: with ``contradict``, their conditions' values.
        kinds: every kind of care.
        unknown_urgency: the urgency while no class is entered.
        wording: what is said where no rule speaks.
        safety_net: lines that go with a diversion, in Dutch.
    """

    name: ProtocolName
    rules: tuple[Rule, ...]
    ask: Asker
    evaluate: Evaluate
    assumptions: tuple[Assumption, ...]
    assume: Evaluate
    contradictions: tuple[Contradiction, ...]
    contradict: Evaluate
    kinds: Mapping[Kind, KindFacts]
    unknown_urgency: Urgency
    wording: Mapping[str, Wording]
    safety_net: tuple[str, ...]


HEAD = "protocol.toml"
KINDS = "kinds.toml"
_WORDINGS = frozenset({"gap", "undecided", "conflict"})


def load(folder: Path = CURRENT) -> Protocol:
    """Read, check and compile the protocol in a folder.

    Raises:
        ProtocolError: a table has a fault.
        OSError: a file cannot be read.
    """
    head_text = _parse(folder / HEAD)
    head = _convert(head_text, Head, HEAD, "-")
    _check_files(folder, head)
    tables = {name: _parse(folder / f"{name}.toml") for name in head.tables}
    kinds_text = _parse(folder / KINDS)
    kinds = _kinds(kinds_text)
    terms: dict[str, Tree] = {}
    for term, text in head.terms.items():
        if term in WORDS:
            cure = "give the term a name of its own"
            raise ProtocolError(HEAD, f"terms.{term}", term, "the term hides a fact", cure)
        terms[term] = _condition(text, terms, HEAD, f"terms.{term}")
    rules = _rules(tables, terms)
    _check_flags(rules)
    signed = head.sign_off.signed and bool(head.sign_off.signatures)
    return Protocol(
        name=ProtocolName(head.version, _fingerprint(head_text, tables, kinds_text), signed),
        rules=rules,
        ask=asker([rule.row for rule in rules]),
        evaluate=compile_values([rule.tree for rule in rules]),
        assumptions=head.assumption,
        assume=compile_values([_assumption(each, terms) for each in head.assumption]),
        contradictions=head.contradiction,
        contradict=compile_values(
            [_condition(each.when, terms, HEAD, each.id) for each in head.contradiction]
        ),
        kinds=kinds,
        unknown_urgency=head.unknown.urgency,
        wording=head.wording,
        safety_net=head.safety_net,
    )


T = TypeVar("T")


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(path.name, "-", "-", str(error), "write valid TOML in UTF-8") from error


def _convert(value: Any, to: type[T], file: str, rule: str) -> T:
    try:
        return msgspec.convert(value, to)
    except msgspec.ValidationError as error:
        fault, _, where = str(error).partition(" - at `")
        missing = (
            fault.partition("missing required field `")[2]
            or fault.partition("contains unknown field `")[2]
        )
        column = missing.rstrip("`") or where.rstrip("`").removeprefix("$.") or "-"
        raise ProtocolError(
            file, rule, column, fault, "see docs/protocol.md for the columns of this file"
        ) from error


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
    for code in text.keys() - set(Kind):
        raise ProtocolError(KINDS, code, code, "no kind of care", "use a kind of triage/need.py")
    for kind in Kind:
        if kind not in text:
            raise ProtocolError(KINDS, kind, kind, "the kind is missing", f"add [{kind}]")
    return {kind: _convert(text[kind], KindFacts, KINDS, kind) for kind in Kind}


def _condition(
    text: str, terms: Mapping[str, Tree], file: str, rule: str, column: str = "when"
) -> Tree:
    try:
        return read(text, terms)
    except ConditionError as error:
        raise ProtocolError(file, rule, column, error.fault, error.cure) from error


def _assumption(assumption: Assumption, terms: Mapping[str, Tree]) -> Tree:
    word = WORDS.get(assumption.fact)
    if word is None or word.derived or word.shape is not Shape.FLAG:
        fault = f"{assumption.fact} is no yes-or-no fact"
        raise ProtocolError(HEAD, assumption.id, "fact", fault, "use one of triage/picture.py")
    return _condition(assumption.when, terms, HEAD, assumption.id)


def _rules(tables: Mapping[str, dict[str, Any]], terms: Mapping[str, Tree]) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    seen: dict[tuple[str, str | int], str] = {}
    for name, table in tables.items():
        file = f"{name}.toml"
        for key in table.keys() - {"table", "rule"}:
            raise ProtocolError(file, "-", key, "unknown part", "use [table] and [[rule]] only")
        head = _convert(table.get("table", {}), TableHead, file, "[table]")
        for text in table.get("rule", ()):
            row = _convert(text, Row, file, str(text.get("id", "?")))
            for column, value in (("id", row.id), ("priority", row.priority)):
                if (column, value) in seen:
                    fault = f"{value} is already used by {seen[column, value]}"
                    raise ProtocolError(file, row.id, column, fault, "give it its own")
                seen[column, value] = row.id
            rules.append(_rule(row, name, head, terms))
    rules.sort(key=lambda rule: rule.row.priority)
    return tuple(msgspec.structs.replace(rule, number=number) for number, rule in enumerate(rules))


def _rule(row: Row, table: str, head: TableHead, terms: Mapping[str, Tree]) -> Rule:
    file = f"{table}.toml"
    acute = head.lane is Lane.ACUTE
    for column in ("id", "source", "nl", "en"):
        if not getattr(row, column).strip():
            raise ProtocolError(file, row.id, column, "it is empty", "fill it in")
    if not acute and row.kind is None and row.floor is None:
        raise ProtocolError(file, row.id, "kind", "the rule does nothing", "give a kind or a floor")
    if not acute and row.floor is not None and row.floor <= Urgency.U3:
        cure = "move the rule to a table of the acute lane, or use U4 or U5"
        raise ProtocolError(file, row.id, "floor", f"{row.floor} is acute", cure)
    if row.allowed and row.kind not in row.allowed:
        cure = "choose a kind that the flag allows"
        raise ProtocolError(file, row.id, "kind", f"{row.kind} is not allowed", cure)
    if row.allowed and not acute:
        cure = "move it to a table of the acute lane"
        raise ProtocolError(file, row.id, "allowed", "a red flag outside the acute lane", cure)
    if row.allowed and row.floor is None:
        raise ProtocolError(file, row.id, "floor", "a red flag has no floor", "give it one")
    tree = _condition(row.when, terms, file, row.id)
    return Rule(
        number=0,  # known once all tables are read
        row=row,
        table=table,
        acute=acute,
        stops=head.stops,
        tree=tree,
        reads=tuple((fact, LINKS[fact]) for fact in facts_of(tree)),
        hangs=compile_hangs(tree),
        scored=any(WORDS[word].derived for word in words_of(tree)),
    )


def _check_flags(rules: tuple[Rule, ...]) -> None:
    """Every red flag of the vocabulary must be answered by a rule with allowed kinds."""
    read_by_flags = {fact for rule in rules if rule.row.allowed for fact, _ in rule.reads}
    for flag in RED_FLAGS:
        if flag not in read_by_flags:
            cure = "add a rule with floor and allowed kinds"
            raise ProtocolError("-", "-", "when", f"no rule answers {flag}", cure)


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
