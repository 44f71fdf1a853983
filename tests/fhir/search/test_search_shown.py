"""A part of a resource is safe to read, and never looks like the whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhir.outcome import FhirRefused
from fhir.search.asked import ask
from fhir.search.parameters import PARAMETERS
from fhir.search.query import Query
from fhir.search.shown import shown
from fhir.validation import accept, faults_of

CORPUS = Path(__file__).parents[2] / "data" / "fhir"

REQUEST = b"""{"resourceType":"ServiceRequest","id":"s1","meta":{"versionId":"3",
"tag":[{"code":"own"}]},"text":{"status":"generated","div":"<div/>"},"status":"active",
"_status":{"id":"x"},"intent":"order","doNotPerform":true,"note":[{"text":"let op"}],
"subject":{"reference":"Patient/1"},"occurrenceDateTime":"2026","quantityQuantity":{"value":1.50},
"authoredOn":"2026-11-20"}"""
TAG = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}


def asked(*parameters: tuple[str, str]) -> Query:
    return ask("ServiceRequest", parameters, personal=True, strict=True)


def part(*parameters: tuple[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown(REQUEST, asked(*parameters)))
    return found


@pytest.mark.parametrize("parameters", [(), (("_summary", "false"),), (("_summary", "count"),)])
def test_the_whole_is_the_whole(parameters: tuple[tuple[str, str], ...]) -> None:
    assert shown(REQUEST, asked(*parameters)) is REQUEST


def test_a_summary_leaves_out_the_words() -> None:
    found = part(("_summary", "true"))
    assert set(json.loads(REQUEST)) - set(found) == {"text", "note"}


def test_a_text_is_the_words_and_what_must_be_there() -> None:
    assert set(part(("_summary", "text"))) == {
        "resourceType",
        "id",
        "meta",
        "text",
        "status",
        "_status",
        "intent",
        "doNotPerform",
        "subject",
    }


def test_the_data_is_all_but_the_text() -> None:
    assert set(json.loads(REQUEST)) - set(part(("_summary", "data"))) == {"text"}


def test_some_elements_come_with_what_must_be_there_and_what_changes_their_meaning() -> None:
    assert set(part(("_elements", "note,occurrence,quantityQuantity"))) == {
        "resourceType",
        "id",
        "meta",
        "status",
        "_status",
        "intent",
        "doNotPerform",
        "subject",
        "note",
        "occurrenceDateTime",
        "quantityQuantity",
    }


@pytest.mark.parametrize("one", [("_summary", "true"), ("_summary", "data"), ("_elements", "note")])
def test_a_part_says_that_it_is_one(one: tuple[str, str]) -> None:
    assert part(one)["meta"] == {"versionId": "3", "tag": [{"code": "own"}, TAG]}
    bare = b'{"resourceType":"ServiceRequest"}'
    assert json.loads(shown(bare, asked(one)))["meta"] == {"tag": [TAG]}


def test_what_stays_is_byte_for_byte_what_it_was() -> None:
    assert b'"quantityQuantity":{"value":1.50}' in shown(REQUEST, asked(("_summary", "true")))


def test_what_is_included_is_summed_up_but_keeps_its_elements() -> None:
    person = b'{"resourceType":"Patient","id":"p","contact":[{}],"birthDate":"1940"}'
    assert shown(person, asked(("_elements", "note"))) == person
    assert "contact" not in json.loads(shown(person, asked(("_summary", "true"))))


def test_a_part_of_an_accepted_resource_is_one_that_is_accepted() -> None:
    seen = set()
    for path in sorted(CORPUS.rglob("*.json")):
        body = path.read_bytes()
        try:
            accept(body)
        except FhirRefused:
            continue
        whole = json.loads(body)
        kind = whole["resourceType"]
        # What was contained is left out, and a reference to it points at nothing.
        if kind not in PARAMETERS or "contained" in whole:
            continue
        for query in (
            Query(kind=kind, elements=("nothing",)),
            Query(kind=kind, summary="text"),
            Query(kind=kind, summary="true"),
        ):
            tree = json.loads(shown(body, query))
            # That one of two optional elements is there can't be kept in every part (ppc-1).
            assert {issue.code for issue in faults_of(tree, kind)} <= {"invariant"}
        seen.add(kind)
    # Ours are told elsewhere to be valid, and are none of those that are sent in.
    assert seen >= set(PARAMETERS) - {"StructureDefinition", "CodeSystem", "ValueSet"}
