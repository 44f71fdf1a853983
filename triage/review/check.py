"""Looks a protocol through: what it is made of, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from triage.conclude import conclude
from triage.condition import All, facts_of, read
from triage.picture import FACTS, Picture
from triage.proof import checks
from triage.protocol import Protocol, load
from triage.review.faults import faults
from triage.review.overlaps import overlaps
from triage.review.report import (
    Dead,
    Exemption,
    Fault,
    Gap,
    Overlap,
    Report,
    Shadow,
    Source,
    Table,
    Taken,
)
from triage.review.witness import known_in, smallest
from triage.table_files import HEAD, KINDS, convert, parse
from triage.tables import Head
from triage.vocabulary import LINKS

_PROVISIONAL = ("te bevestigen", "concept", "to be confirmed")
"""What a source says that clinicians have not confirmed yet."""


def check(folder: Path, *, overlap_cases: bool = False) -> Report:
    """The report on the protocol in a folder.

    Args:
        folder: where its tables are.
        overlap_cases: also a case of each overlap, which takes longer: there are thousands.
    """
    found = faults(folder)
    if found:
        return Report(
            folder=folder.name,
            faults=tuple(
                Fault(file=f.file, rule=f.rule, column=f.column, fault=f.fault, cure=f.cure)
                for f in found
            ),
        )
    protocol = load(folder)
    head = convert(parse(folder / HEAD), Head, HEAD, "-")
    rules = {rule.row.id: rule for rule in protocol.rules}
    counted = Counter(rule.table for rule in protocol.rules)
    whose = {rule.table: rule.discipline for rule in protocol.rules}
    return Report(
        folder=folder.name,
        version=protocol.name.version,
        fingerprint=protocol.name.fingerprint,
        signed=protocol.name.signed_off,
        signatures=head.sign_off.signatures,
        tables=tuple(
            Table(name=name, discipline=whose.get(name, ""), rules=counted[name])
            for name in head.tables
        ),
        gaps=tuple(_gaps(protocol)),
        overlaps=tuple(_overlaps(protocol, cases=overlap_cases)),
        shadowed=tuple(
            Shadow(rule=each.rule, text=rules[each.rule].row.nl, by=each.by)
            for each in checks.shadowed(protocol)
        ),
        unreachable=tuple(
            Dead(rule=each, text=rules[each].row.nl, table=rules[each].table)
            for each in checks.unreachable(protocol)
        ),
        sources=tuple(_sources(protocol, head)),
        assumptions=tuple(
            Taken(
                assumption=each.id,
                fact=LINKS[each.fact],
                value=each.value,
                when=each.when,
                text=each.nl,
                source=each.source,
            )
            for each in head.assumption
        ),
        exemptions=tuple(
            Exemption(
                rule=rule.row.id,
                text=rule.row.nl,
                silences=rule.row.exempts,
                floor=str(rule.row.floor or ""),
                allowed=tuple(map(str, rule.row.allowed)),
                source=rule.row.source,
            )
            for rule in protocol.rules
            if rule.exempts
        ),
        unread=tuple(_unread(protocol, head)),
    )


def _gaps(protocol: Protocol) -> Iterator[Gap]:
    picture = checks.gaps(protocol)
    if picture is not None:
        yield Gap(facts=known_in(smallest(picture, lambda case: _falls_between(protocol, case))))


def _falls_between(protocol: Protocol, picture: Picture) -> bool:
    """Whether no rule names a kind, whatever is still unknown; what always holds is no answer."""
    concluded = conclude(protocol, picture)
    silent = {rule.number for rule in concluded.exempted}
    values = protocol.evaluate(concluded.picture, concluded.score)
    return all(
        value is False or rule.number in silent or rule.row.kind is None or rule.tree == All(())
        for rule, value in zip(protocol.rules, values, strict=True)
    )


def _overlaps(protocol: Protocol, *, cases: bool) -> Iterator[Overlap]:
    rules = protocol.rules
    for pair, picture in overlaps(protocol).items():

        def both(case: Picture, pair: tuple[int, ...] = pair) -> bool:
            return set(pair) <= {rule.number for rule in conclude(protocol, case).fired}

        first, second = (rules[number].row.id for number in pair)
        facts = known_in(smallest(picture, both)) if cases else {}
        yield Overlap(first=first, second=second, facts=facts)


def _sources(protocol: Protocol, head: Head) -> Iterator[Source]:
    """The sources that are missing or not confirmed, by file, in reading order."""
    said = [(HEAD, f"wording {name}", each.source) for name, each in head.wording.items()]
    said += [(HEAD, f"assumption {each.id}", each.source) for each in head.assumption]
    said += [(HEAD, f"consult {each.id}", each.source) for each in head.consult]
    said += [(HEAD, f"step {each.id}", each.source) for each in head.step]
    said += [(f"{rule.table}.toml", rule.row.id, rule.row.source) for rule in protocol.rules]
    said += [(KINDS, kind, facts.source) for kind, facts in protocol.kinds.items()]
    for file, part, source in said:
        if not source.strip() or any(word in source.casefold() for word in _PROVISIONAL):
            yield Source(file=file, part=part, source=source)


def _unread(protocol: Protocol, head: Head) -> Iterator[str]:
    trees = [rule.tree for rule in protocol.rules]
    for rows in (head.assumption, head.contradiction, head.consult):
        trees += [read(row.when, protocol.terms) for row in rows]
    asked = {fact for tree in trees for fact in facts_of(tree)}
    return (LINKS[fact] for fact in FACTS if fact not in asked)
