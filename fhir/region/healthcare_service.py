"""A service of ours as a HealthcareService: what it is, when it admits, and whether it has room.

Resource: https://hl7.org/fhir/R4/healthcareservice.html. The capacity status is SDOHCC's
extension, with when it was true and until when it counts beside it (fhir.md 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from capacity.hours import AdmissionHours
from capacity.supply import Counters, Organisation, Service
from capacity.words import REQUIREMENTS
from fhir.codes import own_system
from fhir.outcome import FhirRefused, Issue
from fhir.region.capacity_codes import (
    ABSENT_CODES,
    AS_OF,
    CAPACITY_STATUS,
    PC4,
    SERVICE_ID,
    STATUS_CODES,
    STATUS_OF,
    STATUS_WORDS,
    VALID_UNTIL,
    CapacityStatus,
    concept,
    extension,
    kind_codings,
)
from fhir.region.organisation import organisation_reference
from fhir.region.views import HealthcareService, fault, named
from fhir.stamping import instant
from fhir.views import view
from triage.need import Requirement

_ROOT = "HealthcareService"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT = 24 * 60
_NOT_COMPARED = frozenset({"resourceType", "id", "meta", "text", "extension"})
"""Elements that are no part of a service: ours, or read apart, or words about the rest."""


class Said(msgspec.Struct, frozen=True):
    """The capacity status that an organisation sends: its code, and a note on it."""

    status: CapacityStatus
    notes: str | None


def status_of(counters: Counters, now: datetime, *, waiting: bool) -> CapacityStatus | None:
    """Whether a service takes someone more; None while its figures are older than they count.

    Args:
        counters: its figures.
        now: the moment.
        waiting: whether people are on its waiting list.
    """
    if counters.stopped(now):
        return CapacityStatus.NO_CAPACITY
    if counters.freshness(now) == "stale":
        return None
    if counters.free > 0:
        return CapacityStatus.CAPACITY
    return CapacityStatus.WAITLIST if waiting else CapacityStatus.NO_CAPACITY


def healthcare_service(
    service: Service,
    counters: Counters,
    organisation: Organisation,
    *,
    now: datetime,
    waiting: bool = False,
) -> dict[str, Any]:
    """A service with its capacity status.

    Args:
        service: of ours.
        counters: its figures; their version is that of the resource.
        organisation: that provides it.
        now: the moment, with a time zone.
        waiting: whether people are on its waiting list.
    """
    body: dict[str, Any] = {
        "resourceType": _ROOT,
        "id": service.id,
        "meta": {"versionId": str(counters.version)},
        "extension": [_capacity(counters, now, waiting=waiting)],
        "identifier": [{"system": SERVICE_ID, "value": service.id}],
        "active": service.active,
        "providedBy": organisation_reference(organisation),
        "type": [{"coding": [one]} for one in kind_codings(service)],
        "location": [{"reference": f"Location/{service.site}"}],
        "name": service.name,
        "coverageArea": [
            {"type": "Location", "identifier": {"system": PC4, "value": pc4}, "display": pc4}
            for pc4 in sorted(service.area)
        ],
        "characteristic": [
            concept(own_system(Requirement), one.value, REQUIREMENTS[one][0])
            for one in sorted(service.offers)
        ],
        "availableTime": list(_available(service.admission)),
        "notAvailable": _not_available(counters, now),
    }
    return {name: value for name, value in body.items() if value != []}


def _capacity(counters: Counters, now: datetime, *, waiting: bool) -> dict[str, Any]:
    status = status_of(counters, now, waiting=waiting)
    if status is None:
        known = concept(ABSENT_CODES, "unknown", "Unknown")
    else:
        known = concept(STATUS_CODES, status.value, STATUS_WORDS[status])
    parts = [extension("capacityStatus", valueCodeableConcept=known)]
    if counters.stopped(now):
        parts.append(extension("capacityNotes", valueString=counters.stop_reason))
    parts.append(extension(AS_OF, valueDateTime=instant(counters.as_of)))
    parts.append(extension(VALID_UNTIL, valueDateTime=instant(counters.valid_until)))
    return {"url": CAPACITY_STATUS, "extension": parts}


def _available(admission: AdmissionHours) -> Iterator[dict[str, Any]]:
    """When people are admitted; days with the same hours together."""
    if not admission.windows:
        yield {"daysOfWeek": list(_DAYS), "allDay": True}
    days: dict[tuple[int, int], list[int]] = {}
    for window in admission.windows:
        days.setdefault((window.opens, window.closes), []).append(window.day)
    for (opens, closes), on in sorted(days.items()):
        named_days = {"daysOfWeek": [_DAYS[day - 1] for day in sorted(on)]}
        if (opens, closes) == (0, _MIDNIGHT):
            yield named_days | {"allDay": True}
        else:
            yield named_days | {
                "availableStartTime": _clock(opens),
                "availableEndTime": _clock(closes),
            }


def _clock(minutes: int) -> str:
    """A FHIR time; midnight at the end of a day is its last second, for there is no 24:00."""
    return "23:59:59" if minutes == _MIDNIGHT else f"{minutes // 60:02}:{minutes % 60:02}:00"


def _not_available(counters: Counters, now: datetime) -> list[dict[str, Any]]:
    if not counters.stopped(now):
        return []
    until = counters.stop_until
    during = {} if until is None else {"during": {"end": instant(until)}}
    return [{"description": counters.stop_reason, **during}]


def read_status(body: bytes, shown: Mapping[str, Any]) -> Said | None:
    """The capacity status in a HealthcareService that is sent to replace the one shown.

    Args:
        body: what was sent, after ``fhir.validation.accept``.
        shown: the service as it is now.

    Returns:
        None where it says what is shown already.

    Raises:
        FhirRefused: it changes something else, or its status is missing or not one that an
            organisation reports.
    """
    sent = msgspec.json.decode(body)
    issues = list(_changes(sent, shown))
    said = None
    if sent.get("extension") != shown["extension"]:
        said = _status(view(body, HealthcareService, _ROOT), issues)
    if issues:
        raise FhirRefused("unprocessable", issues)
    before = _status(view(msgspec.json.encode(shown), HealthcareService, _ROOT), [])
    if said is None or before is None or said.status is not before.status:
        return said
    # Without a note it repeats what is shown, with whatever note there is.
    return None if said.notes in {None, before.notes} else said


def _changes(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[Issue]:
    """What is not as shown; an element that is left out stays as it is."""
    for name, value in sent.items():
        if name not in _NOT_COMPARED and value != shown.get(name):
            text = (
                "is not as it is here. Only the capacity status is taken from a HealthcareService:"
                " leave this element out, or change it by PUT /api/services/{id}."
            )
            yield fault(f"{_ROOT}.{name}", "not-changed-here", text, "not-supported")


def _status(sent: HealthcareService, issues: list[Issue]) -> Said | None:
    path = f"{_ROOT}.extension('{CAPACITY_STATUS}')"
    for one in sent.extension:
        if one.url != CAPACITY_STATUS:
            text = "is not kept here; leave it out."
            issues.append(
                fault(f"{_ROOT}.extension('{one.url}')", "not-kept", text, "not-supported")
            )
    parts = [part for one in named(sent.extension, CAPACITY_STATUS) for part in one.extension]
    codes = [
        code.code
        for part in named(parts, "capacityStatus")
        for code in (part.value_codeable_concept.coding if part.value_codeable_concept else ())
        if code.system == STATUS_CODES
    ]
    notes = next((part.value_string for part in named(parts, "capacityNotes")), None)
    if len(codes) != 1 or codes[0] not in STATUS_OF:
        text = (
            f"must have one capacityStatus of {STATUS_CODES}: capacity (you admit) or no-capacity"
            " (you stop admitting; say why in capacityNotes)."
        )
        issues.append(fault(path, "capacity-status", text, "code-invalid"))
        return None
    return Said(STATUS_OF[codes[0]], notes)
