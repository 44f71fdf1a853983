"""The clocks of referrals and offers: who is warned when, once, and whatever else goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from desk import Desk, form, fresh, yes_or_no
from serving import Process

from capacity.region import Clocks
from coordination import clockwork
from coordination.app import Service
from coordination.clockwork import Clock
from coordination.db.engine import Transaction
from coordination.places import escalating
from triage.need import Kind

pytest_plugins = ["desk_fixture"]
USUAL = Clocks()


@pytest.fixture(scope="module")
async def second(desk: Desk, keys_file: Path) -> AsyncIterator[Process]:
    process = await Process(desk.url, keys_file).ready()
    yield process
    await process.stop()


async def clock(desk: Desk, referral: str, received: float, place_by: float) -> None:
    """Sets when a referral came in and needs a place, in hours from now."""
    await desk.rows(
        "UPDATE referral SET received_at = now() + make_interval(secs => $2::float8 * 3600),"
        " place_by = now() + make_interval(secs => $3::float8 * 3600) WHERE id = $1::text::uuid",
        referral,
        received,
        place_by,
    )


async def escalate(service: Service, chosen: Clocks = USUAL) -> set[str]:
    """Looks once, as the clock does; whom it warned of."""

    async def work(tx: Transaction) -> list[Any]:
        return await escalating.escalate(tx, chosen, 100)

    return {str(one) for one in await service.parts.database.transact(work)}


async def warnings(desk: Desk, referral: str) -> list[asyncpg.Record]:
    return await desk.rows(
        "SELECT recipient, payload::text AS payload, payload->>'urgency' AS urgency,"
        " payload->>'kind' AS kind FROM outbox WHERE topic = 'referral.escalated'"
        " AND payload->>'referral' = $1",
        referral,
    )


async def line(desk: Desk, referral: str) -> dict[str, Any]:
    items = (await desk.get("/api/worklist?size=200"))["items"]
    found: dict[str, Any] = next(one for one in items if one["referral"] == referral)
    return found


async def hours(desk: Desk, referral: str) -> float:
    """Hours from receipt to place_by."""
    found: timedelta = await desk.value(
        "SELECT place_by - received_at FROM referral WHERE id = $1::text::uuid", referral
    )
    return found.total_seconds() / 3600


@pytest.mark.parametrize("kind", ["elv-low", "grz", "wlz-crisis-vv", "nursing-planned"])
async def test_the_clock_starts_with_the_receipt_and_runs_as_the_kind_of_care_says(
    desk: Desk, kind: str
) -> None:
    sent = await desk.refer(fresh(kind))
    within = await desk.value(
        "SELECT (need->>'within_hours')::float8 FROM referral WHERE id = $1::text::uuid", sent.id
    )
    assert await hours(desk, sent.id) == pytest.approx(within)
    view = await desk.get(f"/api/referrals/{sent.id}")
    assert (await line(desk, sent.id))["place_by"] == view["place_by"]
    assert datetime.fromisoformat(view["place_by"]) > datetime.fromisoformat(view["received"])


@pytest.mark.parametrize("kind", ["seh", "gp-today", "human-triage"])
async def test_care_that_is_not_placed_has_no_clock(desk: Desk, kind: str) -> None:
    sent = await desk.refer(fresh(kind))
    assert (await line(desk, sent.id))["place_by"] is None
    assert (await desk.get(f"/api/referrals/{sent.id}"))["escalated"] is False


async def test_new_facts_bring_the_clock_nearer_and_never_put_it_off(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    norm = await hours(desk, sent.id)
    path = f"/api/referrals/{sent.id}/answers"
    for was, now in ((norm + 9, norm), (norm - 9, norm - 9)):
        await desk.rows(
            "UPDATE referral SET place_by = received_at + make_interval(secs => $2::float8 * 3600)"
            " WHERE id = $1::text::uuid",
            sent.id,
            was,
        )
        answer = await desk.ask("gp", "POST", path, form(yes_or_no("isolation", value=True)))
        assert answer.json()["kind"] == "elv-low"
        assert await hours(desk, sent.id) == pytest.approx(now)


async def test_other_care_has_a_clock_of_its_own(desk: Desk, service: Service) -> None:
    sent = await desk.refer(fresh("nursing-planned"))
    await clock(desk, sent.id, -10, 0.1)
    await escalate(service)
    assert (await line(desk, sent.id))["escalated"]
    departed = await desk.ask(
        "coordinator",
        "POST",
        f"/api/referrals/{sent.id}/departures",
        {"reason": "patient-wish", "kind": "elv-low"},
    )
    assert departed.json()["state"] == "effective", departed.text
    norm = service.parts.protocol.kinds[Kind.ELV_LOW].within_hours
    assert await hours(desk, sent.id) == pytest.approx(norm)
    assert not (await line(desk, sent.id))["escalated"]


async def test_the_desk_is_warned_once_when_most_of_the_time_has_passed(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    await clock(desk, sent.id, -7.4, 2.6)
    assert sent.id not in await escalate(service)
    assert sent.id in await escalate(service, Clocks(warn_after=0.7))
    assert sent.id not in await escalate(service, Clocks(warn_after=0.1))
    (warning,) = await warnings(desk, sent.id)
    listed = await line(desk, sent.id)
    assert (warning["recipient"], warning["kind"]) == (None, "elv-low")
    assert warning["urgency"] == listed["urgency"]
    assert listed["escalated"]
    view = await desk.get(f"/api/referrals/{sent.id}")
    assert view["escalated"]
    assert [one["event"] for one in view["history"]] == ["refer", "escalate"]
    assert "place_by" in view["history"][-1]["detail"]


async def test_it_warns_by_itself_within_seconds(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    await clock(desk, sent.id, -10, -1)
    began = time.monotonic()
    while not await warnings(desk, sent.id):
        assert time.monotonic() - began < 8
        await asyncio.sleep(0.1)


async def test_who_has_a_place_is_not_warned_of_and_is_once_it_falls_through(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    await desk.reply(offer, "accept")
    await clock(desk, sent.id, -10, 0.1)
    assert sent.id not in await escalate(service)
    await desk.reply(offer, "withdraw", role="coordinator")
    await escalate(service)
    assert len(await warnings(desk, sent.id)) == 1


async def test_who_is_asked_for_or_not_known_enough_is_warned_of_all_the_same(
    desk: Desk, service: Service
) -> None:
    asked, unknown = await desk.refer(fresh("elv-low")), await desk.refer(fresh("elv-low"))
    await desk.offered(asked.id)
    await desk.rows(
        "UPDATE referral SET status = 'provisional', state = 'needs-info'"
        " WHERE id = $1::text::uuid",
        unknown.id,
    )
    for sent in (asked, unknown):
        await clock(desk, sent.id, -10, 0.1)
    await escalate(service)
    assert [len(await warnings(desk, sent.id)) for sent in (asked, unknown)] == [1, 1]


async def test_of_two_processes_one_warns_of_each(
    desk: Desk, service: Service, second: Process
) -> None:
    sent = await asyncio.gather(*(desk.refer(fresh("elv-low")) for _ in range(30)))
    assert (await second.client.get("/health/ready")).status_code == 200
    ids = [one.id for one in sent]
    await desk.rows(
        "UPDATE referral SET received_at = now() - interval '10 hours', place_by = now()"
        " WHERE id = ANY($1::text[]::uuid[])",
        ids,
    )
    warned = await asyncio.gather(*(escalate(service) for _ in range(6)))
    assert sum(len(set(ids) & some) for some in warned) <= len(ids)
    await asyncio.sleep(5.5)  # the other process has looked as well
    assert [len(await warnings(desk, one)) for one in ids] == [1] * len(ids)
    audited = await desk.value(
        "SELECT count(*) FROM audit WHERE action = 'escalate'"
        " AND referral_id = ANY($1::text[]::uuid[])",
        ids,
    )
    assert audited == len(ids)


async def test_a_clock_that_fails_stops_neither_itself_nor_the_others() -> None:
    looks = {"bad": 0, "good": 0}

    async def bad() -> bool:
        looks["bad"] += 1
        raise RuntimeError("broken")

    async def good() -> None:
        looks["good"] += 1

    keeping = [
        asyncio.create_task(clockwork.keep(Clock(look.__name__, 0.01, look)))
        for look in (bad, good)
    ]
    await asyncio.sleep(0.3)
    for task in keeping:
        task.cancel()
    await asyncio.gather(*keeping, return_exceptions=True)
    assert min(looks.values()) > 5


async def test_an_offer_that_can_not_be_ended_keeps_no_other_waiting(desk: Desk) -> None:
    stuck, free = [await desk.offered((await desk.refer(fresh("elv-low"))).id) for _ in range(2)]
    await desk.rows(
        f"ALTER TABLE offer ADD CONSTRAINT stuck CHECK (id <> '{stuck['id']}'"
        " OR state = 'requested') NOT VALID"
    )
    try:
        for offer in (stuck, free):
            await desk.rows(
                "UPDATE offer SET expires_at = now() - make_interval(secs => $2)"
                " WHERE id = $1::text::uuid",
                offer["id"],
                2 if offer is stuck else 1,
            )
        state = "SELECT state FROM offer WHERE id = $1::text::uuid"
        began = time.monotonic()
        while await desk.value(state, free["id"]) == "requested":
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.1)
        assert await desk.value(state, stuck["id"]) == "requested"
    finally:
        await desk.rows("ALTER TABLE offer DROP CONSTRAINT stuck")
    began = time.monotonic()
    while await desk.value(state, stuck["id"]) == "requested":
        assert time.monotonic() - began < 5
        await asyncio.sleep(0.1)


async def test_a_bed_is_kept_for_a_while_and_then_given_up(desk: Desk) -> None:
    offer = await desk.offered((await desk.refer(fresh("elv-low"))).id)
    for step in ("accept", "start", "leave"):
        body = {"to": "hospital"} if step == "leave" else None
        answer = await desk.reply(offer, step, body)
        assert answer.status_code == 200, answer.text
    await desk.rows(
        "UPDATE offer SET kept_until = now() - interval '1 second' WHERE id = $1::text::uuid",
        offer["id"],
    )
    began = time.monotonic()
    while True:
        row = (
            await desk.rows(
                "SELECT state, destination FROM offer WHERE id = $1::text::uuid", offer["id"]
            )
        )[0]
        if row["state"] == "ended":
            break
        assert time.monotonic() - began < 8
        await asyncio.sleep(0.1)
    assert row["destination"] == "hospital"
