"""Care at home until there is a bed: beside the search for a place, and ended by the arrival."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from desk import Desk, Sent, bsn, fresh

from coordination.places.bridging import bridge_need
from triage import protocol
from triage.need import Kind, Need, Payer, Requirement, Visits, Wish
from triage.urgency import Urgency

pytest_plugins = ["desk_fixture"]
PROTOCOL = protocol.load()


def bed(**more: Any) -> Need:
    return Need(kind=Kind.ELV_HIGH, urgency=Urgency.U4, pc4="7901", age=84, sex="female", **more)


@pytest.mark.parametrize(
    ("requirements", "kind"),
    [
        ({Requirement.HI_LO_BED, Requirement.BARIATRIC}, Kind.NURSING_PLANNED),
        ({Requirement.WOUND_CARE, Requirement.CATHETER}, Kind.NURSING_PLANNED),
        ({Requirement.NIGHT_CARE}, Kind.NURSING_NIGHT),
        ({Requirement.INFUSION, Requirement.NIGHT_CARE}, Kind.NURSING_TECHNICAL),
        ({Requirement.TUBE_FEEDING}, Kind.NURSING_TECHNICAL),
    ],
)
def test_the_care_at_home_follows_from_what_the_person_has(
    requirements: set[Requirement], kind: Kind
) -> None:
    asked = bridge_need(bed(requirements=frozenset(requirements)), PROTOCOL)
    assert asked.kind is kind
    rooms = {Requirement.HI_LO_BED, Requirement.BARIATRIC}
    assert asked.requirements == requirements - rooms
    assert asked.hours_per_week == PROTOCOL.kinds[kind].hours_per_week > 0


def test_what_is_asked_at_home_has_nothing_of_the_room() -> None:
    need = bed(
        payer=Payer.WMO, near_pc4="9401", preferred="x", wishes=frozenset({Wish.GARDEN}),
        visits=Visits(morning=1), level=4, language="ar",
    )  # fmt: skip
    asked = bridge_need(need, PROTOCOL, 3.5)
    assert (asked.hours_per_week, asked.amount) == (3.5, 3.5)
    assert (asked.payer, asked.near_pc4, asked.preferred, asked.wishes) == (
        None,
        None,
        None,
        frozenset(),
    )
    assert (asked.visits, asked.level, asked.language) == (need.visits, 4, "ar")
    assert bridge_need(bed(payer=Payer.WLZ), PROTOCOL).payer is Payer.WLZ


async def state(desk: Desk, referral: str) -> str:
    return str((await desk.get(f"/api/referrals/{referral}"))["state"])


async def team(desk: Desk, free: float = 40) -> dict[str, Any]:
    """A team that comes to where the scenario's person lives, with hours to give."""
    found = (await desk.teams())[0]
    await desk.room(found["service"], free)
    return found


async def ask(
    desk: Desk, sent: Sent, service: dict[str, Any], hours: float | None = 5
) -> httpx.Response:
    body = {"service": service["service"], "purpose": "bridge"}
    more = {} if hours is None else {"hours_per_week": hours}
    return await desk.ask("coordinator", "POST", f"/api/referrals/{sent.id}/offers", body | more)


async def bridged(desk: Desk, sent: Sent, service: dict[str, Any]) -> dict[str, Any]:
    answer = await ask(desk, sent, service)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json() | {
        "service": service["service"],
        "organisation": service["organisation"],
    }
    return made


async def shown(desk: Desk, sent: Sent, offer: dict[str, Any]) -> dict[str, Any]:
    found = (await desk.get(f"/api/referrals/{sent.id}"))["offers"]
    one: dict[str, Any] = next(one for one in found if one["id"] == offer["id"])
    return one


async def test_care_at_home_leaves_the_search_for_a_bed_as_it_is(desk: Desk) -> None:
    service = await team(desk)
    before = await desk.figures(service["service"])
    sent = await desk.refer(fresh("elv-low"))
    bridge = await bridged(desk, sent, service)
    assert await state(desk, sent.id) == "triaged"
    assert (await desk.figures(service["service"]))["held"] == before["held"] + 5
    place = await desk.offered(sent.id)
    assert await state(desk, sent.id) == "offered"
    listed = await desk.get(
        "/api/offers?state=requested", "provider", organisation=service["organisation"]
    )
    asked = next(one for one in listed["items"] if one["id"] == bridge["id"])
    assert (asked["purpose"], asked["need"]["kind"], asked["referral"]) == (
        "bridge",
        "nursing-planned",
        None,
    )
    accepted = await desk.reply(bridge, "accept")
    assert (accepted.status_code, accepted.json()["purpose"]) == (200, "bridge")
    assert await state(desk, sent.id) == "offered"
    assert (await shown(desk, sent, place))["state"] == "requested"
    assert (await desk.reply(bridge, "start")).status_code == 200
    assert await state(desk, sent.id) == "offered"
    assert (await ask(desk, sent, service)).status_code == 409

    for step in ("accept", "start"):
        assert (await desk.reply(place, step)).status_code == 200, step
    assert await state(desk, sent.id) == "placed"
    ended = await shown(desk, sent, bridge)
    assert (ended["state"], ended["destination"], ended["reason"]) == (
        "ended",
        "other-temporary-stay",
        "place-started",
    )
    assert await desk.figures(service["service"]) == before
    told = await desk.rows(
        "SELECT recipient::text FROM outbox WHERE topic = 'offer.ended' AND payload->>'offer' = $1",
        bridge["id"],
    )
    assert [row["recipient"] for row in told] == [service["organisation"]]


