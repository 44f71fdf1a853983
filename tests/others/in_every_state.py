"""Referrals, offers and abort Tasks, one in each state that there is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from desk import Desk, Sent, entry, fresh, without_answer
from one_of_each import referral as one_of_each

from fhir.codes import REASON, TASK_CODE

PATIENCE = 50
"""Tenths of a second until the clock has seen that time is up."""
LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()
STARTED: tuple[tuple[str, Any], ...] = (("accept", None), ("start", None))
REPLIES: dict[str, tuple[tuple[str, Any], ...]] = {
    "requested": (),
    "countered": (("counter", {"starts_at": LATER}),),
    "queued": (("queue", None),),
    "declined": (("decline", {"reason": "other"}),),
    "accepted": (("accept", None),),
    "started": STARTED,
    "away": (*STARTED, ("leave", {"to": "hospital"})),
    "ended": (*STARTED, ("end", {"destination": "home"})),
}
DECISIONS: dict[str, tuple[tuple[str, str, str | None], ...]] = {
    "requested": (),
    "accepted": (("coordinator", "accepted", None),),
    "rejected": (("coordinator", "rejected", "arrived-already"),),
    "cancelled": (("gp", "cancelled", "other"),),
    "completed": (("coordinator", "accepted", None), ("coordinator", "completed", None)),
    "failed": (("coordinator", "accepted", None), ("coordinator", "failed", "other")),
}


class Made(msgspec.Struct):
    """What there is.

    Attributes:
        referrals: by what was done with each.
        tasks: ids of the Tasks that ask for something, with the organisation that is asked.
    """

    referrals: dict[str, Sent]
    tasks: list[tuple[str, str | None]]


async def place_in_every_state(desk: Desk) -> Made:
    """A referral, an offer and an abort Task in each state."""
    made = Made(await _referrals(desk), [])
    for name, replies in REPLIES.items():
        made.referrals[name], _ = await _replied(desk, made, replies)
    made.referrals["withdrawn"], offer = await _replied(desk, made, ())
    await desk.reply(offer, "withdraw", role="coordinator")
    made.referrals["expired"], offer = await _replied(desk, made, ())
    await _expired(desk, offer)
    for decisions in DECISIONS.values():
        sent, _ = await _replied(desk, made, STARTED)
        made.tasks.append((await _aborted(desk, sent, decisions), None))
    return made


async def _referrals(desk: Desk) -> dict[str, Sent]:
    """Those of which no service was asked."""
    made = {"triaged": await desk.refer(fresh("elv-low"))}
    rich = one_of_each()
    done = {"resourceType": "Procedure", "status": "completed", "subject": {"display": "x"}}
    rich["entry"].append(entry(done))
    made["rich"] = await desk.refer(rich, "transfer-nurse")
    unfinished = fresh("elv-low")
    without_answer(unfinished, "red-flags-none")
    made["needs-info"] = await desk.refer(unfinished)
    made["acute"] = await desk.refer(fresh("seh"))
    for name in ("received", "waiting", "cancelled"):
        made[name] = await desk.refer(fresh("elv-low"))
    await _done(desk, f"/api/referrals/{made['waiting'].id}/wait")
    await _done(desk, f"/api/referrals/{made['cancelled'].id}/cancel", {"reason": "other"})
    # Of a moment within intake: nobody outside sees it last.
    change = "UPDATE referral SET state = 'received' WHERE id = $1::text::uuid"
    await desk.rows(change, made["received"].id)
    return made


async def _done(desk: Desk, path: str, body: Any = None) -> None:
    answer = await desk.ask("coordinator", "POST", path, body)
    assert answer.status_code == 200, answer.text


async def _replied(
    desk: Desk, made: Made, replies: tuple[tuple[str, Any], ...]
) -> tuple[Sent, dict[str, Any]]:
    """A referral and its offer, after what the service answered."""
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    await desk.room(service["service"], 5)
    offer = await desk.offered(sent.id, service)
    made.tasks.append((offer["id"], offer["organisation"]))
    for step, body in replies:
        answer = await desk.reply(offer, step, body)
        assert answer.status_code == 200, answer.text
    return sent, offer


async def _expired(desk: Desk, offer: dict[str, Any]) -> None:
    await desk.rows(
        "UPDATE offer SET expires_at = now() - interval '1 s' WHERE id = $1::text::uuid",
        offer["id"],
    )
    for _ in range(PATIENCE):
        if await desk.value("SELECT state FROM offer WHERE id = $1::text::uuid", offer["id"]) == (
            "expired"
        ):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the offer does not expire")


async def _aborted(
    desk: Desk, sent: Sent, decisions: tuple[tuple[str, str, str | None], ...]
) -> str:
    """The id of an abort Task, after what was decided on it."""
    abort = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": TASK_CODE, "code": "abort"}]},
        "focus": {"reference": f"Task/{sent.id_of('Task')}"},
        "reasonCode": {"coding": [{"system": REASON, "code": "patient-refuses"}]},
    }
    answer = await desk.ask("gp", "POST", "/fhir/Task", abort)
    assert answer.status_code == 201, answer.text
    task = str(answer.json()["id"])
    for role, status, reason in decisions:
        body = await desk.get(f"/fhir/Task/{task}", role)
        body["status"] = status
        if reason is not None:
            body["statusReason"] = {"coding": [{"system": REASON, "code": reason}]}
        newest = {"if-match": f'W/"{body["meta"]["versionId"]}"'}
        answer = await desk.ask(role, "PUT", f"/fhir/Task/{task}", body, headers=newest)
        assert answer.status_code == 200, answer.text
    return task
