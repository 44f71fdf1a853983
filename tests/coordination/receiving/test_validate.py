"""A supplier can try what it would send: everything is told at once, and nothing is stored."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from desk import Desk, first, fresh, resources
from reported_on_fhir import NOBODY, bed, beds, issues, measures, one
from subscriber import subscription

from fhir.codes import BSN, TASK_CODE
from fhir.profiles.names import REFERRAL_BUNDLE, REFERRAL_PATIENT
from fhir.subscription.topics import Topic

pytest_plugins = ["desk_fixture"]


async def tried(desk: Desk, body: Any, role: str = "gp", path: str = "Bundle") -> httpx.Response:
    return await desk.ask(role, "POST", f"/fhir/{path}/$validate", body)


async def told(
    desk: Desk, body: Any, role: str = "gp", path: str = "Bundle"
) -> list[tuple[str, str, str]]:
    """Severity, code and element of each issue of an answer that is always 200."""
    answer = await tried(desk, body, role, path)
    assert answer.status_code == 200, answer.text
    return [
        (
            issue["severity"],
            issue["details"]["coding"][0]["code"],
            issue.get("expression", [""])[0],
        )
        for issue in issues(answer)
    ]


def faults(found: list[tuple[str, str, str]]) -> set[tuple[str, str]]:
    return {(code, path) for severity, code, path in found if severity == "error"}


async def remarks(desk: Desk, bundle: dict[str, Any]) -> set[tuple[str, str]]:
    """The code and element of what is no fault, but for what triage says of values."""
    return {
        (code, path)
        for severity, code, path in await told(desk, bundle)
        if severity != "error" and code not in {"valid", "note"}
    }


def place(bundle: dict[str, Any], kind: str) -> str:
    at = next(
        at for at, one in enumerate(bundle["entry"]) if one["resource"]["resourceType"] == kind
    )
    return f"Bundle.entry[{at}].resource"


async def test_a_referral_without_fault_is_called_so_and_nothing_is_stored(desk: Desk) -> None:
    before = await desk.counts()
    found = await told(desk, fresh("elv-low"))
    assert found[0] == ("information", "valid", "")
    assert faults(found) == set()
    assert await desk.counts() == before
    row = (await desk.rows("SELECT action, entity, detail FROM audit ORDER BY id DESC LIMIT 1"))[0]
    assert (row["action"], row["entity"]) == ("validate", "$validate/Bundle")
    assert json.loads(row["detail"]) == {"faults": 0}


async def test_every_fault_of_a_referral_is_told_at_once(desk: Desk) -> None:
    bundle = fresh("elv-low")
    request, patient = first(bundle, "ServiceRequest"), first(bundle, "Patient")
    del request["identifier"]
    patient["identifier"] = [{"system": BSN, "value": "999999999"}]
    patient["birthDate"] = "2190-01-01"
    bundle["entry"][-1]["request"]["method"] = "PATCH"
    observation = first(bundle, "Observation")
    observation["encounter"] = {"reference": "urn:uuid:7d0bd1d5-2f8c-4d0b-9a33-0d9b7a3f2c11"}
    found = faults(await told(desk, bundle))
    assert {code for code, _ in found} >= {
        "identifier-missing", "bsn", "birth-date-future", "reference-unresolved",
    }  # fmt: skip
    at = place(bundle, "Patient")
    assert ("bsn", f"{at}.identifier[0].value") in found
    assert ("birth-date-future", f"{at}.birthDate") in found
    assert ("identifier-missing", f"{place(bundle, 'ServiceRequest')}.identifier") in found
    assert any(path.startswith(f"Bundle.entry[{len(bundle['entry']) - 1}]") for _, path in found)


async def test_what_is_no_fhir_is_told_with_each_element(desk: Desk) -> None:
    patient = {"resourceType": "Patient", "gender": "x", "birthDate": "1940-13-45", "strange": 1}
    found = faults(await told(desk, patient, path="Patient"))
    assert {path for _, path in found} == {
        "Patient.gender", "Patient.birthDate", "Patient.strange",
    }  # fmt: skip


async def test_a_fact_that_triage_could_not_use_is_told_with_its_element(desk: Desk) -> None:
    bundle = fresh("elv-low")
    observation = first(bundle, "Observation")
    observation.pop("component", None)
    observation.pop("valueCodeableConcept", None)
    observation["code"] = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    observation["valueQuantity"] = {
        "value": 80, "comparator": "<", "system": "http://unitsofmeasure.org", "code": "/min"
    }  # fmt: skip
    found = await told(desk, bundle)
    assert faults(found) == set()
    assert ("warning", "note", place(bundle, "Observation")) in found


async def test_what_nothing_is_read_of_is_told_with_its_element(desk: Desk) -> None:
    bundle = fresh("elv-low")
    assert not await remarks(desk, bundle)
    patient, observation = first(bundle, "Patient"), first(bundle, "Observation")
    patient["identifier"][0]["system"] = "https://his.example/bsn"
    patient["address"][0]["postalCode"] = "79211"
    observation["code"]["coding"][0]["system"] = "https://his.example/codes"
    at = place(bundle, "Patient")
    assert await remarks(desk, bundle) == {
        ("bsn-missing", f"{at}.identifier[0].system"),
        ("postcode-missing", f"{at}.address"),
        ("system-unknown", f"{place(bundle, 'Observation')}.code.coding[0].system"),
    }
    del patient["identifier"]
    observation["code"]["coding"][0]["code"] = "AF"
    assert await remarks(desk, bundle) == {
        ("bsn-missing", f"{at}.identifier"),
        ("postcode-missing", f"{at}.address"),
        ("not-read", place(bundle, "Observation")),
    }


async def test_an_answer_to_a_question_of_another_form_is_told(desk: Desk) -> None:
    bundle = fresh("elv-low")
    items = first(bundle, "QuestionnaireResponse")["item"]
    items.insert(0, {"linkId": "theirs", "item": [
        {"linkId": "theirs.1", "answer": [{"valueBoolean": True}]}, {"linkId": "theirs.2"},
    ]})  # fmt: skip
    at = place(bundle, "QuestionnaireResponse")
    assert await remarks(desk, bundle) == {("not-read", f"{at}.item[0].item[0]")}


async def test_a_draft_is_called_so_where_nothing_else_asks_for_care(desk: Desk) -> None:
    bundle = fresh("elv-low")
    first(bundle, "ServiceRequest")["status"] = "draft"
    assert await remarks(desk, bundle) == {("referral-missing", place(bundle, "ServiceRequest"))}
    one = {**first(bundle, "ServiceRequest"), "subject": {"reference": f"Patient/{NOBODY}"}}
    del one["requester"]
    found = await told(desk, one, path="ServiceRequest")
    assert ("warning", "referral-missing", "ServiceRequest") in found


async def test_only_who_may_try_triage_is_told_what_it_would_say(desk: Desk) -> None:
    bundle = fresh("elv-low")
    by_role = {
        role: {code for _, code, _ in await told(desk, bundle, role)}
        for role in ("coordinator", "gp", "provider")
    }
    assert by_role["coordinator"] & {"advice-final", "advice-provisional"}
    assert not any(code.startswith("advice") for code in by_role["gp"] | by_role["provider"])


async def test_a_resource_may_stand_in_parameters_with_a_profile(desk: Desk) -> None:
    patient = {"resourceType": "Patient", "identifier": [{"system": BSN, "value": "1"}]}

    def wrapped(profile: str, mode: str = "create") -> dict[str, Any]:
        return {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "resource", "resource": patient},
                {"name": "mode", "valueCode": mode},
                {"name": "profile", "valueUri": profile},
            ],
        }

    found = await told(desk, patient, path="Patient")
    assert ("warning", "bsn", "Patient.identifier[0].value") in found
    found = await told(desk, wrapped(REFERRAL_PATIENT), path="Patient")
    assert ("error", "bsn", "Patient.identifier[0].value") in found
    assert faults(await told(desk, wrapped("http://x.example/y"), path="Patient")) == {
        ("profile-unknown", "")
    }
    answer = await tried(desk, wrapped(REFERRAL_PATIENT, "delete"), path="Patient")
    assert answer.status_code == 400
    empty = {"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": "create"}]}
    assert (await tried(desk, empty, path="Patient")).status_code == 400


async def test_a_bundle_that_asks_for_no_care_is_a_fault_only_by_the_profile(desk: Desk) -> None:
    bundle = fresh("elv-low")
    for request in resources(bundle, "ServiceRequest"):
        request["status"] = "draft"
    assert faults(await told(desk, bundle)) == set()
    answer = await desk.ask("gp", "POST", f"/fhir/$validate?profile={REFERRAL_BUNDLE}", bundle)
    assert {one["details"]["coding"][0]["code"] for one in issues(answer)} == {"referral-not-one"}


async def test_the_desk_names_the_referrer_and_a_person_of_another_is_not_known(
    desk: Desk,
) -> None:
    bundle = fresh("elv-low")
    first(bundle, "ServiceRequest").pop("requester", None)
    assert ("requester-missing", f"{place(bundle, 'ServiceRequest')}.requester") in faults(
        await told(desk, bundle, "coordinator")
    )
    bundle = fresh("elv-low")
    first(bundle, "ServiceRequest")["subject"] = {"reference": f"Patient/{NOBODY}"}
    assert "subject-unknown" in {code for code, _ in faults(await told(desk, bundle))}


async def test_an_organisation_tries_its_figures_and_its_beds(desk: Desk) -> None:
    service = await one(desk)
    before = await desk.figures(service["service"])
    too_many = measures(beds(service, 5, 9))
    answer = await desk.ask(
        "provider", "POST", "/fhir/MeasureReport/$validate", too_many,
        organisation=service["organisation"],
    )  # fmt: skip
    assert any(issue["severity"] == "error" for issue in issues(answer))
    _, body = bed(service, "X")
    answer = await desk.ask(
        "provider", "POST", "/fhir/Location/$validate", body, organisation=service["organisation"]
    )
    assert {issue["details"]["coding"][0]["code"] for issue in issues(answer)} == {"bed-status"}
    assert await desk.figures(service["service"]) == before


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"a":1,"a":2}', b"null"])
async def test_what_can_not_be_read_is_refused(desk: Desk, body: bytes) -> None:
    for path in ("Patient", "Bundle"):
        answer = await desk.ask("gp", "POST", f"/fhir/{path}/$validate", body)
        assert answer.status_code in {200, 400}, answer.text
        assert any(issue["severity"] == "error" for issue in issues(answer))
    answer = await desk.ask("gp", "POST", "/fhir/$validate", body)
    assert answer.status_code in {200, 400}
    assert (await desk.ask("gp", "POST", "/fhir/Nonsense/$validate", b"{}")).status_code == 404


async def test_only_who_reads_or_refers_may_try(desk: Desk) -> None:
    for role in ("analyst", "privacy-officer"):
        assert (await tried(desk, fresh("elv-low"), role)).status_code == 403


async def test_a_conditional_reference_is_what_it_means(desk: Desk) -> None:
    number = uuid4().hex
    bundle = fresh("elv-low")
    patient = first(bundle, "Patient")
    patient["identifier"].append({"system": "https://praktijk.example", "value": number})
    await desk.refer(bundle)
    other = fresh("elv-low")
    first(other, "ServiceRequest")["subject"] = {
        "reference": f"Patient?identifier=https://praktijk.example|{number}"
    }
    assert faults(await told(desk, other)) == set()
    first(other, "ServiceRequest")["subject"] = {
        "reference": "Patient?identifier=https://praktijk.example|nobody"
    }
    answer = await tried(desk, other)
    assert "reference-unresolved" in {code for code, _ in faults(await told(desk, other))}
    assert "nobody" not in answer.text


async def test_a_bundle_may_also_read_and_a_document_is_tried(desk: Desk) -> None:
    bundle = fresh("elv-low")
    bundle["entry"].append({"request": {"method": "GET", "url": "Task?_count=1"}})
    assert faults(await told(desk, bundle)) == set()
    document = {**fresh("elv-low"), "type": "document"}
    assert "error" in {severity for severity, *_ in await told(desk, document)}


async def test_what_is_no_fhir_hides_no_fault_of_the_rest(desk: Desk) -> None:
    bundle = fresh("elv-low")
    patient, request = first(bundle, "Patient"), first(bundle, "ServiceRequest")
    observations = list(resources(bundle, "Observation"))
    patient["gender"] = "v"
    patient["identifier"] = [{"system": 5}, {"system": BSN, "value": "999999999"}]
    del request["identifier"]
    request["priority"] = "soon"
    request["intent"] = "wish"
    del request["status"]
    observations[0]["status"] = "done"
    observations[1]["modifierExtension"] = [{"url": "http://a.example", "valueBoolean": True}]
    found = await told(desk, bundle)
    at, asks = place(bundle, "Patient"), place(bundle, "ServiceRequest")
    seen = [one["resource"] for one in bundle["entry"]]
    first_one, second = (f"Bundle.entry[{seen.index(one)}].resource" for one in observations[:2])
    assert faults(found) == {
        ("code-invalid", f"{at}.gender"),
        ("value", f"{at}.identifier[0].system"),
        ("bsn", f"{at}.identifier[1].value"),
        ("code-invalid", f"{asks}.priority"),
        ("code-invalid", f"{asks}.intent"),
        ("missing", f"{asks}.status"),
        ("identifier-missing", f"{asks}.identifier"),
        ("code-invalid", f"{first_one}.status"),
    }
    assert ("warning", "note", second) in found
    assert ("warning", "note", first_one) not in found
    told_as = [severity for severity, *_ in found]
    assert told_as == sorted(told_as)


async def test_a_profile_that_a_resource_declares_is_asked_of_it(desk: Desk) -> None:
    bundle = fresh("elv-low") | {"meta": {"profile": [f"{REFERRAL_BUNDLE}|1"]}}
    assert faults(await told(desk, bundle)) == set()
    for request in resources(bundle, "ServiceRequest"):
        request["status"] = "draft"
    assert {code for code, _ in faults(await told(desk, bundle))} == {"referral-not-one"}
    theirs = {"resourceType": "Patient", "meta": {"profile": ["http://x.example/theirs"]}}
    assert faults(await told(desk, theirs, path="Patient")) == set()


@pytest.mark.parametrize("mode", ["create", "update", "profile"])
async def test_a_mode_is_refused_for_what_is_not_done_by_itself(desk: Desk, mode: str) -> None:
    flag: dict[str, Any] = {"resourceType": "Flag", "status": "active"}
    flag |= {"code": {"text": "x"}, "subject": {"display": "x"}}
    for resource, refused in (({"resourceType": "Patient"}, False), (flag, mode != "profile")):
        kind = resource["resourceType"]
        answer = await desk.ask("gp", "POST", f"/fhir/{kind}/$validate?mode={mode}", resource)
        codes = {one["details"]["coding"][0]["code"] for one in issues(answer)}
        assert ("interaction" in codes) is refused


@pytest.mark.parametrize("kind", ["transaction", "batch", "document", "collection", "message"])
async def test_every_type_of_bundle_is_tried(desk: Desk, kind: str) -> None:
    bundle = fresh("elv-low") | {"type": kind, "timestamp": "2026-11-22T10:00:00Z"}
    bundle["identifier"] = {"system": "https://praktijk.example", "value": uuid4().hex}
    first(bundle, "Patient")["gender"] = "v"
    first(bundle, "Patient")["birthDate"] = "2190-01-01"
    if kind not in {"transaction", "batch"}:
        for one in bundle["entry"]:
            del one["request"]
    found = faults(await told(desk, bundle))
    at = place(bundle, "Patient")
    assert ("code-invalid", f"{at}.gender") in found
    assert ("birth-date-future", f"{at}.birthDate") in found or kind == "batch"


async def test_all_that_a_subscription_may_not_is_told_at_once_as_when_it_is_sent(
    desk: Desk,
) -> None:
    asked = subscription(Topic.TASK, "https://user:pw@subscriber.example/told", content="full")
    asked["criteria"] = "urn:test:none"
    wrong = {
        ("subscription-not-offered", "Subscription.criteria"),
        ("subscription-not-offered", "Subscription.channel.payload"),
        ("address-not-allowed", "Subscription.channel.endpoint"),
    }
    assert faults(await told(desk, asked, path="Subscription")) == wrong
    refused = await desk.ask("gp", "POST", "/fhir/Subscription", asked)
    assert refused.status_code == 422
    codes = {
        (one["details"]["coding"][0]["code"], one["expression"][0])
        for one in refused.json()["issue"]
    }
    assert codes == wrong
    fits = subscription(Topic.TASK, "https://subscriber.example/told")
    assert faults(await told(desk, fits, path="Subscription")) == set()


async def test_a_task_that_nobody_would_act_on_is_refused_when_tried(desk: Desk) -> None:
    asked = {
        "resourceType": "Task", "status": "requested", "intent": "order",
        "code": {"coding": [{"system": TASK_CODE, "code": "fulfill"}]},
        "owner": {"reference": f"HealthcareService/{uuid4()}"},
    }  # fmt: skip
    found = faults(await told(desk, asked, role="coordinator", path="Task"))
    assert found == {("task-intent", "Task.intent")}
