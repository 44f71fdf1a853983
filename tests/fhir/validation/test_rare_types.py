"""Types of R4 that referrals seldom carry are judged as all others, wherever they stand."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import fhirkit
import msgspec
import pytest
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle
from ride_along import RARE as EXAMPLES

from fhir import validation
from fhir.outcome import FhirRefused
from fhir.validation.compiled import RARE
from fhir.validation.r4_types import r4_types

BY_TYPE = {one["resourceType"]: one for one in EXAMPLES}
PATIENT = {"resourceType": "Patient", "active": True}
BY_RULE = {
    "CapabilityStatement": {"description", "rest"},
    "InsurancePlan": {"name"},
    "TerminologyCapabilities": {"description"},
}
"""What only an invariant of the type asks for: those are not checked (decision 21)."""


@pytest.fixture(scope="module", autouse=True)
def all_at_once() -> None:
    """Compiled together: one by one takes a fifth of a second each."""
    validation.accept(msgspec.json.encode(bundle(*EXAMPLES)))


def refused(resource: Any, expected: str | None = None) -> list[str]:
    try:
        validation.accept(msgspec.json.encode(resource), expected)
    except FhirRefused as fault:
        return [f"{one.details} {one.expression[0]}" for one in fault.issues]
    return []


def bundle(*resources: Any) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in resources],
    }


def contained(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Basic",
        "code": {"text": "x"},
        "subject": {"reference": "#x"},
        "contained": [resource | {"id": "x"}],
    }


def test_there_is_an_example_of_each() -> None:
    assert BY_TYPE.keys() == RARE
    assert len(RARE) > 80


@pytest.mark.parametrize("kind", BY_TYPE)
def test_it_is_taken_wherever_it_may_stand(kind: str) -> None:
    one = BY_TYPE[kind]
    assert refused(one) == refused(one, kind) == []
    assert refused(bundle(PATIENT, one), "Bundle") == []
    assert refused(contained(one)) == []


@pytest.mark.parametrize("kind", BY_TYPE)
def test_others_find_the_example_to_be_r4(kind: str) -> None:
    one = BY_TYPE[kind]
    assert [str(each) for each in fhirkit.validate(one) if each.severity == "error"] == []
    if kind not in r4_types().whole:
        get_fhir_model_class(kind).model_validate(one)


@pytest.mark.parametrize("kind", BY_TYPE)
def test_what_is_wrong_in_it_is_told_wherever_it_stands(kind: str) -> None:
    one = copy.deepcopy(BY_TYPE[kind]) | {"surname": "x", "language": " "}
    for wrong, path in (
        (one, kind),
        (bundle(PATIENT, one), "Bundle.entry[1].resource"),
        (contained(one), "Basic.contained[0]"),
    ):
        assert refused(wrong) == [
            f"value {path}.language",
            f"unknown-element {path}.surname",
        ]


@pytest.mark.parametrize("kind", [kind for kind, one in BY_TYPE.items() if len(one) > 1])
def test_what_must_be_in_it_may_not_be_left_out(kind: str) -> None:
    for name in BY_TYPE[kind].keys() - {"resourceType"} - BY_RULE.get(kind, set()):
        less = {key: value for key, value in BY_TYPE[kind].items() if key != name}
        assert [one.split()[0] for one in refused(less)] == ["missing"]


@pytest.mark.parametrize(
    ("resource", "fault"),
    [
        (BY_TYPE["EffectEvidenceSynthesis"] | {"status": "done"}, "code-invalid {}.status"),
        (
            BY_TYPE["EffectEvidenceSynthesis"] | {"outcome": {"reference": "Patient/1"}},
            "value {}.outcome.reference",
        ),
        (BY_TYPE["MedicinalProduct"] | {"domain": "x"}, "not-an-object {}.domain"),
        (
            BY_TYPE["MedicinalProduct"] | {"name": [{"productName": 1}]},
            "value {}.name[0].productName",
        ),
        (
            BY_TYPE["SubstanceSpecification"] | {"molecularWeight": [{"weight": 1}]},
            "unknown-element {}.molecularWeight[0].weight",
        ),
        (
            BY_TYPE["SubstanceSpecification"] | {"name": [{"name": "x", "synonym": [{}]}]},
            "empty {}.name[0].synonym[0]",
        ),
        (
            BY_TYPE["SupplyDelivery"] | {"type": {"coding": [{"code": "food"}]}},
            "code-invalid {}.type",
        ),
        (
            BY_TYPE["SupplyDelivery"]
            | {"occurrenceDateTime": "2026", "occurrencePeriod": {"start": "2026"}},
            "choice {}",
        ),
    ],
)
def test_its_codes_references_and_parts_are_checked(resource: Any, fault: str) -> None:
    assert fault.format(resource["resourceType"]) in refused(resource)


def test_r4_has_it_as_r4_and_not_as_r4b() -> None:
    characteristic = {"definitionCodeableConcept": {"text": "x"}}
    variable = {"resourceType": "EvidenceVariable", "status": "draft"}
    old = characteristic | {"groupMeasure": "mean", "usageContext": [usage()]}
    assert refused(variable | {"characteristic": [old]}) == []
    new = characteristic | {"method": "mean"}
    assert refused(variable | {"characteristic": [new]}) == [
        "unknown-element EvidenceVariable.characteristic[0].method"
    ]


def usage() -> dict[str, Any]:
    return {"code": {"code": "age"}, "valueRange": {"low": {"value": 18}}}


def test_its_content_is_kept_whole_and_known_again() -> None:
    one = BY_TYPE["RiskEvidenceSynthesis"]
    body = json.dumps(bundle(PATIENT, one | {"title": "x"}), indent=2).encode()
    canonical = validation.accept(body, "Bundle").canonical
    assert json.loads(canonical)["entry"][1]["resource"] == one | {"title": "x"}
    other = msgspec.json.encode(bundle(PATIENT, one | {"title": "y"}))
    assert validation.accept(other, "Bundle").canonical != canonical


def test_an_element_twice_is_found_in_it_too() -> None:
    body = msgspec.json.encode(bundle(PATIENT, BY_TYPE["Linkage"] | {"active": True}))
    with pytest.raises(FhirRefused, match="twice"):
        validation.accept(body.replace(b'"active":true}', b'"active":true,"active":false}'))


def test_a_rare_type_is_compiled_when_it_comes_and_not_before() -> None:
    """In a process of its own: all of them at start would cost 1.3 s and 50 MB."""
    script = """
