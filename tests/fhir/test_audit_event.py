"""A row of the audit log as an AuditEvent: who, in what role, did what with what result."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent  # noqa: TID251 - the oracle
from fhir_examples import NOW

from fhir.audit_event import audit_event
from fhir.validation import accept


def shown(**changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": "7",
        "at": NOW,
        "action": "accept",
        "refusal": None,
        "actor": "demo-provider",
        "role": "provider",
        "organisation": "o-1",
        "entities": ["Task/t", "offers"],
        "details": {"request": "r-1", "reason": ""},
    }
    body = audit_event(**(given | changed))
    accept(body, "AuditEvent")
    AuditEvent.model_validate_json(body)
    read: dict[str, Any] = json.loads(body)
    return read


def test_it_says_who_did_what_when_and_to_what() -> None:
    event = shown()
    person, organisation = event["agent"]
    assert person["who"]["identifier"]["value"] == person["altId"] == "demo-provider"
    assert (person["requestor"], organisation["requestor"]) == (True, False)
    assert person["role"][0]["coding"][0]["code"] == "provider"
    assert organisation["who"] == {"reference": "Organization/o-1"}
    assert event["subtype"][0]["code"] == "accept"
    assert (event["action"], event["outcome"], event["recorded"]) == (
        "U",
        "0",
        "2026-11-16T10:00:00.000Z",
    )
    task, other = event["entity"]
    assert task["what"] == {"reference": "Task/t"}
    assert other["what"]["identifier"]["value"] == "offers"
    assert task["detail"] == [{"type": "request", "valueString": "r-1"}]


@pytest.mark.parametrize(
    ("action", "kind"),
    [("read-fhir", "R"), ("refer", "C"), ("cancel", "U"), ("try-triage", "E"), ("refused", "E")],
)
def test_what_was_done_is_told_in_one_letter(action: str, kind: str) -> None:
    assert shown(action=action)["action"] == kind


def test_who_was_refused_and_who_was_not_known_is_told_too() -> None:
    event = shown(
        action="refused", refusal="forbidden", actor="", role="", organisation=None, entities=[]
    )
    assert (event["outcome"], event["outcomeDesc"]) == ("4", "forbidden")
    assert event["agent"] == [{"requestor": True}]
    assert "entity" not in event
