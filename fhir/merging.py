"""How a picture changes with time: vital signs grow old, and new answers come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from fhir.clock import FRESH
from fhir.facts import FACT, VITALS
from triage.codes import Role
from triage.picture import FACTS, RED_FLAGS, Note, Origin, Picture

_LOCKED = frozenset({"intended_destination"})
_PROFESSIONALS = frozenset(Role) - {Role.LAY}


def refresh(picture: Picture, now: datetime) -> Picture:
    """The picture as it is known at ``now``: vital signs of over an hour old are unknown.

    Args:
        picture: with times on our own clock, as ``fhir.referral`` makes it.
        now: with a time zone.
    """
    stale = [
        field
        for field in VITALS
        if getattr(picture, field) is not None
        and not _fresh(picture.origins.get(field, Origin("")), now)
    ]
    notes = tuple(
        Note(
            fact=FACT[field].link,
            text="De meting is te oud (meer dan een uur): meet opnieuw.",
            source=picture.origins.get(field, Origin("")).source,
        )
        for field in stale
    )
    return msgspec.structs.replace(
        picture, **dict.fromkeys(stale), notes=_once(picture.notes + notes)
    )


def _fresh(origin: Origin, now: datetime) -> bool:
    return origin.observed is not None and now - origin.observed <= FRESH


def merge(picture: Picture, answers: Picture) -> Picture:
    """A picture with new facts added.

    - A fact that was seen later replaces an earlier one; without times, the newer message does.
    - A sign whose last value is no plain value becomes unknown.
    - A red flag that both deny and confirm is present, unless a professional denied it later.
    - The class entered may rise, never fall: lowering is a person's act with a reason, and has
      its own place.
    - Where the person would have gone without us is locked as first told.

    Args:
        picture: what was known.
        answers: what came in, on the same clock.
    """
    values: dict[str, Any] = {}
    origins = dict(picture.origins)
    notes: list[Note] = []
    for field in FACTS:
        old, new = getattr(picture, field), getattr(answers, field)
        before, after = picture.origins.get(field), answers.origins.get(field)
        if after is None and new is None:
            continue
        if old is not None and not _later(before, after):
            if field in RED_FLAGS and new is True and old is False:
                notes.append(_note(field, "Tegenstrijdig met een later antwoord: de vlag telt."))
            else:
                continue
        elif old is not None and (why := _kept(field, old, new, after)):
            notes.append(_note(field, why, after))
            continue
        values[field] = new
        if after is not None:
            origins[field] = after
    return msgspec.structs.replace(
        picture,
        **values,
        origins=origins,
        notes=_once(picture.notes + answers.notes + tuple(notes)),
    )


def _later(before: Origin | None, after: Origin | None) -> bool:
    if before is None or after is None or before.observed is None or after.observed is None:
        return True
    return after.observed >= before.observed


def _kept(field: str, old: Any, new: Any, after: Origin | None) -> str:
    """In Dutch, why the earlier value stays; "" where the later one counts."""
    if old == new:
        return ""
    if field in _LOCKED:
        return "Dit antwoord is vastgelegd bij de verwijzing en verandert niet meer."
    if field == "urgency" and new is not None and new.rank > old.rank:
        return f"Lagere urgentie {new} niet overgenomen: {old} blijft tot iemand die verlaagt."
    if field in RED_FLAGS and old and not new and (not after or after.by not in _PROFESSIONALS):
        return "De rode vlag blijft: alleen een zorgverlener kan die later ontkennen."
    return ""


def _note(field: str, text: str, origin: Origin | None = None) -> Note:
    return Note(fact=FACT[field].link, text=text, source=origin.source if origin else "")


def _once(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))
