"""What is said of a fault never repeats what was sent: it may say something of a person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fhir import validation
from fhir.outcome import MOST_ISSUES, FhirRefused, Issue, in_order

SAID = "999900018 Voorbeeldsma"
XHTML = "<div xmlns='http://www.w3.org/1999/xhtml'>"


def issues(body: bytes) -> list[Issue]:
    with pytest.raises(FhirRefused) as caught:
        validation.accept(body)
    return caught.value.issues


def patient(**elements: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **elements}


@pytest.mark.parametrize(
    "resource",
    [
        patient(birthDate=SAID),
        patient(gender=SAID),
        patient(id=SAID),
        patient(active=SAID),
        patient(**{SAID: 1}),
        patient(name=[{SAID: "x"}]),
        patient(name=SAID),
        patient(managingOrganization={"reference": SAID}),
        patient(managingOrganization={"reference": f"#{SAID}"}),
        patient(managingOrganization={"type": SAID}),
        patient(contained=[{"resourceType": "Organization", "id": SAID, "name": "x"}]),
        patient(contained=[{"resourceType": SAID}]),
        patient(text={"status": "generated", "div": f"{XHTML}<a href='x:{SAID}'>x</a></div>"}),
        patient(text={"status": "generated", "div": f"{XHTML}<p id='x' x.{SAID}=''/></div>"}),
        patient(text={"status": "generated", "div": f"{XHTML}<n999900018/></div>"}),
        patient(text={"status": "generated", "div": f"<div xmlns='{SAID}'/>"}),
        patient(text={"status": "generated", "div": f"{XHTML}{SAID}"}),
        patient(extension=[{"url": SAID, "valueString": "x"}]),
        patient(name=[{"period": {"start": f"2026-{SAID}"}}]),
        {"resourceType": SAID},
        {
            "resourceType": "Questionnaire",
            "status": "active",
            "item": [{"linkId": SAID, "type": "text"}, {"linkId": SAID, "type": "text"}],
        },
        {
            "resourceType": "Condition",
            "subject": {"display": "x"},
            "clinicalStatus": {"coding": [{"system": "http://a.example", "code": SAID}]},
        },
    ],
)
def test_no_value_and_no_name_that_was_invented_is_repeated(resource: dict[str, Any]) -> None:
    for one in issues(json.dumps(resource).encode()):
        told = f"{one.diagnostics} {one.expression}"
        assert "999900018" not in told
        assert "Voorbeeldsma" not in told
        assert "\n" not in told


def test_an_element_that_stands_twice_is_named_only_where_it_has_a_name() -> None:
    (named,) = issues(b'{"resourceType":"Patient","gender":"male","gender":"female"}')
    assert "gender" in named.diagnostics
    (other,) = issues(f'{{"resourceType":"Patient","{SAID}":1,"{SAID}":2}}'.encode())
    assert SAID not in other.diagnostics


def test_faults_stand_in_the_order_of_the_body_each_once() -> None:
    names = [{"family": "x"} if at % 2 else {"family": 5, "nonsense": 1} for at in range(24)]
    found = issues(json.dumps(patient(name=names, gender="v")).encode())
    paths = [one.expression[0] for one in found]
    assert len(set(paths)) == len(paths) == 25
    assert paths[:4] == [
        "Patient.gender", "Patient.name[0].family", "Patient.name[0].nonsense",
        "Patient.name[2].family",
    ]  # fmt: skip
    assert paths[-1] == "Patient.name[22].nonsense"


def test_hundreds_of_faults_are_cut_and_the_last_issue_says_so() -> None:
    found = issues(json.dumps(patient(name=[{"family": 5}] * 300)).encode())
    assert len(found) == MOST_ISSUES
    assert found[-1].details == "more-faults"
    assert found[-2].expression == (f"Patient.name[{MOST_ISSUES - 2}].family",)


def test_the_worst_is_told_first_and_each_issue_once() -> None:
    def issue(name: str, severity: Any) -> Issue:
        return Issue(code="value", details=name, diagnostics=name, severity=severity)

    several = [issue("a", "information"), issue("b", "warning"), issue("c", "error")]
    assert [one.details for one in in_order([*several, *several])] == ["c", "b", "a"]
    many = in_order([issue(str(at), "warning") for at in range(MOST_ISSUES * 2)])
    assert len(many) == MOST_ISSUES
    assert many[-1].details == "more-faults"
