"""A referral is moved by Task: every transition of the table over a real database, and no other."""

from __future__ import annotations

import asyncio
import copy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from desk import Desk, Sent, answers_of, form, fresh, yes_or_no

from coordination.app import Service
from coordination.places import placement
from fhir.codes import ALTERNATIVE_DATE, OFFER_STATE, REASON, REFERRAL_STATE, SNOMED, TASK_CODE
from fhir.task.codes import DESTINATION, TASK_OUTPUT
from fhir.task.steps import MOVES, STATES, STATUSES, By, Move, Of
from fhir.validation import accept

pytest_plugins = ["desk_fixture"]

ROLE = {By.SERVICE: "provider", By.REFERRER: "gp", By.DESK: "coordinator"}
WAYS: dict[str, tuple[tuple[str, Any], ...]] = {
    "requested": (),
    "countered": (("counter", {"starts_at": "soon"}),),
    "waiting": (("queue", None),),
    "accepted": (("accept", None),),
    "declined": (("decline", {"reason": "at-capacity"}),),
    "withdrawn": (("withdraw", None),),
    "expired": (("expire", None),),
    "completed": (("accept", None), ("start", None)),
    "away": (("accept", None), ("start", None), ("leave", {"to": "hospital"})),
    "ended": (("accept", None), ("start", None), ("end", {"destination": "home"})),
}
"""The steps on the JSON side that bring an offer into each state."""


def soon() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")


async def asked(desk: Desk, service: Service, state: str) -> tuple[Sent, dict[str, Any]]:
    """An offer in a state."""
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[0]
    await desk.room(chosen["service"], 3)
    offer = await desk.offered(sent.id, chosen)
    for step, body in WAYS[state]:
        if step == "expire":
            await desk.rows(
                "UPDATE offer SET expires_at = now() - interval '1 s' WHERE id = $1::text::uuid",
                offer["id"],
            )
            key = UUID(offer["id"])
            await service.parts.database.transact(lambda tx: placement.expire(tx, key))  # noqa: B023
            continue
        given = {"starts_at": soon()} if step == "counter" else body
        role = "coordinator" if step == "withdraw" else "provider"
        assert (await desk.reply(offer, step, given, role)).status_code == 200
    return sent, offer


async def referred(desk: Desk, service: Service, state: str) -> tuple[Sent, dict[str, Any]]:
    """A referral in a state, with its offer where it has one."""
    offered = {"offered": "requested", "accepted": "accepted", "placed": "completed"}
    if state in {*offered, "closed"}:
        return await asked(desk, service, offered.get(state, "ended"))
    sent = await desk.refer(fresh("elv-low"))
    if state == "cancelled":
        path = f"/api/referrals/{sent.id}/cancel"
        assert (await desk.ask("gp", "POST", path, {"reason": "other"})).status_code == 200
    elif state != "triaged":
        await desk.rows("UPDATE referral SET state = $2 WHERE id = $1::text::uuid", sent.id, state)
    return sent, {}


def abort_of(task: str, reason: str | None = "patient-refuses", **more: Any) -> dict[str, Any]:
    why = {"reasonCode": {"coding": [{"system": REASON, "code": reason}]}} if reason else {}
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": TASK_CODE, "code": "abort"}]},
        "focus": {"reference": f"Task/{task}"},
    } | why | more  # fmt: skip


async def aborted(desk: Desk, service: Service, state: str) -> tuple[str, dict[str, Any]]:
    """An abort Task in a state, of someone who has arrived already."""
    sent, offer = await referred(desk, service, "placed")
    made = await desk.ask("gp", "POST", "/fhir/Task", abort_of(sent.id_of("Task")))
    assert made.status_code == 201, made.text
    task = made.json()["id"]
    ways: dict[str, tuple[tuple[By, str, str | None], ...]] = {
        "requested": (),
        "accepted": ((By.DESK, "accepted", None),),
        "rejected": ((By.DESK, "rejected", "arrived-already"),),
        "cancelled": ((By.REFERRER, "cancelled", "other"),),
        "completed": ((By.DESK, "accepted", None), (By.DESK, "completed", None)),
        "failed": ((By.DESK, "accepted", None), (By.DESK, "failed", "arrived-already")),
    }
    for by, status, reason in ways[state]:
        answer = await moved(desk, by, task, offer, status=status, **because(reason))
        assert answer.status_code == 200, answer.text
    return task, offer


