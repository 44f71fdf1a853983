"""Tasks: the state of a referral for who sent it, and of an offer for who is asked.

One coordination Task for each referral; one Task below it for each offer, with intent ``plan``
and without the person until it is accepted (HL7 Clinical Order Workflows; fhir.md 1.1).
Resource: https://hl7.org/fhir/R4/task.html.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from fhir.codes import (
    ALTERNATIVE_DATE,
    KIND,
    OFFER_ID,
    OFFER_STATE,
    REASON,
    REFERRAL_ID,
    REFERRAL_STATE,
    SNOMED,
    TASK_CODE,
)
from fhir.settle import instant

REFERRAL_STATUS = {
    "received": "received",
    "needs-info": "received",
    "triaged": "accepted",
    "waiting": "accepted",
    "offered": "accepted",
    "accepted": "accepted",
    "placed": "completed",
    "closed": "completed",
    "cancelled": "cancelled",
}
"""Task.status of each state of a referral; businessStatus tells the state itself."""

_OFFER = {
    "requested": ("requested", "gevraagd", None),
    "countered": ("on-hold", "ander moment voorgesteld", "other-date"),
    "waiting": ("on-hold", "op de wachtlijst van de zorgaanbieder", "on-waiting-list"),
    "accepted": ("accepted", "geaccepteerd", None),
    "declined": ("rejected", "afgewezen", None),
    "withdrawn": ("cancelled", "ingetrokken", None),
    "expired": ("cancelled", "verlopen", "expired"),
    "completed": ("completed", "gestart", None),
    "away": ("on-hold", "terug naar het ziekenhuis, plek bewaard", "in-hospital"),
    "ended": ("completed", "geëindigd", None),
}
"""Task.status of each state of an offer, its Dutch word, and the statusReason it has by itself.

