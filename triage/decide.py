"""The decision: a protocol and a picture give an advice, with every reason and open question.

Pure. The rules are read by priority. Every rule that holds may raise the urgency; the first that
holds and names a kind chooses it; a red flag that is present narrows what is allowed. A rule whose
condition is unknown could still hold: when it would change the kind, the lane or the urgency, the
advice is provisional and the facts it hangs on become questions. Since ``True`` and ``False`` of a
condition never change when more becomes known, an advice that is final stays what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from triage.advice import Advice, Lane, Reason, Status
from triage.codes import Destination
from triage.need import ACUTE_DESTINATIONS, Kind
from triage.picture import Picture
from triage.protocol import Protocol, Rule
from triage.questions import acuity
from triage.scores.news2 import News2, news2
from triage.urgency import Urgency
from triage.vocabulary import LINKS

_UNDIVERTED = ACUTE_DESTINATIONS | {Kind.HUMAN_TRIAGE}
"""Kinds of the acute lane that are no diversion."""

_PRESENTED: dict[Destination | None, Kind] = {
    Destination.AMBULANCE: Kind.AMBULANCE,
    Destination.SEH: Kind.SEH,
    Destination.HAP: Kind.HAP,
}
"""The kind that a person presented for acute care goes to when nothing else may be advised."""


class _Reading(msgspec.Struct):
    """What the rules say of one picture.

    Attributes:
        fired: the rules that hold, by priority.
        unknown: the rules that may hold; with whether one before them already chose the kind.
        chosen: the rule that chooses the kind, or None: a gap.
        kind: the kind chosen; in a gap a person decides.
        urgency: highest over the class entered and every rule that holds.
        acute: whether a rule or the urgency puts the person in the acute lane.
    """

    fired: list[Rule]
    unknown: list[tuple[Rule, bool]]
    chosen: Rule | None
    kind: Kind
    urgency: Urgency
    acute: bool


def decide(protocol: Protocol, picture: Picture, now: datetime) -> Advice:
    """The advice of a protocol on a picture, at a moment.

    Args:
        protocol: from ``triage.protocol.load``.
        picture: what is known; vital signs that are too old for the acute screen are None.
        now: aware; ``review_due`` is counted from it.
    """
    notes = [note.text for note in picture.notes]
    picture = _assume(protocol, picture, notes)
    score = news2(picture)
    _contradict(protocol, picture, score, notes)
    reading = _read(protocol, picture, score)
    kind = reading.kind
    open_rules = [
        rule for rule, decided in reading.unknown if _matters(rule, kind, reading, decided=decided)
    ]
    flags = [rule for rule in reading.fired if rule.row.allowed]
    reasons = _reasons(picture, score, reading)
    if _undecided(reading, open_rules):
        kind = _PRESENTED.get(picture.intended_destination, Kind.HUMAN_TRIAGE)
        reasons.insert(0, _said(protocol, "undecided", picture, ("intended_destination",)))
    elif reading.chosen is None:
        reasons.insert(0, _said(protocol, "gap", picture, ()))

    alternatives = _alternatives(protocol, kind, reading.chosen, flags, notes)
    if open_rules:
        alternatives = tuple(each for each in alternatives if each in ACUTE_DESTINATIONS)
    lane = Lane.ACUTE if reading.acute else Lane.NON_ACUTE
    return Advice(
        urgency=reading.urgency,
        lane=lane,
        status=Status.PROVISIONAL if open_rules else Status.FINAL,
        kind=kind,
        alternatives=alternatives,
        reasons=tuple(reasons),
        questions=protocol.ask((rule.number, rule.hangs(picture, score)) for rule in open_rules),
        notes=tuple(notes),
        safety_net=_safety_net(protocol, kind, reading.urgency)
        if reading.acute and kind not in _UNDIVERTED
        else (),
        review_due=now + reading.urgency.seen_within,
        protocol=protocol.name,
    )


def _assume(protocol: Protocol, picture: Picture, notes: list[str]) -> Picture:
    """The picture with what the protocol takes for granted while nobody says otherwise."""
    wanting = [
        (index, each)
        for index, each in enumerate(protocol.assumptions)
        if getattr(picture, each.fact) is None
    ]
    if not wanting:
        return picture
    holds = protocol.assume(picture, _NO_SCORE)
    assumed = {each.fact: each.value for index, each in wanting if holds[index]}
    notes.extend(each.nl for index, each in wanting if holds[index] and each.nl)
    return msgspec.structs.replace(picture, **assumed) if assumed else picture


_NO_SCORE = News2(0, 20, None)


def _contradict(protocol: Protocol, picture: Picture, score: News2, notes: list[str]) -> None:
    holds = protocol.contradict(picture, score)
    if True in holds:
        notes.extend(
            each.nl for each, held in zip(protocol.contradictions, holds, strict=True) if held
        )


def _read(protocol: Protocol, picture: Picture, score: News2) -> _Reading:
    urgency = picture.urgency or protocol.unknown_urgency
    fired: list[Rule] = []
    unknown: list[tuple[Rule, bool]] = []
    chosen: Rule | None = None
    kind = Kind.HUMAN_TRIAGE
    acute = False
    for rule, holds in zip(protocol.rules, protocol.evaluate(picture, score), strict=True):
        if holds is False:
            continue
        if holds is None:
            unknown.append((rule, chosen is not None))
            continue
        fired.append(rule)
        row = rule.row
        acute = acute or rule.acute
        if row.floor is not None:
            urgency = urgency.at_least(row.floor)
        if chosen is None and row.kind is not None:
            chosen, kind = rule, row.kind
        if rule.stops:
            break
    return _Reading(fired, unknown, chosen, kind, urgency, acute or urgency <= Urgency.U3)


def _matters(rule: Rule, kind: Kind, reading: _Reading, *, decided: bool) -> bool:
    """Whether an unknown rule, were it to hold, could change the outcome."""
    if kind is Kind.AMBULANCE:  # nothing is more acute
        return False
    row = rule.row
    raises = row.floor is not None and row.floor < reading.urgency
    if raises or (rule.acute and not reading.acute):
        return True
    if decided or row.kind is None:
        return False
    if rule.stops:
        return True
    if kind is Kind.SEH:
        return acuity(row.kind) < acuity(kind)
    chosen = reading.chosen
    return chosen is None or row.kind is not kind or row.alternatives != chosen.row.alternatives


def _undecided(reading: _Reading, open_rules: list[Rule]) -> bool:
    """Whether someone would leave the acute lane's own care while an acute question is open.

    With a flag present, the flag itself decides; a rule that asks for a person is never undone.
    """
    chosen = reading.chosen
    if not reading.acute or (chosen is not None and chosen.row.allowed):
        return False
    elsewhere = chosen is None or reading.kind not in _UNDIVERTED
    return elsewhere and any(rule.acute for rule in open_rules)


def _reasons(picture: Picture, score: News2, reading: _Reading) -> list[Reason]:
    """Why: the rule that chose the kind first, then the others that hold by priority."""
    chosen = reading.chosen
    reasons = [] if chosen is None else [_reason(chosen, picture, score)]
    reasons += [_reason(rule, picture, score) for rule in reading.fired if rule is not chosen]
    return reasons


def _reason(rule: Rule, picture: Picture, score: News2) -> Reason:
    facts: dict[str, Any] = {}
    for field, link in rule.reads:
        value = getattr(picture, field)
        if value is not None:
            facts[link] = value
    if rule.scored:
        facts["news2"] = score.low if score.low == score.high else [score.low, score.high]
    row = rule.row
    return Reason(rule=row.id, text=row.nl, text_en=row.en, facts=facts, source=row.source)


def _said(protocol: Protocol, name: str, picture: Picture, fields: Sequence[str]) -> Reason:
    """A reason of the evaluator itself, in the protocol's words."""
    wording = protocol.wording[name]
    facts = {LINKS[field]: getattr(picture, field) for field in fields}
    known = {link: value for link, value in facts.items() if value is not None}
    return Reason(
        rule=name, text=wording.nl, text_en=wording.en, facts=known, source=wording.source
    )


def _alternatives(
    protocol: Protocol, kind: Kind, chosen: Rule | None, flags: list[Rule], notes: list[str]
) -> tuple[Kind, ...]:
    """Other kinds that are safe: within what every present flag allows, or what the rule names."""
    if flags:
        common = [
            each for each in flags[0].row.allowed if all(each in flag.row.allowed for flag in flags)
        ]
        if any(kind not in flag.row.allowed for flag in flags):
            notes.append(protocol.wording["conflict"].nl)
        return tuple(each for each in common if each is not kind)
    if chosen is None or chosen.row.kind is not kind:
        return ()
    return chosen.row.alternatives


def _safety_net(protocol: Protocol, kind: Kind, urgency: Urgency) -> tuple[str, ...]:
    """What is told, and told back, when an acute situation is handled elsewhere."""
    hours = urgency.seen_within.total_seconds() / 3600
    return tuple(
        line.format(responsible=protocol.kinds[kind].responsible, hours=f"{hours:g}")
        for line in protocol.safety_net
    )