def because(reason: str | None) -> dict[str, Any]:
    return {"statusReason": {"coding": [{"system": REASON, "code": reason}]}} if reason else {}


def elements(move: Move) -> dict[str, Any]:
    """What is sent for a move."""
    output: list[dict[str, Any]] = []
    if move.output == "moment":
        kind = {"coding": [{"system": SNOMED, "code": ALTERNATIVE_DATE}]}
        output = [{"type": kind, "valueDateTime": soon()}]
    if move.output == "destination":
        kind = {"coding": [{"system": TASK_OUTPUT, "code": "destination"}]}
        went = {"coding": [{"system": DESTINATION, "code": "home-with-care"}]}
        output = [{"type": kind, "valueCodeableConcept": went}]
    return {"status": move.status, **({"output": output} if output else {})} | because(
        move.reasons[0] if move.reasons else None
    )


def own(offer: dict[str, Any]) -> str | None:
    return offer.get("organisation")


async def shown(desk: Desk, by: By, task: str, offer: dict[str, Any]) -> dict[str, Any]:
    organisation = own(offer) if by is By.SERVICE else None
    found: dict[str, Any] = await desk.get(
        f"/fhir/Task/{task}", ROLE[by], organisation=organisation
    )
    return found


async def put(
    desk: Desk, by: By, offer: dict[str, Any], body: dict[str, Any], etag: str | None = None
) -> httpx.Response:
    version = etag or f'W/"{body["meta"]["versionId"]}"'
    return await desk.ask(
        ROLE[by], "PUT", f"/fhir/Task/{body['id']}", body, headers={"if-match": version},
        organisation=own(offer) if by is By.SERVICE else None,
    )  # fmt: skip


async def moved(
    desk: Desk, by: By, task: str, offer: dict[str, Any], **changed: Any
) -> httpx.Response:
    """Sends back a Task as it is shown, with some elements changed."""
    return await put(desk, by, offer, await shown(desk, by, task, offer) | changed)


async def placed_in(desk: Desk, service: Service, of: Of, state: str) -> tuple[str, dict[str, Any]]:
    """A Task of a kind in a state, and the offer that has to do with it."""
    if of is Of.OFFER:
        _, offer = await asked(desk, service, state)
        return offer["id"], offer
    if of is Of.COORDINATION:
        sent, offer = await referred(desk, service, state)
        return sent.id_of("Task"), offer
    return await aborted(desk, service, state)


