"""Instruments in an Observation: the total, the items, and the range that they leave together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fhir.clock import day_or_moment
from fhir.codes import UCUM
from fhir.picture.facts import FACT, Found
from fhir.picture.observation import ABSENT, IGNORED, MODIFIED, Reading, effective, has_value
from fhir.picture.score_codes import BARTHEL_LOINC, ITEMS, SCORES, CodedItem
from fhir.views import Component, Observation
from triage.scores.instrument import Instrument, total
from triage.scores.instruments import INSTRUMENTS
from triage.scores.katz import from_dependence
from triage.span import Span

_NUMBERS = frozenset({None, "1", "{score}", "{points}"})
"""Units of a bare number."""


def scores(observation: Observation, source: str, found: Found) -> list[Reading]:
    """The instrument in one Observation, if it is one that we know; empty otherwise.

    An Observation of the DOS is one shift.

    Args:
        observation: with a code of ``fhir.picture.score_codes.SCORES``.
        source: where it stands.
        found: for what has no value.
    """
    keys = [coding.key for coding in observation.code.coding]
    field = next((SCORES[key] for key in keys if key in SCORES), None)
    if field is None:
        return []
    if why := IGNORED.get(observation.status or "unknown"):
        found.note(field, f"De score {why} en telt niet mee.", source)
        return []
    at = _seen(observation)
    given, faults = ({}, []) if observation.modifier_extension else _items(observation, field)
    for fault in faults:
        found.note(field, fault, source)
    whole, fault = _total(observation, field)
    if not given and whole is None and not fault:
        return []
    if field not in INSTRUMENTS:
        value = whole.low if whole else None
        return [Reading(field=field, value=value, at=at, source=source, fault=fault)]
    remark = ""
    if whole is not None and not given:
        whole, remark = _polarity(field, keys, whole)
    span, contradiction = combined(INSTRUMENTS[field], given, whole)
    if span is not None and fault:
        found.note(field, fault, source)
    return [
        Reading(
            field=field,
            value=span,
            at=at,
            source=source,
            fault="" if span is not None else fault or "De score heeft geen waarde.",
            remark=remark or contradiction,
            shift=field == "dos",
        )
    ]


def combined(
    instrument: Instrument, given: Mapping[str, int], whole: Span | None
) -> tuple[Span | None, str]:
    """The total by its items and as it was told, and a remark in Dutch where they differ.

    The total told counts when the items allow it. When they don't, one of both is wrong and
    nobody can tell which: the range holds both.

    Args:
        instrument: which one.
        given: points by item, checked.
        whole: the total as told, or None.
    """
    if not given:
        return whole, ""
    parts = total(instrument, given)
    if whole is None:
        return parts, ""
    if parts.low <= whole.low and whole.high <= parts.high:
        return whole, ""
    both = union(parts, whole)
    return both, (
        f"Het totaal ({shown(whole)}) past niet bij de onderdelen ({shown(parts)}):"
        f" gerekend is met {shown(both)}. Tel na."
    )


def union(one: Span, other: Span) -> Span:
    """The range that holds both."""
    return Span(low=min(one.low, other.low), high=max(one.high, other.high))


def shown(span: Span) -> str:
    """A range in Dutch."""
    return str(span.low) if span.low == span.high else f"{span.low} tot {span.high}"


def _seen(observation: Observation) -> datetime | None:
    period = observation.effective_period
    return (
        effective(observation)
        or day_or_moment(observation.effective_date_time)
        or (day_or_moment(period.end or period.start) if period else None)
    )


def _items(observation: Observation, field: str) -> tuple[dict[str, int], list[str]]:
    """The points by item, and why answers can't be used; those are missing."""
    given: dict[str, int] = {}
    faults = []
    for component in observation.component:
        known = next(
            (ITEMS[coding.key] for coding in component.code.coding if coding.key in ITEMS), None
        )
        if known is None or known.field != field or not has_value(component):
            continue
        spoilt = component.data_absent_reason or component.modifier_extension
        points = None if spoilt else _points(component, known)
        if points is None or given.setdefault(known.item, points) != points:
            given.pop(known.item, None)
            faults.append(
                f"Onderdeel “{known.item}” heeft geen antwoord dat bij de score hoort en telt als"
                " niet ingevuld."
            )
    return given, faults


def _points(component: Component, item: CodedItem) -> int | None:
    points: int | None = component.value_integer
    if said := component.value_codeable_concept:
        answers = {item.points.get(coding.key) for coding in said.coding} - {None}
        points = answers.pop() if len(answers) == 1 else None
    allowed = next(own for own in INSTRUMENTS[item.field].items if own.code == item.item).points
    return points if points in allowed else None


def _total(observation: Observation, field: str) -> tuple[Span | None, str]:
    """The total as told, or why it isn't one; neither where there is none."""
    if observation.modifier_extension:
        return None, MODIFIED
    if observation.data_absent_reason:
        return None, ABSENT if has_value(observation) else ""
    value: float | None = observation.value_integer
    if quantity := observation.value_quantity:
        plain = quantity.system in {None, UCUM} and quantity.code in _NUMBERS
        if quantity.comparator or not plain:
            return None, "De score is geen vast getal zonder eenheid: stuur een geheel getal."
        value = quantity.value
    if value is None:
        fault = "De score is geen getal: stuur een geheel getal (valueInteger)."
        return None, fault if has_value(observation) else ""
    instrument = INSTRUMENTS.get(field)
    low = instrument.low if instrument else FACT[field].low or 0
    high = instrument.high if instrument else FACT[field].high or 0
    if value != int(value) or not low <= value <= high:
        return None, f"De score {value:g} kan niet kloppen: verwacht {low:g} tot {high:g}, geheel."
    return Span(low=int(value), high=int(value)), ""


def _polarity(field: str, keys: list[tuple[str, str]], whole: Span) -> tuple[Span, str]:
    """The range of a bare total whose code leaves open what it counts, and a remark."""
    if field == "katz":
        # Points for independence, as coded; Dutch hospitals count dependence (domain.md 3.8).
        both = union(whole, from_dependence(whole))
        text = "Het Katz-totaal zegt niet of het punten voor zelfstandig of voor afhankelijk zijn:"
    elif field == "barthel" and set(keys) & set(SCORES) == {BARTHEL_LOINC} and not whole.low % 5:
        # The index of 1965 counts to 100 in steps of 5; the zib, by SNOMED CT, counts to 20.
        both = Span(low=whole.low // 5, high=whole.low)
        text = "Het Barthel-totaal zegt niet of het tot 20 of tot 100 telt:"
    else:
        return whole, ""
    if both.low == both.high:
        return whole, ""
    return both, f"{text} gerekend is met {shown(both)}. Vul de onderdelen in."