@pytest.mark.parametrize(
    ("steps", "becomes"),
    [((), "withdrawn"), (("queue",), "withdrawn"), (("accept",), "ended")],
)
async def test_every_bridge_ends_when_the_person_arrives(
    desk: Desk, steps: tuple[str, ...], becomes: str
) -> None:
    service = await team(desk)
    before = await desk.figures(service["service"])
    sent = await desk.refer(fresh("elv-low"))
    bridge = await bridged(desk, sent, service)
    for step in steps:
        assert (await desk.reply(bridge, step)).status_code == 200
    place = await desk.offered(sent.id)
    for step in ("accept", "start"):
        await desk.reply(place, step)
    assert (await shown(desk, sent, bridge))["state"] == becomes
    assert await desk.figures(service["service"]) == before


async def test_a_bridge_may_be_asked_for_while_a_place_starts_later(desk: Desk) -> None:
    service = await team(desk)
    sent = await desk.refer(fresh("elv-low"))
    place = await desk.offered(sent.id)
    await desk.reply(place, "accept")
    await bridged(desk, sent, service)
    assert await state(desk, sent.id) == "accepted"


async def test_cancelling_ends_the_place_and_the_care_at_home(desk: Desk) -> None:
    service = await team(desk)
    before = await desk.figures(service["service"])
    sent = await desk.refer(fresh("elv-low"))
    bridge = await bridged(desk, sent, service)
    for step in ("accept", "start"):
        await desk.reply(bridge, step)
    place = await desk.offered(sent.id)
    path = f"/api/referrals/{sent.id}/cancel"
    gone = await desk.ask("gp", "POST", path, {"reason": "admitted-to-hospital"})
    assert gone.json()["state"] == "cancelled"
    one = await shown(desk, sent, bridge)
    assert (one["state"], one["destination"], one["reason"]) == (
        "ended",
        "hospital",
        "admitted-to-hospital",
    )
    assert (await shown(desk, sent, place))["state"] == "withdrawn"
    assert await desk.figures(service["service"]) == before


async def test_a_bridge_that_nobody_answers_expires_and_moves_nothing(desk: Desk) -> None:
    service = await team(desk)
    before = await desk.figures(service["service"])
    sent = await desk.refer(fresh("elv-low"))
    bridge = await bridged(desk, sent, service)
    await desk.offered(sent.id)
    await desk.rows(
        "UPDATE offer SET expires_at = now() - interval '1 s' WHERE id = $1::text::uuid",
        bridge["id"],
    )
    for _ in range(50):
        if (await shown(desk, sent, bridge))["state"] == "expired":
            break
        await asyncio.sleep(0.1)
    assert (await shown(desk, sent, bridge))["state"] == "expired"
    assert await desk.figures(service["service"]) == before
    assert await state(desk, sent.id) == "offered"


async def test_the_care_at_home_can_end_before_there_is_a_bed(desk: Desk) -> None:
    service = await team(desk)
    sent = await desk.refer(fresh("elv-low"))
    bridge = await bridged(desk, sent, service)
    for step in ("accept", "start"):
        await desk.reply(bridge, step)
    done = await desk.reply(bridge, "end", {"destination": "home"})
    assert done.json()["state"] == "ended"
    assert await state(desk, sent.id) == "triaged"
    await bridged(desk, sent, service)


async def test_what_needs_no_bed_or_a_closed_one_is_not_bridged(desk: Desk) -> None:
    service = await team(desk)
    nursing = await desk.refer(fresh("nursing-planned"))
    answer = await ask(desk, nursing, service)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:naober:problem:not-bridged"
    closed = await desk.refer(fresh("elv-low"))
    await desk.rows(
        "UPDATE referral SET need = jsonb_set(need::jsonb, '{requirements}', '[\"closed-ward\"]')"
        "::json WHERE id = $1::text::uuid",
        closed.id,
    )
    assert (await ask(desk, closed, service)).status_code == 422
    sent = await desk.refer(fresh("elv-low"))
    full = (await desk.matches(sent.id))[0]
    assert (await ask(desk, sent, full)).status_code == 409, "a bed is no care at home"


async def test_the_usual_hours_are_asked_where_nobody_names_others(desk: Desk) -> None:
    service = await team(desk)
    before = await desk.figures(service["service"])
    sent = await desk.refer(fresh("elv-low"))
    assert (await ask(desk, sent, service, None)).status_code == 201
    usual = PROTOCOL.kinds[Kind.NURSING_PLANNED].hours_per_week
    assert (await desk.figures(service["service"]))["held"] == before["held"] + usual


async def test_one_of_sixteen_gets_the_last_hours_of_a_bridge(desk: Desk) -> None:
    service = await team(desk)
    sent = [await desk.refer(fresh("elv-low", bsn())) for _ in range(16)]
    await desk.room(service["service"], 5)
    for _ in range(5):
        answers = await asyncio.gather(*(ask(desk, one, service) for one in sent))
        assert sorted(one.status_code for one in answers) == [201] + [409] * 15
        won = next(one for one in answers if one.status_code == 201).json()
        gone = await desk.reply(won, "withdraw", role="coordinator")
        assert gone.status_code == 200


async def test_new_facts_end_the_question_only_where_no_bed_is_needed_any_more(
    desk: Desk,
) -> None:
    service = await team(desk)
    sent = await desk.refer(fresh("elv-low"))
    bridge = await bridged(desk, sent, service)
    path = f"/api/referrals/{sent.id}/departures"
    other = {"reason": "patient-wish", "kind": "elv-high"}
    made = await desk.ask("gp", "POST", path, other)
    assert made.status_code in {200, 201}, made.text
    assert (await shown(desk, sent, bridge))["state"] == "requested"
