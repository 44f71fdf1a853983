"""What is wrong with a request on FHIR is told once, with its place and its cure."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from desk import Desk

pytest_plugins = ["desk_fixture"]
BED = {"resourceType": "Location", "id": "kamer-12", "status": "active"}


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "headers", "status", "place", "cure"),
    [
        ("gp", "GET", "Task?_format=xml", None, {}, 406, "_format", "_format=json"),
        (
            "gp", "GET", "Task", None, {"accept": "application/fhir+xml"},
            406, "Accept", "Accept: application/fhir+json",
        ),
        ("provider", "PUT", "Location/kamer-12", BED, {}, 400, "Location.id", "UUID"),
        ("provider", "POST", "Location", BED, {}, 403, None, "PUT"),
        ("provider", "POST", "Patient", {"resourceType": "Patient"}, {}, 403, None, "provider"),
        ("gp", "POST", "Practitioner", {"resourceType": "Practitioner"}, {}, 405, None, "Bundle"),
        ("gp", "GET", f"Encounter/{uuid4()}", None, {}, 404, None, "Encounter"),
        (
            "gp", "PUT", "Patient/x", {"resourceType": "Patient", "id": "x"},
            {"if-none-match": "2"}, 400, "If-None-Match", "*",
        ),
    ],
)  # fmt: skip
async def test_one_problem_is_one_issue(
    desk: Desk,
    role: str,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    headers: dict[str, str],
    status: int,
    place: str | None,
    cure: str,
) -> None:
    answer = await desk.ask(role, method, f"/fhir/{path}", body, headers=headers)
    assert answer.status_code == status, answer.text
    (issue,) = answer.json()["issue"]
    assert issue.get("expression") == (place and [place])
    assert cure in issue["diagnostics"]
