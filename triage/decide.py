"""The decision: a protocol and a picture give an advice, with every reason and open question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from triage.advice import Advice, Diversion, Lane, Question, Reason, Status
from triage.conclude import Conclusion, conclude
from triage.matters import UNDIVERTED
from triage.need import Kind
from triage.picture import Picture
from triage.protocol import Protocol
from triage.rules import Rule
from triage.scores.news2 import News2
from triage.span import Span
from triage.tables import Conditions
from triage.urgency import Urgency
from triage.vocabulary import LINKS


def decide(protocol: Protocol, picture: Picture, now: datetime) -> Advice:
    """The advice of a protocol on a picture, at a moment.

    Args:
        protocol: from ``triage.protocol.load``.
        picture: what is known; vital signs that are too old for the acute screen are None.
        now: aware; ``review_due`` is counted from it.
    """
    return compose(protocol, conclude(protocol, picture), now)


def compose(protocol: Protocol, concluded: Conclusion, now: datetime) -> Advice:
    """A conclusion with its reasons, questions and safety net."""
    picture, score, kind = concluded.picture, concluded.score, concluded.kind
    urgency, acute = concluded.urgency, concluded.acute
    reasons = _reasons(concluded)
    if concluded.undecided:
        reasons.insert(0, _said(protocol, "undecided", picture, ("intended_destination",)))
    elif concluded.chosen is None:
        reasons.insert(0, _said(protocol, "gap", picture, ()))
    diverted = acute and kind not in UNDIVERTED
    return Advice(
        urgency=urgency,
        lane=Lane.ACUTE if acute else Lane.NON_ACUTE,
        status=Status.PROVISIONAL if concluded.open else Status.FINAL,
        kind=kind,
        alternatives=concluded.alternatives,
        reasons=tuple(reasons),
        questions=_questions(protocol, concluded),
        notes=tuple(concluded.notes),
        safety_net=_safety_net(protocol, kind, urgency) if diverted else (),
        review_due=now + urgency.seen_within,
        protocol=protocol.name,
        diversions=_diversions(protocol, concluded) if acute else (),
        exempted=tuple([_reason(rule, picture, score) for rule in concluded.exempted]),
    )


def _questions(protocol: Protocol, concluded: Conclusion) -> tuple[Question, ...]:
    """What to ask: the unknown facts on which the rules hang that could change the outcome."""
    picture, score = concluded.picture, concluded.score
    rules_of: defaultdict[str, int] = defaultdict(int)
    for rule in concluded.open:
        rule.hangs(picture, score, rules_of, 1 << rule.number)
    return protocol.ask(rules_of)


def _reasons(concluded: Conclusion) -> list[Reason]:
    """Why: the rule that chose the kind first, then the others that hold by priority."""
    chosen, picture, score = concluded.chosen, concluded.picture, concluded.score
    reasons = [] if chosen is None else [_reason(chosen, picture, score)]
    reasons += [_reason(rule, picture, score) for rule in concluded.fired if rule is not chosen]
    return reasons


def _reason(rule: Rule, picture: Picture, score: News2) -> Reason:
    facts: dict[str, Any] = {}
    for field, link in rule.reads:
        value = getattr(picture, field)
        if value is not None:
            facts[link] = shown(value)
    if rule.scored:
        facts["news2"] = shown(score)
    row = rule.row
    return Reason(
        rule=row.id,
        text=row.nl,
        text_en=row.en,
        facts=facts,
        source=row.source,
        discipline=rule.discipline,
        step=rule.step,
        patient=row.patient,
    )


def shown(value: Any) -> Any:
    """A fact as it is shown: a total is a number, or its two ends while parts are missing."""
    if isinstance(value, Span | News2):
        return value.low if value.low == value.high else [value.low, value.high]
    return value


def _said(protocol: Protocol, name: str, picture: Picture, fields: Sequence[str]) -> Reason:
    """A reason of the evaluator itself, in the protocol's words."""
    wording = protocol.wording[name]
    facts = {LINKS[field]: getattr(picture, field) for field in fields}
    known = {link: value for link, value in facts.items() if value is not None}
    return Reason(
        rule=name, text=wording.nl, text_en=wording.en, facts=known, source=wording.source
    )


def _diversions(protocol: Protocol, concluded: Conclusion) -> tuple[Diversion, ...]:
    """What makes the care advised, and each alternative, safe outside 112, SEH and HAP.

    The urgency is the limit: who must be seen within hours is not called back a day later.
    """
    limit = concluded.urgency.seen_within_hours
    return tuple(
        Diversion(
            kind=kind,
            responsible=facts.responsible,
            reachable_within_hours=min(limit, safe.reachable_within_hours),
            call_back_within_hours=_call_back(safe, limit),
            watch=safe.watch,
        )
        for kind in (concluded.kind, *concluded.alternatives)
        if kind not in UNDIVERTED
        and (safe := (facts := protocol.kinds[kind]).diversion) is not None
    )


def _call_back(safe: Conditions, limit: float) -> float:
    """Hours until someone calls: within the urgency, but who is seen at once is called later."""
    return min(max(limit, 1.0), safe.call_back_within_hours)


def _safety_net(protocol: Protocol, kind: Kind, urgency: Urgency) -> tuple[str, ...]:
    """What is told, and told back, when an acute situation is handled elsewhere."""
    hours = urgency.seen_within_hours
    if (safe := protocol.kinds[kind].diversion) is not None:
        hours = _call_back(safe, hours)
    return tuple(
        line.format(responsible=protocol.kinds[kind].responsible, hours=f"{hours:g}")
        for line in protocol.safety_net
    )
