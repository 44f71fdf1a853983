"""A referral read again from what is stored of it now, in the order in which it came.

What is corrected counts from its correction on, as a later message; what is withdrawn no longer
counts, and leaves what it said unknown. What a professional confirmed comes at its own moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from fhir.bundle import Entry
from fhir.new_facts import facts_of
from fhir.picture.merging import merge, refresh
from fhir.referral import ReferralIn, from_fhir
from fhir.subject import Subject
from triage.picture import Origin, Picture

_SAID = frozenset({"Observation", "QuestionnaireResponse"})
"""What says how someone is at a moment; the rest describes person and referral."""

_NEVER_LOST = ("urgency", "intended_destination")


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A resource of a referral as it is stored now.

    Attributes:
        entry: with references to our ids.
        id: its id.
        at: when this version of it came in.
    """

    entry: Entry
    id: str
    at: datetime


def reread(
    pieces: Sequence[Piece],
    confirmed: Sequence[tuple[datetime, Picture]],
    before: Picture,
    received: datetime,
    now: datetime,
) -> ReferralIn:
    """The referral as its resources tell it now.

    The class entered never falls, and the intended destination, once told, never changes by
    this: ``before`` says what they were.

    Args:
        pieces: the ServiceRequest, its Patient, and all that came with them or after them.
        confirmed: single facts with the moment of each.
        before: the picture so far.
        received: when the referral came in, with a time zone.
        now: with a time zone; what is too old by then is unknown.

    Raises:
        FhirRefused: it can't be read as a referral any more.
    """
    later = [
        piece for piece in pieces if piece.at > received and piece.entry.resource_type in _SAID
    ]
    first = [piece for piece in pieces if piece not in later]
    read = from_fhir([one.entry for one in first], received, [one.id for one in first])
    described = [one for one in first if one.entry.resource_type not in _SAID]
    patient = None if read.patient is None else first[read.patient].id
    numbers = read.person.all_identifiers if read.person else frozenset()
    picture, wanted = read.picture, read.wanted
    for moment in sorted({one.at for one in later} | {at for at, _ in confirmed}):
        came = [one for one in later if one.at == moment]
        if came:
            # With what they refer to: the role of who measured or filled in stands there.
            seen = [*came, *described]
            names = [f"{one.entry.resource_type}/{one.id}" for one in seen]
            subject = Subject(
                place=next((at for at, one in enumerate(seen) if one.id == patient), None),
                identifiers=numbers,
                implied=True,
            )
            facts, asked = facts_of([one.entry for one in seen], names, subject, moment)
            picture, wanted = merge(refresh(picture, moment), facts), asked.over(wanted)
        for at, fact in confirmed:
            if at == moment:
                picture = merge(refresh(picture, moment), fact)
    picture = _lasting(refresh(picture, now), before)
    return msgspec.structs.replace(read, picture=picture, wanted=wanted)


def _lasting(picture: Picture, before: Picture) -> Picture:
    """The picture with what no correction may lower or change."""
    kept = {name for name in _NEVER_LOST if getattr(before, name) is not None}
    if (
        picture.urgency is not None
        and (before.urgency is None or picture.urgency.rank <= before.urgency.rank)
    ):  # fmt: skip
        kept.discard("urgency")
    origins = {name: before.origins.get(name, Origin("")) for name in kept}
    return msgspec.structs.replace(
        picture,
        **{name: getattr(before, name) for name in kept},
        origins={name: one for name, one in picture.origins.items() if name not in kept} | origins,
    )
