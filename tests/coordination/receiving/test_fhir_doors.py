"""Three doors, one intake: a transaction, the parts one by one, and a document."""

from __future__ import annotations

import json
from typing import Any

from desk import Desk, Sent, entry, first, fresh
from fhir_parts import (
    about,
    advice,
    codes,
    corrected,
    parts,
    post,
    posted,
    put,
    reading,
    request_of,
    told,
)

from fhir.codes import REASON

pytest_plugins = ["desk_fixture"]

SAME = ("urgency", "lane", "kind", "status")


async def test_parts_that_come_one_by_one_are_the_same_referral(desk: Desk) -> None:
    whole = await desk.refer(fresh("elv-low"))
    bundle, patient = await posted(desk)
    referral, said = await told(desk, request_of(bundle, patient))
    assert said[0] == "advice-final"
    now, other = await advice(desk, referral), await advice(desk, whole.id)
    assert {name: now[name] for name in SAME} == {name: other[name] for name in SAME}
    kinds = await desk.rows(
        "SELECT type FROM resource WHERE referral_id = $1::text::uuid ORDER BY position", referral
    )
    assert [row["type"] for row in kinds][:3] == ["ServiceRequest", "Task", "Patient"]
    assert len(kinds) == len(parts(bundle)) + 2
    task = (await desk.get(f"/fhir/Task?focus=ServiceRequest/{referral}", "gp"))["entry"][0]
    assert task["resource"]["businessStatus"]["coding"][0]["code"] == "triaged"


