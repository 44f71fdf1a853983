"""What is said to the person: Dutch at B1 level, in short sentences, most important first.

The protocol's tables say what the care is, and why; here stands only what holds for every advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from triage.advice import Advice, Lane, Status
from triage.conclude import Conclusion
from triage.need import Kind
from triage.protocol import Protocol
from triage.urgency import Urgency

HALF = 0.5
"""Half an hour, which nobody calls 0.5."""
LONGEST = 20
"""Words of a sentence."""

_ASKED = 3
"""Questions that are told to the person."""
_FLAGS = 2
"""Reasons beside the one that decides."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is said to the person: sentences in the order in which they are said.

    Attributes:
        nl: Dutch at B1 level.
    """

    nl: tuple[str, ...]


def told(protocol: Protocol, concluded: Conclusion, advice: Advice) -> Told:
    """An advice, told to the person."""
    return Told(nl=tuple(dict.fromkeys(_sentences(protocol, concluded, advice))))


def _sentences(protocol: Protocol, concluded: Conclusion, advice: Advice) -> Iterator[str]:
    facts = protocol.kinds[advice.kind]
    if advice.kind is Kind.AMBULANCE:
        yield "Bel 112."
        yield from split(facts.patient)
        yield from _why(concluded)
        yield "Doe wat de meldkamer zegt."
        return
    if advice.status is Status.PROVISIONAL:
        yield "Dit advies is nog voorlopig."
        yield "We weten nog niet alles."
    yield from split(facts.patient)
    yield from _why(concluded)
    if advice.lane is Lane.ACUTE:
        yield f"Iemand ziet of belt u {within(advice.urgency.seen_within_hours)}."
    else:
        yield f"Dit begint zo mogelijk {within(facts.within_hours)}."
    yield f"Verantwoordelijk is {facts.responsible}."
    yield from _watch(advice)
    yield from _asked(advice)


def _why(concluded: Conclusion) -> Iterator[str]:
    """Why, in the words of the rule that decides and of the red flags beside it."""
    chosen = concluded.chosen
    if concluded.undecided:
        # What the rule says of another place does not count yet.
        yield "We weten nog te weinig om u veilig ergens anders te helpen."
    elif chosen is None:
        yield "Een medewerker kijkt eerst zelf naar uw situatie."
    else:
        yield from split(chosen.row.patient)
    flags = [rule for rule in concluded.fired if rule.row.allowed and rule is not chosen]
    for rule in flags[:_FLAGS]:
        said = split(rule.row.patient)
        # Where a flag by itself leads elsewhere, what it is counts and not where it would lead.
        yield from said if rule.row.kind is concluded.kind else said[:1]


def _watch(advice: Advice) -> Iterator[str]:
    """What to watch for, and when to call."""
    diversion = next((each for each in advice.diversions if each.kind is advice.kind), None)
    if diversion is None and advice.urgency <= Urgency.U2:
        # Who must be seen within the hour doesn't wait in line at a practice.
        yield "Wordt het erger?"
        yield "Bel dan meteen 112."
        return
    if diversion is None:
        yield "Wordt het erger?"
        yield "Bel dan meteen uw huisarts of de huisartsenpost."
    else:
        for line in diversion.watch:
            yield from split(line)
        yield f"Iemand belt u {within(diversion.call_back_within_hours)} om te horen hoe het gaat."
    yield "Bel 112 bij levensgevaar."


def _asked(advice: Advice) -> Iterator[str]:
    """What is still asked."""
    count = len(advice.questions)
    if not count:
        return
    yield f"We willen nog {count} {'ding' if count == 1 else 'dingen'} weten."
    told = 0
    for each in advice.questions:
        if told < _ASKED and _is_short(each.text):
            told += 1
            yield each.text if each.text.endswith(("?", ".")) else f"{each.text}."
    yield "Daarna kan het advies anders worden."


def within(hours: float) -> str:
    """A time as people say it.

    Args:
        hours: 0 and up.
    """
    if hours == 0:
        return "meteen"
    if hours == HALF:
        return "binnen een half uur"
    if hours > 24 and hours % 24 == 0:  # noqa: PLR2004 - a day
        return f"binnen {hours / 24:g} dagen"
    return f"binnen {hours:g} uur"


@lru_cache(maxsize=1024)
def _is_short(text: str) -> bool:
    return len(text.split()) <= LONGEST


@lru_cache(maxsize=1024)
def split(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    return tuple(each for each in re.split(r"(?<=[.?!])\s+", text.strip()) if each)
