"""Invariants of data types: periods, quantities, timings, narratives.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

from typing import Any

from fhir.validation.narrative import narrative_fault
from fhir.validation.rules.words import Rule, after, needs, not_both, present


def _period(part: Any) -> str | None:
    if part.start is not None and part.end is not None and after(part.start, part.end):
        return "per-1: the period ends before it starts"
    return None


def _range(part: Any) -> str | None:
    low, high = part.low, part.high
    if low is None or high is None or low.value is None or high.value is None:
        return None
    if low.code == high.code and low.unit == high.unit and low.value > high.value:
        return "rng-2: the range's low is above its high"
    return None


def _ratio(part: Any) -> str | None:
    if (part.numerator is None) != (part.denominator is None):
        return "rat-1: a ratio needs both numerator and denominator, or neither"
    if part.numerator is None and part.extension is None:
        return "rat-1: a ratio without numerator and denominator needs an extension"
    return None


def _narrative(part: Any) -> str | None:
    fault = narrative_fault(part.div) if isinstance(part.div, str) else None
    return f"txt-1: {fault}" if fault else None


def _positive_times(part: Any) -> str | None:
    if (part.duration or 0) < 0 or (part.period or 0) < 0:
        return "tim-4/5: a duration or period is not negative"
    if part.offset is not None and (part.when is None or {"C", "CM", "CD", "CV"} & set(part.when)):
        return "tim-9: an offset needs a moment of the day (when), and not a meal itself"
    return None


RULES: dict[str, tuple[Rule, ...]] = {
    "Age": (needs("age-1: an age needs a code", "value", "code"),),
    "Attachment": (needs("att-1: data needs a contentType", "data", "contentType"),),
    "ContactPoint": (needs("cpt-2: a contact's value needs its system", "value", "system"),),
    "Count": (needs("cnt-3: a count needs a code", "value", "code"),),
    "Distance": (needs("dis-1: a distance needs a code", "value", "code"),),
    "Duration": (
        needs("drt-1: a duration's code needs system and value", "code", "system", "value"),
    ),
    "Narrative": (Rule(_narrative),),
    "Period": (Rule(_period, present("start", "end")),),
    "Quantity": (needs("qty-3: a unit's code needs its system", "code", "system"),),
    "Range": (Rule(_range, present("low", "high")),),
    "Ratio": (Rule(_ratio),),
    "TimingRepeat": (
        needs("tim-1: a duration needs its unit", "duration", "durationUnit"),
        needs("tim-2: a period needs its unit", "period", "periodUnit"),
        needs("tim-6: periodMax needs a period", "periodMax", "period"),
        needs("tim-7: durationMax needs a duration", "durationMax", "duration"),
        needs("tim-8: countMax needs a count", "countMax", "count"),
        not_both("tim-10: timeOfDay or when, not both", "timeOfDay", "when"),
        Rule(_positive_times),
    ),
}
