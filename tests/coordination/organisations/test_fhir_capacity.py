"""Capacity on FHIR is for its own organisation, and takes no nonsense."""

from __future__ import annotations

import pytest
from desk import Desk
from reported_on_fhir import NOBODY, bed, beds, issues, measures, one, post, put, with_status

from fhir.region.capacity_codes import OF_SERVICE

pytest_plugins = ["desk_fixture", "no_beds_fixture"]
pytestmark = pytest.mark.usefixtures("no_beds_left")


async def test_only_the_organisation_itself_reports(desk: Desk) -> None:
    service = await one(desk)
    others = {item["organisation"] for item in (await desk.get("/api/capacity"))["items"]}
    stranger = service | {"organisation": min(others - {service["organisation"]})}
    answer = await post(desk, stranger, measures(beds(service, 12, 7)))
    assert answer.status_code == 422
    for role in ("coordinator", "gp", "analyst"):
        refused = await desk.ask(role, "POST", "/fhir/MeasureReport", measures())
        assert refused.status_code == 403, role
    mine = (await post(desk, service, measures(beds(service, 12, 7)))).json()["id"]
    hidden = await desk.ask(
        "provider", "GET", f"/fhir/MeasureReport/{mine}", organisation=stranger["organisation"]
    )
    assert hidden.status_code == 404
    path = f"HealthcareService/{service['service']}"
    body = {"resourceType": "HealthcareService", "id": service["service"]}
    refused = await put(desk, stranger, path, body, if_match='W/"1"')
    assert refused.status_code == 403
    refused = await put(desk, stranger, *bed(service))
    assert refused.status_code == 403


COMPLETE = b'{"resourceType":"MeasureReport","status":"complete","type":"summary","measure":"x:y",'
HOSTILE: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"\xff\xfe",
    b'{"resourceType":"MeasureReport"}',
    b'{"resourceType":"Patient"}',
    b'{"resourceType":"MeasureReport","group":' + b"[" * 300 + b"]" * 300 + b"}",
    b'{"resourceType":"MeasureReport","group":[{"population":[{"count":"12"}]}]}',
    COMPLETE + b'"period":{},"group":[{"measureScore":{"value":1e999}}]}',
    COMPLETE + b'"period":{},"group":[{"measureScore":{"value":1e300}}]}',
    COMPLETE
    + b'"period":{"end":"9999-12-31"},"date":"0001-01-01T00:00:00+14:00","group":[{"extension":'
    + b'[{"url":"'
    + OF_SERVICE.encode()
    + b'","valueReference":{"reference":"//"}}],'
    + b'"population":[{"count":-2147483648}]}]}',
]


@pytest.mark.parametrize("body", HOSTILE)
async def test_a_hostile_body_is_refused_and_stores_nothing(desk: Desk, body: bytes) -> None:
    service = await one(desk)
    before = await desk.counts()
    answers = [await post(desk, service, body)]
    for kind in ("HealthcareService", "Location"):
        path = f"{kind}/{service['service']}"
        answers.append(await put(desk, service, path, body, if_match='W/"1"'))
    for answer in answers:
        assert answer.status_code in {400, 413, 422}, answer.text
        assert issues(answer)
    assert await desk.counts() == before


async def test_a_sender_may_like_an_answer_without_a_body(desk: Desk) -> None:
    service = await one(desk)
    answer = await post(desk, service, measures(beds(service, 12, 7)), prefer="return=minimal")
    assert (answer.status_code, answer.content) == (201, b"")
    assert "location" in answer.headers


async def test_other_types_are_not_updated_here(desk: Desk) -> None:
    service = await one(desk)
    body = {"resourceType": "Practitioner", "id": NOBODY}
    answer = await put(desk, service, f"Practitioner/{NOBODY}", body)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    body = with_status({"service": NOBODY}, "capacity")
    answer = await put(desk, service, f"HealthcareService/{NOBODY}", body, if_match='W/"1"')
    assert answer.status_code == 404
    for kind in ("HealthcareService", "Location", "MeasureReport"):
        assert (await desk.ask("provider", "GET", f"/fhir/{kind}/{NOBODY}")).status_code == 404
        assert (await desk.ask("provider", "GET", f"/fhir/{kind}/x")).status_code == 404
