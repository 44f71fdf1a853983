"""What a referral asks of whoever gives the care: from Patient, Coverage, request and form.

What can't be used is left out with a note, as for the facts; a referral is never refused for it.
nl-core-Patient, nl-core-Payer, https://hl7.org/fhir/R4/coverage.html,
https://hl7.org/fhir/R4/servicerequest.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from fhir.bundle import Entry, resolve
from fhir.clock import Clock
from fhir.codes import AGB, UCUM, URA, UZOVI_SYSTEMS
from fhir.form.wanted_answers import Answers, answered, language_of
from fhir.picture.facts import FACT, Found
from fhir.subject import Subject
from fhir.views import Concept, Identifier, Organization, Quantity, Reference, Text, View, view
from triage.picture import Origin
from triage.wanted import DUTCH, Wanted

_UZOVI = re.compile(r"[0-9]{4}")
_REGISTERS: Final = frozenset({URA, AGB})
_OURS: Final = frozenset({"HealthcareService", "Organization"})
_HOURS: Final = "hours_per_week"


class _Spoken(View, frozen=True):
    language: Concept = Concept()
    preferred: bool = False


class _Patient(View, frozen=True):
    communication: tuple[_Spoken, ...] = ()


class _Coverage(View, frozen=True):
    status: Text = None
    identifier: tuple[Identifier, ...] = ()
    beneficiary: Reference | None = None
    payor: tuple[Reference, ...] = ()
    modifier_extension: tuple[View, ...] = ()


class _Request(View, frozen=True):
    quantity_quantity: Quantity | None = None
    performer: tuple[Reference, ...] = ()


def read_wanted(
    entries: Sequence[Entry],
    sources: Sequence[str],
    subject: Subject,
    index: Mapping[str, int],
    request: int,
    answers: Answers,
    found: Found,
) -> Wanted:
    """What a referral asks; what the form says counts over the other resources.

    Args:
        entries: all resources.
        sources: what to call each.
        subject: the person.
        index: of ``fhir.bundle.index_of``.
        request: place of the ServiceRequest.
        answers: of the person's forms, ``Found.wanted``.
        found: gets a note for what can't be used.
    """
    said: dict[str, Any] = {
        "insurer": _insurer(entries, sources, subject, index, found),
        "preferred": _performer(entries, index, request),
    }
    if subject.place is not None:
        patient = entries[subject.place]
        said["language"] = spoken(patient.resource, patient.place)
    return answered(answers, found).over(Wanted(**said))


def read_hours(request: Entry, source: str, clock: Clock, found: Found) -> None:
    """Add the hours a week that a ServiceRequest asks for to ``found``: 0 to 168, in ``h/wk``."""
    asked = view(request.resource, _Request, request.place).quantity_quantity
    if asked is None:
        return
    fact = FACT[_HOURS]
    if asked.code != fact.unit or asked.system != UCUM or asked.comparator or asked.value is None:
        text = f"ServiceRequest.quantity telt niet mee: verwacht een getal in {fact.unit} (UCUM)."
        found.note(_HOURS, text, source)
    elif not fact.plausible(asked.value):
        text = f"ServiceRequest.quantity telt niet mee: verwacht {fact.low:g} tot {fact.high:g}."
        found.note(_HOURS, text, source)
    else:
        found.values[_HOURS] = asked.value
        found.origins[_HOURS] = Origin(source, clock.received)


def spoken(patient: bytes | msgspec.Raw, path: str) -> str | None:
    """The language of someone who speaks no Dutch, a primary subtag of BCP 47, or None.

    Args:
        patient: the Patient.
        path: where it stands.
    """
    said = view(patient, _Patient, path).communication
    codes = [(one.preferred, code) for one in said if (code := _first(one.language))]
    if not codes or any(code == DUTCH for _, code in codes):
        return None
    return max(codes, key=lambda pair: pair[0])[1]


def _first(said: Concept) -> str | None:
    return next((code for one in said.coding if (code := language_of(one.code or ""))), None)


def _insurer(
    entries: Sequence[Entry],
    sources: Sequence[str],
    subject: Subject,
    index: Mapping[str, int],
    found: Found,
) -> str | None:
    """The UZOVI number of the person's insurer: one that all active Coverages agree on."""
    numbers: dict[str, str] = {}
    for entry, source in zip(entries, sources, strict=True):
        if entry.resource_type != "Coverage":
            continue
        coverage = view(entry.resource, _Coverage, entry.place)
        whose = coverage.beneficiary
        about = subject.matches(whose, resolve(whose.reference if whose else None, index))
        if coverage.status != "active" or coverage.modifier_extension or not about:
            continue
        for number in _payors(coverage, entries, index):
            if _UZOVI.fullmatch(number):
                numbers[number] = source
            else:
                text = "Het UZOVI-nummer van de verzekeraar telt niet mee: verwacht vier cijfers."
                found.note("", text, source)
    if len(numbers) > 1:
        text = "De verzekeringen (Coverage) noemen verschillende verzekeraars: geen telt mee."
        found.note("", text, next(iter(numbers.values())))
        return None
    return next(iter(numbers), None)


def _payors(coverage: _Coverage, entries: Sequence[Entry], index: Mapping[str, int]) -> list[str]:
    identifiers = list(coverage.identifier)
    for payor in coverage.payor:
        identifiers += _identifiers(payor, entries, index)
    return [one.value for one in identifiers if one.system in UZOVI_SYSTEMS and one.value]


def _performer(entries: Sequence[Entry], index: Mapping[str, int], request: int) -> str | None:
    """The first performer that may be one of ours: our id, or a register number."""
    asked = view(entries[request].resource, _Request, entries[request].place)
    for performer in asked.performer:
        kind, _, stored = (performer.reference or "").partition("/")
        if kind in _OURS and stored and resolve(performer.reference, index) is None:
            return stored
        for one in _identifiers(performer, entries, index):
            if one.system in _REGISTERS and one.value:
                return one.value
    return None


def _identifiers(
    said: Reference, entries: Sequence[Entry], index: Mapping[str, int]
) -> Sequence[Identifier]:
    """The identifiers of an organisation that is referred to: of what was sent, or as it says."""
    place = resolve(said.reference, index)
    if place is not None and entries[place].resource_type == "Organization":
        path = entries[place].place
        return view(entries[place].resource, Organization, path).identifier
    return (said.identifier,) if said.identifier else ()
