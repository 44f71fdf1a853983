"""Which value of each vital sign counts: the latest one, when it is plain and fresh.

When the latest is no plain value ("below 70", an unknown unit, out of range) the sign is
unknown: an earlier normal value would hide what was seen last. Of different values at the same
moment the worse counts, further from the normal band of NEWS2.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fhir.clock import Clock
from fhir.picture.facts import SEVERITY, VITALS, Found
from fhir.picture.observation import Reading
from fhir.picture.taking import take
from triage.codes import Consciousness

_NORMAL = {
    "respiration_rate": (12.0, 20.0),
    "oxygen_saturation": (96.0, 100.0),
    "systolic": (111.0, 219.0),
    "diastolic": (61.0, 90.0),
    "pulse": (51.0, 90.0),
    "temperature": (36.1, 38.0),
}
"""The band that scores 0 in NEWS2 (Royal College of Physicians, 2017; SpO2 scale 1).

Diastolic pressure isn't in NEWS2: above the 60 of CRB-65 (domain.md 3.3) to the usual 90.
"""


def settle(seen: Iterable[Reading], clock: Clock, found: Found) -> None:
    """Choose, for each vital sign, the value that counts, and add it to ``found``."""
    by_field: dict[str, list[tuple[datetime, Reading]]] = {}
    for reading in seen:
        if reading.at is None:
            text = "De meting heeft geen tijdstip en telt niet mee: voeg effectiveDateTime toe."
            found.note(reading.field, text, reading.source)
        elif clock.future(reading.at):
            found.note(
                reading.field, "De meting ligt in de toekomst en telt niet mee.", reading.source
            )
        else:
            by_field.setdefault(reading.field, []).append((reading.at, reading))
    for field in VITALS:
        if field in by_field:
            _choose(field, by_field[field], clock, found)


def _choose(field: str, seen: list[tuple[datetime, Reading]], clock: Clock, found: Found) -> None:
    last, worst = seen[0]
    latest = [worst]
    if len(seen) > 1:
        last = max(at for at, _ in seen)
        latest = [reading for at, reading in seen if at == last]
        worst = max(latest, key=lambda each: (bool(each.fault), _distance(field, each.value)))
    counts = take(field, worst, last, clock, found)
    if counts and any(each.value != worst.value for each in latest):
        found.note(
            field,
            "Twee verschillende waarden op hetzelfde moment: de slechtste telt.",
            worst.source,
        )


def _distance(field: str, value: Any) -> tuple[float, float]:
    """How far a value lies from normal, in widths of the normal band; below 0 inside it.

    Of two that are as far the higher counts, so that the order of sending never does.
    """
    if value is None:
        return 0.0, 0.0
    if isinstance(value, bool):
        return float(value), 0.0
    if isinstance(value, Consciousness):
        return float(SEVERITY[value]), 0.0
    low, high = _NORMAL[field]
    return float(max(low - value, value - high) / (high - low)), float(value)
