"""What a protocol concludes from a picture: the rules, read by priority, without words.

Pure. Every rule that holds may raise the urgency; the first that holds and names a kind chooses it;
a red flag that is present narrows what is allowed. A rule whose condition is unknown could still
hold: when it would change the kind, the lane or the urgency, the outcome is provisional. Since
``True`` and ``False`` of a condition never change when more becomes known, an outcome that is final
stays what it is.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from triage.belief import believe, garbled
from triage.matters import Reading, could_change, leaves_acute_care, presented
from triage.need import ACUTE_DESTINATIONS, Kind
from triage.picture import Picture
from triage.protocol import Protocol
from triage.rules import Rule
from triage.scores.news2 import News2, news2
from triage.urgency import Urgency


class Conclusion(msgspec.Struct):
    """What a protocol concludes, without words: what the explanation is made from.

    Attributes:
        urgency: highest over the class entered and every rule that holds.
        acute: whether a rule or the urgency puts the person in the acute lane.
        kind: the care advised; in a gap, or while acute questions are open, a person decides or
            the destination stays as presented.
        alternatives: other kinds that are safe.
        chosen: the rule that chose the kind, or None: a gap.
        undecided: whether ``kind`` stands in for the chosen one while acute questions are open.
        fired: the rules that hold, by priority.
        unknown: the rules that may hold.
        open: those of them that could change the outcome; none: the outcome is final.
        exempted: rules that a rule which holds has silenced.
        picture: the facts, with what the protocol takes for granted.
        score: NEWS2 of them.
        notes: what was assumed, contradicts or conflicts.
    """

    urgency: Urgency
    acute: bool
    kind: Kind
    alternatives: tuple[Kind, ...]
    chosen: Rule | None
    undecided: bool
    fired: list[Rule]
    unknown: list[Rule]
    open: list[Rule]
    exempted: list[Rule]
    picture: Picture
    score: News2
    notes: list[str]


def conclude(protocol: Protocol, picture: Picture) -> Conclusion:
    """What the rules conclude from a picture, without reasons, questions or words."""
    notes = [note.text for note in picture.notes]
    picture = _assume(protocol, believe(picture, notes), notes)
    score = news2(picture)
    _contradict(protocol, picture, score, notes)
    reading = _read(protocol, picture, score)
    kind = reading.kind
    open_rules = could_change(reading)
    undecided = leaves_acute_care(reading) and any(rule.acute for rule in open_rules)
    if undecided:
        kind = presented(picture.intended_destination)
    alternatives = _alternatives(protocol, kind, reading, notes)
    if open_rules:
        alternatives = tuple([each for each in alternatives if each in ACUTE_DESTINATIONS])
    return Conclusion(
        urgency=reading.urgency,
        acute=reading.acute,
        kind=kind,
        alternatives=alternatives,
        chosen=reading.chosen,
        undecided=undecided,
        fired=reading.fired,
        unknown=reading.unknown,
        open=open_rules,
        exempted=reading.exempted,
        picture=picture,
        score=score,
        notes=notes,
    )


def _assume(protocol: Protocol, picture: Picture, notes: list[str]) -> Picture:
    """The picture with what the protocol takes for granted while nobody says otherwise."""
    holding, _ = protocol.assume(picture, _NO_SCORE)
    if not holding:
        return picture
    doubted = garbled(picture) if picture.notes else ()
    assumed: dict[str, Any] = {}
    for number in holding:
        each = protocol.assumptions[number]
        if each.fact in doubted and protocol.silent(each):
            continue
        if each.fact not in assumed:
            assumed[each.fact] = protocol.assumed[number]
            if each.nl:
                notes.append(each.nl)
    return replace(picture, **assumed)


_NO_SCORE = News2(0, 20, None)


def _contradict(protocol: Protocol, picture: Picture, score: News2, notes: list[str]) -> None:
    holding, _ = protocol.contradict(picture, score)
    notes.extend([protocol.contradictions[number].nl for number in holding])


def _read(protocol: Protocol, picture: Picture, score: News2) -> Reading:
    rules = protocol.rules
    holding, unknown = protocol.sift(picture, score)
    urgency = picture.urgency or protocol.unknown_urgency
    fired: list[Rule] = []
    exempted: list[Rule] = []
    silent: frozenset[int] = frozenset()
    chosen: Rule | None = None
    kind = Kind.HUMAN_TRIAGE
    acute = False
    end = len(rules)
    for number in holding:
        rule = rules[number]
        if number in silent:
            exempted.append(rule)
            continue
        fired.append(rule)
        silent |= rule.exempts
        row = rule.row
        acute = acute or rule.acute
        if row.floor is not None:
            urgency = urgency.at_least(row.floor)
        if chosen is None and row.kind is not None:
            chosen, kind = rule, row.kind
        if rule.stops:
            end = number
            break
    may_hold = [
        rules[number]
        for number in unknown
        if number < end and number not in silent and not rules[number].exempts
    ]
    acute = acute or urgency <= Urgency.U3
    return Reading(fired, may_hold, exempted, chosen, kind, urgency, acute)


def _alternatives(
    protocol: Protocol, kind: Kind, reading: Reading, notes: list[str]
) -> tuple[Kind, ...]:
    """Other kinds that are safe: within what every present flag allows, or what the rule names."""
    chosen = reading.chosen
    flags = [rule for rule in reading.fired if rule.row.allowed]
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
