"""What the files of a protocol may say: the columns of every table, and their types."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from triage.advice import Lane
from triage.need import Kind, Payer
from triage.urgency import Urgency


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said where no rule speaks."""

    nl: str
    en: str
    source: str


class KindFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of care: who answers for it, who pays, and how soon it starts.

    Attributes:
        responsible: who heads treatment, in Dutch.
        within_hours: wanted start, hours from the referral.
        payer: the law that pays; None: settled after placing.
        hours_per_week: care asked for when the referral names no hours; 0 for a place to stay.
    """

    responsible: str
    within_hours: float
    payer: Payer | None = None
    hours_per_week: float = 0.0


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as its table writes it.

    Attributes:
        id: its name, unique in the protocol.
        priority: the lower, the earlier; unique in the protocol.
        when: the condition (triage.condition).
        kind: the care it chooses when it is the first that holds; None: it only raises.
        floor: the urgency that it raises to.
        allowed: for a red flag, the only kinds that answer it.
        alternatives: other kinds that are safe where this rule chooses.
        source: where the rule comes from.
        date: when it was written or last changed.
        nl: wording for a professional, Dutch.
        en: the same in English.
    """

    id: str
    priority: int
    when: str
    source: str
    date: date
    nl: str
    en: str
    kind: Kind | None = None
    floor: Urgency | None = None
    allowed: tuple[Kind, ...] = ()
    alternatives: tuple[Kind, ...] = ()


class Assumption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts as an answer while nobody gives one, where ``when`` holds."""

    id: str
    fact: str
    value: bool
    when: str
    source: str
    date: date
    nl: str
    en: str


class Contradiction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts that can't both be true; the advice says so."""

    id: str
    when: str
    nl: str
    en: str


class TableHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The head of a table's file."""

    title: str
    lane: Lane = Lane.NON_ACUTE
    stops: bool = False


class Signing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signed the protocol."""

    signed: bool
    signatures: tuple[dict[str, Any], ...] = ()


class Unknown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts while nothing is entered."""

    urgency: Urgency


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``protocol.toml``."""

    version: str
    tables: tuple[str, ...]
    sign_off: Signing
    unknown: Unknown
    wording: dict[str, Wording]
    safety_net: tuple[str, ...]
    terms: dict[str, str] = {}
    assumption: tuple[Assumption, ...] = ()
    contradiction: tuple[Contradiction, ...] = ()
