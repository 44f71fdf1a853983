"""A GP's system built on fhirpy refers somebody, and follows it until there is a place."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from desk import first, resources
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import (
    AuthorizationError,
    ForbiddenError,
    MultipleResourcesFound,
    OperationOutcome,
    ResourceNotFound,
)
from sender import Sender, ids, number, stage

pytest_plugins = ["desk_fixture", "served_fixture", "sender_fixture"]
POLLS = 100  # a tenth of a second apart


@pytest.fixture
def fhir(sender: Sender) -> AsyncFHIRClient:
    return AsyncFHIRClient(sender.url, authorization=f"Bearer {sender.token}")


def with_match(sender: Sender, version: str) -> AsyncFHIRClient:
    """A client whose every request is for that version alone."""
    return AsyncFHIRClient(
        sender.url,
        authorization=f"Bearer {sender.token}",
        extra_headers={"If-Match": f'W/"{version}"'},
    )


async def refer(sender: Sender, fhir: AsyncFHIRClient) -> tuple[dict[str, Any], dict[str, str]]:
    bundle = sender.referral()
    answer = await fhir.execute("", data=bundle)
    assert answer["type"] == "transaction-response"
    return bundle, ids(answer)


async def test_fhirpy_refers_and_follows_a_person_until_there_is_a_place(
    sender: Sender, fhir: AsyncFHIRClient
) -> None:
    statement = await fhir.execute("metadata", method="get")
    assert statement["fhirVersion"] == "4.0.1"
    bundle, made = await refer(sender, fhir)
    request = await fhir.get("ServiceRequest", made["ServiceRequest"])
    assert request["identifier"] == first(bundle, "ServiceRequest")["identifier"]
    patient = await fhir.reference("Patient", made["Patient"]).to_resource()
    assert patient["name"] == first(bundle, "Patient")["name"]
    tasks = fhir.resources("Task")
    (found,) = await tasks.search(identifier=number(bundle, "Task")).fetch_all()
    assert found["focus"].reference == f"ServiceRequest/{made['ServiceRequest']}"
    assert stage(found) == "triaged"
    offer = await sender.placed_with(made["ServiceRequest"])
    for _ in range(POLLS):
        await found.refresh()
        if stage(found) == "accepted":
            break
        await asyncio.sleep(0.1)
    assert stage(found) == "accepted"
    both = await tasks.search(patient=f"Patient/{made['Patient']}").fetch_all()
    assert {one.id for one in both} >= {made["Task"]}
    accepted = tasks.search(patient=f"Patient/{made['Patient']}", status="accepted")
    assert made["Task"] in {one.id for one in await accepted.fetch_all()}
    assert offer["id"]


async def test_fhirpy_reads_all_of_a_search_page_by_page(
    sender: Sender, fhir: AsyncFHIRClient
) -> None:
    bundle, made = await refer(sender, fhir)
    measured = fhir.resources("Observation").search(patient=f"Patient/{made['Patient']}").limit(2)
    found = [one.id async for one in measured]
    assert len(found) == len(set(found)) == len(list(resources(bundle, "Observation"))) > 4


async def test_fhirpy_changes_a_patient_and_reads_what_it_was(
    sender: Sender, fhir: AsyncFHIRClient
) -> None:
    made = (await refer(sender, fhir))[1]
    path = f"Patient/{made['Patient']}"
    was = await fhir.get("Patient", made["Patient"])
    mover = with_match(sender, was["meta"]["versionId"])
    telecom = [{"system": "phone", "value": "+31850000009"}]
    changed = mover.resource("Patient", **(was | {"telecom": telecom}))
    await changed.save()
    assert changed["meta"]["versionId"] == "2"
    with pytest.raises(MultipleResourcesFound):  # what fhirpy makes of a 412
        await mover.resource("Patient", **was).save()
    assert await fhir.execute(f"{path}/_history/1", method="get") == was
    history = await fhir.execute(f"{path}/_history", method="get")
    assert [one.resource["meta"]["versionId"] for one in history.entry] == ["2", "1"]
    same = await fhir.reference("Patient", made["Patient"]).to_resource()
    await same.refresh()  # If-None-Match
    assert same["telecom"] == changed["telecom"]


async def test_fhirpy_hears_that_a_resource_is_valid_or_why_not(
    sender: Sender, fhir: AsyncFHIRClient
) -> None:
    patient = first(sender.referral(), "Patient")
    assert await fhir.resource("Patient", **patient).is_valid()
    with pytest.raises(OperationOutcome, match=r"Patient\.gender"):
        await fhir.resource("Patient", gender="none").is_valid(raise_exception=True)


async def test_fhirpy_raises_what_the_service_refuses(
    sender: Sender, fhir: AsyncFHIRClient
) -> None:
    with pytest.raises(ResourceNotFound):
        await fhir.get("Task", "0190a0a0-0000-7000-8000-000000000000")
    with pytest.raises(OperationOutcome) as refused:
        await fhir.resource("Patient", gender="none").save()
    (issue,) = refused.value.resource["issue"]
    assert (issue["severity"], issue["expression"]) == ("error", ["Patient.gender"])
    with pytest.raises(OperationOutcome, match="not-an-object"):
        await fhir.execute("", data={"resourceType": "Bundle", "type": "transaction", "entry": [1]})
    with pytest.raises(AuthorizationError):
        await AsyncFHIRClient(sender.url, authorization="Bearer x").resources("Task").fetch()
    provider = AsyncFHIRClient(sender.url, authorization=f"Bearer {sender.desk.token('provider')}")
    with pytest.raises(ForbiddenError):
        await provider.execute("", data=sender.referral())
