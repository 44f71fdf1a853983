"""New facts come as a form, an Observation or a Bundle of them, about the person referred."""

import json
from typing import Any

import pytest
from fhir_examples import NOW, PERSON, at, form, saturation

from fhir.new_facts import from_fhir, resources
from fhir.outcome import FhirRefused
from fhir.subject import Subject
from triage.picture import Picture

KNOWN = Subject(stored="p-1", identifiers=frozenset({("bsn", "1")}))


def read(body: dict[str, Any]) -> Picture:
    entries = resources(json.dumps(body).encode())
    names = [f"{entry.resource_type}/{place}" for place, entry in enumerate(entries)]
    return from_fhir(entries, names, KNOWN, NOW)[0]


def bundle(*each: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in each],
    }


@pytest.mark.parametrize(
    "subject", [{"reference": "Patient/p-1"}, {"identifier": {"system": "bsn", "value": "1"}}, None]
)
def test_a_form_about_the_person_or_about_nobody_named_counts(subject: Any) -> None:
    sent = form({"danger": True})
    del sent["subject"]
    seen = read(sent | ({"subject": subject} if subject else {}))
    assert seen.danger is True
    assert seen.origins["danger"].source == "QuestionnaireResponse/0"


def test_a_bundle_of_both_counts_by_our_clock() -> None:
    own = {"subject": {"reference": "Patient/p-1"}}
    seen = read(bundle(saturation(91, -20) | own, form({"frail": True}) | own))
    assert (seen.oxygen_saturation, seen.frail) == (91, True)
    assert read(saturation(91, -70) | own).oxygen_saturation is None


def test_somebody_elses_facts_are_refused_by_element() -> None:
    with pytest.raises(FhirRefused) as refusal:
        read(bundle(form({}, subject={"reference": "Patient/p-1"}), saturation(91)))
    (issue,) = refusal.value.issues
    assert issue.expression == ("Bundle.entry[1].resource.subject",)
    with pytest.raises(FhirRefused):
        read(form({}, subject={"reference": PERSON}))


@pytest.mark.parametrize(
    "body", [{"resourceType": "Patient"}, bundle(), bundle({"resourceType": "Condition"}), {}]
)
def test_anything_else_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(FhirRefused) as refusal:
        read(body)
    assert refusal.value.kind == "unprocessable"


def test_a_form_of_the_future_is_of_now() -> None:
    seen = read(form({"danger": True}, subject={"reference": "Patient/p-1"}, authored=at(600)))
    assert seen.origins["danger"].observed == NOW
