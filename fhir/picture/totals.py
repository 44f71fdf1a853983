"""Which total of each instrument counts: the latest one that isn't too old.

As with vital signs, a last value that is no plain one hides an earlier one, and of different
values at the same moment the worse counts: of a range, all that either leaves possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from fhir.clock import Clock
from fhir.picture.facts import Found
from fhir.picture.instruments import shown, union
from fhir.picture.lasting import SHIFTS
from fhir.picture.observation import Reading
from fhir.picture.taking import take
from triage.scores.dos import SHIFTS as THREE
from triage.scores.dos import three_shifts
from triage.span import Span

_Timed = tuple[datetime, Reading]


def settle(seen: Iterable[Reading], clock: Clock, found: Found) -> None:
    """Choose, for each instrument, the total that counts, and add it to ``found``."""
    by_field: dict[str, list[_Timed]] = {}
    shifts: list[_Timed] = []
    for reading in seen:
        if reading.at is None:
            text = "De score heeft geen tijdstip en telt niet mee: voeg effectiveDateTime toe."
            found.note(reading.field, text, reading.source)
        elif clock.future(reading.at):
            text = "De score ligt in de toekomst en telt niet mee."
            found.note(reading.field, text, reading.source)
        elif reading.shift:
            shifts.append((reading.at, reading))
        else:
            by_field.setdefault(reading.field, []).append((reading.at, reading))
    if shifts:
        last = _added(shifts, found)
        by_field.setdefault(last[1].field, []).append(last)
    for field, readings in by_field.items():
        last_at, reading = _latest(field, readings, found)
        take(field, reading, last_at, clock, found)


def _latest(field: str, seen: Sequence[_Timed], found: Found) -> _Timed:
    """The last reading; where there are several at that moment, one that holds them all."""
    last = max(at for at, _ in seen)
    now = [reading for at, reading in seen if at == last]
    faulty = [reading for reading in now if reading.fault]
    worst = (faulty or now)[0]
    if faulty or all(reading.value == worst.value for reading in now):
        return last, worst
    value = worst.value
    for reading in now[1:]:
        # A plain score is one of frailty: the higher, the frailer.
        value = (
            union(value, reading.value) if isinstance(value, Span) else max(value, reading.value)
        )
    told = shown(value) if isinstance(value, Span) else str(value)
    text = f"Verschillende scores op hetzelfde moment: gerekend is met {told}."
    found.note(field, text, worst.source)
    return last, msgspec.structs.replace(worst, value=value)


def _added(shifts: Sequence[_Timed], found: Found) -> _Timed:
    """The DOS of the last three shifts; one that is missing or can't be read may be anything."""
    by_moment: dict[datetime, list[_Timed]] = {}
    last = max(at for at, _ in shifts)
    for at, reading in shifts:
        if last - at < SHIFTS:
            by_moment.setdefault(at, []).append((at, reading))
    counted = [
        _latest("dos", by_moment[at], found)[1] for at in sorted(by_moment, reverse=True)[:THREE]
    ]
    usable = [reading.value for reading in reversed(counted) if not reading.fault]
    if not usable:
        return last, msgspec.structs.replace(counted[0], shift=False)
    for reading in counted:
        for text in filter(None, (reading.fault, reading.remark)):
            found.note("dos", text, reading.source)
    value = three_shifts(usable)
    if len(usable) < THREE:
        text = f"De DOS heeft {len(usable)} van de 3 diensten: gerekend is met {shown(value)}."
        found.note("dos", text, counted[0].source)
    return last, msgspec.structs.replace(counted[0], value=value, fault="", remark="", shift=False)
