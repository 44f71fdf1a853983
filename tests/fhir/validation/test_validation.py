"""A resource is taken when R4 allows it, and refused with the place of each fault."""

import json
import time
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir import validation
from fhir.outcome import FhirRefused, Issue
from fhir.validation import limits

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999900018"}],
    "name": [{"family": "Voorbeeldsma", "given": ["Aaltje"]}],
    "gender": "female",
    "birthDate": "1944-02-29",
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "59408-5"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-03-01T10:15:00+01:00",
    "valueQuantity": {"value": 93, "system": "http://unitsofmeasure.org", "code": "%"},
}
TASK: dict[str, Any] = {"resourceType": "Task", "status": "requested", "intent": "order"}
BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [
        {
            "fullUrl": f"urn:uuid:53a41e63-e826-45fa-9076-9be4b18399c{number}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }
        for number, resource in enumerate((PATIENT, OBSERVATION, TASK))
    ],
}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def faults(value: Any) -> dict[str, str]:
    """Path to our code of everything that is wrong; empty when it is taken."""
    try:
        validation.validate_resource(body(value))
    except FhirRefused as refused:
        return {issue.expression[0]: issue.details for issue in refused.issues}
    return {}


@pytest.mark.parametrize("resource", [PATIENT, OBSERVATION, TASK, BUNDLE])
def test_a_right_resource_is_taken(resource: Any) -> None:
    assert faults(resource) == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"birthDate": "2026-02-29"}, {"Patient.birthDate": "value"}),
        ({"birthDate": "1900-02-29"}, {"Patient.birthDate": "value"}),
        ({"birthDate": "2000-02-29"}, {}),
        ({"birthDate": "2026-04-31"}, {"Patient.birthDate": "value"}),
        ({"birthDate": "2026-13"}, {"Patient.birthDate": "value"}),
        ({"birthDate": "0000-01-01"}, {"Patient.birthDate": "value"}),
        ({"birthDate": "2026-02\n"}, {"Patient.birthDate": "value"}),
        ({"birthDate": "٢٠٢٦"}, {"Patient.birthDate": "value"}),
        ({"birthDate": 1944}, {"Patient.birthDate": "value"}),
        ({"birthDate": None}, {"Patient.birthDate": "null"}),
        ({"deceasedBoolean": "true"}, {"Patient.deceased": "value"}),
        ({"deceasedDateTime": "2026-02-03T10:00:00"}, {"Patient.deceased": "value"}),
        ({"deceasedDateTime": "2026-02-03T10:00Z"}, {"Patient.deceased": "value"}),
        ({"deceasedDateTime": "2026-02-03T23:59:60Z"}, {}),
        (
            {"deceasedBoolean": True, "deceasedDateTime": "2026"},
            {"Patient": "choice"},
        ),
        ({"multipleBirthInteger": 2.0}, {"Patient.multipleBirth": "value"}),
        ({"multipleBirthInteger": 2**31}, {"Patient.multipleBirth": "value"}),
        ({"gender": "v"}, {"Patient.gender": "code-invalid"}),
        ({"gender": ["female"]}, {"Patient.gender": "code-invalid"}),
        ({"id": "x" * 65}, {"Patient.id": "value"}),
        ({"id": "a b"}, {"Patient.id": "value"}),
        ({"name": []}, {"Patient.name": "empty"}),
        ({"name": [{}]}, {"Patient.name[0]": "empty"}),
        ({"name": {"family": "A"}}, {"Patient.name": "not-an-array"}),
        ({"name": ["A"]}, {"Patient.name[0]": "not-an-object"}),
        ({"name": [{"family": ""}]}, {"Patient.name[0].family": "value"}),
        ({"name": [{"family": " \t"}]}, {"Patient.name[0].family": "value"}),
        ({"name": [{"given": ["A", None]}]}, {"Patient.name[0].given[1]": "null"}),
        ({"name": [None]}, {"Patient.name[0]": "null"}),
        ({"surname": "A"}, {"Patient.surname": "unknown-element"}),
        ({"fhir_comments": ["A"]}, {"Patient.fhir_comments": "unknown-element"}),
        ({"language": "nl  NL"}, {"Patient.language": "value"}),
        ({"language": "nl "}, {"Patient.language": "value"}),
        ({"implicitRules": "http://a b"}, {"Patient.implicitRules": "value"}),
        (
            {"photo": [{"contentType": "image/png", "data": "@@@"}]},
            {"Patient.photo[0].data": "value"},
        ),
        ({"photo": [{"contentType": "image/png", "data": "aGk="}]}, {}),
        ({"photo": [{"contentType": "image/png", "data": "aG k="}]}, {}),
        (
            {"photo": [{"contentType": "image/png", "data": "aGk"}]},
            {"Patient.photo[0].data": "value"},
        ),
        ({"photo": [{"data": "aGk="}]}, {"Patient.photo[0]": "att-1"}),
        ({"managingOrganization": {"reference": "Organization/1"}}, {}),
        ({"managingOrganization": {"reference": "urn:uuid:1"}}, {}),
        ({"managingOrganization": {"reference": "https://a.example/Organization/1"}}, {}),
        ({"managingOrganization": {"reference": "Organization?identifier=x|1"}}, {}),
        (
            {"managingOrganization": {"reference": "Patient/1"}},
            {"Patient.managingOrganization.reference": "value"},
        ),
        (
            {"managingOrganization": {"display": "A", "type": "Patient"}},
            {"Patient.managingOrganization.type": "code-invalid"},
        ),
        (
            {"managingOrganization": {"reference": "#no"}},
            {"Patient.managingOrganization.reference": "ref-1"},
        ),
        ({"contact": [{"gender": "male"}]}, {"Patient.contact[0]": "pat-1"}),
        ({"telecom": [{"value": "0"}]}, {"Patient.telecom[0]": "cpt-2"}),
        (
            {"name": [{"family": "A", "period": {"start": "2026-02", "end": "2025"}}]},
            {"Patient.name[0].period": "per-1"},
        ),
        ({"extension": [{"valueString": "a"}]}, {"Patient.extension[0].url": "missing"}),
        ({"extension": [{"url": "http://a.example"}]}, {"Patient.extension[0].value": "missing"}),
        (
            {
                "extension": [
                    {"url": "a", "valueString": "a", "extension": [{"url": "b", "valueCode": "c"}]}
                ]
            },
            {"Patient.extension[0]": "choice"},
        ),
        (
            {"extension": [{"url": "a", "valueString": "a", "valueCode": "b"}]},
            {"Patient.extension[0]": "choice"},
        ),
    ],
)
def test_a_patient_is_refused_for_each_fault_at_its_place(change: Any, expected: Any) -> None:
    assert faults({**PATIENT, **change}) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "bogus"}, {"Observation.status": "code-invalid"}),
        ({"status": "entered-in-error"}, {}),
        ({"subject": {"reference": "Organization/o"}}, {"Observation.subject.reference": "value"}),
        ({"dataAbsentReason": {"text": "a"}}, {"Observation": "obs-6"}),
        ({"valueQuantity": {"value": "93"}}, {"Observation.value.value": "value"}),
        (
            {"valueQuantity": {"value": 93, "comparator": "~"}},
            {"Observation.value.comparator": "code-invalid"},
        ),
        ({"valueQuantity": {"value": 93, "code": "%"}}, {"Observation.value": "qty-3"}),
        (
            {"referenceRange": [{"appliesTo": [{"text": "a"}]}]},
            {"Observation.referenceRange[0]": "obs-3"},
        ),
        (
            {"component": [{"code": OBSERVATION["code"], "valueInteger": 1}]},
            {"Observation": "obs-7"},
        ),
    ],
)
def test_an_observation_is_refused_for_each_fault_at_its_place(change: Any, expected: Any) -> None:
    assert faults({**OBSERVATION, **change}) == expected


