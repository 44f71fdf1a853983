"""A referral goes in whole or not at all, once, and comes back as it was sent."""

from __future__ import annotations

import asyncio
import json
import re
from decimal import Decimal
from random import shuffle
from typing import Any
from uuid import uuid4

import httpx
import pytest
from desk import FHIR, Desk, Sent, bsn, entry, first, fresh, resources

from coordination.demo.region import Region
from triage.need import Kind

pytest_plugins = ["desk_fixture"]


def settled(sent: Any, places: dict[str, str]) -> Any:
    """What was sent with its references resolved, as it must come back."""
    if isinstance(sent, dict):
        return {
            key: places.get(part, part) if key == "reference" else settled(part, places)
            for key, part in sent.items()
        }
    return [settled(one, places) for one in sent] if isinstance(sent, list) else sent


def exact(text: str | bytes) -> Any:
    """JSON in which 72.50 is not 72.5."""
    return json.loads(text, parse_float=lambda digits: ("decimal", digits))


@pytest.mark.parametrize("kind", Kind)
async def test_every_resource_of_a_referral_is_read_back_verbatim(desk: Desk, kind: Kind) -> None:
    bundle = fresh(kind)
    sent = await desk.refer(bundle)
    assert set(sent.statuses) == {"201 Created"}
    names = [one["fullUrl"] for one in bundle["entry"]]
    places = {
        name: f"{of}/{identity}" for name, (of, identity) in zip(names, sent.places, strict=True)
    }
    ours = {"id", "meta", "status", "businessStatus", "statusReason", "lastModified"}
    for one, (of, identity) in zip(bundle["entry"], sent.places, strict=True):
        answer = await desk.ask("gp", "GET", f"/fhir/{of}/{identity}")
        read, was = answer.json(), settled(one["resource"], places)
        assert (read["resourceType"], read["id"]) == (of, identity)
        kept = ours if of == "Task" else {"id", "meta"}
        assert {k: v for k, v in read.items() if k not in kept} == {
            k: v for k, v in was.items() if k not in kept
        }
        assert read["meta"].get("profile") == was.get("meta", {}).get("profile")
        assert "urn:uuid:" not in answer.text


async def test_decimals_times_and_layout_of_values_stay_to_the_letter(desk: Desk) -> None:
    bundle = fresh("elv-low")
    one = next(
        each
        for each in resources(bundle, "Observation")
        if each["code"]["coding"][0]["code"] == "8310-5"
    )
    one["valueQuantity"]["value"] = "@weight@"
    one["effectiveDateTime"] = one["effectiveDateTime"].replace("Z", "+00:00")
    one["note"] = [{"text": 'Zei "\u00e9\u00e9n" \\ twee\n\tdrie \U0001f642'}]
    body = json.dumps(bundle).replace('"@weight@"', "36.80").encode()
    sent = await desk.refer(body)
    read = (await desk.ask("gp", "GET", f"/fhir/Observation/{_of(bundle, one, sent)}")).text
    assert '"value":36.80' in read.replace(" ", "")
    again = exact(read)
    assert again["valueQuantity"]["value"] == ("decimal", "36.80")
    assert again["effectiveDateTime"] == one["effectiveDateTime"]
    assert again["note"] == one["note"]
    assert Decimal("36.80") == Decimal(again["valueQuantity"]["value"][1])


def _of(bundle: dict[str, Any], resource: dict[str, Any], sent: Sent) -> str:
    at = next(n for n, one in enumerate(bundle["entry"]) if one["resource"] is resource)
    return sent.places[at][1]


def renamed(bundle: dict[str, Any]) -> bytes:
    """The same referral in other words: new urn:uuids, other order of elements, other layout."""
    text = json.dumps(bundle, sort_keys=True, indent=3)
    for name in set(re.findall(r"urn:uuid:[0-9a-f-]{36}", text)):
        text = text.replace(name, f"urn:uuid:{uuid4()}")
    tree = json.loads(text)
    return json.dumps(tree | {"id": "x1", "timestamp": "2026-11-21T10:00:00Z"}, indent=5).encode()


