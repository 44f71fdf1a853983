"""Tasks: the state of a referral for who sent it, and of an offer for who is asked.

One coordination Task for each referral; one Task below it for each offer, with intent ``plan``
and without the person until it is accepted (HL7 Clinical Order Workflows; fhir.md 1.1).
Resource: https://hl7.org/fhir/R4/task.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from fhir.codes import (
    OFFER_ID,
    OFFER_STATE,
    REFERRAL_ID,
    REFERRAL_STATE,
    TASK_CODE,
)
from fhir.stamping import instant, meta, own_meta, parts_of
from fhir.task import parts
from fhir.task.codes import (
    OFFER_STATES,
    REFERRAL_STATES,
)
from fhir.task.need import needed
from triage.outline import Outline

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
    "requested": ("requested", None),
    "countered": ("on-hold", "other-date"),
    "waiting": ("on-hold", "on-waiting-list"),
    "accepted": ("accepted", None),
    "declined": ("rejected", None),
    "withdrawn": ("cancelled", None),
    "expired": ("cancelled", "expired"),
    "completed": ("completed", None),
    "away": ("on-hold", "in-hospital"),
    "ended": ("completed", None),
}
"""Task.status of each state of an offer, and the statusReason that it has by itself.

On hold is what waits for someone else: the desk that decides on another moment, a place that comes
free, or the person who is in hospital. Who is on a service's waiting list was accepted by nobody.
"""

OFFER_STATUS = {state: status for state, (status, _) in _OFFER.items()}
"""Task.status of each state of an offer."""

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
    questions: Sequence[parts.Question] = (),
    place: str | None = None,
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
        questions: what is asked of the referrer, while that is so.
        place: id of the HealthcareService where the person has a place, or None.
    """
    return parts.encode(
        {
            "resourceType": "Task",
            "id": id,
            "meta": meta(version, modified),
            "identifier": [{"system": REFERRAL_ID, "value": service_request}],
            "status": REFERRAL_STATUS[state],
            "statusReason": parts.reason(reason),
            "businessStatus": parts.concept(REFERRAL_STATE, state, REFERRAL_STATES[state][0]),
            "intent": "order",
            "code": parts.concept(TASK_CODE, "fulfill"),
            "focus": parts.reference("ServiceRequest", service_request),
            "for": parts.reference("Patient", patient),
            "authoredOn": instant(authored),
            "lastModified": instant(modified),
            "requester": {"reference": requester} if requester else None,
            "input": parts.inputs(questions) or None,
            "output": parts.outputs(place=place) or None,
        }
    )


def overlay_state(
    body: bytes,
    *,
    state: str,
    modified: datetime,
    version: int,
    reason: str | None = None,
    questions: Sequence[parts.Question] = (),
    place: str | None = None,
) -> bytes:
    """The sender's own coordination Task with our state; everything else as it was sent.

    What we ask comes behind its own inputs, and where the person is behind its own outputs.

    Args:
        body: the Task as stored (``fhir.settle``).
        state: of the referral, a key of ``REFERRAL_STATUS``.
        modified: when the state last changed.
        version: counts changes, from 1.
        reason: code of why it was cancelled, or None.
        questions: what is asked of the referrer, while that is so.
        place: id of the HealthcareService where the person has a place, or None.
    """
    task: dict[str, Any] = parts_of(body)
    ours = {
        "meta": own_meta(task, meta(version, modified)),
        "status": REFERRAL_STATUS[state],
        "statusReason": parts.reason(reason),
        "businessStatus": parts.concept(REFERRAL_STATE, state, REFERRAL_STATES[state][0]),
        "lastModified": instant(modified),
        "input": parts.behind(task.get("input"), parts.inputs(questions)),
        "output": parts.behind(task.get("output"), parts.outputs(place=place)),
    }
    return msgspec.json.encode(task | {key: part for key, part in ours.items() if part})


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
    destination: str | None = None,
    need: Outline | None = None,
    named: bool = True,
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
        destination: code of where the person went when the care ended, or None.
        need: what else is asked, as whoever is asked may know it, or None.
        named: whether who reads it may know now of whom it is; of what was, it may not any more.
    """
    known = named and state in _IDENTIFIED
    status, own_reason = _OFFER[state]
    until = None if state == "waiting" else expires
    happened = {"start": started and instant(started), "end": ended and instant(ended)}
    return parts.encode(
        {
            "resourceType": "Task",
            "id": id,
            "meta": meta(version, modified),
            "identifier": [{"system": OFFER_ID, "value": id}],
            "partOf": [parts.reference("Task", coordination)] if known else None,
            "status": status,
            "statusReason": parts.reason(own_reason or reason),
            "businessStatus": _business(state),
            "intent": "order" if state in _IDENTIFIED else "plan",
            "code": parts.concept(TASK_CODE, "fulfill"),
            "description": kind[1],
            "focus": parts.reference("ServiceRequest", service_request) if known else None,
            "for": parts.reference("Patient", patient) if known else None,
            "authoredOn": instant(authored),
            "lastModified": instant(modified),
            "owner": parts.reference("HealthcareService", service),
            "executionPeriod": {name: at for name, at in happened.items() if at} or None,
            "restriction": {"period": {"end": instant(until)}} if until else None,
            "input": needed(kind, need),
            "output": parts.outputs(starts=starts, destination=destination) or None,
        }
    )


def _business(state: str) -> dict[str, Any]:
    """The state of an offer; who accepts first is selected, and the others are not."""
    codes = (state, "selected") if state == "accepted" else (state,)
    return {
        "coding": [
            {"system": OFFER_STATE, "code": code, "display": OFFER_STATES[code][0]}
            for code in codes
        ]
    }