def outcome(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome", answer.text
    issue: dict[str, Any] = body["issue"][0]
    return issue


LEGAL = [(move, state, by) for move in MOVES for state in move.before for by in sorted(move.by)]


@pytest.mark.parametrize(
    ("move", "state", "by"), LEGAL, ids=[f"{m.of}-{s}-{m.step}-{b}" for m, s, b in LEGAL]
)
async def test_a_legal_transition_is_done_and_shown_and_is_not_done_twice(
    desk: Desk, service: Service, move: Move, state: str, by: By
) -> None:
    task, offer = await placed_in(desk, service, move.of, state)
    before = await shown(desk, by, task, offer)
    answer = await put(desk, by, offer, before | elements(move))
    assert answer.status_code == 200, answer.text
    after = answer.json()
    accept(answer.content, "Task")
    assert after == await shown(desk, by, task, offer)
    assert after["status"] == move.status
    assert answer.headers["etag"] == f'W/"{after["meta"]["versionId"]}"'
    assert int(after["meta"]["versionId"]) > int(before["meta"]["versionId"])
    if move.of is not Of.ABORT:
        assert after["businessStatus"]["coding"][0]["code"] == move.after
    if move.reasons:
        assert after["statusReason"]["coding"][0]["code"] == move.reasons[0]
    again = await put(desk, by, offer, after)
    assert (again.status_code, again.json()) == (200, after)
    stale = await put(desk, by, offer, after, f'W/"{before["meta"]["versionId"]}"')
    assert stale.status_code == 412
    assert await shown(desk, by, task, offer) == after


@pytest.mark.parametrize(
    ("of", "state"),
    [(of, state) for of in Of for state in STATES[of]],
    ids=str,
)
async def test_no_other_transition_changes_anything(
    desk: Desk, service: Service, of: Of, state: str
) -> None:
    task, offer = await placed_in(desk, service, of, state)
    by = By.REFERRER if of is Of.COORDINATION else By.DESK
    before = await shown(desk, by, task, offer)
    legal = {move.status for move in MOVES if move.of is of and state in move.before}
    for status in set(STATUSES) - legal - {before["status"]}:
        answer = await put(desk, by, offer, before | {"status": status})
        assert answer.status_code == 422, (status, answer.text)
        issue = outcome(answer)
        assert issue["code"] == "business-rule"
        assert issue["details"]["coding"][0]["code"] == "task-step"
        for move in MOVES:
            if move.of is of and state in move.before and by in move.by:
                assert move.status in issue["diagnostics"]
    assert await shown(desk, by, task, offer) == before


@pytest.mark.parametrize(
    ("move", "state"),
    [(move, move.before[0]) for move in MOVES],
    ids=[f"{move.of}-{move.status}-{move.step}" for move in MOVES],
)
async def test_who_may_not_is_refused_and_who_may_not_see_it_learns_nothing(
    desk: Desk, service: Service, move: Move, state: str
) -> None:
    task, offer = await placed_in(desk, service, move.of, state)
    seen = await shown(desk, By.DESK, task, offer)
    for other in sorted(set(By) - move.by):
        answer = await put(desk, other, offer, seen | elements(move))
        assert answer.status_code in {403, 404, 422}, answer.text
        # A provider that may not see the Task in these words is told of the words it sees.
        assert answer.status_code != 422 or other is By.SERVICE
    stranger = await desk.teams()
    answer = await desk.ask(
        "provider", "PUT", f"/fhir/Task/{task}", seen | elements(move),
        headers={"if-match": 'W/"1"'}, organisation=stranger[0]["organisation"],
    )  # fmt: skip
    assert answer.status_code == 404
    assert await shown(desk, By.DESK, task, offer) == seen


async def test_a_task_changes_nothing_but_its_state(desk: Desk, service: Service) -> None:
    _, offer = await asked(desk, service, "requested")
    before = await shown(desk, By.SERVICE, offer["id"], offer)
    for name, value in {
        "priority": "stat",
        "intent": "order",
        "owner": {"reference": "HealthcareService/another"},
        "input": [{"type": {"text": "x"}, "valueString": "y"}],
        "for": {"reference": "Patient/x"},
    }.items():
        answer = await put(desk, By.SERVICE, offer, before | {"status": "accepted", name: value})
        assert answer.status_code == 422, name
        assert outcome(answer)["expression"] == [f"Task.{name}"]
        assert outcome(answer)["details"]["coding"][0]["code"] == "not-changed-here"
    period = {"executionPeriod": {"start": soon()}}
    answer = await put(desk, By.SERVICE, offer, before | {"status": "accepted"} | period)
    assert outcome(answer)["expression"] == ["Task.executionPeriod"]
    output = [{"type": {"text": "iets"}, "valueString": "x"}]
    answer = await put(desk, By.SERVICE, offer, before | {"status": "accepted", "output": output})
    assert outcome(answer)["details"]["coding"][0]["code"] == "not-kept"
    assert await shown(desk, By.SERVICE, offer["id"], offer) == before


async def test_what_is_left_out_stays_and_a_moment_may_be_written_otherwise(
    desk: Desk, service: Service
) -> None:
    _, offer = await asked(desk, service, "requested")
    before = await shown(desk, By.SERVICE, offer["id"], offer)
    bare = {name: before[name] for name in ("resourceType", "id", "meta", "intent")}
    bare["authoredOn"] = before["authoredOn"].replace("Z", "+00:00")
    answer = await put(desk, By.SERVICE, offer, bare | {"status": "accepted"})
    assert (answer.status_code, answer.json()["status"]) == (200, "accepted")


async def test_a_reason_in_words_alone_is_another_reason(desk: Desk, service: Service) -> None:
    _, offer = await asked(desk, service, "requested")
    answer = await moved(
        desk, By.SERVICE, offer["id"], offer,
        status="rejected", statusReason={"text": "De lift is stuk."},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert answer.json()["statusReason"]["coding"][0]["code"] == "other"


async def test_of_two_who_move_the_same_version_one_is_told_that_it_changed(
    desk: Desk, service: Service
) -> None:
    _, offer = await asked(desk, service, "requested")
    before = await shown(desk, By.SERVICE, offer["id"], offer)
    withdrawn = before | {"status": "cancelled"} | because("withdrawn-by-desk")
    answers = await asyncio.gather(
        put(desk, By.SERVICE, offer, before | {"status": "accepted"}),
        put(desk, By.DESK, offer, withdrawn),
    )
    assert sorted(one.status_code for one in answers) == [200, 412]
    (done,) = [one for one in answers if one.status_code == 200]
    after = await shown(desk, By.SERVICE, offer["id"], offer)
    assert (after["status"], after["meta"]["versionId"]) == (done.json()["status"], "2")


async def test_what_is_legal_and_no_longer_possible_is_a_conflict(
    desk: Desk, service: Service
) -> None:
    sent, offer = await asked(desk, service, "requested")
    path = f"/api/referrals/{sent.id}/answers"
    told = await desk.ask("gp", "POST", path, form(yes_or_no("isolation", value=True)))
    assert told.status_code == 200, told.text
    answer = await moved(desk, By.SERVICE, offer["id"], offer, status="accepted")
    assert answer.status_code == 409, answer.text
    assert outcome(answer)["details"]["coding"][0]["code"] == "advice-changed"


async def test_a_task_about_something_else_is_kept_as_it_is_sent(desk: Desk) -> None:
    own_task = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "description": "Bel de apotheek.",
    }
    made = await desk.ask("gp", "POST", "/fhir/Task", own_task)
    assert made.status_code == 201, made.text
    body = made.json() | {"status": "received"}
    answer = await put(desk, By.REFERRER, {}, body)
    assert (answer.status_code, answer.json()["status"]) == (200, "received")


async def test_the_whole_of_a_referral_is_followed_in_the_versions_of_its_task(
    desk: Desk, service: Service
) -> None:
    sent, _ = await referred(desk, service, "placed")
    path = f"/fhir/Task/{sent.id_of('Task')}/_history"
    versions = (await desk.get(path, "gp"))["entry"]
    seen = [one["resource"]["businessStatus"]["coding"][0]["code"] for one in versions]
    assert seen == ["placed", "accepted", "offered", "triaged"]


async def test_a_receipt_is_refused_with_a_word(desk: Desk, service: Service) -> None:
    _, offer = await asked(desk, service, "requested")
    for status, word in (("received", "receipt"), ("in-progress", "arrived")):
        answer = await moved(desk, By.SERVICE, offer["id"], offer, status=status)
        assert answer.status_code == 422
        assert word in outcome(answer)["diagnostics"]


async def test_a_step_that_would_be_refused_is_told_by_validate_and_nothing_moves(
    desk: Desk, service: Service
) -> None:
    _, offer = await asked(desk, service, "requested")
    before = await shown(desk, By.SERVICE, offer["id"], offer)
    for status, code in (
        ("accepted", "valid"),
        ("in-progress", "task-step"),
        ("rejected", "status-reason"),
    ):
        answer = await desk.ask(
            "provider", "POST", "/fhir/Task/$validate", before | {"status": status},
            organisation=own(offer),
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == code
    path, forbidden = "/fhir/Task/$validate", before | {"status": "accepted"}
    told = await desk.ask("coordinator", "POST", path, forbidden)
    assert told.json()["issue"][0]["details"]["coding"][0]["code"] == "forbidden"
    assert await shown(desk, By.SERVICE, offer["id"], offer) == before


async def test_the_first_to_accept_is_selected_and_the_others_are_told(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[:2]
    offers = []
    for one in chosen:
        await desk.room(one["service"], 3)
        made = await desk.ask("coordinator", "POST", "/fhir/Task", plan(sent.id, one["service"]))
        assert made.status_code == 201, made.text
        accept(made.content, "Task")
        assert (made.json()["intent"], made.json()["status"]) == ("plan", "requested")
        assert (
            not {"for", "focus", "partOf"}
            & (await shown(desk, By.SERVICE, made.json()["id"], one)).keys()
        )
        offers.append({"id": made.json()["id"], "organisation": one["organisation"]})
    first, other = offers
    won = await moved(desk, By.SERVICE, first["id"], first, status="accepted")
    assert won.status_code == 200, won.text
    assert [one["code"] for one in won.json()["businessStatus"]["coding"]] == [
        "accepted", "selected",
    ]  # fmt: skip
    assert won.json()["intent"] == "order"
    assert won.json()["for"]["reference"] == f"Patient/{sent.id_of('Patient')}"
    assert won.json()["partOf"] == [{"reference": f"Task/{sent.id_of('Task')}"}]
    lost = await shown(desk, By.SERVICE, other["id"], other)
    assert lost["status"] == "cancelled"
    assert lost["statusReason"]["coding"] == [
        {
            "system": REASON,
            "code": "not-selected",
            "display": "Een andere zorgaanbieder was eerder.",
        }
    ]
    assert "for" not in lost


def plan(referral: str, service: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "plan",
        "code": {"coding": [{"system": TASK_CODE, "code": "fulfill"}]},
        "focus": {"reference": f"ServiceRequest/{referral}"},
        "owner": {"reference": f"HealthcareService/{service}"},
    } | more  # fmt: skip


async def test_the_desk_asks_a_service_by_the_coordination_task_too(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    one = (await desk.matches(sent.id))[0]
    body = plan(sent.id, one["service"], partOf=[{"reference": f"Task/{sent.id_of('Task')}"}])
    del body["focus"]
    assert (await desk.ask("coordinator", "POST", "/fhir/Task", body)).status_code == 201
    assert (await desk.get(f"/api/referrals/{sent.id}"))["state"] == "offered"
    again = await desk.ask("coordinator", "POST", "/fhir/Task", body)
    assert (again.status_code, outcome(again)["details"]["coding"][0]["code"]) == (
        409,
        "asked-already",
    )


async def test_who_may_not_ask_or_asks_for_nobody_is_refused(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]["service"]
    before = await desk.counts()
    answer = await desk.ask("gp", "POST", "/fhir/Task", plan(sent.id, service))
    assert answer.status_code == 403, answer.text
    nobody = "0198c000-0000-7000-8000-000000000000"
    for body, element in (
        (plan(nobody, service), "focus"),
        (plan(sent.id, "kamer-3"), "owner"),
        (plan(sent.id, service, focus={"display": "iemand"}), "focus"),
    ):
        answer = await desk.ask("coordinator", "POST", "/fhir/Task", body)
        assert answer.status_code == 422, answer.text
        assert outcome(answer)["expression"] == [f"Task.{element}"]
    started = plan(sent.id, service, status="in-progress")
    answer = await desk.ask("coordinator", "POST", "/fhir/Task", started)
    assert outcome(answer)["details"]["coding"][0]["code"] == "task-step"
    assert await desk.counts() == before


@pytest.mark.parametrize("state", ["triaged", "offered", "accepted", "cancelled"])
async def test_an_abort_task_withdraws_a_referral_at_once_until_the_person_has_arrived(
    desk: Desk, service: Service, state: str
) -> None:
    sent, offer = await referred(desk, service, state)
    made = await desk.ask("gp", "POST", "/fhir/Task", abort_of(sent.id_of("Task")))
    assert made.status_code == 201, made.text
    accept(made.content, "Task")
    assert made.json()["status"] == "completed"
    task = await shown(desk, By.REFERRER, sent.id_of("Task"), {})
    assert task["status"] == "cancelled"
    reason = "other" if state == "cancelled" else "patient-refuses"
    assert task["statusReason"]["coding"][0]["code"] == reason
    assert (await desk.get(f"/api/referrals/{sent.id}"))["state"] == "cancelled"
    if offer:
        ended = await shown(desk, By.SERVICE, offer["id"], offer)
        assert ended["status"] == "cancelled"
    assert await shown(desk, By.DESK, made.json()["id"], {}) == made.json()
    found = await desk.get(f"/fhir/Task?focus=Task/{sent.id_of('Task')}", "gp")
    assert made.json()["id"] in {one["resource"]["id"] for one in found["entry"]}


async def test_a_request_that_is_revoked_keeps_the_same_rule_as_an_abort_task(
    desk: Desk, service: Service
) -> None:
    for state, status in (("offered", 200), ("accepted", 200), ("placed", 409), ("closed", 409)):
        sent, _ = await referred(desk, service, state)
        path = f"/fhir/ServiceRequest/{sent.id}"
        held = await desk.ask("gp", "GET", path)
        body = held.json() | {"status": "revoked"}
        headers = {"if-match": held.headers["etag"]}
        answer = await desk.ask("gp", "PUT", path, body, headers=headers)
        assert answer.status_code == status, answer.text
        view = await desk.get(f"/api/referrals/{sent.id}")
        assert view["state"] == ("cancelled" if status == 200 else state)
        if status == 200:
            assert [one["state"] for one in view["offers"]] == ["withdrawn"]
        else:
            text = outcome(answer)["diagnostics"]
            assert (f"Task/{sent.id_of('Task')}" in text) is (state == "placed"), text
        if state == "placed":  # as the refusal says
            made = await desk.ask("gp", "POST", "/fhir/Task", abort_of(sent.id_of("Task")))
            assert (made.status_code, made.json()["status"]) == (201, "requested")


async def test_the_desk_is_told_once_that_it_must_decide_on_an_abort_task(
    desk: Desk, service: Service
) -> None:
    task, _ = await aborted(desk, service, "completed")
    told = await desk.rows(
        "SELECT payload->>'task' AS task, recipient FROM outbox"
        " WHERE topic = 'referral.abort-asked' AND payload->>'task' = $1",
        task,
    )
    assert [(one["task"], one["recipient"]) for one in told] == [(task, None)]


async def test_the_desk_is_asked_to_withdraw_a_referral_once_at_a_time(
    desk: Desk, service: Service
) -> None:
    async def focus_of(task: str) -> str:
        asks: str = (await shown(desk, By.REFERRER, task, {}))["focus"]["reference"]
        return asks.partition("/")[2]

    open_, _ = await aborted(desk, service, "requested")
    again, before = abort_of(await focus_of(open_)), await desk.counts()
    refused = await desk.ask("gp", "POST", "/fhir/Task", again)
    assert refused.status_code == 409, refused.text
    issue = outcome(refused)
    assert issue["details"]["coding"][0]["code"] == "asked-already"
    assert f"Task/{open_}" in issue["diagnostics"]
    assert await desk.counts() == before
    decided, _ = await aborted(desk, service, "rejected")
    anew = await desk.ask("gp", "POST", "/fhir/Task", abort_of(await focus_of(decided)))
    assert anew.status_code == 201, anew.text


async def test_an_abort_task_says_why_and_of_what(desk: Desk, service: Service) -> None:
    sent, _ = await referred(desk, service, "triaged")
    task = sent.id_of("Task")
    for body, code in (
        (abort_of(task, None), "status-reason"),
        (abort_of(task, "at-capacity"), "status-reason"),
        (abort_of(sent.id), "focus-unknown"),
        (abort_of(task, status="accepted"), "task-step"),
    ):
        answer = await desk.ask("gp", "POST", "/fhir/Task", body)
        assert answer.status_code == 422, answer.text
        assert outcome(answer)["details"]["coding"][0]["code"] == code
    other = await desk.ask("clinician", "POST", "/fhir/Task", abort_of(task))
    assert other.status_code == 422, other.text
    assert outcome(other)["details"]["coding"][0]["code"] == "focus-unknown"
    assert (await shown(desk, By.REFERRER, task, {}))["status"] == "accepted"
    closed, _ = await referred(desk, service, "closed")
    answer = await desk.ask("gp", "POST", "/fhir/Task", abort_of(closed.id_of("Task")))
    assert (answer.status_code, "ended" in outcome(answer)["diagnostics"]) == (422, True)


async def test_who_waits_for_information_reads_in_the_task_what_is_asked(desk: Desk) -> None:
    bundle = fresh("elv-low")
    del answers_of(bundle)[1:]
    sent = await desk.refer(bundle)
    task = await shown(desk, By.REFERRER, sent.id_of("Task"), {})
    assert task["businessStatus"]["coding"][0] == {
        "system": REFERRAL_STATE, "code": "needs-info", "display": "wacht op informatie",
    }  # fmt: skip
    *questions, filled_in = task["input"][-100:]
    advice = (await desk.get(f"/api/referrals/{sent.id}"))["advice"]
    asked_for = [one["type"]["coding"][0]["code"] for one in questions if "coding" in one["type"]]
    assert asked_for == [one["fact"] for one in advice["questions"]]
    assert filled_in["valueCanonical"].endswith("/Questionnaire/referral")


async def test_who_is_placed_is_found_where(desk: Desk, service: Service) -> None:
    sent, offer = await referred(desk, service, "placed")
    task = await shown(desk, By.REFERRER, sent.id_of("Task"), {})
    assert {
        "type": {
            "coding": [
                {
                    "system": TASK_OUTPUT,
                    "code": "place",
                    "display": "De plek waar de persoon is.",
                }
            ]
        },
        "valueReference": {"reference": f"HealthcareService/{offer['service']}"},
    } in task["output"]
    ended = await moved(
        desk, By.SERVICE, offer["id"], offer,
        **elements(next(move for move in MOVES if move.step == "end")),
    )  # fmt: skip
    went = ended.json()["output"][0]["valueCodeableConcept"]["coding"][0]
    assert went == {
        "system": DESTINATION,
        "code": "home-with-care",
        "display": "Naar huis, met zorg.",
    }


async def test_a_stay_ends_when_it_is_said_to_have_ended(desk: Desk, service: Service) -> None:
    _, offer = await asked(desk, service, "completed")
    before = await shown(desk, By.SERVICE, offer["id"], offer)
    end = elements(next(move for move in MOVES if move.step == "end"))
    period = copy.deepcopy(before["executionPeriod"])
    past = (datetime.now(UTC) - timedelta(days=9)).isoformat(timespec="seconds")
    answer = await put(
        desk, By.SERVICE, offer, before | end | {"executionPeriod": period | {"end": past}}
    )
    assert answer.status_code == 422, answer.text
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    answer = await put(
        desk, By.SERVICE, offer, before | end | {"executionPeriod": period | {"end": at}}
    )
    assert answer.status_code == 200, answer.text
    assert datetime.fromisoformat(answer.json()["executionPeriod"]["end"]) == (
        datetime.fromisoformat(at)
    )
    assert answer.json()["businessStatus"]["coding"][0]["system"] == OFFER_STATE
