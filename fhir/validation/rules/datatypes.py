"""Invariants of data types: periods, quantities, timings, narratives.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

from typing import Any

from fhir.codes import UCUM
from fhir.validation.narrative import NOTHING_SAID, narrative_fault
from fhir.validation.rules.words import Rule, after, needs, needs_one_of, not_both, present


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
    if fault is None:
        return None
    return f"{'txt-2' if fault == NOTHING_SAID else 'txt-1'} div: {fault}"


def _age(part: Any) -> str | None:
    if part.system not in {None, UCUM} or (part.value is not None and part.value <= 0):
        return "age-1: an age is above 0, in a unit of UCUM"
    return None


def _count(part: Any) -> str | None:
    if part.system not in {None, UCUM} or part.code not in {None, "1"}:
        return "cnt-3: a count has the code 1 of UCUM"
    if part.value is not None and part.value != int(part.value):
        return "cnt-3: a count is a whole number"
    return None


def _distance(part: Any) -> str | None:
    return None if part.system in {None, UCUM} else "dis-1: a distance is in a unit of UCUM"


def _duration(part: Any) -> str | None:
    other = part.code is not None and part.system not in {None, UCUM}
    return "drt-1: a duration is in a unit of UCUM" if other else None


def _trigger(part: Any) -> str | None:
    timings = ("timingTiming", "timingReference", "timingDate", "timingDateTime")
    timed = any(getattr(part, name) is not None for name in timings)
    if part.data is not None and timed:
        return "trd-1: timing or data, not both"
    if part.condition is not None and part.data is None:
        return "trd-2: a condition needs data"
    kind = part.type or ""
    if kind == "named-event" and part.name is None:
        return "trd-3: a named event needs its name"
    if kind == "periodic" and not timed:
        return "trd-3: a periodic event needs its timing"
    if kind.startswith("data-") and part.data is None:
        return "trd-3: an event of data needs data"
    return None


def _positive_times(part: Any) -> str | None:
    if (part.duration or 0) < 0:
        return "tim-4: a duration is not negative"
    if (part.period or 0) < 0:
        return "tim-5: a period is not negative"
    if part.offset is not None and (part.when is None or {"C", "CM", "CD", "CV"} & set(part.when)):
        return "tim-9: an offset needs a moment of the day (when), and not a meal itself"
    return None


_UNIT = needs("qty-3: a unit's code needs its system", "code", "system")
_PATH_OR_PARAMETER = ("path", "searchParam")

RULES: dict[str, tuple[Rule, ...]] = {
    "Age": (_UNIT, needs("age-1: an age needs a code", "value", "code"), Rule(_age)),
    "Attachment": (needs("att-1: data needs a contentType", "data", "contentType"),),
    "ContactPoint": (needs("cpt-2: a contact's value needs its system", "value", "system"),),
    "Count": (_UNIT, needs("cnt-3: a count needs a code", "value", "code"), Rule(_count)),
    "DataRequirementCodeFilter": (
        needs_one_of("drq-1: a filter has a path or a searchParam", *_PATH_OR_PARAMETER),
        not_both("drq-1: a path or a searchParam, not both", *_PATH_OR_PARAMETER),
    ),
    "DataRequirementDateFilter": (
        needs_one_of("drq-2: a filter has a path or a searchParam", *_PATH_OR_PARAMETER),
        not_both("drq-2: a path or a searchParam, not both", *_PATH_OR_PARAMETER),
    ),
    "Distance": (
        _UNIT,
        needs("dis-1: a distance needs a code", "value", "code"),
        Rule(_distance, present("system")),
    ),
    "Duration": (
        _UNIT,
        needs("drt-1: a duration's code needs system and value", "code", "system", "value"),
        Rule(_duration, present("code", "system")),
    ),
    "Expression": (
        needs_one_of("exp-1: an expression has a text or a reference", "expression", "reference"),
    ),
    "Narrative": (Rule(_narrative),),
    "Period": (Rule(_period, present("start", "end")),),
    "Quantity": (_UNIT,),
    "Range": (Rule(_range, present("low", "high")),),
    "Ratio": (Rule(_ratio),),
    "SimpleQuantity": (_UNIT,),
    "TimingRepeat": (
        needs("tim-1: a duration needs its unit", "duration", "durationUnit"),
        needs("tim-2: a period needs its unit", "period", "periodUnit"),
        needs("tim-6: periodMax needs a period", "periodMax", "period"),
        needs("tim-7: durationMax needs a duration", "durationMax", "duration"),
        needs("tim-8: countMax needs a count", "countMax", "count"),
        not_both("tim-10: timeOfDay or when, not both", "timeOfDay", "when"),
        Rule(_positive_times),
    ),
    "TriggerDefinition": (Rule(_trigger),),
}
