"""The FHIR side does what its CapabilityStatement says, for each party with its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from desk import Desk, Sent, first, fresh
from one_of_each import valid

from fhir.codes import OFFER_ID

pytest_plugins = ["desk_fixture"]


def ids(bundle: dict[str, Any]) -> list[str]:
    return [one["resource"]["id"] for one in bundle.get("entry", [])]


async def find(desk: Desk, query: str, role: str = "gp", **more: Any) -> list[str]:
    return ids(await desk.get(f"/fhir/{query}", role, **more))


async def test_the_published_questionnaire_is_readable_and_valid(desk: Desk) -> None:
    questionnaire = await desk.get("/fhir/Questionnaire/referral", "gp")
    valid(questionnaire)
    assert questionnaire["resourceType"] == "Questionnaire"


async def test_requests_and_tasks_are_found_by_what_is_promised(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    task, patient = sent.id_of("Task"), sent.id_of("Patient")

    def number(kind: str) -> str:
        one = first(bundle, kind)["identifier"][0]
        return quote(f"{one['system']}|{one['value']}")

    assert await find(desk, f"ServiceRequest?identifier={number('ServiceRequest')}") == [sent.id]
    assert await find(desk, f"Task?identifier={number('Task')}") == [task]
    both = f"https://none.example|1,{number('Task')}"
    assert await find(desk, f"Task?identifier={both}") == [task]
    for query in (f"patient={patient}", f"patient=Patient/{patient}", f"subject={patient}"):
        assert await find(desk, f"ServiceRequest?{query}") == [sent.id]
        assert await find(desk, f"Task?{query}") == [task]
    assert await find(desk, f"Task?focus=ServiceRequest/{sent.id}") == [task]
    assert await find(desk, f"ServiceRequest?_id={sent.id}") == [sent.id]
    assert await find(desk, f"ServiceRequest?_id={sent.id}&status=active") == [sent.id]
    assert await find(desk, f"ServiceRequest?_id={sent.id}&status=revoked,completed") == []
    assert await find(desk, f"Task?patient={patient}&status=accepted,requested") == [task]
    assert await find(desk, f"Task?patient={patient}&status=completed") == []
    assert await find(desk, f"Task?patient={patient}&status=nonsense") == []


async def test_offers_are_found_by_owner_state_and_number(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    own = {"role": "provider", "organisation": offer["organisation"]}
    owner = f"Task?owner=HealthcareService/{offer['service']}"
    assert offer["id"] in await find(desk, owner, **own)
    assert offer["id"] in await find(desk, f"{owner}&status=requested", **own)
    assert offer["id"] not in await find(desk, f"{owner}&status=accepted", **own)
    number = quote(f"{OFFER_ID}|{offer['id']}")
    assert await find(desk, f"Task?identifier={number}", **own) == [offer["id"]]
    tasks = [sent.id_of("Task"), offer["id"]]
    both = f"Task?_id={','.join(tasks)}"
    assert sorted(await find(desk, both, "coordinator")) == sorted(tasks)
    # Who is only asked hears of nobody: the Task says a patient from the order on.
    patient = f"Task?patient={sent.id_of('Patient')}"
    assert await find(desk, patient, "coordinator") == [sent.id_of("Task")]
    await desk.reply(offer, "accept")
    assert offer["id"] in await find(desk, f"{owner}&status=accepted", **own)
    found = await find(desk, f"Task?patient={sent.id_of('Patient')}", **own)
    assert sorted(found) == sorted([sent.id_of("Task"), offer["id"]])
    assert await find(desk, f"ServiceRequest?patient={sent.id_of('Patient')}", **own) == [sent.id]
    for identity in tasks:
        valid(await desk.get(f"/fhir/Task/{identity}", **own))


@pytest.mark.parametrize("kind", ["Task", "ServiceRequest"])
async def test_following_next_shows_everything_once(desk: Desk, kind: str) -> None:
    bundles = [await desk.refer(fresh("elv-low"), "transfer-nurse") for _ in range(7)]
    for one in bundles[:3]:
        await desk.offered(one.id)
    for role in ("transfer-nurse", "coordinator"):
        seen: list[str] = []
        url: str | None = f"/fhir/{kind}?_count=2&status=active,accepted,requested"
        pages = 0
        while url:
            page = await desk.get(url, role)
            assert len(page.get("entry", [])) <= 2
            seen += ids(page)
            links = {link["relation"]: link["url"] for link in page["link"]}
            url = links.get("next")
            pages += 1
            if role == "coordinator" and pages > 40:
                break
        assert len(seen) == len(set(seen))
        assert seen == sorted(seen, reverse=True)
        if role == "transfer-nurse":
            assert {one.id_of(kind) for one in bundles} <= set(seen)


async def test_a_page_of_nothing_is_a_bundle_that_is_valid(desk: Desk) -> None:
    empty = await desk.get("/fhir/Task?status=entered-in-error", "gp")
    assert (empty["total"], "entry" in empty) == (0, False)
    valid(empty)
    await desk.refer(fresh("elv-low"))
    valid(await desk.get("/fhir/Task?_count=3", "coordinator"))


async def test_each_party_finds_its_own_and_nothing_else(desk: Desk) -> None:
    ours = await desk.refer(fresh("elv-low"))
    theirs = await desk.refer(fresh("elv-low"), "transfer-nurse")
    for role, own, other in (("gp", ours, theirs), ("transfer-nurse", theirs, ours)):
        found = await find(desk, "ServiceRequest?_count=100", role)
        assert own.id in found
        assert other.id not in found
        for kind, identity in other.places:
            hidden = await desk.ask(role, "GET", f"/fhir/{kind}/{identity}")
            assert hidden.status_code == 404
        assert await find(desk, f"Task?patient={other.id_of('Patient')}", role) == []
    provider = (await desk.get("/api/capacity"))["items"][0]["organisation"]
    for one in (ours, theirs):
        query = f"ServiceRequest?_id={one.id}"
        assert await find(desk, query, "provider", organisation=provider) == []


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("Task?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999900018", "Task/_search"),
        ("Task?identifier=urn:oid:2.16.840.1.113883.2.4.6.3|999900018", "Task/_search"),
        ("Task?identifier=a|b,http://fhir.nl/fhir/NamingSystem/bsn|999900018", "Task/_search"),
        ("Task?identifier=999900018", "Task/_search"),
        ("Patient?name=Jansen", "Patient/_search"),
        ("ServiceRequest?name=Jansen", "ServiceRequest/_search"),
        ("ServiceRequest?birthdate=1944-01-01", "ServiceRequest/_search"),
        ("ServiceRequest?patient.identifier=999900018", "ServiceRequest/_search"),
        ("Task?patient:identifier=http://fhir.nl/fhir/NamingSystem/bsn|999900018", "_search"),
        ("Task?nonsense=1", "known here"),
        ("ServiceRequest?owner=x", "known here"),
        ("Task?status=", "no value"),
        ("Task?_count=many", "whole number"),
        ("Task?_sort=nonsense", "_lastUpdated"),
        ("Task?_include=Task:nonsense", "Task:focus"),
    ],
)
async def test_what_can_not_be_searched_is_refused_with_a_hint(
    desk: Desk, query: str, hint: str
) -> None:
    answer = await desk.ask("coordinator", "GET", f"/fhir/{query}")
    assert answer.status_code == 400, answer.text
    assert hint in answer.json()["issue"][0]["diagnostics"]
    assert "999900018" not in answer.text


async def test_versions_count_the_changes(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    path = f"/fhir/ServiceRequest/{sent.id}"
    before = await desk.ask("gp", "GET", path)
    assert before.headers["etag"] == f'W/"{before.json()["meta"]["versionId"]}"'
    await desk.offered(sent.id)
    after = await desk.ask("gp", "GET", path)
    assert int(after.json()["meta"]["versionId"]) == int(before.json()["meta"]["versionId"]) + 1


async def test_the_senders_task_keeps_what_the_sender_said(desk: Desk) -> None:
    bundle = fresh("elv-low")
    first(bundle, "Task")["note"] = [{"text": "Graag bellen voor vijven."}]
    sent: Sent = await desk.refer(bundle)
    task = await desk.get(f"/fhir/Task/{sent.id_of('Task')}", "gp")
    assert task["note"] == [{"text": "Graag bellen voor vijven."}]
    assert task["businessStatus"]["coding"][0]["code"] == "triaged"
    assert task["focus"] == {"reference": f"ServiceRequest/{sent.id}"}
    valid(task)
