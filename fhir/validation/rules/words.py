"""What rules are written with: comparing moments, finding codes, needing elements.

A rule reads a part through attributes: of a struct, or of a ``View`` of plain JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec


def every(faults: Iterable[str]) -> str | None:
    """Several faults as one."""
    return "\n".join(faults) or None


class Rule(msgspec.Struct, frozen=True):
    """An invariant, and when it has to be looked at.

    Attributes:
        fault: gives the fault of a part, or None: the invariant's key, the place below the part
            if it is not the part itself, and a sentence (``lst-2 entry[3].deleted: only a ...``).
            Several stand on a line each.
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


def exists(part: Any, name: str) -> bool:
    """Whether a part has an element: its value, or what is said instead of one."""
    return getattr(part, name) is not None or getattr(part, f"{name}__ext", None) is not None


def present(*names: str) -> str:
    """The condition that a part has all of these elements."""
    return " and ".join(f"part.{name} is not None" for name in names)


def missing(*names: str) -> str:
    """The condition that a part has none of these elements."""
    return " and ".join(f"part.{name} is None" for name in names)


def needs_one_of(fault: str, *names: str) -> Rule:
    """A rule that a part has at least one of these elements."""

    def judge(part: Any) -> str | None:
        return None if any(exists(part, name) for name in names) else fault

    return Rule(judge, missing(*names))


def needs(fault: str, one: str, *required: str) -> Rule:
    """A rule that where one element is, the others are (values or their extensions)."""

    def judge(part: Any) -> str | None:
        if getattr(part, one) is None:
            return None
        return None if all(exists(part, name) for name in required) else fault

    lacking = " or ".join(missing(name) for name in required)
    return Rule(judge, f"{present(one)} and ({lacking})")


def not_both(fault: str, one: str, other: str) -> Rule:
    """A rule that a part does not have both elements."""

    def judge(part: Any) -> str | None:
        both = getattr(part, one) is not None and getattr(part, other) is not None
        return fault if both else None

    return Rule(judge, present(one, other))