def test_a_token_is_judged_the_same_however_often_it_comes() -> None:
    for number in range(10_000):  # more than are remembered
        coded = {**OBSERVATION, "code": {"coding": [{"code": f"c{number}"}]}}
        assert faults(coded) == {}
    wrong = {**OBSERVATION, "code": {"coding": [{"code": " c1"}, {"system": "http://a b"}]}}
    for _ in range(2):
        assert faults(wrong) == {
            "Observation.code.coding[0].code": "value",
            "Observation.code.coding[1].system": "value",
        }


def test_what_is_right_as_one_type_is_not_remembered_as_right_for_another() -> None:
    said = {"code": "two words", "display": "two  spaces "}
    right = {**OBSERVATION, "code": {"coding": [said]}}
    wrong = {**OBSERVATION, "code": {"coding": [{"system": "two words", "code": "two  spaces "}]}}
    for _ in range(2):
        assert faults(right) == {}
        assert faults(wrong) == {
            "Observation.code.coding[0].system": "value",
            "Observation.code.coding[0].code": "value",
        }


def test_a_required_primitive_may_hide_behind_its_extension() -> None:
    unknown = {"extension": [{"url": "http://a.example", "valueCode": "unknown"}]}
    task = {"resourceType": "Task", "_status": unknown, "intent": "order"}
    assert faults(task) == {}
    assert faults({"resourceType": "Task", "intent": "order"}) == {"Task.status": "missing"}


