"""What a Bundle may ask is what its type may be asked alone; some types come with a referral."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from desk import Desk, entry, fresh
from fhir_parts import codes, posted, request_of, told
from ride_along import along
from subscriber import subscription

from fhir.claims import CLAIMS
from fhir.subscription.topics import Topic

pytest_plugins = ["desk_fixture"]

FIXED = [kind for kind, one in CLAIMS.items() if "update" not in one.interactions]
KEPT = [kind for kind, one in CLAIMS.items() if "delete" not in one.interactions]
DOCTOR = {"resourceType": "Practitioner", "name": [{"family": "Dokter"}]}


def asked(method: str, url: str, resource: Any = None, **request: str) -> dict[str, Any]:
    """An entry of a Bundle."""
    made: dict[str, Any] = {"request": {"method": method, "url": url} | request}
    return made | ({} if resource is None else {"resource": resource})


def bundle(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def flag(patient: str) -> dict[str, Any]:
    return {
        "resourceType": "Flag",
        "status": "active",
        "code": {"text": "hond in huis"},
        "subject": {"reference": f"Patient/{patient}"},
    }


async def test_what_belongs_to_a_referral_is_not_stored_without_one(desk: Desk) -> None:
    """A transaction, a batch and a document name each entry that can't stand alone."""
    patient = {"resourceType": "Patient", "gender": "female"}
    before = await desk.counts()
    whole = await desk.ask("gp", "POST", "/fhir", bundle(entry(patient), entry(DOCTOR)))
    assert (whole.status_code, codes(whole.json())) == (422, ["only-in-a-referral"])
    (issue,) = whole.json()["issue"]
    assert issue["expression"] == ["Bundle.entry[1]"]
    assert "ServiceRequest" in issue["diagnostics"]
    assert await desk.counts() == before
    each = await desk.ask(
        "gp", "POST", "/fhir", bundle(entry(patient), entry(DOCTOR), kind="batch")
    )
    statuses = [one["response"]["status"][:3] for one in each.json()["entry"]]
    assert statuses == ["201", "422"]
    letter = {
        "resourceType": "Composition", "status": "final", "type": {"text": "Brief"},
        "date": "2026-11-22", "author": [{"display": "V. Oorbeeld"}], "title": "Brief",
    }  # fmt: skip
    document = bundle({"fullUrl": f"urn:uuid:{uuid4()}", "resource": letter}, kind="document") | {
        "timestamp": "2026-11-22T08:00:00Z",
        "identifier": {"system": "urn:test", "value": "d1"},
    }
    refused = await desk.ask("gp", "POST", "/fhir", document)
    assert (refused.status_code, codes(refused.json())) == (422, ["only-in-a-referral"])


@pytest.mark.parametrize("way", ["transaction", "batch"])
async def test_who_tries_it_is_warned(desk: Desk, way: str) -> None:
    tried = bundle(entry({"resourceType": "Patient", "gender": "female"}), entry(DOCTOR), kind=way)
    answer = await desk.ask("gp", "POST", "/fhir/Bundle/$validate", tried)
    (warning,) = [one for one in answer.json()["issue"] if one["severity"] == "warning"]
    assert warning["details"]["coding"][0]["code"] == "only-in-a-referral"
    assert warning["expression"] == ["Bundle.entry[1]"]


async def test_it_comes_with_a_request_that_waits_and_is_an_answer_of_one_that_runs(
    desk: Desk,
) -> None:
    parts, patient = await posted(desk)
    draft = request_of(parts, patient, status="draft")
    answer = await desk.ask("gp", "POST", "/fhir", bundle(entry(draft), entry(flag(patient))))
    assert answer.status_code == 200, answer.text
    places = [one["response"]["location"].split("/") for one in answer.json()["entry"]]
    referral, warning = places[0][1], places[1][1]
    held = await desk.get(f"/fhir/ServiceRequest/{referral}", "gp")
    starts = asked(
        "PUT", f"ServiceRequest/{referral}", held | {"status": "active"}, ifMatch='W/"1"'
    )
    started = await desk.ask("gp", "POST", "/fhir", bundle(starts, entry(DOCTOR)))
    assert started.status_code == 200, started.text
    of = "SELECT referral_id::text FROM resource WHERE id = $1::text::uuid"
    assert await desk.value(of, warning) == referral
    later = await desk.ask("gp", "POST", "/fhir", bundle(entry(flag(patient)), entry(DOCTOR)))
    assert later.status_code == 200, later.text
    added = later.json()["entry"][0]["response"]["location"].split("/")[1]
    assert await desk.value(of, added) == referral


