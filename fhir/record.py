"""What the record says of a person: registered frailty, and how many conditions and medicines.

A Condition says that something is there, never that nothing else is. So frailty is read from a
single one, but a number only from a List that says it is complete: a problem list or a medication
overview. What is refuted, entered in error, inactive or resolved never counts.
nl-core-Problem; MP9 MedicationOverview; https://hl7.org/fhir/R4/list.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fhir.bundle import Entry, resolve
from fhir.clock import Clock, day_or_moment
from fhir.codes import FRAILTY, ICPC_SYSTEMS, MEDICATION_LIST, PROBLEM_LIST
from fhir.picture.facts import FACT, Found
from fhir.subject import Subject
from fhir.views import Concept, Reference, Text, View, view
from triage.picture import Note, Origin, Picture

_ACTIVE = frozenset({"active", "recurrence", "relapse"})
_OVER = frozenset({"inactive", "remission", "resolved"})
_UNSURE = frozenset({"refuted", "entered-in-error", "unconfirmed", "provisional", "differential"})
_KINDS = {
    "conditions_count": frozenset({"Condition"}),
    "medication_count": frozenset({"MedicationStatement", "MedicationRequest"}),
}
_SPOILT = "telt niet mee: het aantal is niet bekend."


class _Coded(View, frozen=True):
    code: Concept = Concept()


class Condition(_Coded, frozen=True):
    """A problem or diagnosis."""

    clinical_status: Concept | None = None
    verification_status: Concept | None = None
    modifier_extension: tuple[View, ...] = ()
    subject: Reference | None = None
    recorded_date: Text = None


class _Medicine(View, frozen=True):
    status: Text = None
    subject: Reference | None = None
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    modifier_extension: tuple[View, ...] = ()


class _Listed(View, frozen=True):
    item: Reference = Reference()
    deleted: bool = False
    modifier_extension: tuple[View, ...] = ()


class _List(View, frozen=True):
    status: Text = None
    mode: Text = None
    code: Concept = Concept()
    subject: Reference | None = None
    date: Text = None
    entry: tuple[_Listed, ...] = ()
    empty_reason: Concept | None = None
    modifier_extension: tuple[View, ...] = ()


def read_record(
    entries: Sequence[Entry],
    sources: Sequence[str],
    subject: Subject,
    clock: Clock,
    index: Mapping[str, int],
) -> Found:
    """What Conditions and Lists about the person say; what they leave open stays unknown.

    Args:
        entries: all resources.
        sources: what to call each.
        subject: the person.
        clock: by which times are told.
        index: of ``fhir.bundle.index_of``.
    """
    found = Found()
    for entry, source in zip(entries, sources, strict=True):
        if entry.resource_type == "Condition":
            path = entry.place
            if not registers_frailty(view(entry.resource, _Coded, path).code):
                continue
            condition = view(entry.resource, Condition, path)
            if present(condition) and _about(condition.subject, subject, index):
                _add(
                    found,
                    "frailty_registered",
                    value=True,
                    source=source,
                    date=condition.recorded_date,
                )
        elif entry.resource_type == "List":
            listed = view(entry.resource, _List, entry.place)
            field = _counted(listed)
            if field and _about(listed.subject, subject, index):
                _count(field, listed, source, entries, subject, index, found)
    for field, origin in found.origins.items():
        if origin.observed is not None:
            shifted = clock.shifted(origin.observed)
            found.origins[field] = msgspec.structs.replace(origin, observed=shifted)
    return found


def registers_frailty(said: Concept) -> bool:
    """Whether a code is one by which GPs register frailty."""
    return any(coding.code in FRAILTY and coding.system in ICPC_SYSTEMS for coding in said.coding)


def present(condition: Condition) -> bool | None:
    """Whether a Condition says that something is there now; None when it doesn't say.

    An extension that changes the meaning and that we don't know leaves it open.
    """
    if condition.modifier_extension:
        return None
    if _codes(condition.verification_status) & _UNSURE:
        return False
    clinical = _codes(condition.clinical_status)
    if clinical & _OVER:
        return False
    return True if clinical & _ACTIVE else None


def with_record(picture: Picture, stated: Found) -> Picture:
    """A picture with what the record says; where the form said otherwise, the worse counts.

    Worse is: frail, and more conditions or medicines. Who refers is what the registered role of
    the requester says.
    """
    if not stated.values and not stated.notes:
        return picture
    values = {}
    notes = list(stated.notes)
    for field, said in stated.values.items():
        old = getattr(picture, field)
        counts = said if old is None or field == "referrer_role" else max(old, said)
        if old is not None and old != said:
            text = f"Het formulier zegt {_shown(old)}, het dossier {_shown(said)}: "
            source = stated.origins[field].source
            notes.append(Note(FACT[field].link, f"{text}{_shown(counts)} telt.", source))
        if counts == said:
            values[field] = said
    origins = picture.origins | {field: stated.origins[field] for field in values}
    return msgspec.structs.replace(
        picture, **values, origins=origins, notes=picture.notes + tuple(notes)
    )


def _counted(listed: _List) -> str | None:
    """The fact that a List is the whole of: a current one, as it is or as it was on its date."""
    if listed.status != "current" or listed.mode == "changes":
        return None
    if listed.modifier_extension or any(each.modifier_extension for each in listed.entry):
        return None
    keys = {coding.key for coding in listed.code.coding}
    if keys & PROBLEM_LIST:
        return "conditions_count"
    return "medication_count" if keys & MEDICATION_LIST else None


def _count(
    field: str,
    listed: _List,
    source: str,
    entries: Sequence[Entry],
    subject: Subject,
    index: Mapping[str, int],
    found: Found,
) -> None:
    if not listed.entry:
        if "nilknown" in _codes(listed.empty_reason):
            _add(found, field, value=0, source=source, date=listed.date)
        return
    counted = set()
    for each in listed.entry:
        place = resolve(each.item.reference, index)
        if each.deleted:
            continue
        if place is None or entries[place].resource_type not in _KINDS[field]:
            found.note(field, f"De lijst noemt iets dat niet is meegestuurd en {_SPOILT}", source)
            return
        there, what = _there(entries[place], place, subject, index)
        if there is None:
            text = f"Van iets op de lijst is niet bekend of het nu geldt; de lijst {_SPOILT}"
            found.note(field, text, source)
            return
        if there:
            counted.add(what)
    if FACT[field].plausible(len(counted)):
        _add(found, field, value=len(counted), source=source, date=listed.date)


def _there(
    entry: Entry, place: int, subject: Subject, index: Mapping[str, int]
) -> tuple[bool | None, object]:
    """Whether something on a list is there now, and by what it is known when listed twice."""
    path = entry.place
    if entry.resource_type == "Condition":
        condition = view(entry.resource, Condition, path)
        if not _about(condition.subject, subject, index):
            return None, place
        return present(condition), place
    medicine = view(entry.resource, _Medicine, path)
    if not _about(medicine.subject, subject, index):
        return None, place
    said = medicine.medication_codeable_concept
    known = said.coding[0].key if said and said.coding else None
    if medicine.medication_reference:
        known = ("", medicine.medication_reference.reference or str(place))
    if medicine.status == "unknown" or medicine.modifier_extension:
        return None, place
    return medicine.status == "active", known or place


def _add(found: Found, field: str, *, value: bool | int, source: str, date: str | None) -> None:
    old = found.values.get(field)
    if old is None or value > old:
        found.values[field] = value
        found.origins[field] = Origin(source=source, observed=day_or_moment(date))


def _about(said: Reference | None, subject: Subject, index: Mapping[str, int]) -> bool:
    return subject.matches(said, resolve(said.reference if said else None, index))


def _codes(said: Concept | None) -> frozenset[str]:
    return frozenset(coding.code or "" for coding in said.coding) if said else frozenset()


def _shown(value: object) -> str:
    return {True: "ja", False: "nee"}[value] if isinstance(value, bool) else str(value)
