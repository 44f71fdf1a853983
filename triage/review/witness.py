"""A case that shows something of a protocol, with no fact that does not matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from triage.picture import FACTS, Picture
from triage.span import Span
from triage.vocabulary import LINKS

_FLAG = "red-flag."

Facts = Mapping[str, Any]
"""The facts of a case by link id, as they are shown: what is not in it is unknown."""


def smallest(picture: Picture, shows: Callable[[Picture], bool]) -> Picture:
    """The picture without each fact that can be left unknown while it still shows what it shows.

    No fact that is left can be left out by itself. The same picture gives the same answer.

    Args:
        picture: a case of which ``shows`` is true.
        shows: what it is a case of.
    """
    for fact in reversed(FACTS):
        if getattr(picture, fact) is not None:
            without = msgspec.structs.replace(picture, **{fact: None})
            if shows(without):
                picture = without
    return picture


def known_in(picture: Picture) -> dict[str, Any]:
    """What is known in a picture, by link id, in the order of the vocabulary."""
    known = ((LINKS[fact], getattr(picture, fact)) for fact in FACTS)
    return {link: _plain(value) for link, value in known if value is not None}


def told(facts: Facts) -> str:
    """The facts in one line: what is so, then what is denied."""
    so = [
        link if value is True else f"{link} = {value}"
        for link, value in facts.items()
        if value is not False
    ]
    denied = [link for link, value in facts.items() if value is False]
    flags = [link.removeprefix(_FLAG) for link in denied if link.startswith(_FLAG)]
    others = [link for link in denied if not link.startswith(_FLAG)]
    parts = [", ".join(so)] if so else []
    if others:
        parts.append(f"not: {', '.join(others)}")
    if flags:
        parts.append(f"red flags denied: {', '.join(flags)}")
    return "; ".join(parts) or "nothing known"


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return value.low if value.low == value.high else f"{value.low} to {value.high}"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    return value if isinstance(value, bool | int | float) else str(value)
