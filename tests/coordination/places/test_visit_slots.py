"""Visits by part of the day are held, reserved and given back with the hours of a team."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from desk import Desk, Sent, fresh

from coordination.db.slots import visits_of
from triage.need import NO_VISITS, Kind, Need, Visits
from triage.urgency import Urgency

pytest_plugins = ["desk_fixture"]


async def wanting(desk: Desk, visits: str = '{"morning": 2}') -> Sent:
    """Someone who needs so many visits a day."""
    sent = await desk.refer(fresh("nursing-planned"))
    await _wants(desk, sent, visits)
    return sent


async def _wants(desk: Desk, sent: Sent, visits: str) -> None:
    await desk.rows(
        "UPDATE referral SET need = jsonb_set(need::jsonb, '{visits}', $2::text::jsonb)::json"
        " WHERE id = $1::text::uuid",
        sent.id,
        visits,
    )


async def team(desk: Desk, **visits: int) -> dict[str, Any]:
    """A team with hours to give, and so many visits in parts of the day."""
    sent = await desk.refer(fresh("nursing-planned"))
    found = (await desk.matches(sent.id))[0]
    await _slots_of(desk, found["service"], **visits)
    return found


async def _slots_of(desk: Desk, name: str, **visits: int) -> None:
    await desk.room(name, 400)
    await desk.rows("DELETE FROM capacity_slot WHERE service_id = $1::text::uuid", name)
    for shift, total in visits.items():
        await desk.rows(
            "INSERT INTO capacity_slot (service_id, shift, total, used, as_of)"
            " SELECT service_id, $2, $3, 0, as_of FROM capacity WHERE service_id = $1::text::uuid",
            name,
            shift,
            total,
        )


async def slots(desk: Desk, service: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """What is held and reserved, by part of the day."""
    rows = await desk.rows(
        "SELECT shift, held, reserved FROM capacity_slot WHERE service_id = $1::text::uuid",
        service["service"],
    )
    return {row["shift"]: (row["held"], row["reserved"]) for row in rows}


async def test_visits_go_the_way_of_the_hours(desk: Desk) -> None:
    service = await team(desk, morning=4, evening=4)
    sent = await wanting(desk, visits='{"morning": 2, "evening": 1}')
    offer = await desk.offered(sent.id, service)
    assert await slots(desk, service) == {"morning": (2, 0), "evening": (1, 0)}
    await desk.reply(offer, "accept")
    assert await slots(desk, service) == {"morning": (0, 2), "evening": (0, 1)}
    await desk.reply(offer, "start")
    assert await slots(desk, service) == {"morning": (0, 2), "evening": (0, 1)}
    await desk.reply(offer, "end", {"destination": "home"})
    assert await slots(desk, service) == {"morning": (0, 0), "evening": (0, 0)}


@pytest.mark.parametrize("step", ["decline", "withdraw", "queue"])
async def test_what_comes_to_nothing_gives_its_visits_back(desk: Desk, step: str) -> None:
    service = await team(desk, morning=2)
    sent = await wanting(desk)
    offer = await desk.offered(sent.id, service)
    body = {"reason": "other"} if step == "decline" else None
    role = "coordinator" if step == "withdraw" else "provider"
    assert (await desk.reply(offer, step, body, role)).status_code == 200
    assert await slots(desk, service) == {"morning": (0, 0)}


async def test_visits_that_the_team_has_not_reported_are_not_given(desk: Desk) -> None:
    service = await team(desk, evening=9)
    before = await desk.figures(service["service"])
    sent = await wanting(desk)
    refused = await desk.offer(sent.id, service["service"])
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["path"] == "slots-not-reported"
    assert await desk.figures(service["service"]) == before
    assert await slots(desk, service) == {"evening": (0, 0)}


async def test_one_of_twelve_wins_the_last_visits_though_hours_abound(desk: Desk) -> None:
    service = await team(desk, morning=3)
    sent = [await wanting(desk) for _ in range(12)]
    before = await desk.figures(service["service"])
    for _ in range(8):
        answers = await asyncio.gather(*(desk.offer(one.id, service["service"]) for one in sent))
        assert sorted(one.status_code for one in answers) == [201] + [409] * 11
        assert await slots(desk, service) == {"morning": (2, 0)}
        won = next(one for one in answers if one.status_code == 201).json()
        await desk.reply(won, "withdraw", role="coordinator")
        assert await slots(desk, service) == {"morning": (0, 0)}
        assert await desk.figures(service["service"]) == before


async def test_who_waited_wins_real_visits_or_nothing(desk: Desk) -> None:
    service = await team(desk, morning=2)
    first, second = await wanting(desk), await wanting(desk)
    waiting = await desk.offered(first.id, service)
    await desk.reply(waiting, "queue")
    other = await desk.offered(second.id, service)
    late = await desk.reply(waiting, "accept")
    assert late.json()["type"] == "urn:naober:problem:nothing-free"
    assert await slots(desk, service) == {"morning": (2, 0)}
    await desk.reply(other, "decline", {"reason": "other"})
    assert (await desk.reply(waiting, "accept")).json()["state"] == "accepted"
    assert await slots(desk, service) == {"morning": (0, 2)}


async def test_visits_are_given_back_by_the_report_that_named_them(desk: Desk) -> None:
    """The hours were reported again after the acceptance, the visits were not."""
    service = await team(desk, morning=2)
    sent = await wanting(desk)
    offer = await desk.offered(sent.id, service)
    await desk.reply(offer, "accept")
    path = f"/api/capacity/{service['service']}"
    seen = await desk.get(path)
    body = {name: seen[name] for name in ("unit", "contracted", "committed")}
    body["committed"] += float(
        await desk.value("SELECT amount FROM offer WHERE id = $1::text::uuid", offer["id"])
    )
    told = await desk.ask(
        "provider",
        "PUT",
        path,
        body,
        organisation=service["organisation"],
        headers={"if-match": f'"{seen["version"]}"'},
    )
    assert told.status_code == 200, told.text
    assert (await desk.figures(service["service"]))["reserved"] == 0
    assert await slots(desk, service) == {"morning": (0, 2)}
    before = await desk.figures(service["service"])
    await desk.reply(offer, "start")
    await desk.reply(offer, "end", {"destination": "home"})
    assert await slots(desk, service) == {"morning": (0, 0)}
    assert await desk.figures(service["service"]) == before


async def test_a_bridge_takes_visits_until_the_person_arrives_in_a_bed(desk: Desk) -> None:
    service = (await desk.teams())[0]
    await _slots_of(desk, service["service"], morning=2)
    sent = await desk.refer(fresh("elv-low"))
    place = await desk.offered(sent.id)
    await _wants(desk, sent, '{"morning": 2}')
    path = f"/api/referrals/{sent.id}/offers"
    body = {"service": service["service"], "purpose": "bridge", "hours_per_week": 3}
    made = await desk.ask("coordinator", "POST", path, body)
    assert made.status_code == 201, made.text
    assert await slots(desk, service) == {"morning": (2, 0)}
    for step in ("accept", "start"):
        await desk.reply(place, step)
    assert await slots(desk, service) == {"morning": (0, 0)}


def test_a_bed_takes_no_visits_whatever_is_asked_at_home() -> None:
    need = Need(kind=Kind.ELV_LOW, urgency=Urgency.U4, visits=Visits(morning=1))
    assert visits_of(need) == NO_VISITS
    at_home = Need(kind=Kind.NURSING_PLANNED, urgency=Urgency.U4, visits=Visits(morning=1))
    assert visits_of(at_home) == Visits(morning=1)