async def test_the_same_referral_again_is_the_first_one(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    before = await desk.counts()
    for again in (bundle, renamed(bundle)):
        repeat = await desk.refer(again)
        assert repeat.places == sent.places
        assert set(repeat.statuses) == {"200 OK"}
    assert await desk.counts() == before


async def test_the_same_in_another_order_is_the_first_one(desk: Desk) -> None:
    """Each entry is told what it became, wherever it stands this time."""
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    before = await desk.counts()
    names = [one["fullUrl"] for one in bundle["entry"]]
    places = dict(zip(names, sent.places, strict=True))
    for _ in range(3):
        shuffle(bundle["entry"])
        repeat = await desk.refer(renamed(bundle))
        assert set(repeat.statuses) == {"200 OK"}
        assert repeat.places == [places[one["fullUrl"]] for one in bundle["entry"]]
    assert await desk.counts() == before
    mine = first(bundle, "Observation")
    others = [one for one in resources(bundle, "Observation") if one is not mine]
    mine["code"], others[0]["code"] = others[0]["code"], mine["code"]
    answer = await desk.ask("gp", "POST", "/fhir", bundle)
    assert answer.status_code == 409, "the values have changed places"


async def test_the_same_is_wired_the_same(desk: Desk) -> None:
    """Who names whom is content too: the same entries that refer to each other otherwise."""
    bundle = fresh("elv-low")
    doctors = [
        entry({"resourceType": "Practitioner", "name": [{"family": name}]}, f"urn:uuid:{uuid4()}")
        for name in ("Een", "Twee")
    ]
    bundle["entry"] += doctors
    role = first(bundle, "PractitionerRole")
    role["practitioner"] = {"reference": doctors[0]["fullUrl"]}
    sent = await desk.refer(bundle)
    shuffle(bundle["entry"])
    assert (await desk.refer(renamed(bundle))).id == sent.id
    role["practitioner"] = {"reference": doctors[1]["fullUrl"]}
    assert (await desk.ask("gp", "POST", "/fhir", bundle)).status_code == 409


async def test_the_first_one_is_still_found_after_answers_and_without_a_task(desk: Desk) -> None:
    bundle = fresh("elv-low")
    bundle["entry"] = [o for o in bundle["entry"] if o["resource"]["resourceType"] != "Task"]
    sent = await desk.refer(bundle)
    assert "Task" not in {kind for kind, _ in sent.places}
    tasks = await desk.get(f"/fhir/Task?focus={sent.id}", "gp")
    assert len(tasks["entry"]) == 1
    assert (await desk.refer(bundle)).places == sent.places


async def test_the_same_number_with_other_content_is_told_where_to_go(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    before = await desk.counts()
    first(bundle, "Patient")["gender"] = "male"
    answer = await desk.ask("gp", "POST", "/fhir", bundle)
    assert answer.status_code == 409
    issue = answer.json()["issue"][0]
    assert issue["code"] == "duplicate"
    assert issue["details"]["coding"][0]["code"] == "identifier-used"
    assert f"/api/referrals/{sent.id}/answers" in issue["diagnostics"]
    assert await desk.counts() == before
    other = await desk.ask("transfer-nurse", "POST", "/fhir", bundle)
    assert other.status_code == 200, "another organisation has numbers of its own"


async def test_sixteen_times_the_same_at_once_is_one_referral(desk: Desk) -> None:
    for _ in range(3):
        bundle = fresh("elv-low")
        before = await desk.counts()
        sent = await asyncio.gather(*(desk.refer(renamed(bundle)) for _ in range(16)))
        assert len({tuple(one.places) for one in sent}) == 1
        assert sorted(one.statuses[0] for one in sent) == ["200 OK"] * 15 + ["201 Created"]
        after = await desk.counts()
        grown = {table: after[table] - before[table] for table in after}
        count = len(bundle["entry"])
        assert grown == dict.fromkeys(grown, 0) | {
            "person": 1,
            "referral": 1,
            "advice": 1,
            "outbox": 1,
            "resource": count,
        }


async def test_of_sixteen_that_differ_under_one_number_one_is_taken(desk: Desk) -> None:
    number = fresh("elv-low")
    bundles = []
    for _ in range(16):
        other = fresh("elv-low")
        first(other, "ServiceRequest")["identifier"] = first(number, "ServiceRequest")["identifier"]
        bundles.append(other)
    answers = await asyncio.gather(*(desk.ask("gp", "POST", "/fhir", one) for one in bundles))
    assert sorted(one.status_code for one in answers) == [200] + [409] * 15


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Observation", {"status": "wrong"}),
        ("Patient", {"birthDate": "1944-13-45"}),
        ("ServiceRequest", {"subject": {"reference": "urn:uuid:" + str(uuid4())}}),
        ("Condition", {"subject": {"reference": "urn:uuid:" + str(uuid4())}}),
        ("Patient", {"identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn",
                                     "value": "999900012"}]}),
        ("Task", {"focus": {"reference": "ServiceRequest?identifier=x"}}),
        ("ServiceRequest", {"identifier": []}),
        ("QuestionnaireResponse", {"unknownElement": 1}),
    ],
)  # fmt: skip
async def test_one_fault_in_one_entry_stores_nothing(
    desk: Desk, kind: str, change: dict[str, Any]
) -> None:
    bundle = fresh("elv-low")
    first(bundle, kind).update(change)
    before = await desk.counts()
    answer = await desk.ask("gp", "POST", "/fhir", bundle)
    assert answer.status_code in {400, 422}, answer.text
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert any(issue.get("expression") for issue in outcome["issue"])
    assert await desk.counts() == before


