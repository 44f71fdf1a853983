"""What-if and intake give the same advice; new facts triage again and never lower."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from desk import (
    Desk,
    answers_of,
    entry,
    first,
    form,
    fresh,
    resources,
    without_answer,
    yes_or_no,
)

from coordination.app import Service
from triage.decide import decide
from triage.need import Kind
from triage.picture import Picture

pytest_plugins = ["desk_fixture"]
SIGNS = ("9279-1", "59408-5", "85354-9", "8867-4", "8310-5", "67775-7")
OWN = "https://naober.example/fhir/CodeSystem"


def coded(link: str, system: str, code: str) -> dict[str, Any]:
    return {
        "linkId": link,
        "answer": [{"valueCoding": {"system": f"{OWN}/{system}", "code": code}}],
    }


async def what_if(desk: Desk, bundle: Any) -> dict[str, Any]:
    answer = await desk.ask("coordinator", "POST", "/api/triage", bundle)
    assert answer.status_code == 200, answer.text
    advice: dict[str, Any] = answer.json()
    return advice


async def answer(desk: Desk, referral: str, body: Any, role: str = "gp") -> dict[str, Any]:
    given = await desk.ask(role, "POST", f"/api/referrals/{referral}/answers", body)
    assert given.status_code == 200, given.text
    advice: dict[str, Any] = given.json()
    return advice


@pytest.mark.parametrize("kind", Kind)
async def test_each_scenario_is_final_with_its_kind_looked_at_or_taken_in(
    desk: Desk, kind: Kind
) -> None:
    bundle = fresh(kind)
    advice = await what_if(desk, bundle)
    assert (advice["kind"], advice["status"], advice["questions"]) == (kind, "final", [])
    assert all(reason["rule"] and reason["text"] for reason in advice["reasons"])
    sent = await desk.refer(bundle)
    shown = await desk.get(f"/api/referrals/{sent.id}")
    assert (shown["kind"], shown["status"]) == (kind, "final")
    same = ("urgency", "lane", "kind", "status", "alternatives", "reasons", "protocol", "notes")
    assert {name: shown["advice"][name] for name in same} == {name: advice[name] for name in same}
    assert (shown["state"], shown["lane"]) == ("triaged", advice["lane"])


async def test_a_what_if_stores_nothing_but_the_note_that_it_was_asked(desk: Desk) -> None:
    before = await desk.counts()
    audits = await desk.value("SELECT count(*) FROM audit WHERE action = 'try-triage'")
    await what_if(desk, fresh("elv-low"))
    assert await desk.counts() == before
    after = await desk.value("SELECT count(*) FROM audit WHERE action = 'try-triage'")
    assert after == audits + 1


EXPLAINED = ("panel", "consult", "care", "changes", "unknown", "patient")


async def test_a_what_if_is_explained(desk: Desk) -> None:
    advice = await what_if(desk, fresh("elv-low"))
    assert set(EXPLAINED) <= advice.keys()
    assert {"discipline", "says", "kind", "rule", "agrees"} <= advice["panel"][0].keys()
    assert advice["care"]["kind"] == advice["kind"]
    assert advice["patient"]["nl"]
    for change in advice["changes"]:
        assert change["facts"][0].keys() == {"fact", "was", "to"}
        assert change["then"].keys() == {"urgency", "lane", "kind", "status"}


async def test_a_change_that_is_claimed_comes_true_when_it_is_answered(desk: Desk) -> None:
    bundle = fresh("elv-low")
    advice = await what_if(desk, bundle)
    known = {item["linkId"]: item for item in answers_of(bundle)}
    tried = 0
    for change in advice["changes"]:
        ((fact, to),) = [(one["fact"], one["to"]) for one in change["facts"]]
        if fact not in known or not isinstance(to, bool):
            continue
        tried += 1
        before, known[fact]["answer"] = known[fact]["answer"], [{"valueBoolean": to}]
        after = await what_if(desk, bundle)
        assert {name: after[name] for name in change["then"]} == change["then"]
        known[fact]["answer"] = before
    assert tried


async def test_with_112_nobody_is_asked_anything(desk: Desk) -> None:
    advice = await what_if(desk, fresh("112"))
    assert (advice["kind"], advice["consult"]) == ("112", [])
    assert advice["patient"]["nl"][0] == "Bel 112."


async def test_what_is_stored_of_an_advice_is_without_its_explanation(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    stored = await desk.value(
        "SELECT body::text FROM advice WHERE referral_id = $1::text::uuid", sent.id
    )
    assert not set(EXPLAINED) & msgspec.json.decode(stored).keys()


async def test_a_referral_is_shown_with_the_explanation_of_its_advice(desk: Desk) -> None:
    bundle = fresh("elv-low")
    looked_at = await what_if(desk, bundle)
    sent = await desk.refer(bundle)
    shown = await desk.get(f"/api/referrals/{sent.id}")
    explanation = shown["explanation"]
    assert {name: explanation[name] for name in shown["advice"]} == shown["advice"]
    for name in ("panel", "consult", "care", "changes", "patient"):
        assert explanation[name] == looked_at[name]


async def test_the_openapi_document_describes_the_explanation(desk: Desk) -> None:
    document = (await desk.client.get("/openapi.json")).json()
    answer = document["paths"]["/api/triage"]["post"]["responses"]["200"]
    name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    described = document["components"]["schemas"][name]
    advice = await what_if(desk, fresh("elv-low"))
    assert described["properties"].keys() == advice.keys()
    assert set(EXPLAINED) <= set(described["required"])


@pytest.mark.parametrize("code", SIGNS)
async def test_without_one_vital_sign_the_advice_is_provisional(desk: Desk, code: str) -> None:
    bundle = fresh("elv-low")
    kept = [
        one
        for one in bundle["entry"]
        if one["resource"].get("code", {}).get("coding", [{}])[0].get("code") != code
    ]
    assert len(kept) == len(bundle["entry"]) - 1
    advice = await what_if(desk, bundle | {"entry": kept})
    assert advice["status"] == "provisional"
    assert advice["questions"]


async def test_red_flags_that_were_not_asked_make_the_advice_provisional(desk: Desk) -> None:
    bundle = fresh("elv-low")
    without_answer(bundle, "red-flags-none")
    advice = await what_if(desk, bundle)
    assert advice["status"] == "provisional"
    flags = [one["fact"] for one in advice["questions"] if one["fact"].startswith("red-flag.")]
    assert len(flags) > 5
    answers_of(bundle).extend(yes_or_no(flag, value=False) for flag in flags[1:])
    assert (await what_if(desk, bundle))["status"] == "provisional"
    answers_of(bundle).append(yes_or_no(flags[0], value=False))
    assert (await what_if(desk, bundle))["status"] == "final"


async def test_nothing_is_offered_until_the_missing_fact_is_answered(desk: Desk) -> None:
    bundle = fresh("elv-low")
    missing = without_answer(bundle, "red-flags-none")
    sent = await desk.refer(bundle)
    shown = await desk.get(f"/api/referrals/{sent.id}")
    assert (shown["state"], shown["status"]) == ("needs-info", "provisional")
    service = (await desk.get("/api/capacity?kind=elv-low"))["items"][0]["service"]
    refused = await desk.offer(sent.id, service)
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:naober:problem:advice-provisional"
    advice = await answer(desk, sent.id, form(missing))
    assert (advice["kind"], advice["status"]) == ("elv-low", "final")
    assert (await desk.get(f"/api/referrals/{sent.id}"))["state"] == "triaged"
    assert await desk.offered(sent.id)


async def test_a_red_flag_raises_the_urgency_on_the_worklist(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    before = await desk.get(f"/api/referrals/{sent.id}")
    questions = await desk.get("/fhir/Questionnaire/referral")
    links = [
        item["linkId"]
        for group in questions["item"]
        for item in group["item"]
        if item["linkId"].startswith("red-flag.")
    ]
    advice = await answer(desk, sent.id, form(yes_or_no(links[0], value=True)))
    assert advice["urgency"] < before["urgency"]
    page = await desk.get("/api/worklist?size=200")
    item = next(one for one in page["items"] if one["referral"] == sent.id)
    assert item["urgency"] == advice["urgency"]
    events = [one["event"] for one in (await desk.get(f"/api/referrals/{sent.id}"))["history"]]
    assert events == ["refer", "answer"]


async def test_new_answers_never_lower_the_urgency(desk: Desk) -> None:
    sent = await desk.refer(fresh("gp-today"))
    before = (await desk.get(f"/api/referrals/{sent.id}"))["urgency"]
    assert before < "U5"
    advice = await answer(desk, sent.id, form(coded("urgency", "urgency", "U5")))
    assert advice["urgency"] == before
    assert (await desk.get(f"/api/referrals/{sent.id}"))["urgency"] == before


def destination(code: str) -> dict[str, Any]:
    return form(coded("intended-destination", "destination", code))


async def destinations(desk: Desk, referral: str) -> tuple[str | None, str | None]:
    """Where the person would have gone without us: for the figures, and for triage."""
    counted = (await desk.get(f"/api/referrals/{referral}"))["intended_destination"]
    decides = await desk.value(
        "SELECT picture->>'intended_destination' FROM advice"
        " WHERE referral_id = $1::text::uuid ORDER BY id DESC LIMIT 1",
        referral,
    )
    return counted, decides


async def test_the_intended_destination_is_locked(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    assert await destinations(desk, sent.id) == ("seh", "seh")
    await answer(desk, sent.id, destination("home"))
    assert await destinations(desk, sent.id) == ("seh", "seh")


@pytest.mark.parametrize("way", ["answer", "confirmation", "posted", "corrected"])
async def test_a_destination_told_after_the_start_counts_for_triage_and_never_for_figures(
    desk: Desk, way: str
) -> None:
    untold = fresh("elv-low")
    without_answer(untold, "intended-destination")
    sent = await desk.refer(untold)
    view = await desk.get(f"/api/referrals/{sent.id}")
    asked = [one["fact"] for one in view["advice"]["questions"]]
    assert (view["state"], view["advice"]["status"], asked) == (
        "needs-info", "provisional", ["intended-destination"],
    )  # fmt: skip
    if way == "answer":
        await answer(desk, sent.id, destination("seh"))
    elif way == "confirmation":
        body = {"fact": "intended-destination", "value": "seh", "role": "gp"}
        path = f"/api/referrals/{sent.id}/confirmations"
        assert (await desk.ask("gp", "POST", path, body)).status_code == 200
    elif way == "posted":
        told = destination("seh") | {"subject": {"reference": f"Patient/{view['patient']}"}}
        posted = await desk.ask("gp", "POST", "/fhir/QuestionnaireResponse", told)
        assert posted.status_code == 201, posted.text
    else:
        form_id = sent.id_of("QuestionnaireResponse")
        held = await desk.get(f"/fhir/QuestionnaireResponse/{form_id}", "gp")
        held["item"] += destination("seh")["item"]
        path = f"/fhir/QuestionnaireResponse/{form_id}"
        match = {"if-match": f'W/"{held["meta"]["versionId"]}"'}
        assert (await desk.ask("gp", "PUT", path, held, headers=match)).status_code == 200
    assert await destinations(desk, sent.id) == (None, "seh")
    view = await desk.get(f"/api/referrals/{sent.id}")
    assert (view["state"], view["advice"]["status"]) == ("triaged", "final")
    await answer(desk, sent.id, destination("home"))
    assert await destinations(desk, sent.id) == (None, "seh"), "and now it is locked"


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/0190a0a0-0000-7000-8000-000000000000"},
        {"reference": "Patient/somebody-else"},
        {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999900018"}},
    ],
)
async def test_answers_about_somebody_else_are_refused(desk: Desk, subject: Any) -> None:
    sent = await desk.refer(fresh("elv-low"))
    before = await desk.counts()
    body = form(yes_or_no("closed-ward", value=True), subject=subject)
    path = f"/api/referrals/{sent.id}/answers"
    refused = await desk.ask("gp", "POST", path, body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"].endswith(".subject")
    assert await desk.counts() == before
    own = form(subject={"reference": f"Patient/{sent.id_of('Patient')}"})
    assert (await desk.ask("gp", "POST", path, own)).status_code in {200, 422}


async def test_answers_come_as_a_bundle_too_and_are_read_back(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    pulse = next(
        one
        for one in resources(fresh("elv-low"), "Observation")
        if one["code"]["coding"][0]["code"] == "8867-4"
    )
    del pulse["subject"]
    pulse["effectiveDateTime"] = datetime.now(UTC).isoformat(timespec="seconds")
    pulse["valueQuantity"]["value"] = 135
    name = f"urn:uuid:{uuid4()}"
    bundle = {"resourceType": "Bundle", "type": "collection"}
    advice = await answer(
        desk, sent.id, bundle | {"entry": [{"fullUrl": name, "resource": pulse}]}, "coordinator"
    )
    assert advice["urgency"] < "U4"
    stored = await desk.rows(
        "SELECT id FROM resource WHERE referral_id = $1::text::uuid ORDER BY position DESC LIMIT 1",
        sent.id,
    )
    read = await desk.get(f"/fhir/Observation/{stored[0]['id']}", "gp")
    assert {key: read[key] for key in pulse if key != "meta"} == {
        key: part for key, part in pulse.items() if key != "meta"
    }
    assert read["meta"]["profile"] == pulse["meta"]["profile"]


async def test_advice_that_was_made_stays_and_can_be_replayed(desk: Desk, service: Service) -> None:
    sent = await desk.refer(fresh("elv-high"))
    await answer(desk, sent.id, form(yes_or_no("isolation", value=True)))
    rows = await desk.rows(
        "SELECT made_at, picture::text, body::text, version, fingerprint FROM advice"
        " WHERE referral_id = $1::text::uuid ORDER BY id",
        sent.id,
    )
    assert len(rows) == 2
    protocol = service.parts.protocol
    for row in rows:
        picture = msgspec.json.decode(row["picture"], type=Picture)
        again = decide(protocol, picture, row["made_at"])
        assert msgspec.json.encode(again).decode() == row["body"]
        assert row["fingerprint"] == protocol.name.fingerprint
    assert rows[0]["picture"] != rows[1]["picture"]


async def test_vital_signs_grow_old_while_someone_waits(desk: Desk) -> None:
    bundle = fresh("elv-low")
    long_ago = datetime.now(UTC) - timedelta(hours=3)
    for one in resources(bundle, "Observation"):
        one["effectiveDateTime"] = long_ago.isoformat(timespec="seconds")
    advice = await what_if(desk, bundle)
    assert advice["status"] == "provisional"


@pytest.mark.parametrize("kind", ["Patient", "ServiceRequest"])
async def test_a_resource_without_facts_is_no_answer(desk: Desk, kind: str) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    path = f"/api/referrals/{sent.id}/answers"
    body = first(bundle, kind)
    assert (await desk.ask("gp", "POST", path, body)).status_code == 422
    empty = {"resourceType": "Bundle", "type": "collection"}
    assert (await desk.ask("gp", "POST", path, empty)).status_code == 422
    wrapped = empty | {"entry": [entry(body)]}
    assert (await desk.ask("gp", "POST", path, wrapped)).status_code == 422
