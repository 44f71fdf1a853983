"""What still matters: the unknown rules that could change an outcome, and what waits for them."""

from __future__ import annotations

import math

import msgspec

from triage.codes import Destination
from triage.need import ACUTE_DESTINATIONS, Kind
from triage.questions import acuity
from triage.rules import Rule
from triage.urgency import Urgency

UNDIVERTED = ACUTE_DESTINATIONS | {Kind.HUMAN_TRIAGE}
"""Kinds of the acute lane that are no diversion."""

PRESENTED = {
    Destination.AMBULANCE: Kind.AMBULANCE,
    Destination.SEH: Kind.SEH,
    Destination.HAP: Kind.HAP,
}
"""Who is presented there stays there, while nothing else may be advised."""


class Reading(msgspec.Struct):
    """What the rules say of one picture.

    Attributes:
        fired: the rules that hold, by priority.
        unknown: the rules that may hold, by priority.
        exempted: rules that do not count, since one that holds silences them.
        chosen: the rule that chooses the kind, or None: a gap.
        kind: the kind chosen; in a gap a person decides.
        urgency: highest over the class entered and every rule that holds.
        acute: whether a rule or the urgency puts the person in the acute lane.
    """

    fired: list[Rule]
    unknown: list[Rule]
    exempted: list[Rule]
    chosen: Rule | None
    kind: Kind
    urgency: Urgency
    acute: bool


def could_change(reading: Reading) -> list[Rule]:
    """The unknown rules that, were they to hold, could change the outcome.

    One that raises the urgency or brings in the acute lane always does. One that names a kind does
    when no rule before it chose: then another kind, or other alternatives, would come out. Nothing
    is more acute than 112; for who goes to the SEH only 112, and who is out of scope, matter.
    """
    kind, urgency, chosen = reading.kind, reading.urgency, reading.chosen
    if kind is Kind.AMBULANCE:
        return []
    could_enter = not reading.acute
    alternatives = None if chosen is None else chosen.row.alternatives
    decided = math.inf if chosen is None else chosen.number
    worse = acuity(kind) if kind is Kind.SEH else None
    found = []
    for rule in reading.unknown:
        row = rule.row
        if (row.floor is not None and row.floor < urgency) or (could_enter and rule.acute):
            found.append(rule)
        elif row.kind is None or rule.number > decided:
            continue
        elif rule.stops or (
            acuity(row.kind) < worse
            if worse is not None
            else row.kind is not kind or row.alternatives != alternatives
        ):
            found.append(rule)
    return found


def leaves_acute_care(reading: Reading) -> bool:
    """Whether someone of the acute lane would go elsewhere: that waits for its open questions.

    With a flag present, the flag itself decides; a rule that asks for a person is never undone.
    """
    chosen = reading.chosen
    if not reading.acute or (chosen is not None and chosen.row.allowed):
        return False
    return chosen is None or reading.kind not in UNDIVERTED


def presented(destination: Destination | None) -> Kind:
    """Where someone stays while nothing else may be advised: as presented, or a person decides."""
    if destination is None:
        return Kind.HUMAN_TRIAGE
    return PRESENTED.get(destination, Kind.HUMAN_TRIAGE)
