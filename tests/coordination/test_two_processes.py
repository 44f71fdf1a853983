"""Two processes on one database behave as one, and one that is killed loses nothing it promised."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk import Desk, Sent, fresh
from serving import Process

pytest_plugins = ["desk_fixture"]


@pytest.fixture(scope="module")
async def second(desk: Desk, keys_file: Path) -> AsyncIterator[Process]:
    process = await Process(desk.url, keys_file).ready()
    yield process
    await process.stop()


async def fitting(desk: Desk, referral: str) -> dict[str, Any]:
    return (await desk.matches(referral))[0]


async def test_what_one_process_holds_the_other_knows(desk: Desk, second: Process) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = await fitting(desk, sent.id)
    await desk.room(service["service"], 1)
    assert (await desk.offer(sent.id, service["service"])).status_code == 201
    path = f"/api/capacity/{service['service']}"
    there = await desk.ask("coordinator", "GET", path, client=second.client)
    assert (there.json()["held"] >= 1, there.json()["free"]) == (True, 0)
    other = await desk.refer(fresh("elv-low"), client=second.client)
    refused = await desk.offer(other.id, service["service"], second.client)
    assert refused.status_code == 409
    matches = await desk.ask(
        "coordinator", "GET", f"/api/referrals/{other.id}/matches", client=second.client
    )
    assert service["service"] not in {one["service"] for one in matches.json()["matches"]}


async def test_a_report_to_one_process_is_known_to_the_other_at_once(
    desk: Desk, second: Process
) -> None:
    service = (await desk.get("/api/capacity?kind=respite"))["items"][0]
    path = f"/api/capacity/{service['service']}"
    etag = (await desk.ask("provider", "GET", path)).headers["etag"]
    body = {"unit": "bed", "staffed": 77, "occupied": 5, "as_of": datetime.now(UTC).isoformat()}
    put = await desk.ask(
        "provider",
        "PUT",
        path,
        body,
        organisation=service["organisation"],
        headers={"if-match": etag},
        client=second.client,
    )
    assert put.status_code == 200, put.text
    assert (await desk.get(path))["staffed"] == 77


async def test_the_snapshot_for_ranking_follows_within_two_seconds(
    desk: Desk, second: Process
) -> None:
    """The shortlist of an intake is made from the snapshot: it follows the other's holds."""
    sent = await desk.refer(fresh("elv-low"))
    service = await fitting(desk, sent.id)
    await desk.room(service["service"], 1)

    async def shortlisted() -> bool:
        new = await desk.refer(fresh("elv-low"), client=second.client)
        found = await desk.value(
            "SELECT shortlist::text FROM referral WHERE id = $1::text::uuid", new.id
        )
        return service["service"] in found

    offer = await desk.offered(sent.id, service)
    began = time.monotonic()
    while await shortlisted():
        assert time.monotonic() - began < 2
        await asyncio.sleep(0.05)
    await desk.reply(offer, "withdraw", role="coordinator")
    began = time.monotonic()
    while not await shortlisted():
        assert time.monotonic() - began < 2
        await asyncio.sleep(0.05)


async def test_a_page_of_one_process_hears_of_a_change_in_the_other(
    desk: Desk, second: Process
) -> None:
    heard: list[str] = []
    header = {"authorization": f"Bearer {desk.token('coordinator')}"}
    async with second.client.stream("GET", "/events", headers=header) as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()

        async def listen() -> None:
            async for line in lines:
                heard.append(line)
                if "worklist" in line:
                    return

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.2)
        heard.clear()
        sent = await desk.refer(fresh("elv-low"))
        await asyncio.wait_for(listening, timeout=2)
    assert sent.id not in "".join(heard)


