"""Another moment proposed, and a place on a service's own waiting list."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk import Desk, fresh

pytest_plugins = ["desk_fixture"]


def moment(**ahead: float) -> dict[str, str]:
    return {"starts_at": (datetime.now(UTC) + timedelta(**ahead)).isoformat()}


async def state(desk: Desk, referral: str) -> str:
    return str((await desk.get(f"/api/referrals/{referral}"))["state"])


async def topics(desk: Desk, offer: dict[str, Any]) -> list[tuple[str, bool]]:
    """What was told of an offer, and whether to the desk."""
    rows = await desk.rows(
        "SELECT topic, recipient IS NULL AS desk FROM outbox WHERE payload->>'offer' = $1"
        " ORDER BY created_at, desk",
        offer["id"],
    )
    return [(row["topic"].removeprefix("offer."), row["desk"]) for row in rows]


async def test_the_desk_agrees_to_another_moment(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    before = await desk.figures(service["service"])
    offer = await desk.offered(sent.id, service)
    proposed = moment(days=2)
    answer = await desk.reply(offer, "counter", proposed)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["state"] == "countered"
    assert datetime.fromisoformat(said["starts_at"]) == datetime.fromisoformat(
        proposed["starts_at"]
    )
    assert said["referral"] is None, "nobody is named before the place is accepted"
    assert said["expires"] >= offer["expires"]
    assert (await desk.figures(service["service"]))["held"] == before["held"] + 1
    assert await state(desk, sent.id) == "offered"
    task = await desk.get(f"/fhir/Task/{offer['id']}")
    assert task["status"] == "on-hold"
    assert (await desk.reply(offer, "accept")).status_code == 409
    assert (await desk.reply(offer, "counter", proposed)).json() == said
    other = await desk.reply(offer, "counter", moment(days=3))
    assert other.json()["type"] == "urn:naober:problem:countered-already"

    agreed = await desk.reply(offer, "agree", role="coordinator")
    assert agreed.status_code == 200, agreed.text
    assert (agreed.json()["state"], agreed.json()["starts_at"]) == ("accepted", said["starts_at"])
    figures = await desk.figures(service["service"])
    assert (figures["held"], figures["reserved"]) == (before["held"], before["reserved"] + 1)
    assert await state(desk, sent.id) == "accepted"
    assert await topics(desk, offer) == [
        ("requested", False), ("countered", False), ("countered", True), ("agreed", False),
    ]  # fmt: skip
    history = (await desk.get(f"/api/referrals/{sent.id}"))["history"]
    assert [one["event"] for one in history] == ["refer", "offer", "counter", "agree"]


async def test_a_proposal_can_be_withdrawn_or_declined(desk: Desk) -> None:
    for step, role, body in (
        ("withdraw", "coordinator", None),
        ("decline", "provider", {"reason": "at-capacity"}),
    ):
        sent = await desk.refer(fresh("elv-low"))
        service = (await desk.matches(sent.id))[0]
        before = await desk.figures(service["service"])
        offer = await desk.offered(sent.id, service)
        await desk.reply(offer, "counter", moment(days=1))
        assert (await desk.reply(offer, step, body, role)).status_code == 200
        assert await desk.figures(service["service"]) == before
        assert await state(desk, sent.id) == "triaged"
        assert (await desk.reply(offer, "agree", role="coordinator")).status_code == 409


async def test_a_proposal_on_which_nobody_decides_expires(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    before = await desk.figures(service["service"])
    offer = await desk.offered(sent.id, service)
    await desk.reply(offer, "counter", moment(days=1))
    await desk.rows(
        "UPDATE offer SET expires_at = now() - interval '1 second' WHERE id = $1::text::uuid",
        offer["id"],
    )
    late = await desk.reply(offer, "agree", role="coordinator")
    assert late.status_code == 409
    for _ in range(50):
        if await desk.figures(service["service"]) == before:
            break
        await asyncio.sleep(0.1)
    assert await desk.figures(service["service"]) == before
    (ended,) = (await desk.get(f"/api/referrals/{sent.id}"))["offers"]
    assert (ended["state"], ended["reason"]) == ("expired", "no-decision-in-time")
    assert (await topics(desk, offer))[-2:] == [("expired", False), ("expired", True)]


@pytest.mark.parametrize(
    "body",
    [
        moment(minutes=-5),
        moment(days=61),
        {"starts_at": "2026-12-01T10:00:00"},
        {"starts_at": "9999-12-31T23:59:59-12:00"},
        {"starts_at": "0001-01-01T00:00:00+12:00"},
    ],
)
async def test_a_moment_that_can_not_be_is_refused(desk: Desk, body: dict[str, str]) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    answer = await desk.reply(offer, "counter", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["path"] == "starts_at"


async def test_only_the_desk_agrees_and_only_in_its_own_region(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    await desk.reply(offer, "counter", moment(days=1))
    assert (await desk.reply(offer, "agree")).status_code == 403
    unknown = offer | {"id": "0190a0a0-0000-7000-8000-000000000000"}
    assert (await desk.reply(unknown, "agree", role="coordinator")).status_code == 404


@pytest.mark.parametrize("role", ["provider", "coordinator"])
async def test_who_is_put_on_a_services_own_list_holds_nothing(desk: Desk, role: str) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    before = await desk.figures(service["service"])
    offer = await desk.offered(sent.id, service)
    queued = await desk.reply(offer, "queue", role=role)
    assert (queued.status_code, queued.json()["state"]) == (200, "waiting")
    assert queued.json()["referral"] is None
    assert await desk.figures(service["service"]) == before
    assert await state(desk, sent.id) == "waiting"
    assert (await desk.offer(sent.id, service["service"])).status_code == 409
    told = await topics(desk, offer)
    assert ("waiting", False) in told
    assert (("waiting", True) in told) is (role == "provider")
    assert (await desk.reply(offer, "start")).status_code == 409
    assert (await desk.reply(offer, "accept")).json()["state"] == "accepted"
    figures = await desk.figures(service["service"])
    assert (figures["held"], figures["reserved"]) == (before["held"], before["reserved"] + 1)
    assert await state(desk, sent.id) == "accepted"


async def test_a_referral_waits_as_long_as_one_service_has_it_on_its_list(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[:2]
    offers = [await desk.offered(sent.id, one) for one in chosen]
    await desk.reply(offers[0], "queue")
    assert await state(desk, sent.id) == "offered"
    await desk.reply(offers[1], "decline", {"reason": "other"})
    assert await state(desk, sent.id) == "waiting"
    await desk.reply(offers[0], "withdraw", role="coordinator")
    assert await state(desk, sent.id) == "triaged"


async def test_who_waited_gets_a_place_only_where_one_is_free(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    offer = await desk.offered(sent.id, service)
    await desk.reply(offer, "queue")
    name = service["service"]

    async def accept() -> Any:
        return (await desk.reply(offer, "accept")).json()

    await desk.room(name, 0)
    full = await desk.figures(name)
    assert (await accept())["type"] == "urn:naober:problem:nothing-free"
    assert await desk.figures(name) == full
    await desk.room(name, 1)
    for wrong in (
        "valid_until = now() - interval '1 s', as_of = now() - interval '1 h'",
        "stop_reason = 'noro'",
    ):
        await desk.rows(
            f"UPDATE capacity SET {wrong} WHERE service_id = $1::text::uuid",
            name,
        )
        assert (await accept())["type"] == "urn:naober:problem:nothing-free", wrong
        await desk.room(name, 1)
    assert (await accept())["state"] == "accepted"


async def test_one_of_all_who_want_the_last_place_wins_whatever_way_they_come(desk: Desk) -> None:
    """Half wait on the service's own list and are accepted; half are asked for anew."""
    sent = [await desk.refer(fresh("elv-low")) for _ in range(12)]
    service = (await desk.matches(sent[0].id))[0]
    name = service["service"]
    await desk.room(name, 12)
    waiting = [await desk.offered(one.id, service) for one in sent[:6]]
    for one in waiting:
        await desk.reply(one, "queue")
    await desk.room(name, 1)
    before = await desk.figures(name)
    for _ in range(6):
        seen = (await desk.get(f"/api/capacity/{name}"))["version"]
        answers = await asyncio.gather(
            *(desk.reply(one, "accept") for one in waiting),
            *(desk.offer(one.id, name) for one in sent[6:]),
            _again(desk, service, seen),
        )
        won = [one for one in answers[:-1] if one.status_code in {200, 201}]
        assert len(won) == 1, [one.text for one in answers]
        figures = await desk.figures(name)
        assert figures["held"] + figures["reserved"] == before["held"] + before["reserved"] + 1
        assert not figures["conflict"]
        taken = won[0].json() | {"organisation": service["organisation"]}
        assert (await desk.reply(taken, "withdraw", role="coordinator")).status_code == 200
        waiting = [one for one in waiting if one["id"] != taken["id"]]
        await desk.room(name, 1)
        before = await desk.figures(name)


async def _again(desk: Desk, service: dict[str, Any], version: int) -> Any:
    """The organisation reports the same figures once more, as of the same moment."""
    path = f"/api/capacity/{service['service']}"
    seen = await desk.get(path)
    names = ("unit", "staffed", "occupied", "closed", "as_of")
    return await desk.ask(
        "provider",
        "PUT",
        path,
        {name: seen[name] for name in names},
        organisation=service["organisation"],
        headers={"if-match": f'"{version}"'},
    )