@pytest.mark.parametrize("way", ["transaction", "batch"])
@pytest.mark.parametrize(("method", "kinds"), [("PUT", FIXED), ("DELETE", KEPT)])
async def test_what_is_not_changed_alone_is_not_changed_in_a_bundle(
    desk: Desk, way: str, method: str, kinds: list[str]
) -> None:
    subject = {"reference": f"Patient/{uuid4()}"}
    small = {one["resourceType"]: one for one in along(subject)} | {"Practitioner": DOCTOR}
    for kind in kinds:
        identity = str(uuid4())
        body = small.get(kind)
        if method == "PUT" and body is None:
            continue  # needs more than this says; the table is the same
        resource = None if method == "DELETE" or body is None else body | {"id": identity}
        change = asked(method, f"{kind}/{identity}", resource, ifMatch='W/"1"')
        answer = await desk.ask("gp", "POST", "/fhir", bundle(change, kind=way))
        told_of = answer.json()
        if way == "batch":
            response = told_of["entry"][0]["response"]
            assert response["status"] == "422", kind
            told_of = response["outcome"]
        else:
            assert answer.status_code == 422, kind
        assert codes(told_of) == ["method"], kind
        (issue,) = told_of["issue"]
        assert issue["expression"] == ["Bundle.entry[0].request.method"]
        assert kind in issue["diagnostics"]


@pytest.mark.parametrize("way", ["transaction", "batch"])
async def test_a_subscription_is_deleted_in_a_bundle_too(desk: Desk, way: str) -> None:
    wanted = subscription(Topic.TASK, "https://subscriber.example/told")
    made = (await desk.ask("gp", "POST", "/fhir/Subscription", wanted)).json()["id"]
    path = f"Subscription/{made}"
    strange = await desk.ask(
        "transfer-nurse", "POST", "/fhir", bundle(asked("DELETE", path), kind=way)
    )
    assert "404" in {str(strange.status_code), strange.text[:200].partition('"status":"')[2][:3]}
    patient = {"resourceType": "Patient", "gender": "female"}
    answer = await desk.ask(
        "gp", "POST", "/fhir", bundle(entry(patient), asked("DELETE", path), kind=way)
    )
    assert answer.status_code == 200, answer.text
    responses = [one["response"] for one in answer.json()["entry"]]
    assert [one["status"] for one in responses] == ["201 Created", "204 No Content"]
    assert "location" not in responses[1]
    assert (await desk.ask("gp", "GET", f"/fhir/{path}")).status_code == 410


@pytest.mark.parametrize("way", ["POST", "PUT"])
async def test_a_name_may_not_stand_for_a_type_that_its_element_does_not_take(
    desk: Desk, way: str
) -> None:
    """What a urn:uuid means is seen when all names of the Bundle are known."""
    name = f"urn:uuid:{uuid4()}"
    about = {
        "resourceType": "Condition",
        "code": {"text": "val"},
        "subject": {"reference": name},
    }
    house = {"resourceType": "Organization", "name": "Huis"}
    named = entry(house, name)
    if way == "PUT":
        identity, _ = await told(desk, house)
        named = asked("PUT", f"Organization/{identity}", house | {"id": identity}, ifMatch='W/"1"')
        named["fullUrl"] = name
    before = await desk.counts()
    answer = await desk.ask("gp", "POST", "/fhir", bundle(named, entry(about)))
    assert answer.status_code == 422, answer.text
    (issue,) = answer.json()["issue"]
    assert issue["expression"] == ["Bundle.entry[1].resource.subject.reference"]
    assert "Patient" in issue["diagnostics"]
    assert await desk.counts() == before


async def test_a_referral_may_not_name_a_wrong_type_either(desk: Desk) -> None:
    whole = fresh("elv-low")
    urls = {one["resource"]["resourceType"]: one["fullUrl"] for one in whole["entry"]}
    for one in whole["entry"]:
        if one["resource"]["resourceType"] == "Condition":
            one["resource"]["subject"] = {"reference": urls["Practitioner"]}
    before = await desk.counts()
    answer = await desk.ask("gp", "POST", "/fhir", whole)
    assert answer.status_code == 422, answer.text
    assert answer.json()["issue"][0]["expression"][0].endswith(".resource.subject.reference")
    assert await desk.counts() == before


@pytest.mark.parametrize("way", ["transaction", "$validate"])
async def test_the_log_of_this_service_is_written_by_nobody_else(desk: Desk, way: str) -> None:
    event = {
        "resourceType": "AuditEvent",
        "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110112"},
        "recorded": "2026-11-22T08:00:00Z",
        "agent": [{"requestor": True}],
        "source": {"observer": {"display": "iets"}},
    }
    before = await desk.counts()
    whole = fresh("elv-low")
    whole["entry"].append(entry(event))
    path = "/fhir" if way == "transaction" else "/fhir/Bundle/$validate"
    answer = await desk.ask("gp", "POST", path, whole)
    assert answer.status_code == (422 if way == "transaction" else 200), answer.text
    (issue,) = [one for one in answer.json()["issue"] if one["severity"] == "error"]
    assert issue["details"]["coding"][0]["code"] == "ours-alone"
    assert issue["expression"] == [f"Bundle.entry[{len(whole['entry']) - 1}].resource"]
    after = await desk.counts()
    assert {name: n for name, n in after.items() if name != "audit"} == {
        name: n for name, n in before.items() if name != "audit"
    }
