"""Which discipline to ask what, and who must confirm; nothing of this ever delays a call to 112."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from triage.advice import Advice, Question
from triage.codes import Role
from triage.conclude import Conclusion
from triage.need import ACUTE_DESTINATIONS, Kind
from triage.panel import Opinion
from triage.protocol import Protocol
from triage.questions import acuity


class Why(StrEnum):
    """Why someone is asked."""

    DIFFERS = "differs"
    """It concludes something else, and the advice isn't simply more acute."""
    SITUATION = "situation"
    """A situation of the protocol in which it is always asked."""
    OPEN = "open"
    """It knows the facts that are unknown and could change the outcome."""
    CONFIRM = "confirm"
    """Who refers may not refer to this care."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask what.

    Attributes:
        discipline: its code; "" where it is about who may refer.
        name: who is asked, in Dutch.
        why: for what reason.
        text: what is asked, Dutch.
        text_en: the same in English.
        facts: link ids of the open questions.
        rule: the rule or situation that asks; "" where there is none.
        source: where that comes from.
    """

    discipline: str
    name: str
    why: Why
    text: str
    text_en: str
    facts: tuple[str, ...] = ()
    rule: str = ""
    source: str = ""


ROLES: dict[Role, tuple[str, str]] = {
    Role.GP: ("huisarts", "GP"),
    Role.SPECIALIST: ("medisch specialist", "medical specialist"),
    Role.ELDERLY_PHYSICIAN: ("specialist ouderengeneeskunde", "elderly care physician"),
    Role.TRIAGIST: ("triagist", "triagist"),
    Role.NURSE: ("verpleegkundige", "nurse"),
    Role.LAY: ("persoon zelf of een naaste", "person or a relative"),
}
"""What roles are called, in Dutch and in English."""


def consult(
    protocol: Protocol, concluded: Conclusion, advice: Advice, opinions: Iterable[Opinion]
) -> tuple[Ask, ...]:
    """Whom to ask what; nobody where it is 112, as nothing may delay that."""
    if advice.kind is Kind.AMBULANCE or not protocol.disciplines:
        return ()
    return (
        *_differing(protocol, advice, opinions),
        *_situations(protocol, concluded),
        *_open(protocol, advice.questions),
        *_confirming(protocol, concluded, advice.kind),
    )


def _differing(protocol: Protocol, advice: Advice, opinions: Iterable[Opinion]) -> Iterator[Ask]:
    for each in opinions:
        kind = each.kind
        if kind is None or each.agrees or acuity(advice.kind) < acuity(kind):
            continue
        theirs, ours = _name(protocol, kind), _name(protocol, advice.kind)
        yield Ask(
            discipline=each.discipline,
            name=each.name,
            why=Why.DIFFERS,
            text=f"Komt uit op {theirs}; het advies is {ours}. Vraag of dat veilig genoeg is.",
            text_en=f"Comes to {kind}; the advice is {advice.kind}. Ask whether that is safe.",
            rule=each.rule,
        )


def _situations(protocol: Protocol, concluded: Conclusion) -> Iterator[Ask]:
    holds = protocol.consult(concluded.picture, concluded.score)
    for each, held in zip(protocol.consults, holds, strict=True):
        if held:
            yield Ask(
                discipline=each.ask,
                name=protocol.disciplines[each.ask].nl,
                why=Why.SITUATION,
                text=each.nl,
                text_en=each.en,
                rule=each.id,
                source=each.source,
            )


def _open(protocol: Protocol, questions: Iterable[Question]) -> Iterator[Ask]:
    facts: dict[str, list[str]] = {}
    for question in questions:
        facts.setdefault(question.ask, []).append(question.fact)
    for code, asked in facts.items():
        if code in protocol.disciplines:
            yield Ask(
                discipline=code,
                name=protocol.disciplines[code].nl,
                why=Why.OPEN,
                text="Vraag wat nog niet bekend is en de uitkomst kan veranderen.",
                text_en="Ask what is still unknown and could change the outcome.",
                facts=tuple(asked),
            )


def _confirming(protocol: Protocol, concluded: Conclusion, kind: Kind) -> Iterator[Ask]:
    """Who must confirm, where the referrer may not refer to this; acute care waits for nobody."""
    roles, role = protocol.kinds[kind].referrers, concluded.picture.referrer_role
    if not roles or role in roles or kind in ACUTE_DESTINATIONS:
        return
    dutch, english = (" of ".join(ROLES[each][0] for each in roles), _either(roles))
    who, who_en = ("", "") if role is None else (f" ({ROLES[role][0]})", f" ({ROLES[role][1]})")
    lacks = "is niet bekend" if role is None else "mag dit niet alleen"
    lacks_en = "is not known" if role is None else "may not do this alone"
    yield Ask(
        discipline="",
        name=dutch,
        why=Why.CONFIRM,
        text=f"Wie verwijst{who} {lacks}. Laat {_name(protocol, kind)} bevestigen.",
        text_en=f"Who refers{who_en} {lacks_en}. Have {kind} confirmed by: {english}.",
        facts=() if role is not None else ("referrer-role",),
        source=protocol.kinds[kind].source,
    )


def _either(roles: Iterable[Role]) -> str:
    return " or ".join(ROLES[each][1] for each in roles)


def _name(protocol: Protocol, kind: Kind) -> str:
    return protocol.kinds[kind].name or str(kind)
