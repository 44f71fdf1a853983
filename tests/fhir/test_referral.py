"""A transaction holds one referral: about whom, by whom, known again by which identifier."""

from typing import Any

import pytest
from fhir_examples import (
    NOW,
    PERSON,
    REQUEST,
    entries,
    form,
    noted,
    observation,
    patient,
    picture,
    referral,
    request,
    saturation,
    transaction,
)

from fhir.bundle import read
from fhir.outcome import FhirRefused
from fhir.referral import from_fhir, is_referral
from fhir.requester import Requester


def refused(*resources: dict[str, Any], **named: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(FhirRefused) as refusal:
        referral(*resources, **named)
    assert refusal.value.kind == "unprocessable"
    return [(issue.details, issue.expression[0]) for issue in refusal.value.issues]


def test_a_referral_says_where_its_parts_are() -> None:
    found = referral(
        {"resourceType": "Task", "status": "requested", "intent": "order",
         "focus": {"reference": REQUEST}}
    )  # fmt: skip
    assert (found.patient, found.service_request, found.task) == (0, 1, 2)
    assert found.identifier == ("https://voorbeeldhof.example", "V-1")
    assert found.person is not None
    assert found.person.family == "Voorbeeldsma"
    assert found.authored == NOW


def test_an_identifier_with_a_system_identifies() -> None:
    bare, full, old = {"value": "7"}, {"system": "s", "value": "8"}, {"use": "old", "value": "6"}
    assert referral(request=request(identifier=[old, bare, full])).identifier == ("s", "8")
    assert referral(request=request(identifier=[bare])).identifier == ("", "7")


@pytest.mark.parametrize("identifier", [[], [{"system": "s"}], [{"use": "old", "value": "1"}]])
def test_a_referral_without_identifier_is_told_how_to_get_one(identifier: list[Any]) -> None:
    assert refused(request=request(identifier=identifier)) == [
        ("identifier-missing", "Bundle.entry[1].resource.identifier")
    ]


@pytest.mark.parametrize(
    "elements",
    [
        {"status": "draft"},
        {"status": "revoked"},
        {"intent": "plan"},
        {"intent": "option"},
        {"intent": "proposal"},
        {"doNotPerform": True},
    ],
)
def test_a_request_that_asks_nothing_is_no_referral(elements: dict[str, Any]) -> None:
    assert refused(request=request(**elements)) == [
        ("referral-not-one", "Bundle.entry[1].resource")
    ]


def test_two_referrals_in_one_bundle_are_refused() -> None:
    assert refused(request()) == [
        ("referral-not-one", "Bundle.entry[1].resource"),
        ("referral-not-one", "Bundle.entry[2].resource"),
    ]
    assert referral(request(status="completed")).service_request == 1


def test_a_bundle_without_request_is_not_a_referral() -> None:
    body = transaction(request=patient())
    assert not is_referral(read(body).entries)
    with pytest.raises(FhirRefused, match="no ServiceRequest"):
        from_fhir(read(body).entries, NOW)


@pytest.mark.parametrize(
    "subject", [{"reference": REQUEST}, {"reference": "Group/1"}, {"display": "Aaltje"}, None]
)
def test_the_subject_must_be_a_patient(subject: dict[str, Any] | None) -> None:
    assert refused(request=request(subject=subject)) == [
        ("subject", "Bundle.entry[1].resource.subject")
    ]


def test_a_stored_patient_is_left_to_the_caller() -> None:
    found = referral(
        saturation(91, subject={"reference": "Patient/known"}),
        saturation(99, -5),
        request=request(subject={"reference": "Patient/known"}),
    )
    assert (found.patient, found.patient_id, found.person) == (None, "known", None)
    assert found.picture.oxygen_saturation == 91


def test_two_tasks_about_one_referral_are_refused() -> None:
    task = {"resourceType": "Task", "status": "requested", "intent": "order"}
    mine = task | {"focus": {"reference": REQUEST}}
    assert referral(task, mine).task == 3
    assert refused(mine, mine) == [("task-not-one", "Bundle.entry[2].resource.focus")]


def test_the_requester_is_found_through_role_person_and_organisation() -> None:
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": {"reference": "Practitioner/p"},
        "organization": {"reference": "Organization/o"},
        "specialty": [{"coding": [{"code": "01.015"}]}],
    }
    who = {
        "resourceType": "Practitioner",
        "id": "p",
        "name": [{"given": ["V."], "family": "Oorbeeldsma"}],
    }
    ura = {"system": "http://fhir.nl/fhir/NamingSystem/ura", "value": "90009901"}
    organisation = {
        "resourceType": "Organization",
        "id": "o",
        "name": "Voorbeeldhof",
        "identifier": [ura],
    }
    pair = (ura["system"], ura["value"])

    def by(requester: dict[str, Any]) -> Requester:
        return referral(role, who, organisation, request=request(requester=requester)).requester

    assert by({"reference": "PractitionerRole/r"}) == Requester(
        name="V. Oorbeeldsma", role="01.015", organisation="Voorbeeldhof", identifiers=(pair,)
    )
    assert by({"reference": "Practitioner/p"}) == Requester(name="V. Oorbeeldsma")
    assert by({"reference": "Organization/o"}).identifiers == (pair,)
    assert by({"identifier": ura, "display": "Hof"}) == Requester(name="Hof", identifiers=(pair,))
    assert by({"reference": "PractitionerRole/9"}) == Requester(reference="PractitionerRole/9")
    assert referral().requester == Requester()


def test_age_and_sex_come_from_the_patient() -> None:
    seen = picture(form({"age": 20}))
    assert (seen.age, seen.sex) == (82, "female")
    unclear = picture(patient=patient(birthDate="1944", gender="unknown"))
    assert (unclear.age, unclear.sex) == (None, None)
    assert "geboortedatum" in noted(unclear, "age")


def test_someone_who_has_died_is_noted() -> None:
    assert "overleden" in noted(picture(patient=patient(deceasedBoolean=True)), "")


def test_conditions_never_become_facts() -> None:
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": PERSON},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "230690007"}]},
    }
    assert picture(condition) == picture()


def test_facts_name_their_source_by_our_ids_where_these_are_known() -> None:
    sent = entries(saturation(97), observation("8867-4", 70, "/min"))
    known = from_fhir(sent, NOW, ["p", "s", "a", "b"]).picture.origins
    assert known["oxygen_saturation"].source == "Observation/a"
    assert known["age"].source == "Patient/p"
    assert from_fhir(sent, NOW).picture.origins["pulse"].source.startswith("urn:uuid:")