async def test_a_fault_late_in_the_transaction_stores_nothing(desk: Desk) -> None:
    """The database itself refuses the last rows: the first ones are not kept."""
    await desk.rows("ALTER TABLE outbox ADD CONSTRAINT refuses CHECK (false) NOT VALID")
    try:
        before = await desk.counts()
        answer = await desk.ask("gp", "POST", "/fhir", fresh("elv-low"))
        assert answer.status_code == 500
        assert "refuses" not in answer.text
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert await desk.counts() == before
    finally:
        await desk.rows("ALTER TABLE outbox DROP CONSTRAINT refuses")


async def test_each_entry_of_a_batch_stands_by_itself(desk: Desk) -> None:
    patient = first(fresh("elv-low"), "Patient")
    other = first(fresh("elv-low"), "Patient")
    wrong = first(fresh("elv-low"), "Condition")  # its subject is no entry that it can see
    deleted = {"request": {"method": "DELETE", "url": "Patient/1"}}
    batch = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [entry(patient), deleted, entry(wrong), entry(other)],
    }
    answer = await desk.ask("gp", "POST", "/fhir", batch)
    assert answer.status_code == 200, answer.text
    assert answer.json()["type"] == "batch-response"
    responses = [one["response"] for one in answer.json()["entry"]]
    assert [one["status"][:3] for one in responses] == ["201", "422", "422", "201"]
    assert responses[1]["outcome"]["resourceType"] == "OperationOutcome"
    kind, identity, *_ = responses[3]["location"].split("/")
    read = await desk.get(f"/fhir/{kind}/{identity}", "gp")
    assert read["name"] == other["name"]