def test_a_null_in_a_primitive_array_needs_its_extension() -> None:
    extension = {"extension": [{"url": "http://a.example", "valueCode": "unknown"}]}
    name = {"given": [None, "Aaltje"], "_given": [extension, None]}
    assert faults({**PATIENT, "name": [name]}) == {}
    name["_given"] = [None, extension]
    assert faults({**PATIENT, "name": [name]}) == {"Patient.name[0].given[0]": "null"}


@pytest.mark.parametrize(
    ("div", "fine"),
    [
        (
            "<div xmlns='http://www.w3.org/1999/xhtml'><p style='color: red'>A &amp; b</p></div>",
            True,
        ),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><a href='https://a.example'>A</a></div>", True),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><script>1</script></div>", False),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><p onclick='x'>A</p></div>", False),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><a href='javascript:x'>A</a></div>", False),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><a href=' JavaScript:x'>A</a></div>", False),
        (
            "<div xmlns='http://www.w3.org/1999/xhtml'><a href='java&#10;script:x'>A</a></div>",
            False,
        ),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><a href='data:text/html,x'>A</a></div>", False),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><a href='//a.example/x'>A</a></div>", True),
        (
            "<div xmlns='http://www.w3.org/1999/xhtml'><p style='width: expression(x)'>A</p></div>",
            False,
        ),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><iframe/></div>", False),
        (
            "<div xmlns='http://www.w3.org/1999/xhtml'><svg xmlns='http://www.w3.org/2000/svg'/></div>",
            False,
        ),
        ("<div xmlns='http://www.w3.org/1999/xhtml'><p>A</div>", False),
        ("<div xmlns='http://www.w3.org/1999/xhtml'> </div>", False),
        ("<div>A</div>", False),
        ("<p xmlns='http://www.w3.org/1999/xhtml'>A</p>", False),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><div xmlns='http://www.w3.org/1999/xhtml'>&b;</div>",
            False,
        ),
        ("A", False),
    ],
)
def test_a_narrative_is_plain_and_safe(div: Any, fine: Any) -> None:
    nothing = "<div xmlns='http://www.w3.org/1999/xhtml'> </div>"
    expected = {} if fine else {"Patient.text.div": "txt-2" if div == nothing else "txt-1"}
    assert faults({**PATIENT, "text": {"status": "generated", "div": div}}) == expected


def contained(**change: Any) -> dict[str, Any]:
    inner = {"resourceType": "Organization", "id": "o", "name": "Zorg Nergenshuizen", **change}
    reference = {"managingOrganization": {"reference": "#o"}}
    return {**PATIENT, **reference, "contained": [inner]}


def test_a_contained_resource_is_whole_and_used() -> None:
    assert faults(contained()) == {}
    assert faults(contained(meta={"versionId": "1"})) == {
        "Patient.contained[0].meta.versionId": "dom-4"
    }
    assert faults(contained(contained=[PATIENT])) == {"Patient.contained[0].contained": "dom-2"}
    assert faults(contained(id="p")) == {
        "Patient.contained[0]": "dom-3",
        "Patient.managingOrganization.reference": "ref-1",
    }
    assert faults(contained(name="")) == {"Patient.contained[0].name": "value"}


def changed(**entry: Any) -> dict[str, Any]:
    bundle = deepcopy(BUNDLE)
    bundle["entry"][1].update(entry)
    bundle["entry"][1] = {name: value for name, value in bundle["entry"][1].items() if value}
    return bundle


