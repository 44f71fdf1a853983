"""What is told of a protocol from its tables, without running it on anyone."""

from __future__ import annotations

from typing import Any

import msgspec

from triage.review.witness import Facts


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """How many rules a table holds, and whose it is ("" in a protocol without disciplines)."""

    name: str
    discipline: str
    rules: int


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A case in which no rule names a kind of care, whatever else is the matter."""

    facts: Facts


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """Two rules of different kinds in one case; the first has priority."""

    first: str
    second: str
    facts: Facts


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that may hold and never chooses the kind, since these do before it."""

    rule: str
    text: str
    by: tuple[str, ...]


class Dead(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that changes nothing in any case."""

    rule: str
    text: str
    table: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A part whose source is missing, or still to be confirmed."""

    file: str
    part: str
    source: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as an answer while nobody gives one."""

    assumption: str
    fact: str
    value: Any
    when: str
    text: str
    source: str


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that silences others where it surely holds, and what it asks instead."""

    rule: str
    text: str
    silences: tuple[str, ...]
    floor: str
    allowed: tuple[str, ...]
    source: str


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a table can't be loaded, and the cure."""

    file: str
    rule: str
    column: str
    fault: str
    cure: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be told of a protocol from its tables.

    Attributes:
        folder: the name of its folder.
        version: what it calls itself; "" while it can't be loaded.
        fingerprint: of its content; "" while it can't be loaded.
        signed: whether clinicians signed it.
        signatures: who, in which role, when.
        faults: why it can't be loaded; with these all that follows is empty.
        tables: what it holds, in reading order.
        gaps: none, or a case.
        overlaps: every pair of rules of different kinds that can hold together.
        shadowed: rules with a kind that never choose.
        unreachable: rules that change nothing.
        sources: those that are missing or to be confirmed.
        assumptions: each.
        exemptions: each.
        unread: link ids of the facts that nothing in it reads.
    """

    folder: str
    version: str = ""
    fingerprint: str = ""
    signed: bool = False
    signatures: tuple[dict[str, Any], ...] = ()
    faults: tuple[Fault, ...] = ()
    tables: tuple[Table, ...] = ()
    gaps: tuple[Gap, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    shadowed: tuple[Shadow, ...] = ()
    unreachable: tuple[Dead, ...] = ()
    sources: tuple[Source, ...] = ()
    assumptions: tuple[Taken, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """It loads, no case falls between the rules, and each rule does something."""
        return not (self.faults or self.gaps or self.unreachable)
