"""What the tables of a protocol must agree on among each other."""

from __future__ import annotations

import math
from collections.abc import Mapping

from triage.need import Kind
from triage.picture import RED_FLAGS
from triage.protocol_error import ProtocolError
from triage.rules import Rule
from triage.table_files import HEAD, KINDS
from triage.tables import Head, KindFacts
from triage.vocabulary import WORDS

_MOST = 100_000


def _check_numbers(kinds: Mapping[Kind, KindFacts]) -> None:
    """Hours and days are plain numbers, from 0 up; TOML knows ``inf`` and ``nan`` besides."""
    for kind, facts in kinds.items():
        if not facts.responsible.strip():
            raise ProtocolError(KINDS, kind, "responsible", "it is empty", "fill it in")
        numbers: dict[str, float] = {
            "within_hours": facts.within_hours,
            "hours_per_week": facts.hours_per_week,
            "max_days": facts.max_days or 0,
        }
        if facts.diversion is not None:
            for column in ("reachable_within_hours", "call_back_within_hours"):
                numbers[f"diversion.{column}"] = getattr(facts.diversion, column)
        for column, number in numbers.items():
            if not (math.isfinite(number) and 0 <= number <= _MOST):
                cure = f"use a number from 0 to {_MOST}"
                raise ProtocolError(KINDS, kind, column, f"{number} is no such number", cure)


def check_flags(rules: tuple[Rule, ...]) -> None:
    """Every red flag of the vocabulary must be answered by a rule with allowed kinds."""
    answers = [rule for rule in rules if rule.row.allowed and not rule.row.exempts]
    read_by_flags = {fact for rule in answers for fact, _ in rule.reads}
    for flag in RED_FLAGS:
        if flag not in read_by_flags:
            cure = "add a rule with floor and allowed kinds"
            raise ProtocolError("-", "-", "when", f"no rule answers {flag}", cure)


def check_kinds(rules: tuple[Rule, ...], kinds: Mapping[Kind, KindFacts]) -> None:
    """Every kind that a rule may lead to stands in the table of kinds."""
    for rule in rules:
        row = rule.row
        for kind in (row.kind, *row.allowed, *row.alternatives):
            if kind is not None and kind not in kinds:
                cure = f"add [{kind}] to {KINDS}"
                raise ProtocolError(
                    f"{rule.table}.toml", row.id, "kind", f"{kind} is missing", cure
                )
    _check_numbers(kinds)
    if Kind.HUMAN_TRIAGE not in kinds:
        cure = f"add [{Kind.HUMAN_TRIAGE}]"
        raise ProtocolError(KINDS, "-", Kind.HUMAN_TRIAGE, "the kind is missing", cure)


def check_disciplines(head: Head, rules: tuple[Rule, ...], kinds: Mapping[Kind, KindFacts]) -> None:
    """What a protocol of disciplines must say besides: whose, at which step, and for the person."""
    for code, discipline in head.disciplines.items():
        for fact in discipline.facts:
            if fact not in WORDS or WORDS[fact].derived:
                fault = f"{fact} is no fact"
                raise ProtocolError(HEAD, code, "facts", fault, "use a fact of triage/facts")
    for consult in head.consult:
        if consult.ask not in head.disciplines:
            fault = f"{consult.ask} is no discipline"
            raise ProtocolError(HEAD, consult.id, "ask", fault, "use one of [disciplines]")
    for rule in rules:
        _check_rule(rule, head)
    for kind, facts in kinds.items():
        for column in ("name", "patient", "source"):
            if not getattr(facts, column).strip():
                raise ProtocolError(KINDS, kind, column, "it is empty", "fill it in")


def _check_rule(rule: Rule, head: Head) -> None:
    file = f"{rule.table}.toml"
    if rule.discipline not in head.disciplines:
        fault = f"{rule.discipline!r} is no discipline"
        raise ProtocolError(file, "[table]", "discipline", fault, "use one of [disciplines]")
    if not rule.row.patient.strip():
        cure = "say it to the person, in Dutch at B1 level"
        raise ProtocolError(file, rule.row.id, "patient", "it is empty", cure)
    if not rule.acute and not rule.step:
        fault = f"{rule.row.priority} lies in no step of the weighing order"
        raise ProtocolError(file, rule.row.id, "priority", fault, f"see [[step]] in {HEAD}")
