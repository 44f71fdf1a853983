"""A referral: from the resources of a transaction to who, by whom, and the picture of triage.

Workflow: HL7 Clinical Order Workflows, one ServiceRequest with one coordination Task (fhir.md
1.1). Of Conditions only registered frailty and, from a whole problem list, their number is read:
a code says neither how it is now nor how it limits someone, and a wrong fact is worse than a
question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from fhir.bundle import Entry, index_of, resolve
from fhir.clock import AHEAD, Clock, read_clock
from fhir.form.wanted import read_hours, read_wanted
from fhir.gather import gather, name_sources, with_person
from fhir.outcome import FhirRefused, Issue, refused
from fhir.person import Person, from_patient, must_be_born
from fhir.picture.facts import Found
from fhir.record import read_record, registers_frailty, with_record
from fhir.requester import Requester, read_requester
from fhir.subject import Subject
from fhir.views import Reference, ServiceRequest, Task, view
from triage.picture import Origin, Picture
from triage.wanted import Wanted

ORDERS = frozenset(
    {"directive", "order", "original-order", "reflex-order", "filler-order", "instance-order"}
)
"""Intents that ask for care; a proposal, plan or option does not."""


class ReferralIn(msgspec.Struct, frozen=True, kw_only=True):
    """A referral that came in. Places count from 0 in the entries of its transaction.

    Attributes:
        service_request: place of the ServiceRequest.
        identifiers: (system, value) of the ServiceRequest, system "" where there is none.
        identifier: the one by which the same referral is known again.
        patient: place of the Patient, or None when one is meant that is stored already.
        patient_id: id of the stored Patient; the caller checks that it exists and may be used,
            and completes the picture by ``with_person``.
        person: who it is about; None for a stored Patient.
        requester: who refers.
        task: place of the sender's coordination Task, or None.
        picture: the facts, with times on our clock.
        wanted: what is asked beside the facts, providers as they were sent.
        authored: when the referral was made, on the sender's clock; never after it came in.
    """

    service_request: int
    identifiers: tuple[tuple[str, str], ...]
    identifier: tuple[str, str]
    patient: int | None
    patient_id: str | None
    person: Person | None
    requester: Requester
    task: int | None
    picture: Picture
    wanted: Wanted
    authored: datetime


def from_fhir(
    entries: Sequence[Entry], received: datetime, ids: Sequence[str] | None = None
) -> ReferralIn:
    """Read the referral in a transaction.

    Args:
        entries: of ``fhir.bundle.read``, validated.
        received: when it came in, with a time zone.
        ids: our id for each entry, by which what is stored already may refer to it, and facts
            name ``Observation/id`` as their origin; without them they name the sender's fullUrl.

    Raises:
        FhirRefused: no or several active referrals, no identifier, no person, an invalid BSN, a
            birth date of the future.
            Each issue names its element and the cure.
    """
    index = index_of(entries)
    for at, own in enumerate(ids or ()):
        index.setdefault(f"{entries[at].resource_type}/{own}", at)
    place, request = _active(entries)
    path = entries[place].place
    identifiers = tuple(
        (identifier.system or "", identifier.value)
        for identifier in request.identifier
        if identifier.value and identifier.use != "old"
    )
    if not identifiers:
        raise refused(
            "unprocessable",
            "required",
            "identifier-missing",
            "The ServiceRequest has no identifier: add one with a system of your own and a value"
            " that is unique there, so that a referral sent twice is known again.",
            path + ".identifier",
        )
    patient, patient_id = _subject(request.subject, index, entries, path)
    clock, remark = read_clock(request.authored_on, received)
    sources = name_sources(entries, ids)
    found = Found()
    if remark:
        found.note("", remark, sources[place])
    person = None
    about = Subject(place=patient, stored=patient_id)
    if patient is not None:
        person = from_patient(entries[patient].resource, entries[patient].place)
        must_be_born(person, received + AHEAD, entries[patient].place)
        about = Subject(place=patient, identifiers=person.all_identifiers)
    picture = gather(entries, sources, about, clock, found, index)
    if person is not None and patient is not None:
        picture = with_person(picture, person, clock, sources[patient])
    requester = read_requester(request.requester, entries, index)
    stated = read_record(entries, sources, about, clock, index)
    _state(stated, request, requester, clock, sources, place)
    if picture.hours_per_week is None:
        read_hours(entries[place], sources[place], clock, stated)
    wanted = read_wanted(entries, sources, about, index, place, found.wanted, stated)
    return ReferralIn(
        service_request=place,
        identifiers=identifiers,
        identifier=next((pair for pair in identifiers if pair[0]), identifiers[0]),
        patient=patient,
        patient_id=patient_id,
        person=person,
        requester=requester,
        task=_task(entries, index, place),
        picture=with_record(picture, stated),
        wanted=wanted,
        authored=clock.authored,
    )


def _state(
    stated: Found,
    request: ServiceRequest,
    requester: Requester,
    clock: Clock,
    sources: Sequence[str],
    place: int,
) -> None:
    """Add what the request itself says: who refers, and a reason that is registered frailty."""
    if requester.acts_as is not None and requester.source is not None:
        origin = Origin(sources[requester.source], clock.received)
        stated.values["referrer_role"] = requester.acts_as
        stated.origins["referrer_role"] = origin
    if any(registers_frailty(reason) for reason in request.reason_code):
        stated.values["frailty_registered"] = True
        stated.origins["frailty_registered"] = Origin(sources[place], clock.received)


def is_referral(entries: Sequence[Entry]) -> bool:
    """Whether a transaction asks for care now, so that ``from_fhir`` should read it.

    A ServiceRequest that is a draft, completed or revoked is a record: it is stored, and no
    one is waiting for it.
    """
    return any(
        view(entry.resource, ServiceRequest, entry.place).status == "active"
        for entry in entries
        if entry.resource_type == "ServiceRequest"
    )


def _active(entries: Sequence[Entry]) -> tuple[int, ServiceRequest]:
    requests = [
        (place, view(entry.resource, ServiceRequest, entry.place))
        for place, entry in enumerate(entries)
        if entry.resource_type == "ServiceRequest"
    ]
    active = [
        (place, request)
        for place, request in requests
        if request.status == "active" and request.intent in ORDERS and not request.do_not_perform
    ]
    if len(active) == 1:
        return active[0]
    issues = [
        Issue(
            code="business-rule",
            details="referral-not-one",
            diagnostics="A referral is one ServiceRequest with status active, an intent such as"
            f" order, and without doNotPerform; this Bundle has {len(active)} of them.",
            expression=(entries[place].place,),
        )
        for place, _ in (active or requests)
    ]
    raise FhirRefused(
        "unprocessable",
        issues
        or [
            Issue(
                code="required",
                details="referral-missing",
                diagnostics="The Bundle has no ServiceRequest: add the referral.",
                expression=("Bundle.entry",),
            )
        ],
    )


def _subject(
    subject: Reference | None, index: Mapping[str, int], entries: Sequence[Entry], path: str
) -> tuple[int | None, str | None]:
    said = subject.reference if subject else None
    place = resolve(said, index)
    if place is not None and entries[place].resource_type == "Patient":
        return place, None
    kind, _, stored = (said or "").partition("/")
    if place is None and kind == "Patient" and stored:
        return None, stored
    raise refused(
        "unprocessable",
        "business-rule",
        "subject",
        "The subject must be a Patient: refer to one in this Bundle by its fullUrl, or to one"
        " stored here by Patient/id.",
        path + ".subject",
    )


def _task(entries: Sequence[Entry], index: Mapping[str, int], request: int) -> int | None:
    """The sender's coordination Task: the one whose focus is the ServiceRequest."""
    about = [
        place
        for place, entry in enumerate(entries)
        if entry.resource_type == "Task"
        and (focus := view(entry.resource, Task, entry.place).focus)
        and resolve(focus.reference, index) == request
    ]
    if len(about) > 1:
        raise refused(
            "unprocessable",
            "business-rule",
            "task-not-one",
            "Only one Task may have the ServiceRequest as its focus.",
            *(f"{entries[place].place}.focus" for place in about),
        )
    return about[0] if about else None
