"""What was done is followed as Provenance by who may, and watched as AuditEvent by one role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from desk import Desk, entry, fresh

from fhir.codes import REASON, TASK_CODE
from fhir.validation import accept

pytest_plugins = ["desk_fixture"]


async def found(desk: Desk, path: str, role: str = "coordinator", **more: Any) -> list[Any]:
    answer = await desk.ask(role, "GET", path, **more)
    assert answer.status_code == 200, answer.text
    entries = [one["resource"] for one in answer.json().get("entry", ())]
    for one in entries:
        assert one["resourceType"] == path.split("/")[2].partition("?")[0]
    return entries


def steps(provenances: list[Any]) -> list[str]:
    return [one["activity"]["coding"][0]["code"] for one in provenances]


async def test_each_step_of_a_referral_has_a_provenance_that_names_no_person(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    for step in ("accept", "start"):
        assert (await desk.reply(offer, step)).status_code == 200
    for role in ("gp", "coordinator"):
        made = await found(desk, f"/fhir/Provenance?target=ServiceRequest/{sent.id}", role)
        assert steps(made) == ["start", "accept", "offer", "refer"]
    start, accepted, offered, refer = made
    assert {"reference": f"Task/{offer['id']}"} in accepted["target"]
    assert accepted["agent"][0]["who"] == {"reference": f"Organization/{offer['organisation']}"}
    assert [one["agent"][0]["role"][0]["coding"][0]["code"] for one in made] == [
        "provider", "provider", "coordinator", "gp",
    ]  # fmt: skip
    assert {"reference": f"Task/{sent.id_of('Task')}"} in refer["target"]
    assert start["recorded"] >= accepted["recorded"] >= offered["recorded"]
    for one in made:
        answer = await desk.ask("gp", "GET", f"/fhir/Provenance/{one['id']}")
        assert (answer.status_code, answer.json()) == (200, one)
        accept(answer.content, "Provenance")
        assert set(one["agent"][0]) == {"role", "who"}
    of_offer = await found(desk, f"/fhir/Provenance?target=Task/{offer['id']}")
    assert steps(of_offer) == ["start", "accept", "offer"]
    first = await desk.get(f"/fhir/Provenance/{refer['id']}/_history/1", "gp")
    assert first == refer
    listed = await desk.get(f"/fhir/Provenance/{refer['id']}/_history", "gp")
    assert [one["resource"] for one in listed["entry"]] == [refer]


async def test_a_provenance_that_came_with_a_referral_is_found_behind_ours(desk: Desk) -> None:
    bundle = fresh("elv-low")
    request = next(
        one for one in bundle["entry"] if one["resource"]["resourceType"] == "ServiceRequest"
    )
    came_with = {
        "resourceType": "Provenance",
        "target": [{"reference": request["fullUrl"]}],
        "recorded": "2026-11-20T10:00:00+01:00",
        "agent": [{"who": {"display": "de huisarts"}}],
    }
    bundle["entry"].append(entry(came_with, "urn:uuid:6f5d4a3c-0000-4000-8000-000000000009"))
    sent = await desk.refer(bundle)
    path = f"/fhir/Provenance?target=ServiceRequest/{sent.id}"
    ours, theirs = await found(desk, path, "gp")
    assert steps([ours]) == ["refer"]
    assert theirs["agent"] == [{"who": {"display": "de huisarts"}}]
    assert theirs["id"] == sent.id_of("Provenance")
    seen, at = [], f"{path}&_count=1"
    while at:
        page = await desk.get(at, "gp")
        seen += [one["resource"]["id"] for one in page["entry"]]
        after = [one["url"] for one in page["link"] if one["relation"] == "next"]
        at = after[0].removeprefix("http://naober.test") if after else ""
    assert seen == [ours["id"], theirs["id"]]
    followed: list[str] = []
    at = "/fhir/Provenance/_history?_count=1"
    while at and not {ours["id"], theirs["id"]} <= set(followed):
        page = await desk.get(at, "gp")
        followed += [one["resource"]["id"] for one in page["entry"]]
        at = next((one["url"] for one in page["link"] if one["relation"] == "next"), "")
    assert len(followed) == len(set(followed))
    assert {ours["id"], theirs["id"]} <= set(followed), "the history has what was sent, too"


async def test_who_was_asked_sees_its_own_steps_and_not_of_whom(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    first, other = (await desk.matches(sent.id))[:2]
    offer = await desk.offered(sent.id, first)
    elsewhere = await desk.offered(sent.id, other)
    asked = {"role": "provider", "organisation": offer["organisation"]}
    path = f"/fhir/Provenance?target=Task/{offer['id']}"
    (made,) = await found(desk, path, **asked)
    assert made["target"] == [{"reference": f"Task/{offer['id']}"}]
    assert sent.id not in str(made)
    if other["organisation"] != first["organisation"]:
        path = f"/fhir/Provenance?target=Task/{elsewhere['id']}"
        assert await found(desk, path, **asked) == []
        (theirs,) = await found(desk, path)
        answer = await desk.ask("provider", "GET", f"/fhir/Provenance/{theirs['id']}",
                                organisation=offer["organisation"])  # fmt: skip
        assert answer.status_code == 404
    assert await found(desk, f"/fhir/Provenance?target=ServiceRequest/{sent.id}", **asked) == []


async def test_a_step_of_another_is_not_there(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    (made,) = await found(desk, f"/fhir/Provenance?target=ServiceRequest/{sent.id}")
    assert await found(
        desk, f"/fhir/Provenance?target=ServiceRequest/{sent.id}", "clinician"
    ) == []  # fmt: skip
    answer = await desk.ask("clinician", "GET", f"/fhir/Provenance/{made['id']}")
    assert answer.status_code == 404
    for identity in ("0", "999999999999999999", "9" * 40, "x"):
        answer = await desk.ask("gp", "GET", f"/fhir/Provenance/{identity}")
        assert answer.status_code == 404


async def test_the_newest_steps_of_all_are_followed_by_their_history(desk: Desk) -> None:
    since = quote(datetime.now(UTC).isoformat())
    first = await desk.refer(fresh("elv-low"))
    second = await desk.refer(fresh("elv-low"))
    page = await desk.get(f"/fhir/Provenance/_history?_since={since}&_count=1", "gp")
    (newest,) = [one["resource"] for one in page["entry"]]
    assert {"reference": f"ServiceRequest/{second.id}"} in newest["target"]
    (after,) = [one["url"] for one in page["link"] if one["relation"] == "next"]
    page = await desk.get(after.removeprefix("http://naober.test"), "gp")
    (older,) = [one["resource"] for one in page["entry"]]
    assert {"reference": f"ServiceRequest/{first.id}"} in older["target"]
    assert "next" not in {one["relation"] for one in page["link"]}


async def test_an_abort_task_has_its_steps_too(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    task = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": TASK_CODE, "code": "abort"}]},
        "focus": {"reference": f"Task/{sent.id_of('Task')}"},
        "reasonCode": {"coding": [{"system": REASON, "code": "duplicate"}]},
    }
    made = (await desk.ask("gp", "POST", "/fhir/Task", task)).json()
    (asked,) = await found(desk, f"/fhir/Provenance?target=Task/{made['id']}", "gp")
    assert steps([asked]) == ["abort"]
    assert asked["reason"][0]["coding"][0]["code"] == "duplicate"
    own = await found(desk, f"/fhir/Provenance?target=Task/{sent.id_of('Task')}", "gp")
    assert steps(own) == ["cancel", "refer"]


async def test_looking_is_no_step(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    await desk.get(f"/api/referrals/{sent.id}")
    made = await found(desk, f"/fhir/Provenance?target=ServiceRequest/{sent.id}")
    assert steps(made) == ["refer"]


async def test_the_privacy_officer_reads_who_saw_whom(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    since = quote((datetime.now(UTC) - timedelta(minutes=1)).isoformat())
    await desk.get(f"/api/referrals/{sent.id}", "gp")
    path = f"/fhir/AuditEvent?entity=ServiceRequest/{sent.id}&date=ge{since}"
    events = await found(desk, path, "privacy-officer")
    assert [one["subtype"][0]["code"] for one in events] == ["read-referral", "refer"]
    for one in events:
        assert {"reference": f"Patient/{sent.id_of('Patient')}"} in [
            entity["what"] for entity in one["entity"]
        ]
        answer = await desk.ask("privacy-officer", "GET", f"/fhir/AuditEvent/{one['id']}")
        assert (answer.status_code, answer.json()) == (200, one)
        accept(answer.content, "AuditEvent")
    read = await found(desk, f"{path}&action=R", "privacy-officer")
    assert read == events[:1]
    same = await found(
        desk, f"/fhir/AuditEvent?patient=Patient/{sent.id_of('Patient')}", "privacy-officer"
    )
    assert same == events
    organisation = events[0]["agent"][1]["who"]["reference"]
    assert await found(desk, f"{path}&agent={organisation}", "privacy-officer") == events
    nobody = "Organization/00000000-0000-7000-8000-000000000000"
    assert await found(desk, f"{path}&agent={nobody}", "privacy-officer") == []
    later = quote((datetime.now(UTC) + timedelta(days=1)).isoformat())
    assert await found(desk, f"/fhir/AuditEvent?date=ge{later}", "privacy-officer") == []


async def test_a_refusal_is_an_event_and_reading_events_is_one_too(desk: Desk) -> None:
    refused = await desk.ask("analyst", "GET", "/fhir/Task")
    assert refused.status_code == 403
    (event, *_) = await found(desk, "/fhir/AuditEvent?outcome=4&_count=1", "privacy-officer")
    assert (event["outcome"], event["outcomeDesc"]) == ("4", "403")
    (done, *_) = await found(desk, "/fhir/AuditEvent?outcome=0&_count=1", "privacy-officer")
    assert done["outcome"] == "0"
    both = await found(desk, "/fhir/AuditEvent?outcome=0,4&action=R,E", "privacy-officer")
    assert {one["action"] for one in both} <= {"R", "E"}
    (own, *_) = await found(desk, "/fhir/AuditEvent?_count=1", "privacy-officer")
    assert own["agent"][0]["role"][0]["coding"][0]["code"] == "privacy-officer"


async def test_nobody_else_reads_the_log(desk: Desk) -> None:
    (event, *_) = await found(desk, "/fhir/AuditEvent?_count=1", "privacy-officer")
    for role in ("coordinator", "gp", "provider", "clinician", "transfer-nurse", "analyst"):
        for path in ("/fhir/AuditEvent", f"/fhir/AuditEvent/{event['id']}"):
            assert (await desk.ask(role, "GET", path)).status_code == 403, role
    assert (await desk.ask("privacy-officer", "GET", "/fhir/Provenance")).status_code == 403


async def test_pages_go_on_where_the_one_before_ended(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    for _ in range(4):
        await desk.get(f"/api/referrals/{sent.id}")
    path = f"/fhir/AuditEvent?entity=ServiceRequest/{sent.id}&_count=2"
    seen: list[str] = []
    while path:
        page = await desk.get(path, "privacy-officer")
        seen += [one["resource"]["id"] for one in page["entry"]]
        after = [one["url"] for one in page["link"] if one["relation"] == "next"]
        path = after[0].removeprefix("http://naober.test") if after else ""
    assert len(seen) == len(set(seen)) == 5
    counted = await desk.get(
        f"/fhir/AuditEvent?entity=ServiceRequest/{sent.id}&_summary=count", "privacy-officer"
    )
    assert (counted["total"], "entry" in counted) == (5, False)
    first = await desk.get(
        f"/fhir/AuditEvent?entity=ServiceRequest/{sent.id}&_sort=date&_count=1", "privacy-officer"
    )
    assert first["entry"][0]["resource"]["id"] == seen[-1]
    assert seen == sorted(seen, key=int, reverse=True)
