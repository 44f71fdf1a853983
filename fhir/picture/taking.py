"""Takes the reading that counts of a fact: its value, or why it has none."""

from __future__ import annotations

from datetime import datetime

from fhir.clock import Clock
from fhir.picture.facts import Found
from fhir.picture.lasting import LASTING, too_old
from fhir.picture.observation import Reading
from triage.picture import Origin


def take(field: str, reading: Reading, at: datetime, clock: Clock, found: Found) -> bool:
    """Puts a reading into what is found; one with a fault, or too old, is a note.

    Args:
        field: the fact.
        reading: the one that counts.
        at: when it was seen.
        clock: of the referral.
        found: takes the value, its origin and the notes.

    Returns:
        Whether its value counts.
    """
    found.origins[field] = Origin(source=reading.source, observed=clock.shifted(at), by=reading.by)
    if reading.fault:
        found.note(field, reading.fault, reading.source)
        return False
    if not clock.within(at, LASTING[field]):
        found.note(field, too_old(field), reading.source)
        return False
    found.values[field] = reading.value
    if reading.remark:
        found.note(field, reading.remark, reading.source)
    return True
