"""What a search includes: every type that is asked, from every shelf, once; else it is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from desk import Desk

from coordination.records.included import MOST

pytest_plugins = ["desk_fixture"]


@pytest.fixture(scope="module")
async def owned(desk: Desk) -> dict[str, str]:
    """Tasks of a GP's, by the type of their owner; each owner is of the region."""
    row = (await desk.rows("SELECT id::text, organisation_id::text FROM service LIMIT 1"))[0]
    owners = {
        "HealthcareService": f"HealthcareService/{row['id']}",
        "Organization": f"Organization/{row['organisation_id']}",
    }
    made = {}
    for kind, owner in owners.items():
        task = {
            "resourceType": "Task",
            "status": "draft",
            "intent": "order",
            "owner": {"reference": owner},
        }
        answer = await desk.ask("gp", "POST", "/fhir/Task", task)
        assert answer.status_code == 201, answer.text
        made[kind] = answer.json()["id"]
    return made


async def included(desk: Desk, owned: dict[str, str], *includes: str) -> list[str]:
    given = [("_id", ",".join(owned.values())), *(("_include", one) for one in includes)]
    bundle = await desk.get(f"/fhir/Task?{urlencode(given)}", "gp")
    modes = [one["search"]["mode"] for one in bundle["entry"]]
    assert modes.count("match") == bundle["total"] == len(owned)
    self_link = next(one["url"] for one in bundle["link"] if one["relation"] == "self")
    assert all(urlencode({"_include": one}) in self_link for one in includes)
    return sorted(
        one["resource"]["resourceType"]
        for one in bundle["entry"]
        if one["search"]["mode"] == "include"
    )


@pytest.mark.parametrize(
    ("includes", "kinds"),
    [
        (("Task:owner:Organization",), ["Organization"]),
        (("Task:owner:HealthcareService",), ["HealthcareService"]),
        (
            ("Task:owner:Organization", "Task:owner:HealthcareService"),
            ["HealthcareService", "Organization"],
        ),
        (("Task:owner",), ["HealthcareService", "Organization"]),
        (("Task:owner", "Task:owner:Organization"), ["HealthcareService", "Organization"]),
        (("Task:owner:Practitioner",), []),
        (("Task:focus",), []),
    ],
    ids=str,
)
async def test_of_one_reference_every_type_that_is_asked_is_included(
    desk: Desk, owned: dict[str, str], includes: tuple[str, ...], kinds: list[str]
) -> None:
    assert await included(desk, owned, *includes) == kinds


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Task", "_include", "*"),
        ("Task", "_include", "Task:*"),
        ("Task", "_include", "Task:owner:Slot"),
        ("Task", "_include:iterate", "Patient:organization"),
        ("Patient", "_include", "Task:patient"),
        ("Patient", "_revinclude", "Task:patient"),
        ("QuestionnaireResponse", "_include", "QuestionnaireResponse:questionnaire"),
        ("CodeSystem", "_include", "CodeSystem:url"),
    ],
)
async def test_what_is_not_included_is_refused_and_told(
    desk: Desk, kind: str, name: str, value: str
) -> None:
    path = f"/fhir/{kind}?{urlencode({name: value})}"
    strict = {"prefer": "handling=strict"}
    answer = await desk.ask("gp", "GET", path, headers=strict)
    issue: dict[str, Any] = answer.json()["issue"][0]
    assert (answer.status_code, issue["code"]) == (400, "not-supported")
    assert issue["expression"] == [f"http.{name}"]
    lenient = await desk.ask("gp", "GET", path, headers={"prefer": "handling=lenient"})
    assert lenient.status_code == 200, lenient.text
    told = [
        one for one in lenient.json().get("entry", []) if one["search"]["mode"] == "outcome"
    ]  # fmt: skip
    assert len(told) == 1
    assert name in str(told[0]["resource"]["issue"])
    self_link = next(one["url"] for one in lenient.json()["link"] if one["relation"] == "self")
    assert "nclude" not in self_link


async def test_what_is_too_much_to_include_is_said(desk: Desk) -> None:
    heard = [{"reference": f"Organization/{uuid4()}"} for _ in range(MOST + 1)]
    message = {"resourceType": "Communication", "status": "completed", "recipient": heard}
    for count, told in ((MOST, 0), (MOST + 1, 1)):
        sent = message | {"recipient": heard[:count]}
        made = await desk.ask("gp", "POST", "/fhir/Communication", sent)
        assert made.status_code == 201, made.text
        path = f"/fhir/Communication?_id={made.json()['id']}&_include=Communication:recipient"
        bundle = await desk.get(path, "gp")
        said = [one for one in bundle["entry"] if one["search"]["mode"] == "outcome"]
        assert len(said) == told
    (issue,) = said[0]["resource"]["issue"]
    assert issue["details"]["coding"][0]["code"] == "include-cut"
    assert (issue["severity"], f"more than {MOST} of Organization" in issue["diagnostics"]) == (
        "warning",
        True,
    )
