"""What is published of a referral is what the code reads, and every fault is told at once."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle
from fhir_examples import NOW, PERSON, REQUEST, at, observation, patient, request

from fhir import record, views
from fhir.bundle import Entry
from fhir.codes import BSN
from fhir.form import wanted
from fhir.profiles import trial
from fhir.profiles.elements import USED
from fhir.profiles.names import TYPE_OF
from fhir.profiles.sets import code_systems, value_sets
from fhir.profiles.structures import structure_definitions
from fhir.referral import ORDERS
from fhir.views import View
from triage.picture import Note

PAGE = (Path(__file__).parents[3] / "docs" / "referral-profile.md").read_text("utf-8")
READERS = (
    "referral", "person", "gather", "requester", "record", "form.wanted", "picture.observation",
)  # fmt: skip
PART_OF = {
    "_Patient": "Patient",
    "_Request": "ServiceRequest",
    "_Coverage": "Coverage",
    "_List": "List",
    "_Medicine": "MedicationStatement",
    "_Coded": "Condition",
}
"""Of which type a view is that has another name."""
DATATYPES = frozenset(
    {
        views.Address,
        views.Answer,
        views.Coding,
        views.Component,
        views.Concept,
        views.Head,
        views.Identified,
        views.Identifier,
        views.Item,
        views.Name,
        views.Period,
        views.Quantity,
        views.Reference,
        views.View,
        record._Listed,
        wanted._Spoken,
    }
)


def read() -> dict[str, set[str]]:
    """The elements that the readers of a referral look at, by type."""
    found: dict[str, set[str]] = {}
    for name in READERS:
        module = importlib.import_module(f"fhir.{name}")
        for shape in vars(module).values():
            if not (isinstance(shape, type) and issubclass(shape, View)):
                continue
            if shape in DATATYPES:
                continue
            kind = PART_OF.get(shape.__name__, shape.__name__)
            found.setdefault(kind, set()).update(shape.__struct_encode_fields__)
    return found


def test_every_element_that_is_read_is_told_and_no_other() -> None:
    assert read() == {kind: set(elements) for kind, elements in USED.items()}


def test_the_page_tells_every_element_with_its_purpose() -> None:
    for kind, elements in USED.items():
        assert f"### {kind}\n" in PAGE, kind
        part = PAGE.partition(f"### {kind}\n")[2].partition("\n#")[0]
        rows = [line for line in part.splitlines() if line.startswith("| `")]
        assert rows == [
            f"| `{name}` | {'yes' if use.need == 'required' else ''} | {use.purpose} |"
            for name, use in elements.items()
        ], kind
    for url in TYPE_OF:
        assert f"`{url}`" in PAGE


@pytest.mark.parametrize("resource", [*structure_definitions(), *code_systems(), *value_sets()])
def test_what_is_published_is_valid_r4(resource: dict[str, Any]) -> None:
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    if resource["resourceType"] == "StructureDefinition":
        elements = resource["differential"]["element"]
        assert elements[0]["path"] == resource["type"]
        assert len({one["id"] for one in elements}) == len(elements)


def test_canonicals_are_ours_and_named_by_the_last_part() -> None:
    everything = [*structure_definitions(), *code_systems(), *value_sets()]
    assert len({one["url"] for one in everything}) == len(everything)
    for one in everything:
        assert one["url"].endswith(one["id"])


def test_the_profile_asks_for_the_intents_that_ask_for_care() -> None:
    (profile,) = (one for one in structure_definitions() if one["type"] == "ServiceRequest")
    (rule,) = profile["differential"]["element"][0]["constraint"]
    for intent in ORDERS:
        assert f"intent = '{intent}'" in rule["expression"]
        assert f"{intent}," in PAGE.replace(").", ",") or f"{intent})" in PAGE


def transaction(*resources: tuple[str | None, dict[str, Any]]) -> bytes:
    return json.dumps(
        {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                ({"fullUrl": url} if url else {})
                | {
                    "resource": resource,
                    "request": {"method": "POST", "url": resource["resourceType"]},
                }
                for url, resource in resources
            ],
        }
    ).encode()


def codes(body: bytes, *, asks: bool = False) -> list[tuple[str, str]]:
    return [
        (one.details, one.expression[0]) for one in trial.of_bundle(body, NOW, asks=asks).issues
    ]


def test_a_referral_without_fault_is_read() -> None:
    body = transaction((PERSON, patient()), (REQUEST, request()))
    tried = trial.of_bundle(body, NOW)
    assert tried.issues == ()
    assert tried.read is not None
    assert tried.read.identifier[1] == "V-1"


def test_faults_of_which_each_hides_the_next_are_all_told() -> None:
    task = {"resourceType": "Task", "status": "requested", "intent": "order"} | {
        "focus": {"reference": REQUEST}
    }
    body = transaction(
        (PERSON, patient(identifier=[{"system": BSN, "value": "13"}], birthDate="2099-01-01")),
        (REQUEST, request(identifier=[], subject={"reference": "urn:uuid:nobody"})),
        (None, task),
        (None, task),
    )
    assert {code for code, _ in codes(body)} == {
        "identifier-missing", "subject", "bsn", "birth-date-future", "task-not-one",
    }  # fmt: skip


def test_two_bsns_are_one_fault_and_the_rest_is_read() -> None:
    body = transaction(
        (
            PERSON,
            patient(
                identifier=[
                    {"system": BSN, "value": "999900018"},
                    {"system": BSN, "value": "999900006"},
                ]
            ),
        ),
        (REQUEST, request()),
    )
    found = codes(body)
    assert len(found) == 1
    assert found[0][1].startswith("Bundle.entry[0].resource.identifier")


def test_a_bundle_without_care_is_a_fault_only_where_it_must_ask() -> None:
    body = transaction((PERSON, patient()), (REQUEST, request(status="draft")))
    assert codes(body) == []
    assert [code for code, _ in codes(body, asks=True)] == ["referral-not-one"]
    assert [code for code, _ in codes(transaction((PERSON, patient())), asks=True)] == [
        "referral-missing"
    ]


def test_a_note_names_the_resource_that_it_is_of() -> None:
    body = transaction(
        (PERSON, patient()),
        (REQUEST, request()),
        (None, observation("8867-4", 80, "/min", subject={"reference": "Patient/else"})),
    )
    tried = trial.of_bundle(body, NOW)
    assert tried.read is not None
    told = trial.told(tried.read.picture.notes, tried.entries)
    assert ("note", ("Bundle.entry[2].resource",)) in {
        (one.details, one.expression) for one in told
    }
    elsewhere = trial.told([Note(fact="", text="x", source="y")], tried.entries)
    assert elsewhere[0].expression == ()


def test_each_entry_of_a_batch_is_tried_alone() -> None:
    body = json.loads(transaction((PERSON, patient()), (REQUEST, request(identifier=[]))))
    body["type"] = "batch"
    found = codes(json.dumps(body).encode())
    assert ("identifier-missing", "Bundle.entry[1].resource.identifier") in found


def test_a_person_in_a_batch_is_stored_with_a_warning() -> None:
    body = json.loads(transaction((PERSON, patient(birthDate="2190-01-01"))))
    body["type"] = "batch"
    (found,) = trial.of_bundle(json.dumps(body).encode(), NOW).issues
    assert (found.details, found.severity) == ("birth-date-future", "warning")
    assert found.expression == ("Bundle.entry[0].resource.birthDate",)


def test_a_bundle_that_is_not_taken_is_tried_as_if_it_were() -> None:
    body = json.loads(transaction((PERSON, patient()), (REQUEST, request(identifier=[]))))
    body["type"] = "collection"
    assert {code for code, _ in codes(json.dumps(body).encode())} == {
        "bundle-type", "identifier-missing",
    }  # fmt: skip


def test_a_resource_alone_names_its_own_elements() -> None:
    body = json.dumps(request(identifier=[])).encode()
    tried = trial.of_resource("ServiceRequest", body, NOW)
    assert [(one.details, one.expression) for one in tried.issues] == [
        ("identifier-missing", ("ServiceRequest.identifier",))
    ]


def test_entries_are_what_they_were() -> None:
    body = transaction((PERSON, patient(birthDate="2099-01-01")), (REQUEST, request()))
    entries = trial.of_bundle(body, NOW).entries
    assert all(isinstance(one, Entry) for one in entries)
    assert msgspec.json.decode(entries[1].resource)["authoredOn"] == at()
