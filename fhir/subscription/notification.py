"""A notification of a Subscription after the R4 backport: its status first, then ids and no more.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/notifications.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from fhir.stamping import instant
from fhir.subscription.asked import BACKPORT
from fhir.subscription.topics import Topic

ERRORS = "http://terminology.hl7.org/CodeSystem/subscription-error"

NoticeKind = Literal["handshake", "heartbeat", "event-notification", "query-status", "query-event"]


class Event(msgspec.Struct, frozen=True):
    """Something that changed.

    Attributes:
        number: from 1, without gaps within its subscription.
        at: when.
        focus: ``Type/id`` of what changed; None where it may not be told, or not any more.
    """

    number: int
    at: datetime
    focus: str | None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a subscriber is told.

    Attributes:
        id: of the notification; the same at each try.
        subscription: its id.
        topic: of what.
        state: of the subscription.
        kind: why it is told.
        events: numbered so far.
        told: the events that it is about.
        ids: whether it says which resources changed.
        error: class of the last failure, or None.
        at: when it is made.
        base: address of our FHIR side, without a slash at the end; empty: references stay relative.
    """

    id: str
    subscription: str
    topic: Topic
    state: str
    kind: NoticeKind
    events: int
    told: Sequence[Event] = ()
    ids: bool = True
    error: str | None = None
    at: datetime
    base: str = ""


def notification(one: Notice) -> bytes:
    """The Bundle that is posted, or answered to ``$events``."""
    entries = [_status_entry(one)]
    if one.ids:
        focuses = dict.fromkeys(event.focus for event in one.told if event.focus)
        entries += [_entry(one, focus) for focus in focuses]
    return msgspec.json.encode(
        {
            "resourceType": "Bundle",
            "id": one.id,
            "meta": {"profile": [BACKPORT + "backport-subscription-notification-r4"]},
            "type": "history",
            "timestamp": instant(one.at),
            "entry": entries,
        }
    )


def status_answer(one: Notice) -> dict[str, Any]:
    """The answer to ``$status``: a searchset with how the subscription stands."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "timestamp": instant(one.at),
        "total": 1,
        "entry": [
            {
                "fullUrl": f"urn:uuid:{one.id}",
                "resource": _status(one),
                "search": {"mode": "match"},
            }
        ],
    }


def _status_entry(one: Notice) -> dict[str, Any]:
    return {
        "fullUrl": f"urn:uuid:{one.id}",
        "resource": _status(one),
        "request": {"method": "GET", "url": f"Subscription/{one.subscription}/$status"},
        "response": {"status": "200"},
    }


def _entry(one: Notice, focus: str) -> dict[str, Any]:
    full = {"fullUrl": f"{one.base}/{focus}"} if one.base else {}
    return full | {"request": {"method": "GET", "url": focus}, "response": {"status": "200"}}


def _status(one: Notice) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {
            "name": "subscription",
            "valueReference": _reference(one, f"Subscription/{one.subscription}"),
        },
        {"name": "topic", "valueCanonical": one.topic.canonical},
        {"name": "status", "valueCode": one.state},
        {"name": "type", "valueCode": one.kind},
        {"name": "events-since-subscription-start", "valueString": str(one.events)},
    ]
    parameters += [{"name": "notification-event", "part": _event(one, each)} for each in one.told]
    if one.error:
        parameters.append({"name": "error", "valueCodeableConcept": _error(one.error)})
    return {
        "resourceType": "Parameters",
        "id": one.id,
        "meta": {"profile": [BACKPORT + "backport-subscription-status-r4"]},
        "parameter": parameters,
    }


def _event(one: Notice, event: Event) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": instant(event.at)},
    ]
    if one.ids and event.focus:
        parts.append({"name": "focus", "valueReference": _reference(one, event.focus)})
    return parts


def _reference(one: Notice, to: str) -> dict[str, str]:
    return {"reference": f"{one.base}/{to}" if one.base else to}


def _error(error: str) -> dict[str, Any]:
    # The code system has one code of use here; an answer that is no success is a response.
    coded = [] if error.startswith("HTTP ") else [{"system": ERRORS, "code": "no-response"}]
    return {"coding": coded, "text": error} if coded else {"text": error}