async def test_a_request_in_a_batch_is_known_again_whatever_it_comes_with(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    request = first(fresh("elv-low"), "ServiceRequest")
    request["subject"] = {"reference": f"Patient/{sent.id_of('Patient')}"}
    for name in ("requester", "supportingInfo", "encounter", "insurance", "reasonReference"):
        request.pop(name, None)
    companion = first(fresh("elv-low"), "Patient")
    places = []
    for entries in ([entry(request)], [entry(companion), entry(request)]):
        batch = {"resourceType": "Bundle", "type": "batch", "entry": entries}
        answer = await desk.ask("gp", "POST", "/fhir", batch)
        places.append(answer.json()["entry"][-1]["response"])
    assert [one["status"] for one in places] == ["201 Created", "200 OK"]
    assert places[0]["location"] == places[1]["location"]
    alone = await desk.ask("gp", "POST", "/fhir/ServiceRequest", request)
    assert alone.status_code == 200, alone.text


async def test_a_stored_patient_is_referred_to_by_id(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    patient = sent.id_of("Patient")
    second = fresh("elv-low")
    name = next(
        one["fullUrl"] for one in second["entry"] if one["resource"]["resourceType"] == "Patient"
    )
    second["entry"] = [
        one for one in second["entry"] if one["resource"]["resourceType"] != "Patient"
    ]
    text = json.dumps(second).replace(f'"{name}"', f'"Patient/{patient}"').encode()
    other = await desk.refer(text)
    shown = await desk.get(f"/api/referrals/{other.id}")
    assert (shown["patient"], shown["kind"], shown["status"]) == (patient, "elv-low", "final")
    assert shown["person"]["family"] == first(bundle, "Patient")["name"][0]["family"]
    assert [one["referral"] for one in shown["same_person"]] == [sent.id]
    found = await desk.get(f"/fhir/ServiceRequest?patient={patient}", "gp")
    assert {one["resource"]["id"] for one in found["entry"]} == {sent.id, other.id}
    offer = await desk.offered(other.id)
    await desk.reply(offer, "accept")
    own = await desk.ask(
        "provider", "GET", f"/fhir/Patient/{patient}", organisation=offer["organisation"]
    )
    assert own.status_code == 200, "who took the person may know who it is"
    stranger = await desk.ask("transfer-nurse", "POST", "/fhir", text)
    assert stranger.status_code == 422, "another's Patient is not one's own to refer"


async def test_the_desk_enters_a_referral_for_a_caller(desk: Desk, region: Region) -> None:
    bundle = fresh("elv-low")
    practice = region.organisations[-1]
    for organisation in region.organisations:
        if organisation.kind == "gp-practice":
            practice = organisation
    first(bundle, "Organization")["identifier"] = [
        {"system": "http://fhir.nl/fhir/NamingSystem/ura", "value": practice.ura}
    ]
    sent = await desk.refer(bundle, "coordinator")
    shown = await desk.get(f"/api/referrals/{sent.id}")
    assert shown["organisation"] == practice.id
    mine = await desk.get(f"/api/referrals/{sent.id}", "gp", organisation=practice.id)
    assert mine["id"] == sent.id
    others = next(
        o.id for o in region.organisations if o.kind == "gp-practice" and o.id != practice.id
    )
    hidden = await desk.ask("gp", "GET", f"/api/referrals/{sent.id}", organisation=others)
    assert hidden.status_code == 404
    entered = await desk.value(
        "SELECT o.kind FROM referral r JOIN organisation o ON o.id = r.entered_by"
        " WHERE r.id = $1::text::uuid",
        sent.id,
    )
    assert entered == "coordination-point"

    by_agb = fresh("elv-low")
    first(by_agb, "Organization")["identifier"] = [
        {"system": "http://fhir.nl/fhir/NamingSystem/agb-z", "value": practice.agb}
    ]
    known = await desk.refer(by_agb, "coordinator")
    assert (await desk.get(f"/api/referrals/{known.id}"))["organisation"] == practice.id

    unknown = fresh("elv-low")
    first(unknown, "Organization")["identifier"][0]["value"] = "90009999"
    del first(unknown, "Organization")["identifier"][1:]
    kept = await desk.refer(unknown, "coordinator")
    desk_id = next(o.id for o in region.organisations if o.kind == "coordination-point")
    assert (await desk.get(f"/api/referrals/{kept.id}"))["organisation"] == desk_id


async def test_the_desk_must_name_for_whom_it_enters(desk: Desk) -> None:
    bundle = fresh("elv-low")
    del first(bundle, "ServiceRequest")["requester"]
    refused = await desk.ask("coordinator", "POST", "/fhir", bundle)
    assert refused.status_code == 422
    assert "requester" in refused.json()["issue"][0]["diagnostics"]
    assert (await desk.ask("gp", "POST", "/fhir", bundle)).status_code == 200


async def test_a_practice_can_not_refer_in_the_name_of_another(desk: Desk, region: Region) -> None:
    practices = [one for one in region.organisations if one.kind == "gp-practice"]
    bundle = fresh("elv-low")
    first(bundle, "Organization")["identifier"] = [
        {"system": "http://fhir.nl/fhir/NamingSystem/ura", "value": practices[1].ura}
    ]
    sent = await desk.refer(bundle)
    shown = await desk.get(f"/api/referrals/{sent.id}", "gp", organisation=practices[0].id)
    assert shown["organisation"] == practices[0].id


async def test_no_bsn_is_stored_or_told_in_clear(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    number, other = bsn(), bsn()
    bundle = fresh("elv-low", number)
    sent = await desk.refer(bundle)
    offer = await desk.offered(sent.id)
    await desk.reply(offer, "accept")
    patient = first(bundle, "Patient")
    both = json.loads(json.dumps(patient))
    both["identifier"].append({"system": both["identifier"][0]["system"], "value": other})
    faulty = fresh("elv-low")
    first(faulty, "Patient")["identifier"] = both["identifier"]
    wrong = fresh("elv-low", f"{int(number) + 1}")
    system = "http://fhir.nl/fhir/NamingSystem/bsn"
    answers: list[httpx.Response] = [
        await desk.ask("gp", "POST", "/fhir", faulty),
        await desk.ask("gp", "POST", "/fhir", wrong),
        await desk.ask("gp", "POST", "/fhir", bundle | {"type": "collection"}),
        await desk.ask("gp", "GET", f"/fhir/Patient/{number}"),
        await desk.ask("gp", "GET", f"/fhir/Task?identifier={system}|{number}"),
        await desk.ask("gp", "GET", f"/fhir/ServiceRequest?patient={number}"),
        await desk.ask("gp", "GET", f"/api/referrals/{number}"),
        await desk.ask("gp", "GET", f"/api/worklist?next={number}"),
        await desk.ask("coordinator", "GET", f"/api/referrals/{sent.id}"),
        await desk.ask("coordinator", "GET", "/api/worklist?size=200"),
        await desk.client.get(f"/api/{number}"),
    ]
    first(bundle, "Patient")["gender"] = "other"
    answers.append(await desk.ask("gp", "POST", "/fhir", bundle))
    secret = (number, other, f"{int(number) + 1}")
    for one in answers:
        assert not [digits for digits in secret if digits in one.text], one.request.url.path
    columns = await desk.rows(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c"
        " JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
    )
    assert len(columns) > 100
    for table, column in columns:
        for digits in secret:
            found = await desk.value(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE $1'
                f" OR \"{column}\"::text LIKE '%' || encode($2::bytea, 'hex') || '%'",
                f"%{digits}%",
                digits.encode(),
            )
            assert found == 0, (table, column)
    out, err = capfd.readouterr()
    assert not [digits for digits in secret if digits in out + err]


async def test_one_resource_is_created_by_itself(desk: Desk) -> None:
    patient = first(fresh("elv-low"), "Patient")
    made = await desk.ask("gp", "POST", "/fhir/Patient", patient)
    assert made.status_code == 201, made.text
    identity = made.json()["id"]
    assert made.headers["location"].endswith(f"/fhir/Patient/{identity}/_history/1")
    assert made.headers["etag"] == 'W/"1"'
    request = first(fresh("elv-low"), "ServiceRequest")
    request["subject"] = {"reference": f"Patient/{identity}"}
    del request["requester"]
    asked = await desk.ask("gp", "POST", "/fhir/ServiceRequest", request)
    assert asked.status_code == 201, asked.text
    again = await desk.ask("gp", "POST", "/fhir/ServiceRequest", request)
    assert (again.status_code, again.json()["id"]) == (200, asked.json()["id"])
    shown = await desk.get(f"/api/referrals/{asked.json()['id']}")
    assert shown["status"] == "provisional"
    hidden = await desk.ask("transfer-nurse", "GET", f"/fhir/Patient/{identity}")
    assert hidden.status_code == 404


@pytest.mark.parametrize(
    "subject",
    [
        {"display": "iemand"},
        {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999900018"}},
        {"reference": "Patient/0190a0a0-0000-7000-8000-000000000000"},
        {"reference": "Patient/x"},
        {"reference": "Group/1"},
        {"reference": "https://elsewhere.example/fhir/Patient/1"},
    ],
)
async def test_a_person_who_is_not_here_can_not_be_referred(desk: Desk, subject: Any) -> None:
    request = first(fresh("elv-low"), "ServiceRequest") | {"subject": subject}
    del request["requester"]
    answer = await desk.ask("gp", "POST", "/fhir/ServiceRequest", request)
    assert answer.status_code == 422, answer.text


async def test_media_type_and_answer_are_fhir(desk: Desk) -> None:
    answer = await desk.ask("gp", "POST", "/fhir", fresh("elv-low"))
    assert answer.headers["content-type"].startswith(FHIR)
    outcome = next(
        one["response"]["outcome"] for one in answer.json()["entry"] if "outcome" in one["response"]
    )
    assert outcome["issue"][0]["details"]["coding"][0]["code"] == "advice-final"
