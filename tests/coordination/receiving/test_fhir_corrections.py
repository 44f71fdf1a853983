"""A correction is a new version, and its referral is triaged again with what is true now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk import (
    Desk,
    Sent,
    answers_of,
    bsn,
    first,
    form,
    fresh,
    resources,
    without_answer,
    yes_or_no,
)
from fhir_parts import advice, codes, corrected, posted, put, reading, request_of, told

pytest_plugins = ["desk_fixture"]

SATURATION = "59408-5"
FLAG = "red-flag.chest-pain"


def saturation(bundle: dict[str, Any], value: float) -> dict[str, Any]:
    """Sets the saturation of a scenario, in place."""
    found = next(
        one for one in resources(bundle, "Observation")
        if one["code"]["coding"][0]["code"] == SATURATION
    )  # fmt: skip
    found["valueQuantity"]["value"] = value
    return found


async def sent_with(desk: Desk, value: float) -> tuple[Sent, str]:
    """A referral with a saturation, and the id of that Observation."""
    bundle = fresh("elv-low")
    found = saturation(bundle, value)
    sent = await desk.refer(bundle)
    at = next(at for at, one in enumerate(bundle["entry"]) if one["resource"] is found)
    return sent, sent.places[at][1]


async def fact(desk: Desk, referral: str, name: str) -> Any:
    """A fact of the newest picture; None while it is unknown."""
    return await desk.value(
        "SELECT picture::jsonb->$2 FROM advice WHERE referral_id = $1::text::uuid"
        " ORDER BY id DESC LIMIT 1", referral, name,
    )  # fmt: skip


async def urgency(desk: Desk, referral: str) -> int:
    """The rank that orders the worklist."""
    rank: int = await desk.value("SELECT urgency FROM referral WHERE id = $1::text::uuid", referral)
    return rank


async def test_a_changed_value_counts_and_the_older_version_stays(desk: Desk) -> None:
    sent, identity = await sent_with(desk, 97)
    before = await advice(desk, sent.id)
    held = await desk.get(f"/fhir/Observation/{identity}", "gp")
    held["valueQuantity"]["value"] = 84
    answer = await put(desk, held, prefer="return=OperationOutcome")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == 'W/"2"'
    assert codes(answer.json())[:2] == ["corrected", "advice-final"]
    assert (await advice(desk, sent.id))["urgency"] < before["urgency"], "U0 is the most urgent"
    read = await desk.get(f"/fhir/Observation/{identity}", "gp")
    kept = {name: value for name, value in held.items() if name != "meta"}
    assert {name: value for name, value in read.items() if name != "meta"} == kept
    assert read["meta"]["versionId"] == "2"
    was = await desk.get(f"/fhir/Observation/{identity}/_history/1", "gp")
    assert was["valueQuantity"]["value"] == 97
    events = (await desk.get(f"/api/referrals/{sent.id}"))["history"]
    assert events[-1]["event"] == "answer"


async def test_what_was_entered_in_error_is_unknown_again_and_never_normal(desk: Desk) -> None:
    sent, identity = await sent_with(desk, 84)
    before, rank = await advice(desk, sent.id), await urgency(desk, sent.id)
    await corrected(desk, "Observation", identity, status="entered-in-error")
    assert await fact(desk, sent.id, "oxygen_saturation") is None
    after = await advice(desk, sent.id)
    assert "oxygen-saturation" in [one["fact"] for one in after["questions"]]
    assert after["status"] == "provisional"
    assert before["status"] == "final"
    assert await urgency(desk, sent.id) == rank, "the urgency of who waits never falls by itself"


async def test_a_better_value_lowers_nothing_by_itself(desk: Desk) -> None:
    sent, identity = await sent_with(desk, 84)
    rank = await urgency(desk, sent.id)
    held = await desk.get(f"/fhir/Observation/{identity}", "gp")
    held["valueQuantity"]["value"] = 97
    assert (await put(desk, held)).status_code == 200
    assert await fact(desk, sent.id, "oxygen_saturation") == "97.0"
    assert await urgency(desk, sent.id) == rank


async def test_a_correction_loses_no_confirmation_and_no_later_answer(desk: Desk) -> None:
    bundle = fresh("elv-low")
    without_answer(bundle, "red-flags-none")
    sent = await desk.refer(bundle)
    form_id = sent.id_of("QuestionnaireResponse")
    asked = [one["fact"] for one in (await advice(desk, sent.id))["questions"]]
    assert FLAG in asked
    confirmed = await desk.ask(
        "gp", "POST", f"/api/referrals/{sent.id}/confirmations",
        {"fact": FLAG, "value": False, "role": "gp"},
    )  # fmt: skip
    assert confirmed.status_code == 200, confirmed.text
    later = reading(SATURATION, 91, "%", sent.id_of("Patient"))
    await told(desk, later)
    assert await fact(desk, sent.id, "oxygen_saturation") == "91.0"
    await desk.ask("gp", "POST", f"/api/referrals/{sent.id}/answers", form(
        yes_or_no("lives-alone", value=True)))  # fmt: skip
    alone = await fact(desk, sent.id, "lives_alone")
    await corrected(desk, "QuestionnaireResponse", form_id, language="nl")
    assert await fact(desk, sent.id, "red_flag_chest_pain") == "false", "confirmed"
    assert await fact(desk, sent.id, "oxygen_saturation") == "91.0", "sent later"
    assert await fact(desk, sent.id, "lives_alone") == alone, "answered later"


async def test_a_red_flag_that_another_resource_tells_too_stays(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    flag = form(yes_or_no(FLAG, value=True))
    flag["subject"] = {"reference": f"Patient/{sent.id_of('Patient')}"}
    one, _ = await told(desk, flag)
    two, _ = await told(desk, flag)
    rank = await urgency(desk, sent.id)
    await corrected(desk, "QuestionnaireResponse", one, status="entered-in-error")
    assert await fact(desk, sent.id, "red_flag_chest_pain") == "true"
    await corrected(desk, "QuestionnaireResponse", two, status="entered-in-error")
    assert await fact(desk, sent.id, "red_flag_chest_pain") == "false", "what the referral said"
    assert await urgency(desk, sent.id) == rank


async def test_a_lower_class_in_a_corrected_form_is_not_taken(desk: Desk) -> None:
    bundle = fresh("elv-low")
    urgent = next((one for one in answers_of(bundle) if one["linkId"] == "urgency"), None)
    if urgent is None:
        urgent = {"linkId": "urgency"}
        answers_of(bundle).append(urgent)
    system = "urn:naober:urgency"
    found = urgent.get("answer", [{}])[0].get("valueCoding", {"system": system})
    urgent["answer"] = [{"valueCoding": {"system": found["system"], "code": "U2"}}]
    sent = await desk.refer(bundle)
    assert (await advice(desk, sent.id))["urgency"] <= "U2"
    held = await desk.get(
        f"/fhir/QuestionnaireResponse/{sent.id_of('QuestionnaireResponse')}", "gp"
    )
    next(one for one in held["item"] if one["linkId"] == "urgency")["answer"] = [
        {"valueCoding": {"system": found["system"], "code": "U5"}}
    ]
    assert (await put(desk, held)).status_code == 200
    assert (await advice(desk, sent.id))["urgency"] <= "U2"


async def test_a_patient_is_corrected_and_stays_who_it_is(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    identity = sent.id_of("Patient")
    held = await desk.get(f"/fhir/Patient/{identity}", "gp")
    age = await fact(desk, sent.id, "age")
    await corrected(desk, "Patient", identity, birthDate="1930-02-11")
    assert int(await fact(desk, sent.id, "age")) > int(age)
    moved = [{"use": "home", "postalCode": "9401 AA", "city": "Assen", "country": "NL"}]
    await corrected(desk, "Patient", identity, address=moved)
    place = "SELECT place FROM referral WHERE id = $1::text::uuid"
    assert await desk.value(place, sent.id) == "9401"
    number = bsn()
    other = held["identifier"][0] | {"value": number}
    answer = await put(desk, held | {"identifier": [other]})
    assert (answer.status_code, codes(answer.json())) == (422, ["another-person"])
    assert number not in answer.text
    answer = await put(desk, {name: value for name, value in held.items() if name != "identifier"})
    assert answer.status_code == 422, "nor does a person lose the number"


async def test_who_gets_a_bsn_is_known_as_the_person_that_they_are(desk: Desk) -> None:
    number = bsn()
    known = await desk.refer(fresh("elv-low", number))
    bundle = fresh("elv-low")
    identifier = first(bundle, "Patient").pop("identifier")
    sent = await desk.refer(bundle)
    person = "SELECT person_id FROM referral WHERE id = $1::text::uuid"
    assert await desk.value(person, sent.id) != await desk.value(person, known.id)
    identifier[0]["value"] = number
    await corrected(desk, "Patient", sent.id_of("Patient"), identifier=identifier)
    assert await desk.value(person, sent.id) == await desk.value(person, known.id)


async def test_a_condition_is_corrected_too(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    identity = sent.id_of("Condition")
    await corrected(desk, "Condition", identity, code={"coding": [
        {"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "A49.01"}]})  # fmt: skip
    held = await desk.ask("gp", "GET", f"/fhir/Condition/{identity}")
    assert held.headers["etag"] == 'W/"2"'
    made = "SELECT count(*) FROM advice WHERE referral_id = $1::text::uuid"
    assert await desk.value(made, sent.id) == 2


async def test_a_request_that_is_revoked_withdraws_the_referral(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    held = await desk.get(f"/fhir/ServiceRequest/{sent.id}", "gp")
    reason = {
        "url": "http://hl7.org/fhir/StructureDefinition/request-statusReason",
        "valueCodeableConcept": {"coding": [{"code": "patient-refuses"}]},
    }
    answer = await put(desk, held | {"status": "revoked", "extension": [reason]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "revoked"
    followed = await desk.get(f"/api/referrals/{sent.id}", "gp")
    assert (followed["state"], followed["reason"]) == ("cancelled", "patient-refuses")
    assert (await desk.rows("SELECT state FROM offer WHERE id = $1::text::uuid", offer["id"]))[0][
        "state"
    ] == "withdrawn"
    again = await put(desk, held | {"status": "revoked"})
    assert (again.status_code, codes(again.json())) == (409, ["referral-ended"])
    observation = await desk.get(f"/fhir/Observation/{sent.id_of('Observation')}", "gp")
    late = await put(desk, observation)
    assert (late.status_code, codes(late.json())) == (409, ["referral-ended"])


@pytest.mark.parametrize(
    ("elements", "code"),
    [
        ({"status": "completed"}, "status-locked"),
        ({"status": "on-hold"}, "status-locked"),
        ({"intent": "plan"}, "intent-locked"),
        ({"doNotPerform": True}, "intent-locked"),
        ({"subject": {"display": "x"}}, "subject-locked"),
        ({"identifier": [{"system": "urn:x", "value": "2"}]}, "identifier-locked"),
    ],
)
async def test_what_a_running_request_cannot_become_is_refused_with_the_cure(
    desk: Desk, elements: dict[str, Any], code: str
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    held = await desk.get(f"/fhir/ServiceRequest/{sent.id}", "gp")
    answer = await put(desk, held | elements)
    assert (answer.status_code, codes(answer.json())[0]) == (422, code)
    assert await desk.get(f"/fhir/ServiceRequest/{sent.id}", "gp") == held


async def test_a_running_request_takes_other_content(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    etag = (await desk.ask("gp", "GET", f"/fhir/ServiceRequest/{sent.id}")).headers["etag"]
    answer = await corrected(
        desk, "ServiceRequest", sent.id, note=[{"text": "Sleutel bij de buren."}]
    )
    assert answer.json()["note"] == [{"text": "Sleutel bij de buren."}]
    assert answer.headers["etag"] != etag
    now = await desk.ask("gp", "GET", f"/fhir/ServiceRequest/{sent.id}")
    assert now.headers["etag"] == answer.headers["etag"]


async def test_an_update_names_its_version_and_its_id(desk: Desk) -> None:
    sent, identity = await sent_with(desk, 97)
    held = await desk.get(f"/fhir/Observation/{identity}", "gp")
    bare = await put(desk, held, match="")
    assert (bare.status_code, codes(bare.json())) == (428, ["if-match-missing"])
    stale = await put(desk, held, match='W/"7"')
    assert stale.status_code == 412
    assert 'W/"1"' in stale.json()["issue"][0]["diagnostics"]
    path = f"/fhir/Observation/{identity}"
    other = await desk.ask("gp", "PUT", path, held | {"id": sent.id}, headers={"if-match": 'W/"1"'})
    assert (other.status_code, codes(other.json())) == (400, ["another-id"])
    assert await desk.get(path, "gp") == held


async def test_only_who_sent_it_corrects_it(desk: Desk) -> None:
    sent, identity = await sent_with(desk, 97)
    held = await desk.get(f"/fhir/Observation/{identity}", "gp")
    assert (await put(desk, held, 'W/"1"', "coordinator")).status_code == 403, "it may look"
    assert (await put(desk, held, 'W/"1"', "transfer-nurse")).status_code == 404
    unknown = held | {"id": "0190a0a0-0000-7000-8000-00000000beef"}
    assert (await put(desk, unknown, 'W/"1"')).status_code == 404
    request = await desk.get(f"/fhir/ServiceRequest/{sent.id}", "gp")
    assert (await put(desk, request, 'W/"1"', "coordinator")).status_code == 403


async def test_the_desk_corrects_what_it_entered_for_a_caller(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle, "coordinator")
    identity = sent.id_of("Observation")
    held = await desk.get(f"/fhir/Observation/{identity}")
    answer = await put(desk, held | {"language": "nl"}, 'W/"1"', "coordinator")
    assert answer.status_code == 200, answer.text


async def test_what_is_of_no_referral_is_updated_too(desk: Desk) -> None:
    _, patient = await posted(desk)
    answer = await corrected(desk, "Patient", patient, gender="other")
    assert (answer.headers["etag"], answer.json()["gender"]) == ('W/"2"', "other")
    draft = request_of(fresh("elv-low"), patient, status="draft")
    identity, _ = await told(desk, draft)
    revoked = await corrected(desk, "ServiceRequest", identity, status="revoked")
    assert revoked.json()["status"] == "revoked"
    assert await desk.rows("SELECT 1 FROM referral WHERE id = $1::text::uuid", identity) == []


async def test_a_correction_that_is_too_old_to_count_says_so(desk: Desk) -> None:
    sent, identity = await sent_with(desk, 97)
    old = (datetime.now(UTC) - timedelta(hours=3)).isoformat(timespec="seconds")
    await corrected(desk, "Observation", identity, effectiveDateTime=old)
    assert await fact(desk, sent.id, "oxygen_saturation") is None
