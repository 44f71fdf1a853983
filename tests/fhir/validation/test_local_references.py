"""A reference to what comes along is judged by what that really is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fhir import validation
from fhir.outcome import FhirRefused

PERSON = "urn:uuid:00000000-0000-4000-8000-000000000001"
OTHER = "urn:uuid:00000000-0000-4000-8000-000000000002"
REQUEST = {
    "resourceType": "ServiceRequest",
    "status": "active",
    "intent": "order",
    "subject": {"reference": PERSON},
}


def faults(resource: dict[str, Any]) -> dict[str, str]:
    try:
        validation.accept(json.dumps(resource).encode())
    except FhirRefused as refused:
        return {one.expression[0]: one.details for one in refused.issues}
    return {}


def bundle(*entries: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": url,
                "resource": resource,
                "request": {"method": "POST", "url": resource["resourceType"]},
            }
            for url, resource in entries
        ],
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Patient", {}),
        ("Group", {}),
        ("Organization", {"Bundle.entry[1].resource.subject.reference": "value"}),
    ],
)
def test_a_reference_to_an_entry_is_to_the_type_of_that_entry(
    kind: str, expected: dict[str, str]
) -> None:
    needed: dict[str, Any] = (
        {"type": "person", "actual": True} if kind == "Group" else {"name": [{"text": "x"}]}
    )
    needed = {"name": "x"} if kind == "Organization" else needed
    assert faults(bundle((PERSON, {"resourceType": kind, **needed}), (OTHER, REQUEST))) == expected


def test_a_full_url_may_be_an_address_and_what_is_not_in_the_bundle_is_not_judged() -> None:
    address = "https://huisarts.example/fhir/Patient/1"
    asked = {**REQUEST, "subject": {"reference": address}}
    assert faults(bundle((OTHER, asked))) == {}
    found = faults(bundle((address, {"resourceType": "Task", "status": "draft", "intent": "order"}),
                          (OTHER, asked)))  # fmt: skip
    assert found == {"Bundle.entry[1].resource.subject.reference": "value"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("Patient", {}), ("Organization", {"ServiceRequest.subject.reference": "value"})],
)
def test_a_reference_to_what_is_contained_is_to_its_type(
    kind: str, expected: dict[str, str]
) -> None:
    inner: dict[str, Any] = {"resourceType": kind, "id": "p"}
    inner |= {"name": "x"} if kind == "Organization" else {"gender": "female"}
    asked = {**REQUEST, "contained": [inner], "subject": {"reference": "#p"}}
    assert faults(asked) == expected
    assert faults(bundle((OTHER, asked))) == {
        f"Bundle.entry[0].resource{path.removeprefix('ServiceRequest')}": code
        for path, code in expected.items()
    }


def test_what_is_contained_may_refer_to_what_is_around_it() -> None:
    role = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "#"}}
    practitioner = {"resourceType": "Practitioner", "contained": [role]}
    assert faults(practitioner) == {}
    astray = {**role, "practitioner": {"reference": "#x"}}
    assert faults({**practitioner, "contained": [astray]}) == {
        "Practitioner.contained[0]": "dom-3",
        "Practitioner.contained[0].practitioner.reference": "ref-1",
    }  # fmt: skip


def test_each_entry_contains_its_own() -> None:
    organization = {"resourceType": "Organization", "id": "o", "name": "Zorg Nergenshuizen"}
    around = {
        "resourceType": "Patient",
        "contained": [organization],
        "managingOrganization": {"reference": "#o"},
    }
    astray = {"resourceType": "Patient", "managingOrganization": {"reference": "#o"}}
    assert faults(bundle((PERSON, around), (OTHER, astray))) == {
        "Bundle.entry[1].resource.managingOrganization.reference": "ref-1"
    }
