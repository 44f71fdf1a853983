"""A hospital's SMART app on fhirclient refers somebody, and follows it until there is a place."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from desk import first, fresh, resources
from fhirclient.client import FHIRClient
from fhirclient.models.bundle import Bundle
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.models.servicerequest import ServiceRequest
from fhirclient.models.task import Task
from fhirclient.server import (
    FHIRNotFoundException,
    FHIRPermissionDeniedException,
    FHIRUnauthorizedException,
)
from sender import KIND, Sender, ids, number, stage

pytest_plugins = ["desk_fixture", "served_fixture", "sender_fixture"]
POLLS = 100  # a tenth of a second apart


def client(url: str, token: str) -> FHIRClient:
    """As restored by an app that got its bearer token earlier."""
    signed_in = {"app_id": "epd", "access_token": token}
    return FHIRClient(
        state={
            "app_id": "epd",
            "server": {"base_uri": f"{url}/", "auth_type": "oauth2", "auth": signed_in},
        }
    )


@pytest.fixture
def smart(sender: Sender) -> Any:
    return client(sender.url, sender.desk.token("transfer-nurse")).server


def refer(smart: Any) -> tuple[dict[str, Any], dict[str, str]]:
    bundle = fresh(KIND)
    answer = Bundle(bundle).create(smart)
    return bundle, ids(Bundle(answer).as_json())


async def test_fhirclient_refers_and_follows_a_person_until_there_is_a_place(
    sender: Sender, smart: Any
) -> None:
    statement = smart.request_json("metadata")
    assert statement["fhirVersion"] == "4.0.1"
    bundle, made = refer(smart)
    request = ServiceRequest.read(made["ServiceRequest"], smart)
    assert request.as_json()["identifier"] == first(bundle, "ServiceRequest")["identifier"]
    patient = Patient.read(made["Patient"], smart)
    assert patient.as_json()["name"] == first(bundle, "Patient")["name"]
    (task,) = Task.where({"identifier": number(bundle, "Task")}).perform_resources_iter(smart)
    assert (task.id, stage(task.as_json())) == (made["Task"], "triaged")
    await sender.placed_with(made["ServiceRequest"])
    for _ in range(POLLS):
        task = Task.read(task.id, smart)
        if stage(task.as_json()) == "accepted":
            break
        time.sleep(0.1)  # noqa: ASYNC251 - so does the app; the service is another process
    assert stage(task.as_json()) == "accepted"
    about = {"patient": f"Patient/{made['Patient']}", "status": "accepted"}
    assert made["Task"] in {one.id for one in Task.where(about).perform_resources_iter(smart)}


async def test_fhirclient_reads_all_of_a_search_page_by_page(smart: Any) -> None:
    bundle, made = refer(smart)
    about = {"patient": f"Patient/{made['Patient']}", "_count": "2"}
    found = [one.id for one in Observation.where(about).perform_resources_iter(smart)]
    assert len(found) == len(set(found)) == len(list(resources(bundle, "Observation"))) > 4


async def test_fhirclient_changes_a_patient_and_reads_what_it_was(smart: Any) -> None:
    path = f"Patient/{refer(smart)[1]['Patient']}"
    patient = Patient.read_from(path, smart)
    was = patient.as_json()
    tag = f'W/"{patient.meta.versionId}"'
    assert smart.request_data(path, headers={"If-None-Match": tag}) == b"", "304"
    patient.gender = "unknown"
    smart.session.headers["If-Match"] = tag
    changed = Patient(patient.update(smart))
    assert (changed.gender, changed.meta.versionId) == ("unknown", "2")
    with pytest.raises(requests.HTTPError, match="412"):
        patient.update(smart)
    assert Patient.read_from(f"{path}/_history/1", smart).as_json() == was
    history = Bundle.read_from(f"{path}/_history", smart)
    assert [one.resource.meta.versionId for one in history.entry] == ["2", "1"]


async def test_fhirclient_raises_what_the_service_refuses(sender: Sender, smart: Any) -> None:
    with pytest.raises(FHIRNotFoundException):
        Task.read("0190a0a0-0000-7000-8000-000000000000", smart)
    spoiled = Observation({"resourceType": "Observation", "status": "final", "code": {"text": "x"}})
    spoiled.status = "finished"
    with pytest.raises(requests.HTTPError) as refused:
        spoiled.create(smart)
    assert refused.value.response is not None
    (issue,) = refused.value.response.json()["issue"]
    assert issue["expression"] == ["Observation.status"]
    with pytest.raises(FHIRUnauthorizedException):
        Task.read("1", client(sender.url, "x").server)
    provider = client(sender.url, sender.desk.token("provider")).server
    with pytest.raises(FHIRPermissionDeniedException):
        Bundle(fresh(KIND)).create(provider)
