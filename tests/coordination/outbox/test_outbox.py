"""Messages leave at least once, each with its key, are tried again, and are given up in sight."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from desk import Desk, bsn, first, fresh
from night import Night
from receivers import Receiver

from coordination.db.engine import Database
from coordination.outbox import relay
from coordination.outbox.schedule import TRIES

pytest_plugins = ["night_fixture"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().serving() as one:
        yield one


@pytest.fixture
async def client_out() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5) as session:
        yield session


@pytest.fixture
async def desk(night: Night) -> Desk:
    """A desk at which time does nothing by itself, with nothing waiting in the outbox."""
    await night.desk.rows("UPDATE outbox SET delivered_at = now() WHERE delivered_at IS NULL")
    return night.desk


@pytest.fixture
def database(night: Night) -> Database:
    return night.database


async def message(desk: Desk, identity: str) -> dict[str, Any]:
    rows = await desk.rows(
        "SELECT *, next_attempt_at - now() AS wait FROM outbox WHERE id = $1::text::uuid", identity
    )
    return dict(rows[0])


async def waiting(desk: Desk) -> list[str]:
    rows = await desk.rows(
        "SELECT id::text FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL ORDER BY id"
    )
    return [row["id"] for row in rows]


async def now_due(desk: Desk, identity: str) -> None:
    await desk.rows("UPDATE outbox SET next_attempt_at = now() WHERE id = $1::text::uuid", identity)


async def test_every_step_of_a_placement_leaves_as_a_message_without_a_person(
    desk: Desk, database: Database, receiver: Receiver, client_out: httpx.AsyncClient
) -> None:
    number = bsn()
    bundle = fresh("elv-low", number)
    sent = await desk.refer(bundle)
    offer = await desk.offered(sent.id)
    await desk.reply(offer, "accept")
    await desk.reply(offer, "start")
    ids = await waiting(desk)
    assert await relay.send_batch(database, client_out, receiver.url) == len(ids)
    told = {(body["topic"], body["recipient"]) for _, body in receiver.got}
    own = offer["organisation"]
    assert len(told) == len(ids)
    assert told == {
        ("referral.received", None),
        ("offer.requested", own),
        ("offer.accepted", own),
        ("offer.accepted", None),
        ("offer.completed", own),
        ("offer.completed", None),
    }, "the organisation hears of its own offers, and the desk of what others do"
    assert [headers["idempotency-key"] for headers, _ in receiver.got] == [
        body["id"] for _, body in receiver.got
    ]
    assert {body["id"] for _, body in receiver.got} == set(ids)
    patient = first(bundle, "Patient")
    secret = [number, patient["name"][0]["family"], patient["birthDate"], "Zuidwolde"]
    text = json.dumps(receiver.got)
    assert not [word for word in secret if word in text]
    assert await waiting(desk) == []
    assert await relay.send_batch(database, client_out, receiver.url) == 0


async def test_what_is_not_taken_is_tried_again_ever_later(
    desk: Desk, database: Database, receiver: Receiver, client_out: httpx.AsyncClient
) -> None:
    await desk.refer(fresh("elv-low"))
    (identity,) = await waiting(desk)
    receiver.statuses = [500, 429, 302]
    waits = []
    for _ in range(3):
        await now_due(desk, identity)
        assert await relay.send_batch(database, client_out, receiver.url) == 1
        assert await relay.send_batch(database, client_out, receiver.url) == 0
        row = await message(desk, identity)
        assert row["delivered_at"] is None
        waits.append(round(row["wait"].total_seconds()))
    assert waits == [5, 10, 20]
    assert row["last_error"] == "HTTP 302"
    await now_due(desk, identity)
    await relay.send_batch(database, client_out, receiver.url)
    row = await message(desk, identity)
    assert (row["delivered_at"] is not None, row["attempts"]) == (True, 4)
    assert {body["id"] for _, body in receiver.got} == {identity}


async def test_after_the_last_try_someone_must_look(
    desk: Desk, database: Database, receiver: Receiver, client_out: httpx.AsyncClient
) -> None:
    await desk.refer(fresh("elv-low"))
    (identity,) = await waiting(desk)
    await desk.rows(
        "UPDATE outbox SET attempts = $2 WHERE id = $1::text::uuid", identity, TRIES - 1
    )
    receiver.statuses = [503]
    await relay.send_batch(database, client_out, receiver.url)
    row = await message(desk, identity)
    assert row["dead_at"] is not None
    await now_due(desk, identity)
    assert await relay.send_batch(database, client_out, receiver.url) == 0
    metrics = (await desk.ask("privacy-officer", "GET", "/metrics")).text
    dead = next(line for line in metrics.splitlines() if line.startswith("naober_outbox_dead "))
    assert float(dead.split()[1]) >= 1


async def test_a_receiver_that_is_away_costs_a_try_and_no_message(
    desk: Desk, database: Database, receiver: Receiver, client_out: httpx.AsyncClient
) -> None:
    await desk.refer(fresh("elv-low"))
    (identity,) = await waiting(desk)
    nowhere = "http://127.0.0.1:9/in"
    assert await relay.send_batch(database, client_out, nowhere) == 1
    row = await message(desk, identity)
    assert (row["attempts"], row["last_error"]) == (1, "ConnectError")
    await now_due(desk, identity)
    await relay.send_batch(database, client_out, receiver.url)
    assert len(receiver.got) == 1


async def test_several_relays_send_each_message_once(
    desk: Desk, database: Database, receiver: Receiver, client_out: httpx.AsyncClient
) -> None:
    await asyncio.gather(*(desk.refer(fresh("elv-low")) for _ in range(50)))
    relays = [asyncio.create_task(relay.run(database, receiver.url)) for _ in range(4)]
    for _ in range(100):
        if len(receiver.got) >= 50:
            break
        await asyncio.sleep(0.05)
    for one in relays:
        one.cancel()
    await asyncio.gather(*relays, return_exceptions=True)
    keys = [headers["idempotency-key"] for headers, _ in receiver.got]
    assert len(keys) == len(set(keys)) == 50
    assert client_out.is_closed is False