import sys
from fhir import validation
def there(name):
    return any(one.endswith("R4B." + name) for one in sys.modules)
validation.warm()
validation.accept(b'{"resourceType": "Patient"}')
assert there("patient") and not there("medicationknowledge") and not there("testscript")
validation.accept(b'{"resourceType": "MedicationKnowledge"}')
assert there("medicationknowledge") and not there("testscript")
for _ in range(2):
    validation.accept(b'{"resourceType": "NamingSystem", "name": "x", "status": "draft",'
        b'"kind": "root", "date": "2026", "uniqueId": [{"type": "oid", "value": "1.2"}]}')
    validation.accept(b'{"resourceType": "MedicationKnowledge"}', "MedicationKnowledge")
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_is_contained_may_be_referred_to_in_each_of_r4s_ways() -> None:
    """By a reference that is called resource, and by one of several canonical URLs."""
    group = {
        "resourceType": "RequestGroup",
        "status": "draft",
        "intent": "plan",
        "instantiatesCanonical": ["#definition"],
        "action": [{"resource": {"reference": "#pill"}}],
        "contained": [
            BY_TYPE["Linkage"] | {"id": "pill"},
            BY_TYPE["TerminologyCapabilities"] | {"id": "definition"},
        ],
    }
    assert refused(group) == []
    assert refused(group | {"action": [{"title": "x"}]}) == ["dom-3 RequestGroup.contained[0]"]
    wrong = group | {"instantiatesCanonical": ["https://sender.example/x"]}
    assert refused(wrong) == ["dom-3 RequestGroup.contained[1]"]
