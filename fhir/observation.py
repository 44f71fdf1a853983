"""Vital signs in an Observation: plain values in our units, or why a value isn't one.

Codes: NEWS2 parameters by LOINC, SNOMED CT and UCUM, as in nl-core-BloodPressure, -HeartRate,
-BodyTemperature, -O2Saturation and -GlasgowComaScale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from fhir import codes
from fhir.clock import moment
from fhir.facts import FACT, SEVERITY, Found
from fhir.views import Component, Concept, Observation, Quantity
from triage.codes import Consciousness

_IGNORED = {
    "entered-in-error": "is als fout gemarkeerd",
    "cancelled": "is geannuleerd",
    "registered": "heeft nog geen uitslag",
    "unknown": "heeft een onbekende status",
}

_SAME: Callable[[float], float] = float
_UNITS: dict[str, dict[str, Callable[[float], float]]] = {
    "respiration_rate": dict.fromkeys(codes.PER_MINUTE, _SAME),
    "pulse": dict.fromkeys(codes.PER_MINUTE, _SAME),
    "oxygen_saturation": {"%": _SAME},
    "systolic": {"mm[Hg]": _SAME},
    "temperature": {
        "Cel": _SAME,
        "[degF]": lambda value: round((value - 32) * 5 / 9, 2),
        "K": lambda value: round(value - 273.15, 2),
    },
}

_UNIT_SYSTEMS = frozenset({None, codes.UCUM})

_OURS = frozenset(codes.VITAL_CODES) | codes.OXYGEN_CODES | {codes.GLASGOW}
"""The codes of which something is read."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one vital sign, as it was seen.

    Attributes:
        field: the fact.
        value: in the unit of the vocabulary; None where it is no plain value.
        at: when it was seen, or None.
        source: the element it stands in.
        fault: in Dutch, why it can't be used; "" when it can.
        remark: in Dutch, what was done to it; "" when nothing.
        by: role of who said it, or None.
    """

    field: str
    value: Any
    at: datetime | None
    source: str
    fault: str = ""
    remark: str = ""
    by: str | None = None


def readings(observation: Observation, source: str, found: Found) -> list[Reading]:
    """The vital signs in one Observation; what has no value says so in the notes of ``found``."""
    seen: list[Reading] = []
    at: datetime | None = None
    for part in (observation, *observation.component):
        keys = [coding.key for coding in part.code.coding]
        if not _OURS.isdisjoint(keys):
            at = at or _effective(observation)
            seen += _readings(part, keys, at, source)
    if seen and (why := _IGNORED.get(observation.status or "unknown")):
        for field in sorted({reading.field for reading in seen}):
            found.note(field, f"De meting {why} en telt niet mee.", source)
        return []
    return seen


def _effective(observation: Observation) -> datetime | None:
    period = observation.effective_period
    return (
        moment(observation.effective_date_time)
        or moment(observation.effective_instant)
        or (moment(period.end) or moment(period.start) if period else None)
    )


def _readings(
    part: Component, keys: list[tuple[str, str]], at: datetime | None, source: str
) -> Iterator[Reading]:
    for field in {codes.VITAL_CODES[key]: None for key in keys if key in codes.VITAL_CODES}:
        if (numeric := field in _UNITS) and part.value_quantity:
            yield measured(field, part.value_quantity, at, source)
        elif not numeric and part.value_codeable_concept:
            yield _consciousness(part.value_codeable_concept, at, source)
        elif not part.data_absent_reason and _has_value(part):
            fault = "De waarde heeft niet de vorm die bij deze meting hoort."
            yield Reading(field=field, value=None, at=at, source=source, fault=fault)
    if codes.GLASGOW in keys and not part.data_absent_reason:
        yield from _glasgow(part, at, source)
    if not codes.OXYGEN_CODES.isdisjoint(keys) and not part.data_absent_reason:
        yield from _oxygen(part, at, source, fraction=codes.OXYGEN_FRACTION in keys)


def _has_value(part: Component) -> bool:
    return any(
        value is not None
        for value in (
            part.value_quantity,
            part.value_codeable_concept,
            part.value_boolean,
            part.value_integer,
            part.value_string,
        )
    )


def measured(field: str, quantity: Quantity, at: datetime | None, source: str) -> Reading:
    """A number in the unit of the vocabulary, or why it can't be used.

    Only the UCUM code counts as a unit, and only exact conversions are made: no kPa, for which
    no arterial pressure is read at the bedside.
    """
    fact, value = FACT[field], quantity.value
    convert = _UNITS[field].get(quantity.code or quantity.unit or "")
    if quantity.system not in _UNIT_SYSTEMS:
        convert = None
    if convert is _SAME and value is not None and not quantity.comparator and fact.plausible(value):
        return Reading(field=field, value=value, at=at, source=source)  # as most are

    def unusable(fault: str) -> Reading:
        return Reading(field=field, value=None, at=at, source=source, fault=fault)

    if value is None:
        return unusable("De meting heeft geen getal.")
    shown = f"{quantity.comparator or ''}{value:g} {quantity.unit or quantity.code or ''}"
    if quantity.comparator:
        return unusable(f"“{shown}” is geen vaste waarde: meet opnieuw.")
    if convert is None:
        return unusable(f"“{shown}” heeft niet de eenheid {fact.unit} (UCUM).")
    value = convert(value)
    if not fact.plausible(value):
        return unusable(
            f"“{shown}” kan niet kloppen: verwacht {fact.low:g} tot {fact.high:g} {fact.unit}."
        )
    remark = "" if convert is _SAME else f"Omgerekend van {shown} naar {value:g} {fact.unit}."
    return Reading(field=field, value=value, at=at, source=source, remark=remark)


def _consciousness(said: Concept, at: datetime | None, source: str) -> Reading:
    levels = [codes.ACVPU[coding.key] for coding in said.coding if coding.key in codes.ACVPU]
    own = codes.own_system(Consciousness)
    levels += [
        Consciousness(coding.code)
        for coding in said.coding
        if coding.system == own and coding.code in set(Consciousness)
    ]
    if not levels:
        fault = "Bewustzijn zonder bekende code: vrije tekst is geen waarde. Gebruik ACVPU."
        return Reading(field="consciousness", value=None, at=at, source=source, fault=fault)
    worst = max(levels, key=SEVERITY.__getitem__)
    return Reading(field="consciousness", value=worst, at=at, source=source)


def _glasgow(part: Component, at: datetime | None, source: str) -> Iterator[Reading]:
    """The Glasgow Coma Scale as a level of consciousness, erring on the worse side.

    15 means eyes open, oriented and obeying: alert. NEWS2 names no other equivalents; below 15
    someone isn't plainly alert, so 13-14 is read as confusion, 9-12 as voice and 3-8 as pain,
    each with a remark. (Confusion that is not new can be corrected by an ACVPU of later time.)
    """
    quantity = part.value_quantity
    plain = quantity.value if quantity and not quantity.comparator else part.value_integer
    if plain is None and not _has_value(part):
        return
    if plain is None or plain != int(plain) or not 3 <= plain <= 15:  # noqa: PLR2004 - the scale
        fault = "Glasgow-comaschaal zonder heel getal van 3 tot 15."
        yield Reading(field="consciousness", value=None, at=at, source=source, fault=fault)
        return
    level = next(
        level
        for least, level in (
            (15, Consciousness.ALERT),
            (13, Consciousness.CONFUSION),
            (9, Consciousness.VOICE),
            (3, Consciousness.PAIN),
        )
        if plain >= least
    )
    remark = (
        ""
        if level is Consciousness.ALERT
        else f"Glasgow-comaschaal {plain:g} is gelezen als ACVPU {level}: bevestig het bewustzijn."
    )
    yield Reading(field="consciousness", value=level, at=at, source=source, remark=remark)


def _oxygen(
    part: Component, at: datetime | None, source: str, *, fraction: bool
) -> Iterator[Reading]:
    """Extra oxygen or not: by yes or no, by flow above 0, or by more than the 21% of air."""
    given: bool | None = part.value_boolean
    if given is None and part.value_codeable_concept:
        said = {codes.YES_NO.get(coding.key) for coding in part.value_codeable_concept.coding}
        given = True if True in said else False if False in said else None
    quantity = part.value_quantity
    if given is None and quantity and quantity.value is not None and not quantity.comparator:
        least = 21.0 if fraction else 0.0
        # The flow of 0 in any unit is none; a fraction below that of air is a mistake.
        if quantity.value >= least and (not fraction or quantity.code == "%"):
            given = quantity.value > least
    if given is None and _has_value(part):
        fault = "Extra zuurstof: ja of nee is niet op te maken uit deze waarde."
        yield Reading(field="on_oxygen", value=None, at=at, source=source, fault=fault)
    elif given is not None:
        yield Reading(field="on_oxygen", value=given, at=at, source=source)
