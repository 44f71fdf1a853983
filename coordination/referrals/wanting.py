"""Who is meant by the providers and the postcode that a referral asks for."""

from __future__ import annotations

import uuid

import msgspec

from capacity.geography import place_of
from coordination.db import directory
from coordination.db.engine import Transaction
from fhir.form.wanted_items import CARER, NEAR, PREFERRED
from triage.picture import Note, Picture
from triage.wanted import Wanted


async def settle_wanted(
    tx: Transaction, wanted: Wanted, picture: Picture
) -> tuple[Wanted, Picture]:
    """What is wanted with our own ids, and the picture with a note for each that is not known.

    Args:
        tx: the request's transaction.
        wanted: providers as they were sent: an id of ours, or a register number (URA or AGB).
        picture: gets the notes, so that the sender is told.
    """
    notes = []
    changes: dict[str, str | None] = {}
    for link, field in ((CARER, "carer"), (PREFERRED, "preferred")):
        said: str | None = getattr(wanted, field)
        if said is None:
            continue
        organisation, found = await _provider(tx, said)
        meant = organisation if link == CARER else found
        changes[field] = None if meant is None else str(meant)
        if meant is None:
            text = f"“{link}” telt niet mee: wij kennen hier geen aanbieder met dit id, URA of AGB."
            notes.append(Note(fact=link, text=text))
    if wanted.near_pc4 and place_of(wanted.near_pc4) is None:
        text = f"“{NEAR}” telt niet mee: {wanted.near_pc4} is geen postcode in Drenthe."
        notes.append(Note(fact=NEAR, text=text))
        changes["near_pc4"] = None
    return (
        msgspec.structs.replace(wanted, **changes),
        msgspec.structs.replace(picture, notes=picture.notes + tuple(notes)),
    )


async def _provider(tx: Transaction, said: str) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """The organisation that is meant, and the service or organisation itself."""
    try:
        own = uuid.UUID(said)
    except ValueError:
        found = await directory.registered(tx, said, said)
        return found, found
    organisation = await directory.organisation_of(tx, own)
    return organisation, own if organisation else None
