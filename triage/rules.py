"""The rules of a protocol: rows of its tables, checked one by one and compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from triage.advice import Lane
from triage.compiler import Hangs, compile_hangs
from triage.condition import ConditionError, Tree, facts_of, read, words_of
from triage.protocol_error import ProtocolError
from triage.table_files import convert
from triage.tables import Head, Row, Step, TableHead
from triage.urgency import Urgency
from triage.vocabulary import LINKS

_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,79}")
_HIGHEST = 99_999
_TAKEN = frozenset({"gap", "undecided", "conflict"})
"""What the evaluator calls its own reasons."""


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
        hangs: marks the unknown facts on which the condition hangs, were it unknown.
        scored: whether the condition reads NEWS2.
        exempts: numbers of the rules that fall silent where this one surely holds.
        discipline: whose table it stands in.
        step: the step of the weighing order that its priority lies in.
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
    exempts: frozenset[int] = frozenset()
    discipline: str = ""
    step: str = ""


def condition(
    text: str, terms: Mapping[str, Tree], file: str, rule: str, column: str = "when"
) -> Tree:
    """The tree of a condition.

    Raises:
        ProtocolError: it cannot be read.
    """
    try:
        return read(text, terms)
    except ConditionError as error:
        raise ProtocolError(file, rule, column, error.fault, error.cure) from error


def rules_of(
    tables: Mapping[str, dict[str, Any]], terms: Mapping[str, Tree], protocol: Head
) -> tuple[Rule, ...]:
    """Every rule of the tables, by priority.

    Raises:
        ProtocolError: a row has a fault.
    """
    rules: list[Rule] = []
    seen: dict[tuple[str, str | int], str] = {}
    for name, table in tables.items():
        file = f"{name}.toml"
        for key in table.keys() - {"table", "rule"}:
            raise ProtocolError(file, "-", key, "unknown part", "use [table] and [[rule]] only")
        head = convert(table.get("table", {}), TableHead, file, "[table]")
        for row in _rows(table, file):
            for column, value in (("id", row.id), ("priority", row.priority)):
                if (column, value) in seen:
                    fault = f"{value} is already used by {seen[column, value]}"
                    raise ProtocolError(file, row.id, column, fault, "give it its own")
                seen[column, value] = row.id
            rules.append(_rule(row, name, head, terms, _step(row, protocol.step)))
    rules.sort(key=lambda rule: rule.row.priority)
    number_of = {rule.row.id: number for number, rule in enumerate(rules)}
    return tuple(
        msgspec.structs.replace(rule, number=number, exempts=_exempts(rule, number, number_of))
        for number, rule in enumerate(rules)
    )


def _rows(table: Mapping[str, Any], file: str) -> Iterator[Row]:
    rows = table.get("rule", [])
    if not isinstance(rows, list):
        raise ProtocolError(file, "-", "rule", "it is no list", "write each as [[rule]]")
    for number, text in enumerate(rows, 1):
        name = text.get("id") if isinstance(text, dict) else None
        yield convert(text, Row, file, name if isinstance(name, str) else f"rule {number}")


def _step(row: Row, steps: tuple[Step, ...]) -> str:
    return next((step.id for step in steps if step.first <= row.priority <= step.last), "")


def _exempts(rule: Rule, number: int, number_of: Mapping[str, int]) -> frozenset[int]:
    """The rules that a rule silences: they exist and come later, and it has a floor of its own."""
    row, file = rule.row, f"{rule.table}.toml"
    for name in row.exempts:
        if number_of.get(name, -1) <= number:
            fault, cure = (
                f"{name} is no rule after this one",
                "name a rule of a higher priority number",
            )
            raise ProtocolError(file, row.id, "exempts", fault, cure)
    if row.exempts and not row.allowed:
        cure = "say which kinds answer it instead"
        raise ProtocolError(file, row.id, "allowed", "an exemption allows no kinds", cure)
    return frozenset(number_of[name] for name in row.exempts)


def _rule(row: Row, table: str, head: TableHead, terms: Mapping[str, Tree], step: str) -> Rule:
    file = f"{table}.toml"
    acute = head.lane is Lane.ACUTE
    for column in ("id", "source", "nl", "en"):
        if not getattr(row, column).strip():
            raise ProtocolError(file, row.id, column, "it is empty", "fill it in")
    if _ID.fullmatch(row.id) is None or row.id in _TAKEN:
        cure = "use small letters, digits and hyphens, and no name of the evaluator itself"
        raise ProtocolError(file, row.id, "id", "it is no name for a rule", cure)
    if not 0 <= row.priority <= _HIGHEST:
        fault, cure = f"{row.priority} is out of range", f"use 0 to {_HIGHEST}"
        raise ProtocolError(file, row.id, "priority", fault, cure)
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
    tree = condition(row.when, terms, file, row.id)
    return Rule(
        number=0,  # known once all tables are read
        row=row,
        table=table,
        acute=acute,
        stops=head.stops,
        tree=tree,
        reads=tuple((fact, LINKS[fact]) for fact in facts_of(tree)),
        hangs=compile_hangs(tree),
        scored=any(word.startswith("news2") for word in words_of(tree)),
        discipline=head.discipline,
        step=step,
    )