async def test_a_draft_waits_and_says_for_what_until_it_is_active(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    draft = request_of(bundle, patient, status="draft")
    before = await desk.counts()
    referral, said = await told(desk, draft)
    assert said == ["waits-for"]
    assert (await desk.counts())["referral"] == before["referral"]
    answer = await corrected(desk, "ServiceRequest", referral, status="active")
    assert answer.json()["status"] == "active"
    assert answer.headers["etag"] == 'W/"2"'
    assert (await desk.counts())["referral"] == before["referral"] + 1
    assert (await advice(desk, referral))["status"] == "final"
    read = await desk.ask("gp", "GET", f"/fhir/ServiceRequest/{referral}")
    assert read.headers["etag"] == 'W/"2"', "no version is given twice"


async def test_what_a_draft_lacks_is_named_by_element(desk: Desk) -> None:
    lacking = {
        "resourceType": "ServiceRequest", "status": "draft", "intent": "plan",
        "subject": {"display": "iemand"},
    }  # fmt: skip
    answer = await post(desk, lacking, prefer="return=OperationOutcome")
    issues = answer.json()["issue"]
    assert set(codes(answer.json())) == {"waits-for"}
    assert {one["severity"] for one in issues} == {"information"}
    assert [one["expression"][0].partition(".")[2] for one in issues] == [
        "status", "intent", "identifier", "subject",
    ]  # fmt: skip


async def test_a_task_starts_the_request_that_waits(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    referral, _ = await told(desk, request_of(bundle, patient, status="draft"))
    task = about(first(bundle, "Task"), patient) | {
        "focus": {"reference": f"ServiceRequest/{referral}"}
    }
    task = {
        name: value for name, value in task.items() if name not in {"requester", "owner", "for"}
    }
    identity, said = await told(desk, task)
    assert said[0] == "advice-final"
    assert (await desk.get(f"/fhir/ServiceRequest/{referral}", "gp"))["status"] == "active"
    shown = await desk.get(f"/fhir/Task/{identity}", "gp")
    assert (shown["status"], shown["identifier"]) == ("accepted", task["identifier"])
    found = await desk.get(f"/fhir/Task?focus=ServiceRequest/{referral}", "gp")
    assert [one["resource"]["id"] for one in found["entry"]] == [identity]


async def test_a_task_waits_with_a_request_that_is_not_complete(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    draft = request_of(bundle, patient, status="draft")
    referral, _ = await told(desk, draft | {"intent": "proposal"})
    task = {
        "resourceType": "Task", "status": "requested", "intent": "order",
        "focus": {"reference": f"ServiceRequest/{referral}"},
    }  # fmt: skip
    identity, said = await told(desk, task)
    assert said == ["waits-for"]
    answer = await put(desk, draft | {"id": referral, "status": "active"})
    assert answer.status_code == 200, answer.text
    found = await desk.get(f"/fhir/Task?focus=ServiceRequest/{referral}", "gp")
    assert [one["resource"]["id"] for one in found["entry"]] == [identity], "the Task that waited"


async def test_a_task_that_was_a_draft_too_starts_it_once_it_is_requested(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    referral, _ = await told(desk, request_of(bundle, patient, status="draft"))
    task = {
        "resourceType": "Task", "status": "draft", "intent": "order",
        "focus": {"reference": f"ServiceRequest/{referral}"},
    }  # fmt: skip
    identity, said = await told(desk, task)
    assert said == ["waits-for"]
    answer = await put(
        desk, task | {"id": identity, "status": "requested"}, prefer="return=OperationOutcome"
    )
    assert codes(answer.json())[:2] == ["started", "advice-final"]
    assert (await desk.get(f"/fhir/Task/{identity}", "gp"))["status"] == "accepted"
    assert (await advice(desk, referral))["status"] == "final"


async def test_a_task_may_come_first_and_name_its_request_by_number(desk: Desk) -> None:
    for way in ("POST", "PUT"):
        bundle, patient = await posted(desk)
        request = request_of(bundle, patient)
        focus = {"identifier": request["identifier"][0], "display": "aanvraag"}
        task = {"resourceType": "Task", "status": "requested", "intent": "order", "focus": focus}
        identity, said = await told(desk, task)
        assert said == ["waits-for"]
        if way == "POST":
            referral, said = await told(desk, request)
            assert said[0] == "advice-final"
        else:
            bare = request | {"status": "draft", "identifier": []}
            del bare["identifier"]
            referral, _ = await told(desk, bare)
            await corrected(
                desk, "ServiceRequest", referral, status="active", identifier=request["identifier"]
            )
        shown = await desk.get(f"/fhir/Task/{identity}", "gp")
        assert (shown["status"], shown["focus"]) == (
            "accepted", focus | {"reference": f"ServiceRequest/{referral}"},
        )  # fmt: skip
        was = await desk.get(f"/fhir/Task/{identity}/_history/1", "gp")
        assert (was["status"], was["focus"]) == ("requested", focus)
        found = await desk.get(f"/fhir/Task?focus=ServiceRequest/{referral}", "gp")
        assert [one["resource"]["id"] for one in found["entry"]] == [identity], "no other was made"


async def test_a_task_may_name_a_draft_by_number_too(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    request = request_of(bundle, patient, status="draft")
    referral, _ = await told(desk, request)
    task = {
        "resourceType": "Task", "status": "requested", "intent": "order",
        "focus": {"identifier": request["identifier"][0]},
    }  # fmt: skip
    identity, said = await told(desk, task)
    assert said[0] == "advice-final"
    shown = await desk.get(f"/fhir/Task/{identity}", "gp")
    assert shown["focus"]["reference"] == f"ServiceRequest/{referral}"


async def test_a_task_that_asks_for_what_is_not_here_says_so(desk: Desk) -> None:
    task: dict[str, Any] = {"resourceType": "Task", "status": "requested", "intent": "order"}
    nowhere: dict[str, Any] = {"focus": {"identifier": {"value": "nergens"}}}
    for focus in (nowhere, {}):
        assert (await told(desk, task | focus))[1] == ["waits-for"], focus
    for other in ({"focus": {"display": "iets anders"}}, {"status": "draft"}):
        assert (await told(desk, task | other))[1] == ["stored"], other


async def test_a_task_that_comes_after_its_request_shows_the_state_too(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    referral, _ = await told(desk, request_of(bundle, patient))
    task = {
        "resourceType": "Task", "status": "requested", "intent": "order",
        "focus": {"reference": f"ServiceRequest/{referral}"},
    }  # fmt: skip
    stranger = await post(desk, task, "transfer-nurse")
    assert (stranger.status_code, codes(stranger.json())) == (422, ["focus-unknown"])
    identity, said = await told(desk, task)
    assert said == ["followed"]
    shown = await desk.ask("gp", "GET", f"/fhir/Task/{identity}")
    assert shown.json()["status"] == "accepted"
    assert shown.json()["businessStatus"]["coding"][0]["code"] == "triaged"
    found = await desk.get(f"/fhir/Task?focus=ServiceRequest/{referral}&status=accepted", "gp")
    assert identity in [one["resource"]["id"] for one in found["entry"]]
    cancelled = shown.json() | {
        "status": "cancelled",
        "statusReason": {"coding": [{"system": REASON, "code": "no-longer-needed"}]},
    }
    moved = await put(desk, cancelled)
    assert (moved.status_code, moved.json()["status"]) == (200, "cancelled"), moved.text
    assert (await desk.get(f"/api/referrals/{referral}", "gp"))["state"] == "cancelled"
    was = shown.json()["meta"]["versionId"]
    assert await desk.get(f"/fhir/Task/{identity}/_history/{was}", "gp") == shown.json()
    late = await post(desk, task)
    assert (late.status_code, codes(late.json())) == (409, ["referral-ended"])


async def test_a_draft_that_becomes_active_and_is_incomplete_is_told_all_it_lacks(
    desk: Desk,
) -> None:
    bare = {
        "resourceType": "ServiceRequest", "status": "draft", "intent": "plan",
        "subject": {"display": "iemand"},
    }  # fmt: skip
    identity, _ = await told(desk, bare)
    answer = await put(desk, bare | {"id": identity, "status": "active"})
    assert (answer.status_code, set(codes(answer.json()))) == (422, {"incomplete"})
    assert [one["expression"] for one in answer.json()["issue"]] == [
        ["ServiceRequest.intent"], ["ServiceRequest.identifier"], ["ServiceRequest.subject"],
    ]  # fmt: skip
    held = await desk.ask("gp", "GET", f"/fhir/ServiceRequest/{identity}")
    assert (held.json()["status"], held.headers["etag"]) == ("draft", 'W/"1"')


async def test_a_part_that_comes_later_is_an_answer(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    referral, _ = await told(desk, request_of(bundle, patient))
    before = await advice(desk, referral)
    identity, said = await told(desk, reading("59408-5", 84, "%", patient))
    assert said[:2] == ["answered", "advice-final"]
    now = await advice(desk, referral)
    assert now["urgency"] < before["urgency"], "U0 is the most urgent"
    of = "SELECT referral_id::text FROM resource WHERE id = $1::text::uuid"
    assert await desk.value(of, identity) == referral
    other = await desk.ask("transfer-nurse", "GET", f"/fhir/Observation/{identity}")
    assert other.status_code == 404, "it is the referrer's and the desk's"
    assert (await desk.ask("coordinator", "GET", f"/fhir/Observation/{identity}")).is_success


async def test_of_several_referrals_the_one_that_is_named_is_meant(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    one, _ = await told(desk, request_of(bundle, patient))
    again = request_of(bundle, patient, identifier=[{"system": "urn:test", "value": one}])
    two, _ = await told(desk, again)
    observed = reading("59408-5", 84, "%", patient)
    loose, said = await told(desk, observed)
    of = "SELECT referral_id::text FROM resource WHERE id = $1::text::uuid"
    assert (said, await desk.value(of, loose)) == (["several-referrals"], None)
    named, said = await told(desk, observed | {"basedOn": [{"reference": f"ServiceRequest/{two}"}]})
    assert (said[0], await desk.value(of, named)) == ("answered", two)


async def test_a_part_of_a_referral_that_may_not_have_it_is_of_no_other_either(
    desk: Desk,
) -> None:
    bundle, patient = await posted(desk)
    ended, _ = await told(desk, request_of(bundle, patient, status="draft"))
    record, _ = await told(desk, request_of(bundle, patient, status="completed"))
    one, _ = await told(desk, request_of(bundle, patient))
    two = await desk.refer(fresh("elv-low"))
    await corrected(desk, "ServiceRequest", two.id, status="revoked")
    observed = reading("59408-5", 84, "%", patient)
    of = "SELECT referral_id::text FROM resource WHERE id = $1::text::uuid"
    nobody = "0198c000-0000-7000-8000-000000000000"
    for named in (two.id, nobody):
        about = {"basedOn": [{"reference": f"ServiceRequest/{named}"}]}
        loose, said = await told(desk, observed | about)
        assert (said, await desk.value(of, loose)) == (["not-added"], None)
    for named in (ended, record):
        about = {"basedOn": [{"reference": f"ServiceRequest/{named}"}]}
        added, said = await told(desk, observed | about)
        assert (said[0], await desk.value(of, added)) == ("answered", one), "no referral of itself"


async def test_nobody_takes_along_or_answers_with_what_is_anothers(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    stolen = await post(desk, request_of(bundle, patient), "transfer-nurse")
    assert (stolen.status_code, set(codes(stolen.json()))) == (422, {"subject-unknown"})
    assert stolen.json()["issue"][0]["expression"] == ["ServiceRequest.subject"]
    referral, _ = await told(desk, request_of(bundle, patient))
    foreign = reading(
        "59408-5", 70, "%", patient, basedOn=[{"reference": f"ServiceRequest/{referral}"}]
    )
    before = await advice(desk, referral)
    answer = await post(desk, foreign, "transfer-nurse")
    assert answer.status_code == 201, "kept for its sender, and of no referral of another"
    assert await advice(desk, referral) == before


def document(bundle: dict[str, Any]) -> dict[str, Any]:
    composition = {
        "resourceType": "Composition", "status": "final", "type": {"text": "Verwijsbrief"},
        "date": "2026-11-22", "author": [{"display": "V. Oorbeeldsma"}], "title": "Verwijsbrief",
    }  # fmt: skip
    entries = [{"fullUrl": one["fullUrl"], "resource": one["resource"]} for one in bundle["entry"]]
    first_url = "urn:uuid:00000000-0000-4000-8000-0000000c0de0"
    return {
        "resourceType": "Bundle", "type": "document", "timestamp": "2026-11-22T08:00:00Z",
        "identifier": {"system": "urn:test", "value": "d1"},
        "entry": [{"fullUrl": first_url, "resource": composition}, *entries],
    }  # fmt: skip


async def test_a_document_is_the_same_referral(desk: Desk) -> None:
    for path in ("/fhir", "/fhir/Bundle"):
        bundle = fresh("elv-low")
        sent = Sent(await desk.ask("gp", "POST", path, document(bundle)))
        assert sent.answer["type"] == "transaction-response"
        assert len(sent.places) == len(bundle["entry"]) + 1
        assert (await advice(desk, sent.id))["status"] == "final"
        again = Sent(await desk.ask("gp", "POST", path, document(bundle)))
        assert again.places == sent.places
        assert set(again.statuses) == {"200 OK"}
        read = await desk.get(f"/fhir/Composition/{sent.id_of('Composition')}", "gp")
        assert read["title"] == "Verwijsbrief"


async def test_a_document_begins_with_its_composition(desk: Desk) -> None:
    sent = document(fresh("elv-low"))
    sent["entry"].append(sent["entry"].pop(0))
    before = await desk.counts()
    answer = await desk.ask("gp", "POST", "/fhir", sent)
    assert answer.status_code == 422, answer.text
    assert "document-composition" in codes(answer.json()) or "Composition" in answer.text
    assert await desk.counts() == before


async def test_a_draft_may_bring_who_refers_and_start_later(desk: Desk) -> None:
    """A role is known by its PractitionerRole, which comes with a request and never alone."""
    bundle = fresh("elv-low")
    first(bundle, "ServiceRequest")["status"] = "draft"
    task = first(bundle, "Task")
    bundle["entry"] = [one for one in bundle["entry"] if one["resource"] is not task]
    before = await desk.counts()
    sent = Sent(await desk.ask("gp", "POST", "/fhir", bundle))
    assert (await desk.counts())["referral"] == before["referral"]
    answer = await corrected(desk, "ServiceRequest", sent.id, status="active")
    assert answer.json()["status"] == "active"
    assert (await advice(desk, sent.id))["status"] == "final"
    role = await desk.get(f"/fhir/PractitionerRole/{sent.id_of('PractitionerRole')}", "coordinator")
    assert role["resourceType"] == "PractitionerRole", "taken along with who refers to it"
    picture = await desk.value(
        "SELECT picture::text FROM advice WHERE referral_id = $1::text::uuid", sent.id
    )
    assert json.loads(picture)["referrer_role"] is not None


async def test_a_condition_that_finds_a_running_request_shows_how_it_is(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    await corrected(desk, "ServiceRequest", sent.id, note=[{"text": "Sleutel bij de buren."}])
    request = first(bundle, "ServiceRequest")
    number = request["identifier"][0]
    again = await post(
        desk, request | {"subject": {"reference": f"Patient/{sent.id_of('Patient')}"}},
        **{"if-none-exist": f"identifier={number['system']}|{number['value']}"},
    )  # fmt: skip
    assert again.status_code == 200, again.text
    read = await desk.ask("gp", "GET", f"/fhir/ServiceRequest/{sent.id}")
    assert (again.json(), again.headers["etag"]) == (read.json(), read.headers["etag"])


async def test_a_request_sent_twice_is_one_referral_at_every_door(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    request = request_of(bundle, patient)
    first_time = await post(desk, request)
    again = await post(desk, request)
    assert (first_time.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first_time.json()["id"]
    other = await post(desk, request | {"priority": "urgent"})
    assert (other.status_code, codes(other.json())) == (409, ["identifier-used"])
    whole = fresh("elv-low")
    whole["entry"] = [entry(one["resource"], one["fullUrl"]) for one in whole["entry"]]
    assert (await desk.refer(whole)).places == (await desk.refer(whole)).places
