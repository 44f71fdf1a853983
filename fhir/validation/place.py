"""Where in a resource a fault is: as a person looks for it, and as FHIRPath.

https://hl7.org/fhir/R4/operationoutcome.html: an expression has element names and places, so
that ``valueQuantity`` is ``value`` there. What stands in the JSON is never repeated, not even as
the name of an element that has no such name: it may say something of a person.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_STEP = re.compile(r"([A-Za-z_]+)|\[(\d+)\]")


class Place(NamedTuple):
    """One place.

    Attributes:
        shown: with the JSON's own names.
        path: FHIRPath.
    """

    shown: str
    path: str

    def below(self, name: str, step: str | None = None) -> Place:
        """An element of what stands here.

        Args:
            name: as in the JSON.
            step: as in FHIRPath, where that is something else.
        """
        name = name.removeprefix("_")
        return Place(f"{self.shown}.{name}", f"{self.path}.{step or name}")

    def at(self, number: int) -> Place:
        """An item of the array that stands here."""
        return Place(f"{self.shown}[{number}]", f"{self.path}[{number}]")


def named(text: str) -> str | None:
    """A text that may be the name of an element or a type; None for anything else."""
    return text if _NAME.match(text) else None


def order(path: str) -> tuple[Any, ...]:
    """Sorts paths as a person reads: by element, and items by their number."""
    return tuple((name, int(number or -1)) for name, number in _STEP.findall(path))


def said(value: Any) -> str:
    """What sort of thing was sent, without its content."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        if not value:
            return "an empty text"
        return f"a text of {len(value)} characters" if len(value) > 1 else "a text of one character"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, dict):
        return "an object"
    return "a number"