@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        ({**BUNDLE, "total": 3}, {"Bundle.total": "bdl-1"}),
        (changed(search={"mode": "match"}), {"Bundle.entry[1].search": "bdl-2"}),
        (changed(request=None), {"Bundle.entry[1].request": "bdl-3"}),
        (changed(response={"status": "200"}), {"Bundle.entry[1].response": "bdl-4"}),
        (
            changed(resource=None, request=None),
            {"Bundle.entry[1].request": "bdl-3", "Bundle.entry[1]": "bdl-5"},
        ),
        (changed(fullUrl=BUNDLE["entry"][0]["fullUrl"]), {"Bundle.entry[1].fullUrl": "bdl-7"}),
        (
            changed(fullUrl="http://a.example/Task/1/_history/1"),
            {"Bundle.entry[1].fullUrl": "bdl-8"},
        ),
        (
            changed(resource={"resourceType": "Nope"}),
            {"Bundle.entry[1].resource": "resource-type"},
        ),
        (changed(resource={"resourceType": 5}), {"Bundle.entry[1].resource": "resource-type"}),
        (changed(resource={"id": "a"}), {"Bundle.entry[1].resource": "resource-type"}),
        (changed(resource=[1]), {"Bundle.entry[1].resource": "not-an-object"}),
        (
            {**BUNDLE, "type": "message", "entry": [{"resource": PATIENT}]},
            {"Bundle.entry[0]": "bdl-12"},
        ),
        (
            {**BUNDLE, "type": "document", "entry": [{"resource": PATIENT}]},
            {
                "Bundle.entry[0]": "bdl-11",
                "Bundle.identifier": "bdl-9",
                "Bundle.timestamp": "bdl-10",
            },
        ),
    ],
)
def test_a_bundle_is_refused_for_each_fault_at_its_place(bundle: Any, expected: Any) -> None:
    assert faults(bundle) == expected


def test_every_fault_of_a_bundle_is_listed_not_only_the_first() -> None:
    bundle = deepcopy(BUNDLE)
    bundle["entry"][0]["resource"].update(gender="v", birthDate="2026-02-30", nonsense=1)
    bundle["entry"][1]["resource"].update(status="bogus")
    bundle["entry"][2]["resource"].pop("intent")
    assert faults(bundle) == {
        "Bundle.entry[0].resource.gender": "code-invalid",
        "Bundle.entry[0].resource.birthDate": "value",
        "Bundle.entry[0].resource.nonsense": "unknown-element",
        "Bundle.entry[1].resource.status": "code-invalid",
        "Bundle.entry[2].resource.intent": "missing",
    }


def test_a_bundle_of_the_wrong_kind_or_size_is_refused() -> None:
    with pytest.raises(FhirRefused, match="expected a Bundle, not a Patient"):
        validation.validate_bundle(body(PATIENT))
    many = {"resourceType": "Bundle", "type": "collection"}
    many["entry"] = [{"resource": TASK}] * (limits.MAX_ENTRIES + 1)  # type: ignore[assignment]
    with pytest.raises(FhirRefused, match="501 entries") as caught:
        validation.validate_bundle(body(many))
    assert caught.value.kind == "too-large"


def test_a_flood_of_faults_is_cut_and_quick() -> None:
    flood = {**PATIENT, "extension": [{"nonsense": None}] * 6_000}
    started = time.perf_counter()
    with pytest.raises(FhirRefused) as caught:
        validation.validate_resource(body(flood))
    assert len(caught.value.issues) == 100
    assert time.perf_counter() - started < 1


_NAMES = """resourceType entry resource contained id meta text div extension url reference code
coding status item answer period start value valueString _status contact"""
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_NAMES.split()),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        found.append((value, key))
        if isinstance(inner, dict | list):
            found += places(inner)
    return found


def issues_of(sent: bytes) -> list[Issue]:
    try:
        validation.accept(sent, "Bundle")
    except FhirRefused as refused:
        return refused.issues if refused.kind == "unprocessable" else []
    return []


@settings(max_examples=300)
@given(st.data())
def test_anything_put_anywhere_is_taken_or_refused_with_a_path(data: Any) -> None:
    bundle = deepcopy(BUNDLE)
    for _ in range(data.draw(st.integers(1, 3))):
        owner, key = data.draw(st.sampled_from(places(bundle)))
        owner[key] = data.draw(values)
    sent = body(bundle)
    for issue in issues_of(sent):
        assert issue.diagnostics
        assert issue.expression[0]
