"""A record says what is there; a number is known only from a list that is whole."""

from typing import Any

import pytest
from fhir_examples import PERSON, form, noted, picture, request
from hypothesis import given
from hypothesis import strategies as st

from fhir.codes import ICPC, ICPC_OID, LOINC, SNOMED
from triage.picture import Picture

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
PROBLEMS = {"coding": [{"system": LOINC, "code": "11450-4"}]}
MEDICINES = {"coding": [{"system": SNOMED, "code": "11181000146103"}]}

CHANGED = [{"url": "https://elders.example/not", "valueBoolean": True}]

ACTIVE = ["active", "recurrence", "relapse"]
OVER = ["inactive", "remission", "resolved"]
SURE = ["confirmed", None]
UNSURE = ["refuted", "entered-in-error", "unconfirmed", "provisional", "differential"]


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def condition(
    code: str = "A49.01",
    clinical: str | None = "active",
    verified: str | None = "confirmed",
    **elements: Any,
) -> dict[str, Any]:
    made = {
        "resourceType": "Condition",
        "subject": {"reference": PERSON},
        "code": concept(ICPC, code),
    }
    if clinical:
        made["clinicalStatus"] = concept(CLINICAL, clinical)
    if verified:
        made["verificationStatus"] = concept(VERIFIED, verified)
    return made | elements


def medicine(code: str, status: str = "active", **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "status": status,
        "subject": {"reference": PERSON},
        "medicationCodeableConcept": concept("urn:atc", code),
    } | elements


def listed(
    said: dict[str, Any], /, *items: dict[str, Any], answers: Any = None, **elements: Any
) -> Picture:
    """The picture of a list of resources that come with it."""
    named = [each | {"id": f"i{place}"} for place, each in enumerate(items)]
    entry = [{"item": {"reference": f"{each['resourceType']}/{each['id']}"}} for each in named]
    whole = {
        "resourceType": "List",
        "status": "current",
        "mode": "snapshot",
        "code": said,
        "subject": {"reference": PERSON},
        **({"entry": entry} if entry else {}),
    }
    return picture(*named, whole | elements, form(answers or {}))


@pytest.mark.parametrize("system", [ICPC, ICPC_OID])
@pytest.mark.parametrize("code", ["A49.01", "A05"])
def test_frailty_is_registered_by_a_condition_or_as_the_reason(system: str, code: str) -> None:
    seen = picture(condition(code=code) | {"code": concept(system, code)})
    assert seen.frailty_registered is True
    assert seen.origins["frailty_registered"].source.startswith("urn:uuid:")
    assert picture(request=request(reasonCode=[concept(system, code)])).frailty_registered is True


@given(st.sampled_from([*ACTIVE, *OVER, None]), st.sampled_from(SURE + UNSURE))
def test_frailty_is_registered_only_by_what_is_there_and_sure(
    clinical: str | None, verified: str | None
) -> None:
    seen = picture(condition(clinical=clinical, verified=verified))
    there = clinical in ACTIVE and verified in SURE
    assert seen.frailty_registered is (True if there else None)


def test_a_condition_of_a_meaning_that_is_changed_says_nothing() -> None:
    assert picture(condition(modifierExtension=CHANGED)) == picture()


def test_other_conditions_and_those_of_others_say_nothing() -> None:
    other = condition(subject={"reference": "Patient/other"})
    assert picture(condition(code="K77"), other) == picture()
    assert (
        picture(request=request(reasonCode=[concept("http://elders.example", "A05")])) == picture()
    )


def test_a_form_that_denies_registered_frailty_does_not_count() -> None:
    seen = picture(condition(), form({"frailty-registered": False}))
    assert seen.frailty_registered is True
    assert "ja telt" in noted(seen, "frailty-registered")
    assert picture(form({"frailty-registered": False})).frailty_registered is False


def test_loose_conditions_and_medicines_are_no_number() -> None:
    seen = picture(condition("K77"), condition("T90.02"), medicine("C03CA01"))
    assert (seen.conditions_count, seen.medication_count) == (None, None)


@given(
    st.lists(
        st.tuples(st.sampled_from([*ACTIVE, *OVER]), st.sampled_from(SURE + UNSURE)), max_size=6
    )
)
def test_a_whole_list_counts_what_is_there_and_sure(states: list[tuple[str, str | None]]) -> None:
    seen = listed(PROBLEMS, *(condition("K77", clinical, sure) for clinical, sure in states))
    there = sum(clinical in ACTIVE and sure in SURE for clinical, sure in states)
    assert seen.conditions_count == (there if states else None)


def test_an_empty_list_is_none_only_when_it_says_so() -> None:
    assert listed(PROBLEMS).conditions_count is None
    said = listed(PROBLEMS, emptyReason=concept("x", "nilknown"))
    assert said.conditions_count == 0
    assert listed(PROBLEMS, emptyReason=concept("x", "notasked")).conditions_count is None


@pytest.mark.parametrize(
    "elements",
    [
        {"status": "retired"},
        {"status": "entered-in-error"},
        {"mode": "changes"},
        {"code": concept(LOINC, "48765-2")},
        {"subject": {"reference": "Patient/other"}},
        {"modifierExtension": CHANGED},
        {"entry": [{"item": {"reference": "Condition/i0"}, "modifierExtension": CHANGED}]},
        {"entry": [{"item": {"reference": "Condition/elsewhere"}}]},
        {"entry": [{"item": {"display": "hartfalen"}}]},
    ],
)
def test_a_list_that_is_not_whole_now_and_here_gives_no_number(elements: dict[str, Any]) -> None:
    assert listed(PROBLEMS, condition("K77"), **elements).conditions_count is None


@pytest.mark.parametrize(
    "spoilt",
    [
        condition("K77", clinical=None),
        condition("K77", modifierExtension=CHANGED),
        condition("K77", subject={"reference": "Patient/other"}),
        medicine("C03CA01"),
    ],
)
def test_a_list_with_something_unclear_gives_no_number_and_says_so(spoilt: Any) -> None:
    seen = listed(PROBLEMS, condition("K77"), spoilt)
    assert seen.conditions_count is None
    assert noted(seen, "conditions-count")


def test_different_medicines_in_use_are_counted_once() -> None:
    given_now = [medicine("C03CA01"), medicine("C03CA01"), medicine("B01AF02")]
    ended = [medicine("A02BC01", status) for status in ("stopped", "entered-in-error", "on-hold")]
    assert listed(MEDICINES, *given_now, *ended).medication_count == 2
    assert listed(MEDICINES, medicine("C03CA01", "unknown")).medication_count is None


def test_of_a_list_and_a_form_that_differ_the_higher_counts() -> None:
    for told in (1, 5):
        seen = listed(PROBLEMS, *[condition("K77")] * 3, answers={"conditions-count": told})
        assert seen.conditions_count == max(told, 3)
        assert f"{max(told, 3)} telt" in noted(seen, "conditions-count")
    assert not noted(listed(PROBLEMS, condition(), answers={"conditions-count": 1}), "")


def test_a_deleted_entry_is_not_on_the_list() -> None:
    gone = [{"item": {"reference": "Condition/i0"}, "deleted": True}]
    kept = [{"item": {"reference": "Condition/i1"}}]
    seen = listed(PROBLEMS, condition("K77"), condition("T90"), entry=gone + kept)
    assert seen.conditions_count == 1
