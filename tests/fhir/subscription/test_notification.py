"""A notification has the shape of the R4 backport's own examples: status first, then ids."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from fhir.subscription.notification import Event, Notice, NoticeKind, notification, status_answer
from fhir.subscription.topics import Topic
from fhir.validation import accept

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
ID = "63c28e8a-f402-43e4-beb2-75b1c0f6833f"


def notice(kind: NoticeKind = "event-notification", **more: Any) -> Notice:
    given: dict[str, Any] = {
        "id": ID,
        "subscription": "s1",
        "topic": Topic.TASK,
        "state": "active",
        "kind": kind,
        "events": 2,
        "at": NOW,
        "base": "https://naober.example/fhir",
    }
    return Notice(**given | more)


def parameters(bundle: dict[str, Any]) -> list[tuple[str, str]]:
    """Names with the type of their values, as in the examples."""
    found = bundle["entry"][0]["resource"]["parameter"]
    return [(one["name"], next(key for key in one if key != "name")) for one in found]


STATUS = [
    ("subscription", "valueReference"),
    ("topic", "valueCanonical"),
    ("status", "valueCode"),
    ("type", "valueCode"),
    ("events-since-subscription-start", "valueString"),
]
"""Of Bundle-r4-notification-handshake in the guide, STU 1.1."""


@pytest.mark.parametrize("kind", ["handshake", "heartbeat"])
def test_a_sign_of_life_holds_no_event(kind: NoticeKind) -> None:
    raw = notification(notice(kind))
    accept(raw, "Bundle")
    bundle = json.loads(raw)
    assert parameters(bundle) == STATUS
    (entry,) = bundle["entry"]
    assert entry["fullUrl"] == f"urn:uuid:{ID}"
    assert entry["request"] == {"method": "GET", "url": "Subscription/s1/$status"}
    assert entry["response"] == {"status": "200"}


def test_an_event_has_its_number_its_moment_and_what_it_is_about() -> None:
    raw = notification(notice(told=[Event(2, NOW, "Task/7")]))
    accept(raw, "Bundle")
    bundle = json.loads(raw)
    assert bundle["type"] == "history"
    assert parameters(bundle) == [*STATUS, ("notification-event", "part")]
    assert bundle["entry"][0]["resource"]["parameter"][-1]["part"] == [
        {"name": "event-number", "valueString": "2"},
        {"name": "timestamp", "valueInstant": "2026-11-22T07:00:00.000Z"},
        {"name": "focus", "valueReference": {"reference": "https://naober.example/fhir/Task/7"}},
    ]
    assert bundle["entry"][1:] == [
        {
            "fullUrl": "https://naober.example/fhir/Task/7",
            "request": {"method": "GET", "url": "Task/7"},
            "response": {"status": "200"},
        }
    ]


def test_without_an_address_of_ours_references_stay_relative() -> None:
    raw = notification(notice(told=[Event(1, NOW, "Task/7")], base=""))
    accept(raw, "Bundle")
    bundle = json.loads(raw)
    assert "fullUrl" not in bundle["entry"][1]
    first = bundle["entry"][0]["resource"]["parameter"][0]
    assert first["valueReference"] == {"reference": "Subscription/s1"}


def test_empty_says_that_something_happened_and_not_to_what() -> None:
    raw = notification(notice(told=[Event(1, NOW, "Task/7")], ids=False))
    accept(raw, "Bundle")
    assert b"Task/7" not in raw
    assert len(json.loads(raw)["entry"]) == 1


def test_what_changed_twice_stands_there_once() -> None:
    told = [Event(n, NOW, focus) for n, focus in enumerate(("Task/7", "Task/8", "Task/7"), 1)]
    bundle = json.loads(notification(notice("query-event", told=told)))
    assert [one["request"]["url"] for one in bundle["entry"][1:]] == ["Task/7", "Task/8"]


@pytest.mark.parametrize(("error", "coded"), [("ConnectError", ["no-response"]), ("HTTP 503", [])])
def test_a_status_tells_the_last_error(error: str, coded: list[str]) -> None:
    answer = status_answer(notice("query-status", state="error", error=error))
    accept(msgspec.json.encode(answer), "Bundle")
    assert answer["type"] == "searchset"
    said = answer["entry"][0]["resource"]["parameter"][-1]
    assert said["name"] == "error"
    concept = said["valueCodeableConcept"]
    assert [one["code"] for one in concept.get("coding", [])] == coded
    assert concept["text"] == error