async def test_of_two_processes_one_wins_the_last_place(desk: Desk, second: Process) -> None:
    sent = await asyncio.gather(*(desk.refer(fresh("elv-low")) for _ in range(16)))
    service = await fitting(desk, sent[0].id)
    await desk.room(service["service"], 1)
    before = await desk.figures(service["service"])
    for _ in range(10):
        answers = await asyncio.gather(
            *(
                desk.offer(one.id, service["service"], second.client if n % 2 else None)
                for n, one in enumerate(sent)
            )
        )
        assert sorted(one.status_code for one in answers) == [201] + [409] * 15
        assert (await desk.figures(service["service"]))["held"] == before["held"] + 1
        won = next(one.json() for one in answers if one.status_code == 201)
        await desk.reply(won, "withdraw", role="coordinator")
    assert await desk.figures(service["service"]) == before


async def test_the_same_referral_to_both_at_once_is_one(desk: Desk, second: Process) -> None:
    for _ in range(3):
        bundle = fresh("elv-low")
        sent = await asyncio.gather(
            *(desk.refer(bundle, client=second.client if n % 2 else None) for n in range(8))
        )
        assert len({tuple(one.places) for one in sent}) == 1


async def test_an_offer_that_expires_is_ended_once(desk: Desk, second: Process) -> None:
    assert second.process.poll() is None
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    await desk.rows(
        "UPDATE offer SET expires_at = now() - interval '1 second' WHERE id = $1::text::uuid",
        offer["id"],
    )
    await asyncio.sleep(1.5)
    ended = await desk.value(
        "SELECT count(*) FROM audit WHERE action = 'expire' AND entity = $1", f"offer/{offer['id']}"
    )
    assert ended == 1


async def test_a_killed_process_loses_no_referral_that_it_acknowledged(
    desk: Desk, keys_file: Path
) -> None:
    before = await desk.value("SELECT count(*) FROM referral")
    process = await Process(desk.url, keys_file).ready()
    acknowledged: list[Sent] = []
    enough = asyncio.Event()

    async def keep_sending() -> None:
        while True:
            try:
                answer = await desk.ask(
                    "gp", "POST", "/fhir", fresh("elv-low"), client=process.client
                )
            except httpx.TransportError:
                return
            acknowledged.append(Sent(answer))
            if len(acknowledged) == 100:
                enough.set()

    senders = [asyncio.create_task(keep_sending()) for _ in range(16)]
    await asyncio.wait_for(enough.wait(), timeout=30)
    process.kill()
    await asyncio.wait_for(asyncio.gather(*senders), timeout=30)
    await process.stop()

    known = [one.id for one in acknowledged]
    whole = await desk.rows(
        """
        SELECT r.id::text AS id,
          (SELECT count(*) FROM advice a WHERE a.referral_id = r.id) AS advices,
          (SELECT count(*) FROM resource x WHERE x.referral_id = r.id) AS resources,
          (SELECT count(*) FROM audit u WHERE u.referral_id = r.id AND u.action = 'refer')
            AS audits,
          (SELECT count(*) FROM outbox o WHERE o.topic = 'referral.received'
            AND o.payload->>'referral' = r.id::text) AS messages
        FROM referral r
        """
    )
    assert set(known) <= {row["id"] for row in whole}
    assert len(whole) - before >= len(known) >= 100
    for row in whole:
        counts = (row["advices"] >= 1, row["resources"] >= 2, row["audits"], row["messages"])
        assert counts == (True, True, 1, 1), row["id"]
    for one in acknowledged[-20:]:
        for kind, identity in one.places:
            assert (await desk.get(f"/fhir/{kind}/{identity}", "gp"))["id"] == identity


async def test_a_process_that_is_told_to_stop_finishes_what_it_began(
    desk: Desk, keys_file: Path
) -> None:
    process = await Process(desk.url, keys_file).ready()
    sending = [
        asyncio.create_task(
            desk.ask("gp", "POST", "/fhir", fresh("elv-low"), client=process.client)
        )
        for _ in range(8)
    ]
    await asyncio.sleep(0.02)
    process.process.terminate()
    results = await asyncio.gather(*sending, return_exceptions=True)
    assert all(
        isinstance(one, httpx.TransportError) or one.status_code == 200  # type: ignore[union-attr]
        for one in results
    )
    assert await process.stop() in {0, -15}
