"""What rules are written with: comparing moments, finding codes, needing elements.

A rule reads a part through attributes: of a struct, or of a ``View`` of plain JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec


class Rule(msgspec.Struct, frozen=True):
    """An invariant, and when it has to be looked at.

    Attributes:
        fault: gives the fault of a part, as a sentence that starts with the invariant's key, or
            None.
        when: a Python expression about ``part`` that is false only where there is no fault; made
            by ``present`` and ``missing``, and quicker than a call.
    """

    fault: Callable[[Any], str | None]
    when: str = "True"


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


def present(*names: str) -> str:
    """The condition that a part has all of these elements."""
    return " and ".join(f"part.{name} is not None" for name in names)


def missing(*names: str) -> str:
    """The condition that a part has none of these elements."""
    return " and ".join(f"part.{name} is None" for name in names)


def needs_one_of(fault: str, *names: str) -> Rule:
    """A rule that a part has at least one of these elements."""

    def judge(part: Any) -> str | None:
        return fault if all(getattr(part, name) is None for name in names) else None

    return Rule(judge, missing(*names))


def needs(fault: str, one: str, *required: str) -> Rule:
    """A rule that where one element is, the others are (values or their extensions)."""

    def judge(part: Any) -> str | None:
        if getattr(part, one) is None:
            return None
        for name in required:
            if getattr(part, name) is None and getattr(part, f"{name}__ext", None) is None:
                return fault
        return None

    lacking = " or ".join(missing(name) for name in required)
    return Rule(judge, f"{present(one)} and ({lacking})")


def not_both(fault: str, one: str, other: str) -> Rule:
    """A rule that a part does not have both elements."""

    def judge(part: Any) -> str | None:
        both = getattr(part, one) is not None and getattr(part, other) is not None
        return fault if both else None

    return Rule(judge, present(one, other))
