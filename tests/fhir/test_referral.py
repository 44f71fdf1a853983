"""A transaction holds one referral: about whom, by whom, known again by which identifier."""

from typing import Any

import pytest
from fhir_examples import (
    NOW,
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
from fhir.codes import ROLE_CODE, ROLE_CODE_OID
from fhir.outcome import FhirRefused
from fhir.referral import from_fhir, is_referral
from fhir.requester import Requester
from triage.picture import Picture


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


@pytest.mark.parametrize(
    ("born", "refusal"),
    [("2026-11-17", True), ("2026-12", True), ("2027", True), ("2026-11-16", False)],
)
def test_a_birth_date_of_the_future_is_refused(born: str, *, refusal: bool) -> None:
    unborn = patient(birthDate=born)
    if refusal:
        at_fault = ("birth-date-future", "Bundle.entry[0].resource.birthDate")
        assert refused(patient=unborn) == [at_fault]
    else:
        assert picture(patient=unborn).age == 0


def by(*codes: tuple[str, str], **answers: Any) -> Picture:
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "specialty": [{"coding": [{"system": s, "code": c} for s, c in codes]}],
    }
    requester = {"requester": {"reference": "PractitionerRole/r"}}
    return picture(role, form(answers), request=request(**requester))


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("01.015", "gp"),
        ("01.047", "elderly-physician"),
        ("01.022", "specialist"),
        ("01.056", "specialist"),
        ("01.071", "specialist"),
        ("30.000", "nurse"),
        ("81.000", None),
        ("01.000", None),
        ("01.008", None),
        ("", None),
    ],
)
def test_who_refers_is_read_from_the_registered_role(code: str, role: str | None) -> None:
    seen = by((ROLE_CODE, code))
    assert seen.referrer_role == role
    assert ("referrer_role" in seen.origins) == (role is not None)
    assert by((ROLE_CODE_OID, code)).referrer_role == role
    assert by(("http://elders.example", code)).referrer_role is None


def test_facts_carry_the_registered_role_of_who_measured_or_filled_in() -> None:
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "code": [{"coding": [{"system": ROLE_CODE, "code": "30.000"}]}],
    }
    nurse = {"reference": "PractitionerRole/r"}
    measured = saturation(95, performer=[{"reference": "Organization/o"}, nurse])
    seen = picture(role, measured, form({"danger": True, "pulse": 70}, author=nurse))
    assert {seen.origins[fact].by for fact in ("oxygen_saturation", "danger", "pulse")} == {"nurse"}
    told = picture(role, form({"danger": True, "urgency-role": "gp"}, author=nurse))
    assert told.origins["danger"].by == "gp"
    unknown = picture(saturation(95, performer=[nurse]), form({"danger": True}, author=nurse))
    assert {unknown.origins[fact].by for fact in ("oxygen_saturation", "danger")} == {None}


def test_a_registered_role_counts_over_the_form_and_two_roles_are_none() -> None:
    assert by((ROLE_CODE, "30.000"), **{"referrer-role": "nurse"}).notes == ()
    seen = by((ROLE_CODE, "30.000"), **{"referrer-role": "gp"})
    assert seen.referrer_role == "nurse"
    assert "nurse telt" in noted(seen, "referrer-role")
    assert by((ROLE_CODE, "81.000"), **{"referrer-role": "gp"}).referrer_role == "gp"
    assert by((ROLE_CODE, "30.000"), (ROLE_CODE, "01.015")).referrer_role is None


def test_facts_name_their_source_by_our_ids_where_these_are_known() -> None:
    sent = entries(saturation(97), observation("8867-4", 70, "/min"))
    known = from_fhir(sent, NOW, ["p", "s", "a", "b"]).picture.origins
    assert known["oxygen_saturation"].source == "Observation/a"
    assert known["age"].source == "Patient/p"
    assert from_fhir(sent, NOW).picture.origins["pulse"].source.startswith("urn:uuid:")