On hold is what waits for someone else: the desk that decides on another moment, a place that comes
free, or the person who is in hospital. Who is on a service's waiting list was accepted by nobody.
"""

OFFER_STATUS = {state: status for state, (status, _, _) in _OFFER.items()}
"""Task.status of each state of an offer."""

_REFERRAL_WORDS = {
    "received": "ontvangen",
    "needs-info": "wacht op informatie",
    "triaged": "getrieerd",
    "waiting": "wacht op een plek",
    "offered": "aangeboden",
    "accepted": "plek geaccepteerd",
    "placed": "geplaatst",
    "closed": "afgesloten",
    "cancelled": "ingetrokken",
}
_IDENTIFIED = frozenset({"accepted", "completed", "away", "ended"})
"""States of an offer in which the provider may know the person."""


def coordination_task(
    *,
    id: str,  # noqa: A002 - FHIR's name
    service_request: str,
    patient: str,
    state: str,
    authored: datetime,
    modified: datetime,
    version: int = 1,
    requester: str | None = None,
    reason: str | None = None,
) -> bytes:
    """The coordination Task of a referral whose sender sent none.

    Args:
        id: our id for the Task.
        service_request: id of the referral.
        patient: id of the Patient.
        state: of the referral, a key of ``REFERRAL_STATUS``.
        authored: when the referral came in.
        modified: when the state last changed.
        version: counts changes, from 1.
        requester: reference to who refers, ``PractitionerRole/…``, or None.
        reason: code of why it was cancelled, or None.
    """
    return _encode(
        {
            "resourceType": "Task",
            "id": id,
            "meta": _meta(modified, version),
            "identifier": [{"system": REFERRAL_ID, "value": service_request}],
            "status": REFERRAL_STATUS[state],
            "statusReason": _concept(REASON, reason),
            "businessStatus": _concept(REFERRAL_STATE, state, _REFERRAL_WORDS[state]),
            "intent": "order",
            "code": _concept(TASK_CODE, "fulfill"),
            "focus": _reference("ServiceRequest", service_request),
            "for": _reference("Patient", patient),
            "authoredOn": instant(authored),
            "lastModified": instant(modified),
            "requester": {"reference": requester} if requester else None,
        }
    )


def overlay_state(
    body: bytes, *, state: str, modified: datetime, version: int, reason: str | None = None
) -> bytes:
    """The sender's own coordination Task with our state; everything else as it was sent.

    Args:
        body: the Task as stored (``fhir.settle``).
        state: of the referral, a key of ``REFERRAL_STATUS``.
        modified: when the state last changed.
        version: counts changes, from 1.
        reason: code of why it was cancelled, or None.
    """
    task = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    meta = msgspec.json.decode(task.get("meta", b"{}"), type=dict[str, Any])
    ours = {
        "meta": meta | _meta(modified, version),
        "status": REFERRAL_STATUS[state],
        "statusReason": _concept(REASON, reason),
        "businessStatus": _concept(REFERRAL_STATE, state, _REFERRAL_WORDS[state]),
        "lastModified": instant(modified),
    }
    raw = {key: msgspec.Raw(msgspec.json.encode(part)) for key, part in ours.items() if part}
    return msgspec.json.encode(task | raw)


def offer_task(
    *,
    id: str,  # noqa: A002 - FHIR's name
    service: str,
    coordination: str,
    service_request: str,
    patient: str,
    state: str,
    kind: tuple[str, str],
    authored: datetime,
    modified: datetime,
    expires: datetime | None = None,
    starts: datetime | None = None,
    started: datetime | None = None,
    ended: datetime | None = None,
    version: int = 1,
    reason: str | None = None,
) -> bytes:
    """The Task that asks a provider for a place.

    While it is asked, and when it came to nothing, it names neither the person nor the referral;
    nor the coordination Task, by which who knows the person from before would know it is them.

    Args:
        id: of the offer.
        service: id of the HealthcareService that is asked.
        coordination: id of the coordination Task.
        service_request: id of the referral.
        patient: id of the Patient.
        state: of the offer, a key of ``OFFER_STATUS``.
        kind: code and Dutch word of the kind of care.
        authored: when it was offered.
        modified: when its state last changed.
        expires: until when the place is held, or None.
        starts: another moment that the service proposed, or None.
        started: when the care began, or None.
        ended: when it ended, or None.
        version: counts changes, from 1.
        reason: code of why it was declined or withdrawn, or None.
    """
    known = state in _IDENTIFIED
    status, word, own_reason = _OFFER[state]
    until = None if state == "waiting" else expires
    happened = {"start": started and instant(started), "end": ended and instant(ended)}
    return _encode(
        {
            "resourceType": "Task",
            "id": id,
            "meta": _meta(modified, version),
            "identifier": [{"system": OFFER_ID, "value": id}],
            "partOf": [_reference("Task", coordination)] if known else None,
            "status": status,
            "statusReason": _concept(REASON, own_reason or reason),
            "businessStatus": _concept(OFFER_STATE, state, word),
            "intent": "order" if known else "plan",
            "code": _concept(TASK_CODE, "fulfill"),
            "description": kind[1],
            "focus": _reference("ServiceRequest", service_request) if known else None,
            "for": _reference("Patient", patient) if known else None,
            "authoredOn": instant(authored),
            "lastModified": instant(modified),
            "owner": _reference("HealthcareService", service),
            "executionPeriod": {name: at for name, at in happened.items() if at} or None,
            "restriction": {"period": {"end": instant(until)}} if until else None,
            "input": [
                {
                    "type": {"text": "Gevraagde zorg"},
                    "valueCodeableConcept": _concept(KIND, *kind),
                }
            ],
            "output": [
                {
                    "type": _concept(SNOMED, ALTERNATIVE_DATE),
                    "valueDateTime": instant(starts),
                }
            ]
            if starts
            else None,
        }
    )


def _encode(task: dict[str, Any]) -> bytes:
    return msgspec.json.encode({key: part for key, part in task.items() if part is not None})


def _meta(modified: datetime, version: int) -> dict[str, str]:
    return {"versionId": str(version), "lastUpdated": instant(modified)}


def _reference(kind: str, own_id: str) -> dict[str, str]:
    return {"reference": f"{kind}/{own_id}"}


def _concept(system: str, code: str | None, display: str | None = None) -> dict[str, Any] | None:
    if code is None:
        return None
    words = {"display": display} if display else {}
    return {"coding": [{"system": system, "code": code} | words]}
