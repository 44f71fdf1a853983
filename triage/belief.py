"""Whose answers count: those of someone who can't be understood are unknown (domain.md 3.16)."""

from __future__ import annotations

from typing import Any

import msgspec

from triage.codes import Role
from triage.picture import FACTS, FIELD_OF_LINK, RED_FLAGS, Picture
from triage.vocabulary import VITAL_SIGNS

_KEPT = frozenset(
    {
        *VITAL_SIGNS,
        "diastolic",
        "age",
        "sex",
        "urgency",
        "urgency_role",
        "intended_destination",
        "referrer_role",
        "alarm",
        "callback_known",
        "understood",
    }
)
"""Facts that do not hang on what the person or a relative says."""

_NOTE = (
    "De persoon is niet goed te begrijpen: eigen antwoorden tellen als onbekend. Regel een tolk."
)


def believe(picture: Picture, notes: list[str]) -> Picture:
    """The picture without the answers of someone who cannot be understood.

    A red flag that is present stays; what a professional says counts as it is.

    Args:
        picture: what is known.
        notes: gets a line when something is left out.
    """
    if picture.understood is not False:
        return picture
    doubted: dict[str, Any] = {
        fact: None
        for fact in FACTS
        if fact not in _KEPT
        and getattr(picture, fact) is not None
        and _said_by_lay(picture, fact)
        and not (fact in RED_FLAGS and getattr(picture, fact))
    }
    if not doubted:
        return picture
    notes.append(_NOTE)
    return msgspec.structs.replace(picture, **doubted)


def _said_by_lay(picture: Picture, fact: str) -> bool:
    origin = picture.origins.get(fact)
    return origin is not None and origin.by == Role.LAY


def garbled(picture: Picture) -> frozenset[str]:
    """Facts that are unknown although somebody gave an answer: it could not be used.

    Whoever answered wanted to say something, so a protocol may not suppose in silence that there
    was nothing to say (domain.md 3.15: blank isn't denied).
    """
    return frozenset(
        field
        for note in picture.notes
        if (field := FIELD_OF_LINK.get(note.fact)) is not None and getattr(picture, field) is None
    )
