"""The next version of a resource that is here is tried by its address."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from desk import Desk, fresh
from reported_on_fhir import issues

pytest_plugins = ["desk_fixture"]


async def patient(desk: Desk) -> dict[str, Any]:
    sent = await desk.refer(fresh("elv-low"))
    found: dict[str, Any] = await desk.get(f"/fhir/Patient/{sent.id_of('Patient')}", "gp")
    return found


def codes(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return [
        (one["details"]["coding"][0]["code"], one.get("expression", [""])[0])
        for one in issues(answer)
    ]


async def test_it_is_judged_as_it_is_by_its_type(desk: Desk) -> None:
    one = await patient(desk)
    path = f"/fhir/Patient/{one['id']}/$validate"
    assert codes(await desk.ask("gp", "POST", path, one)) == [("valid", "")]
    wrong = await desk.ask("gp", "POST", path, one | {"gender": "x"})
    assert codes(wrong) == [("code-invalid", "Patient.gender")]
    parts = [{"name": "mode", "valueCode": "update"}, {"name": "resource", "resource": one}]
    inside = {"resourceType": "Parameters", "parameter": parts}
    assert codes(await desk.ask("gp", "POST", path, inside)) == [("valid", "")]


@pytest.mark.parametrize("identity", [None, str(uuid4())])
async def test_its_id_is_that_of_the_address(desk: Desk, identity: str | None) -> None:
    one = await patient(desk)
    path = f"/fhir/Patient/{one['id']}/$validate"
    other = {key: value for key, value in one.items() if key != "id"}
    other |= {"id": identity} if identity else {}
    assert codes(await desk.ask("gp", "POST", path, other)) == [("another-id", "Patient.id")]
    worse = await desk.ask("gp", "POST", path, other | {"surname": "x"})
    assert set(codes(worse)) == {
        ("another-id", "Patient.id"),
        ("unknown-element", "Patient.surname"),
    }


async def test_what_is_not_there_and_what_is_not_theirs_look_the_same(desk: Desk) -> None:
    one = await patient(desk)
    theirs = await desk.ask("transfer-nurse", "POST", f"/fhir/Patient/{one['id']}/$validate", one)
    nowhere = str(uuid4())
    none = await desk.ask(
        "transfer-nurse", "POST", f"/fhir/Patient/{nowhere}/$validate", one | {"id": nowhere}
    )
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert issues(theirs) == issues(none)
    dragon = await desk.ask("gp", "POST", f"/fhir/Dragon/{nowhere}/$validate", {})
    assert dragon.status_code == 404


async def test_a_bed_may_be_tried_under_an_id_that_is_new(desk: Desk) -> None:
    new = str(uuid4())
    bed = {"resourceType": "Location", "id": new, "status": "active"}
    answer = await desk.ask("provider", "POST", f"/fhir/Location/{new}/$validate", bed)
    assert "another-id" not in dict(codes(answer))
    path = f"/fhir/Location/{uuid4()}/$validate"
    assert "another-id" in dict(codes(await desk.ask("provider", "POST", path, bed)))
