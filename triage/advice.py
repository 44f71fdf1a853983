"""The outcome of triage: how urgent, which lane, what care, why, and what is still unknown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from triage.need import Kind
from triage.urgency import Urgency


class Lane(StrEnum):
    """Two lanes that are never mixed in data or figures (regioplan 2.1.2.B and 2.1.3.A)."""

    ACUTE = "acute"
    NON_ACUTE = "non-acute"


class Status(StrEnum):
    """``PROVISIONAL`` while an unknown fact could still forbid the outcome."""

    FINAL = "final"
    PROVISIONAL = "provisional"


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule that fired.

    Attributes:
        rule: id of the rule in its protocol.
        text: Dutch wording for a professional.
        text_en: the same in English.
        facts: the facts that the rule used, by link id, with their values.
        source: where the rule comes from.
        discipline: whose table it stands in; "" in a protocol without disciplines.
        step: the step of the weighing order; "" where there is none.
        patient: wording for the person, Dutch at B1 level; "" where there is none.
    """

    rule: str
    text: str
    text_en: str
    facts: dict[str, Any]
    source: str
    discipline: str = ""
    step: str = ""
    patient: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An unknown fact that could change the outcome.

    Attributes:
        fact: link id of the fact.
        text: the question in Dutch.
        text_en: the question in English.
        could: the kinds and urgencies that an answer could lead to, most urgent first.
        ask: the discipline to ask; "" in a protocol without disciplines.
    """

    fact: str
    text: str
    text_en: str
    could: tuple[str, ...]
    ask: str = ""


class ProtocolName(msgspec.Struct, frozen=True):
    """Which protocol made an advice: its version, and the fingerprint of its text."""

    version: str
    fingerprint: str
    signed_off: bool = False


class Diversion(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a kind of care safe for someone who was presented for acute care.

    Attributes:
        kind: the care.
        responsible: who heads treatment, in Dutch.
        reachable_within_hours: how soon this care must be able to see the person.
        call_back_within_hours: how soon someone calls to hear how it goes.
        watch: what the person and the carer watch for, Dutch at B1 level.
    """

    kind: Kind
    responsible: str
    reachable_within_hours: float
    call_back_within_hours: float
    watch: tuple[str, ...]


class Advice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What triage concludes from a picture; a professional decides.

    Attributes:
        urgency: highest over all rules that fired and the class entered.
        lane: acute or non-acute.
        status: final or provisional.
        kind: the care advised.
        alternatives: other kinds that are safe here.
        reasons: the rules that fired, the one that chose the kind first.
        questions: what is unknown and could change the outcome.
        notes: what could not be used, or was used with care.
        safety_net: what goes with a diversion (acute lane, handled elsewhere); else empty.
        review_due: when triage must be repeated at the latest.
        protocol: which rules made it.
        diversions: for the care advised and each alternative outside 112, SEH and HAP, what makes
            it safe; only in the acute lane.
        exempted: rules that hold but fell silent before a wish that counts, to be shown.
    """

    urgency: Urgency
    lane: Lane
    status: Status
    kind: Kind
    alternatives: tuple[Kind, ...]
    reasons: tuple[Reason, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    safety_net: tuple[str, ...]
    review_due: datetime
    protocol: ProtocolName
    diversions: tuple[Diversion, ...] = ()
    exempted: tuple[Reason, ...] = ()
