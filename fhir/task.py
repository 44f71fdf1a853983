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
    KIND,
    OFFER_ID,
    OFFER_STATE,
    REASON,
    REFERRAL_ID,
    REFERRAL_STATE,
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

OFFER_STATUS = {
    "requested": "requested",
    "accepted": "accepted",
    "declined": "rejected",
    "withdrawn": "cancelled",
    "expired": "cancelled",
    "completed": "completed",
}
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
_OFFER_WORDS = {
    "requested": "gevraagd",
    "accepted": "geaccepteerd",
    "declined": "afgewezen",
    "withdrawn": "ingetrokken",
    "expired": "verlopen",
    "completed": "gestart",
}
_IDENTIFIED = frozenset({"accepted", "completed"})
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
    version: int = 1,
    reason: str | None = None,
) -> bytes:
    """The Task that asks a provider for a place.

    While it is asked, and when it came to nothing, it names neither the person nor the referral.

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
        version: counts changes, from 1.
        reason: code of why it was declined or withdrawn, or None.
    """
    known = state in _IDENTIFIED
    why = "expired" if state == "expired" else reason
    return _encode(
        {
            "resourceType": "Task",
            "id": id,
            "meta": _meta(modified, version),
            "identifier": [{"system": OFFER_ID, "value": id}],
            "partOf": [_reference("Task", coordination)],
            "status": OFFER_STATUS[state],
            "statusReason": _concept(REASON, why),
            "businessStatus": _concept(OFFER_STATE, state, _OFFER_WORDS[state]),
            "intent": "order" if known else "plan",
            "code": _concept(TASK_CODE, "fulfill"),
            "description": kind[1],
            "focus": _reference("ServiceRequest", service_request) if known else None,
            "for": _reference("Patient", patient) if known else None,
            "authoredOn": instant(authored),
            "lastModified": instant(modified),
            "owner": _reference("HealthcareService", service),
            "restriction": {"period": {"end": instant(expires)}} if expires else None,
            "input": [
                {
                    "type": {"text": "Gevraagde zorg"},
                    "valueCodeableConcept": _concept(KIND, *kind),
                }
            ],
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
