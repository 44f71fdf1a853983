"""How a picture changes with time: what was seen grows old, and new answers come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from fhir.picture.facts import FACT, WARNINGS
from fhir.picture.lasting import LASTING, too_old
from triage.codes import Role
from triage.picture import Note, Origin, Picture

_KEPT = {
    "intended_destination": "De bestemming is vastgelegd en verandert niet meer.",
    "urgency": "De lagere urgentie is niet overgenomen: verlagen doet een zorgverlener, met reden.",
} | dict.fromkeys(
    WARNINGS, "Dit alarmsignaal blijft: alleen een zorgverlener kan het later ontkennen."
)
"""In Dutch, why an earlier value of these facts stays against a later one."""

_PROFESSIONALS = frozenset(Role) - {Role.LAY}


def refresh(picture: Picture, now: datetime) -> Picture:
    """The picture as it is known at ``now``: what has grown too old is unknown.

    Vital signs last an hour; the rest as in ``fhir.picture.lasting``.

    Args:
        picture: with times on our own clock, as ``fhir.referral`` makes it.
        now: with a time zone.
    """
    stale = [
        field
        for field in LASTING
        if getattr(picture, field) is not None
        and not _lasts(field, picture.origins.get(field, Origin("")), now)
    ]
    notes = tuple(
        Note(
            fact=FACT[field].link,
            text=too_old(field),
            source=picture.origins.get(field, Origin("")).source,
        )
        for field in stale
    )
    return msgspec.structs.replace(
        picture, **dict.fromkeys(stale), notes=_once(picture.notes + notes)
    )


def _lasts(field: str, origin: Origin, now: datetime) -> bool:
    return origin.observed is not None and now - origin.observed <= LASTING[field]


def merge(picture: Picture, answers: Picture) -> Picture:
    """A picture with new facts added.

    - A fact that was seen later replaces an earlier one; without times, the newer message does.
    - A sign or total whose last value is no plain value becomes unknown.
    - A total is replaced as a whole: parts of two sittings don't add up to one.
    - A red flag, a fall or a sign of it that both deny and confirm is present, unless a
      professional denied it later.
    - The class entered may rise, never fall: lowering is a person's act with a reason, and has
      its own place.
    - Where the person would have gone without us is locked as first told.

    Args:
        picture: what was known.
        answers: what came in, on the same clock; facts without an origin are not added.
    """
    values: dict[str, Any] = {}
    origins = dict(picture.origins)
    notes: list[Note] = []
    for field, after in answers.origins.items():
        old, new = getattr(picture, field), getattr(answers, field)
        if takes(field, old, new, picture.origins.get(field), after):
            values[field] = new
            origins[field] = after
        elif field in _KEPT and old != new:
            notes.append(Note(fact=FACT[field].link, text=_KEPT[field], source=after.source))
    return msgspec.structs.replace(
        picture,
        **values,
        origins=origins,
        notes=_once(picture.notes + answers.notes + tuple(notes)),
    )


def takes(field: str, old: Any, new: Any, before: Origin | None, after: Origin) -> bool:
    """Whether a new value of a fact counts over the old one; the rules stand at ``merge``."""
    if old is None:
        # A last look that gave no plain value isn't undone by a value from before it.
        return before is None or _later(before, after)
    if field == "intended_destination":
        return False
    if field == "urgency":
        return new is not None and bool(new.rank < old.rank)
    if field in WARNINGS and new:
        return True
    if field in WARNINGS and old:
        return new is False and after.by in _PROFESSIONALS and not _later(after, before)
    return _later(before, after)


def _later(before: Origin | None, after: Origin | None) -> bool:
    """Whether ``after`` was not seen before ``before``; without times, the newer message was."""
    if before is None or after is None or before.observed is None or after.observed is None:
        return True
    return after.observed >= before.observed


def _once(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))
