"""What rules are written with: comparing moments, finding codes, needing elements.

A rule reads a part through attributes (a struct, or a ``View`` of plain JSON) and gives the fault
as a sentence that starts with the invariant's key, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Rule = Callable[[Any], str | None]

_DAY = len("2026-02-28")


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


def absent(*names: str) -> Callable[[Any], bool]:
    """A test that a part has none of these elements."""
    return lambda part: all(getattr(part, name) is None for name in names)


def needs_one_of(fault: str, *names: str) -> Rule:
    """A rule that a part has at least one of these elements."""
    none = absent(*names)
    return lambda part: fault if none(part) else None


def needs(fault: str, present: str, *required: str) -> Rule:
    """A rule that where one element is, the others are (values or their extensions)."""

    def rule(part: Any) -> str | None:
        if getattr(part, present) is None:
            return None
        for name in required:
            if getattr(part, name) is None and getattr(part, f"{name}__ext", None) is None:
                return fault
        return None

    return rule


def not_both(fault: str, one: str, other: str) -> Rule:
    """A rule that a part does not have both elements."""
    return lambda part: (
        fault if getattr(part, one) is not None and getattr(part, other) is not None else None
    )
