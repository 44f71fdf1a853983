"""The walker names each fault, its place and the cure; the outcome carries them all."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fhir import validation
from fhir.outcome import MOST_ISSUES, FhirRefused, Issue, operation_outcome
from fhir.validation import bindings, shapes
from fhir.validation.rules import RULES
from fhir.validation.shape import Shape


def issues(value: Any, expected: str | None = None) -> list[Issue]:
    return validation.faults_of(value, expected)


def test_an_unknown_element_is_named_with_its_path() -> None:
    (issue,) = issues({"resourceType": "Patient", "name": [{"surname": "Verzonnema"}]})
    assert issue.expression == ("Patient.name[0].surname",)
    assert "leave it out" in issue.diagnostics
    assert (issue.code, issue.details, issue.severity) == ("structure", "unknown-element", "error")


def test_a_wrong_value_says_what_was_expected() -> None:
    (issue,) = issues({"resourceType": "Patient", "birthDate": "31-12-1950"})
    assert "a text of 10 characters is not valid: expected an existing date" in issue.diagnostics


def test_a_wrong_code_lists_the_right_ones() -> None:
    (issue,) = issues({"resourceType": "Task", "status": "done", "intent": "order"})
    assert "one of draft, requested, received" in issue.diagnostics
    assert issue.code == "code-invalid"


def test_a_long_value_is_not_repeated_in_full() -> None:
    (issue,) = issues({"resourceType": "Patient", "gender": "x" * 5_000})
    assert len(issue.diagnostics) < 200


def test_a_broken_part_does_not_hide_the_faults_of_its_whole() -> None:
    period = {"start": "2026", "end": "2025", "extension": "x"}
    found = issues({"resourceType": "Patient", "name": [{"period": period}]})
    assert {issue.details for issue in found} == {"not-an-array", "per-1"}


@pytest.mark.parametrize("value", [[], "text", 5, None, True, {}, {"resourceType": []}])
def test_what_is_no_resource_is_one_fault_at_the_root(value: Any) -> None:
    (issue,) = issues(value)
    assert issue.expression == ("$this",)


def test_faults_are_capped() -> None:
    names = [{"nonsense": number} for number in range(MOST_ISSUES * 3)]
    assert len(issues({"resourceType": "Patient", "name": names})) == MOST_ISSUES


def test_another_type_than_expected_is_refused() -> None:
    (issue,) = issues({"resourceType": "Patient"}, "Task")
    assert "expected a Task, not a Patient" in issue.diagnostics


def test_the_outcome_is_itself_a_resource_that_passes() -> None:
    found = issues({"resourceType": "Task", "status": "done"})
    outcome = operation_outcome([*found, Issue(code="conflict", details="c", diagnostics="d")])
    validation.validate_resource(json.dumps(outcome).encode(), "OperationOutcome")
    assert [one["details"]["coding"][0]["code"] for one in outcome["issue"]] == [
        "missing",
        "code-invalid",
        "c",
    ]
    assert outcome["issue"][1]["expression"] == ["Task.status"]
    assert "expression" not in outcome["issue"][2]


def test_a_refusal_shows_its_first_faults_as_text() -> None:
    refused = FhirRefused("invalid", [Issue(code="value", details="a", diagnostics="b")])
    assert str(refused) == "b"


def every_shape() -> dict[str, Shape]:
    return shapes.read_shapes()


def test_every_binding_and_target_names_an_element_that_exists() -> None:
    known = {f"{shape.base}.{name}" for shape in every_shape().values() for name in shape.elements}
    named = {*bindings.CODES, *bindings.FORMS, *bindings.TARGETS}
    assert named <= known
    assert {
        f"{base}.{element}" for base, bound in bindings.CONCEPTS.items() for element, *_ in bound
    } <= known


def test_no_list_of_codes_is_the_models_shortened_one() -> None:
    for shape in every_shape().values():
        for element in shape.elements.values():
            expected = element.primitive.expected if element.primitive else ""
            assert "+" not in expected.split(", "), f"{shape.name}.{element.name}"


def test_every_rule_stands_for_a_type_that_is_compiled() -> None:
    bases = {shape.base for shape in every_shape().values()}
    assert set(RULES) <= bases


@pytest.mark.parametrize(
    ("resource", "rule"),
    json.loads((Path(__file__).parents[2] / "data" / "broken_rules.json").read_text()),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_invariant_refuses_what_breaks_it(resource: Any, rule: Any) -> None:
    found = issues(resource)
    assert rule in {issue.details for issue in found}
    with pytest.raises(FhirRefused):
        validation.validate_resource(msgspec.json.encode(resource))
