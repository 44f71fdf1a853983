"""FHIR's invariants of severity error, for data types and for the parts of a clinical record.

Each rule reads a part through attributes (a struct, or a ``View`` of plain JSON) and gives the
fault as a sentence that starts with the invariant's key, or None. https://hl7.org/fhir/R4/
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fhir.bindings import CONCEPTS
from fhir.narrative import narrative_fault

Rule = Callable[[Any], str | None]

_DAY = len("2026-02-28")
_VERSION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"


def after(one: str, other: str) -> bool:
    """Whether one moment is surely after another; partial dates count as far as they go."""
    if len(one) > _DAY and len(other) > _DAY:
        try:
            return datetime.fromisoformat(one) > datetime.fromisoformat(other)
        except ValueError:  # a leap second, or more digits than Python reads
            pass
    shared = min(len(one), len(other), _DAY)
    return one[:shared] > other[:shared]


def has_code(concept: Any, system: str, codes: frozenset[str]) -> bool:
    """Whether a CodeableConcept has one of these codes of a system."""
    codings = (concept.coding or ()) if concept is not None else ()
    return any(coding.system == system and coding.code in codes for coding in codings)


def abated(part: Any) -> bool:
    """Whether a Condition says that it ended."""
    return any(
        value is not None
        for value in (
            part.abatementDateTime,
            part.abatementAge,
            part.abatementPeriod,
            part.abatementRange,
            part.abatementString,
        )
    )


def absent(*names: str) -> Callable[[Any], bool]:
    """A test that a part has none of these elements."""
    return lambda part: all(getattr(part, name) is None for name in names)


def needs_one_of(fault: str, *names: str) -> Rule:
    """A rule that a part has at least one of these elements."""
    none = absent(*names)
    return lambda part: fault if none(part) else None


def needs(fault: str, present: str, *required: str) -> Rule:
    """A rule that where one element is, the others are (values or their extensions)."""
    return lambda part: (
        fault
        if getattr(part, present) is not None
        and any(
            getattr(part, name) is None and getattr(part, f"{name}__ext", None) is None
            for name in required
        )
        else None
    )


def not_both(fault: str, one: str, other: str) -> Rule:
    """A rule that a part does not have both elements."""
    return lambda part: (
        fault if getattr(part, one) is not None and getattr(part, other) is not None else None
    )


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


def _extension(part: Any) -> str | None:
    if part.extension is None:
        return None
    if any(
        getattr(part, name) is not None
        for name in dir_of_values(part)
    ):
        return "ext-1: an extension has a value or extensions of its own, not both"
    return None


def dir_of_values(part: Any) -> tuple[str, ...]:
    """The attributes of an Extension that hold its value."""
    return tuple(name for name in part.__struct_fields__ if name.startswith("value"))


def _narrative(part: Any) -> str | None:
    fault = narrative_fault(part.div) if isinstance(part.div, str) else None
    return f"txt-1: {fault}" if fault else None
