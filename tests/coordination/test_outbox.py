"""Messages leave at least once, each with its key, are tried again, and are given up in sight."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from desk import Desk, bsn, first, fresh

from coordination.app import Service
from coordination.db.engine import Database
from coordination.outbox import relay

pytest_plugins = ["desk_fixture"]


class Receiver:
    """A small HTTP server that a partner could run: it keeps what it gets, and may refuse."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], Any]] = []
        self.statuses: list[int] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except asyncio.IncompleteReadError:
                break
            lines = head.strip().split("\r\n")[1:]
            headers = {
                name.lower(): value for name, value in (line.split(": ", 1) for line in lines)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            self.got.append((headers, json.loads(body)))
            status = self.statuses.pop(0) if self.statuses else 202
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
            await writer.drain()
        writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    server = await asyncio.start_server(one.handle, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()


@pytest.fixture
async def client_out() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5) as session:
        yield session


@pytest.fixture
async def database(service: Service, desk: Desk) -> Database:
    """The service's own database, with nothing waiting in the outbox."""
    await desk.rows("UPDATE outbox SET delivered_at = now() WHERE delivered_at IS NULL")
    return service.parts.database


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
    assert await relay.send_batch(database, client_out, receiver.url) == len(ids) == 4
    assert [body["topic"] for _, body in receiver.got] == [
        "referral.received",
        "offer.requested",
        "offer.accepted",
        "offer.completed",
    ]
    assert [headers["idempotency-key"] for headers, _ in receiver.got] == [
        body["id"] for _, body in receiver.got
    ]
    assert {body["id"] for _, body in receiver.got} == set(ids)
    assert receiver.got[1][1]["recipient"] == offer["organisation"]
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
        "UPDATE outbox SET attempts = $2 WHERE id = $1::text::uuid", identity, relay.TRIES - 1
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
