"""What the files of a protocol may say: the columns of every table, and their types."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from triage.advice import Lane
from triage.codes import Role
from triage.need import Kind, Payer
from triage.urgency import Urgency


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said where no rule speaks."""

    nl: str
    en: str
    source: str


class Conditions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a kind of care safe for someone who was presented for acute care.

    Attributes:
        reachable_within_hours: how soon this care must be able to see the person.
        call_back_within_hours: how soon someone calls to hear how it goes.
        watch: what the person and the carer watch for, in Dutch at B1 level.
    """

    reachable_within_hours: float
    call_back_within_hours: float
    watch: tuple[str, ...]


class KindFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of care: who answers for it, who pays, how soon it starts and how long it lasts.

    Attributes:
        responsible: who heads treatment, in Dutch.
        within_hours: wanted start, hours from the referral.
        payer: the law that pays; None: settled after placing.
        hours_per_week: care asked for when the referral names no hours; 0 for a place to stay.
        name: what it is called, in Dutch.
        patient: what it is, told to the person in Dutch at B1 level.
        norm: the time norm in words; empty where none was found.
        referrers: roles that may refer to it; empty: everyone.
        max_days: longest stay, days; None: no maximum.
        extend: whether and how the stay may be extended, in Dutch.
        source: where these facts come from.
        diversion: what makes it safe in the acute lane; None: it is no diversion.
    """

    responsible: str
    within_hours: float
    payer: Payer | None = None
    hours_per_week: float = 0.0
    name: str = ""
    patient: str = ""
    norm: str = ""
    referrers: tuple[Role, ...] = ()
    max_days: int | None = None
    extend: str = ""
    source: str = ""
    diversion: Conditions | None = None


class Discipline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A discipline that has a table of its own, and the facts that it is asked for."""

    nl: str
    en: str
    facts: tuple[str, ...] = ()


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
        patient: wording for the person, Dutch at B1 level.
        exempts: ids of the rules that fall silent where this one surely holds (an ACP choice).
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
    patient: str = ""
    exempts: tuple[str, ...] = ()


class Assumption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts as an answer while nobody gives one, where ``when`` holds.

    Of several for one fact the first that holds counts. They read what is known, not each other.
    """

    id: str
    fact: str
    value: bool | float | str
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


class Consult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A situation in which a discipline is asked something, whatever the outcome.

    Attributes:
        id: its name.
        when: the condition.
        ask: the discipline.
        nl: what it is asked, Dutch.
        en: the same in English.
        source: where this comes from.
        date: when it was written or last changed.
    """

    id: str
    when: str
    ask: str
    nl: str
    en: str
    source: str
    date: date


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of the weighing order: the rules whose priority lies from ``first`` to ``last``."""

    id: str
    first: int
    last: int
    nl: str
    en: str
    source: str


class TableHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The head of a table's file; ``discipline`` is whose table it is."""

    title: str
    discipline: str = ""
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
    """``protocol.toml``; with ``disciplines`` the tables belong to them and say more."""

    version: str
    tables: tuple[str, ...]
    sign_off: Signing
    unknown: Unknown
    wording: dict[str, Wording]
    safety_net: tuple[str, ...]
    terms: dict[str, str] = {}
    assumption: tuple[Assumption, ...] = ()
    contradiction: tuple[Contradiction, ...] = ()
    disciplines: dict[str, Discipline] = {}
    step: tuple[Step, ...] = ()
    consult: tuple[Consult, ...] = ()
