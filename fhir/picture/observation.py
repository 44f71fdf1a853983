"""Vital signs in an Observation: plain values in our units, or why a value isn't one.

Codes: NEWS2 parameters and diastolic pressure by LOINC, SNOMED CT and UCUM, as in
nl-core-BloodPressure, -HeartRate, -BodyTemperature, -O2Saturation and -GlasgowComaScale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from fhir import codes
from fhir.clock import moment
from fhir.picture.facts import FACT, SEVERITY, Found
from fhir.views import Component, Concept, Observation, Quantity
from triage.codes import Consciousness

IGNORED = {
    "entered-in-error": "is als fout gemarkeerd",
    "cancelled": "is geannuleerd",
    "registered": "heeft nog geen uitslag",
    "unknown": "heeft een onbekende status",
}
"""In Dutch, why an Observation of such a status has no value."""

_SAME: Callable[[float], float] = float
_PRESSURE: dict[str, Callable[[float], float]] = {
    "mm[Hg]": _SAME,
    "kPa": lambda value: round(value * 7.50062, 1),  # UCUM: 1 mm[Hg] is 133.322 Pa
}
_UNITS: dict[str, dict[str, Callable[[float], float]]] = {
    "respiration_rate": dict.fromkeys(codes.PER_MINUTE, _SAME),
    "pulse": dict.fromkeys(codes.PER_MINUTE, _SAME),
    # A fraction says so by its unit: 0.97 of 1. A number over 1 of it is no fraction.
    "oxygen_saturation": {"%": _SAME, "1": lambda value: round(value * 100, 2)},
    "systolic": _PRESSURE,
    "diastolic": _PRESSURE,
    "temperature": {
        "Cel": _SAME,
        "[degF]": lambda value: round((value - 32) * 5 / 9, 2),
        "K": lambda value: round(value - 273.15, 2),
    },
}

MODIFIED = "De meting heeft een modifierExtension die wij niet kennen: stuur haar zonder."
ABSENT = "De meting heeft een waarde en ook een reden waarom die er niet is: meet opnieuw."
_VALUES = tuple(name for name in Component.__struct_fields__ if name.startswith("value_"))

_CONTRADICTED = "Twee verschillende codes voor het bewustzijn: de slechtste telt."
_BOTH = "Extra zuurstof: zowel ja als nee; ja telt."

_UNIT_SYSTEMS = frozenset({None, codes.UCUM})

_OURS = frozenset(codes.VITAL_CODES) | codes.OXYGEN_CODES | {codes.GLASGOW}
"""The codes of which something is read."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a vital sign or of an instrument, as it was seen.

    Attributes:
        field: the fact.
        value: in the unit of the vocabulary; None where it is no plain value.
        at: when it was seen, or None.
        source: the element it stands in.
        fault: in Dutch, why it can't be used; "" when it can.
        remark: in Dutch, what was done to it; "" when nothing.
        by: role of who said it, or None.
        shift: whether it is one of the three shifts that the DOS adds up.
    """

    field: str
    value: Any
    at: datetime | None
    source: str
    fault: str = ""
    remark: str = ""
    by: str | None = None
    shift: bool = False


def readings(observation: Observation, source: str, found: Found) -> list[Reading]:
    """The vital signs in one Observation; what has no value says so in the notes of ``found``."""
    seen: list[Reading] = []
    at: datetime | None = None
    for part in (observation, *observation.component):
        keys = [coding.key for coding in part.code.coding]
        if not _OURS.isdisjoint(keys):
            at = at or effective(observation)
            seen += _readings(part, keys, at, source)
    if observation.modifier_extension:
        seen = [_spoilt(reading.field, at, source, MODIFIED) for reading in seen]
    if seen and (why := IGNORED.get(observation.status or "unknown")):
        for field in sorted({reading.field for reading in seen}):
            found.note(field, f"De meting {why} en telt niet mee.", source)
        return []
    return seen


def effective(observation: Observation) -> datetime | None:
    """When it was seen, with a time of day; of a period the end, or else the start."""
    period = observation.effective_period
    return (
        moment(observation.effective_date_time)
        or moment(observation.effective_instant)
        or (moment(period.end) or moment(period.start) if period else None)
    )


def _readings(
    part: Component, keys: list[tuple[str, str]], at: datetime | None, source: str
) -> Iterator[Reading]:
    fields = {codes.VITAL_CODES[key]: None for key in keys if key in codes.VITAL_CODES}
    if (part.modifier_extension or part.data_absent_reason) and has_value(part):
        fault = MODIFIED if part.modifier_extension else ABSENT
        if codes.GLASGOW in keys:
            fields["consciousness"] = None
        if not codes.OXYGEN_CODES.isdisjoint(keys):
            fields["on_oxygen"] = None
        yield from (_spoilt(field, at, source, fault) for field in fields)
        return
    for field in fields:
        if (numeric := field in _UNITS) and part.value_quantity:
            yield measured(field, part.value_quantity, at, source)
        elif not numeric and part.value_codeable_concept:
            yield _consciousness(part.value_codeable_concept, at, source)
        elif has_value(part):
            fault = "De waarde heeft niet de vorm die bij deze meting hoort."
            yield _spoilt(field, at, source, fault)
    if codes.GLASGOW in keys:
        yield from _glasgow(part, at, source)
    if not codes.OXYGEN_CODES.isdisjoint(keys):
        yield from _oxygen(part, at, source, fraction=codes.OXYGEN_FRACTION in keys)


def _spoilt(field: str, at: datetime | None, source: str, fault: str) -> Reading:
    return Reading(field=field, value=None, at=at, source=source, fault=fault)


def has_value(part: Component) -> bool:
    """Whether something stands there as a value, of whatever type."""
    return any(getattr(part, name) is not None for name in _VALUES)


def measured(field: str, quantity: Quantity, at: datetime | None, source: str) -> Reading:
    """A number in the unit of the vocabulary, or why it can't be used.

    Only the UCUM code counts as a unit. What was converted says so, and is refused like any
    other value where the result can't be.
    """
    fact, value = FACT[field], quantity.value
    convert = _UNITS[field].get(quantity.code or quantity.unit or "")
    if quantity.system not in _UNIT_SYSTEMS:
        convert = None
    if convert is _SAME and value is not None and not quantity.comparator and fact.plausible(value):
        return Reading(field=field, value=value, at=at, source=source)  # as most are

    if value is None:
        return _spoilt(field, at, source, "De meting heeft geen getal.")
    shown = f"{quantity.comparator or ''}{value:g} {quantity.unit or quantity.code or ''}"
    if quantity.comparator:
        return _spoilt(field, at, source, f"“{shown}” is geen vaste waarde: meet opnieuw.")
    if convert is None:
        return _spoilt(
            field,
            at,
            source,
            f"“{shown}” heeft niet de eenheid {fact.unit} (UCUM): stuur de waarde daarin.",
        )
    value = convert(value)
    if not fact.plausible(value):
        return _spoilt(
            field,
            at,
            source,
            f"“{shown}” kan niet kloppen: verwacht {fact.low:g} tot {fact.high:g} {fact.unit}."
            " Controleer de waarde of meet opnieuw.",
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
        return _spoilt("consciousness", at, source, fault)
    worst = max(levels, key=SEVERITY.__getitem__)
    remark = "" if len(set(levels)) == 1 else _CONTRADICTED
    return Reading(field="consciousness", value=worst, at=at, source=source, remark=remark)


def _glasgow(part: Component, at: datetime | None, source: str) -> Iterator[Reading]:
    """The Glasgow Coma Scale as a level of consciousness, erring on the worse side.

    15 means eyes open, oriented and obeying: alert. NEWS2 names no other equivalents; below 15
    someone isn't plainly alert, so 13-14 is read as confusion, 9-12 as voice and 3-8 as pain,
    each with a remark. (Confusion that is not new can be corrected by an ACVPU of later time.)
    """
    quantity = part.value_quantity
    plain = quantity.value if quantity and not quantity.comparator else part.value_integer
    if plain is None and not has_value(part):
        return
    if plain is None or plain != int(plain) or not 3 <= plain <= 15:  # noqa: PLR2004 - the scale
        fault = "Glasgow-comaschaal zonder heel getal van 3 tot 15."
        yield _spoilt("consciousness", at, source, fault)
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
    remark = ""
    if given is None and part.value_codeable_concept:
        said = {codes.YES_NO.get(coding.key) for coding in part.value_codeable_concept.coding}
        given = True if True in said else False if False in said else None
        remark = _BOTH if {True, False} <= said else ""
    quantity = part.value_quantity
    if given is None and quantity and quantity.value is not None and not quantity.comparator:
        least = 21.0 if fraction else 0.0
        # The flow of 0 in any unit is none; a fraction below that of air is a mistake.
        if quantity.value >= least and (not fraction or quantity.code == "%"):
            given = quantity.value > least
    if given is None and has_value(part):
        fault = "Extra zuurstof: ja of nee is niet op te maken uit deze waarde."
        yield _spoilt("on_oxygen", at, source, fault)
    elif given is not None:
        yield Reading(field="on_oxygen", value=given, at=at, source=source, remark=remark)
