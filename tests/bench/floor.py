"""The floor: the same HTTP server with bare asyncpg, one statement a request and nothing else.

No sign-in, no validation, no triage: the rows that ours writes or reads, made beforehand.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import uvicorn

from coordination.db import capacity, offers
from coordination.db import intake as intake_rows
from coordination.db import worklist as worklist_rows
from coordination.ids import new_id

pool: Any = None
shape: dict[str, Any] = {}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """One route a benchmark."""
    global pool  # noqa: PLW0603 - a benchmark's only state
    if scope["type"] == "lifespan":
        await receive()
        pool = await asyncpg.create_pool(os.environ["FLOOR_URL"], min_size=16, max_size=16)
        shape.update(await _shape())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = b""
    while True:
        message = await receive()
        body += message["body"]
        if not message.get("more_body"):
            break
    answer = await ROUTES[scope["path"]](body)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _shape() -> dict[str, Any]:
    """A referral that ours has written: its rows are what the floor writes."""
    async with pool.acquire() as connection:
        referral = await connection.fetchrow(
            "SELECT * FROM referral WHERE id IN (SELECT referral_id FROM resource) LIMIT 1"
        )
        made = await connection.fetchrow(
            "SELECT * FROM advice WHERE referral_id = $1", referral["id"]
        )
        stored = await connection.fetch(
            "SELECT * FROM resource WHERE referral_id = $1 ORDER BY position", referral["id"]
        )
        services = await connection.fetch(
            "SELECT service_id FROM capacity WHERE unit = 'bed' ORDER BY service_id"
        )
    return {"referral": referral, "advice": made, "resources": stored, "services": services}


async def intake(_: bytes) -> bytes:
    """The rows of one referral."""
    r, why, resources = shape["referral"], shape["advice"], shape["resources"]
    now = datetime.now(UTC)
    key = new_id()
    async with pool.acquire() as connection:
        row = await connection.fetchrow(
            intake_rows.TAKE_IN,
            new_id(), os.urandom(32), key, r["organisation_id"], r["organisation_id"], str(key),
            r["content"], r["patient_id"], r["task_id"], r["state"], r["urgency"], r["lane"],
            r["kind"], r["status"], r["review_due"], r["subregion"], r["place"],
            r["entered_urgency"], r["intended_destination"], r["authored_at"], now, r["need"],
            r["shortlist"], new_id(), why["version"], why["fingerprint"], why["picture"],
            why["body"], [new_id() for _ in resources], [x["type"] for x in resources],
            *([",".join(map(str, x[of])) for x in resources] for of in ("terms", "beside")),
            [x["written"] for x in resources], [x["about"] for x in resources],
            [x["body"] for x in resources], "floor", "floor", "gp", "{}", new_id(), "{}",
            r["place_by"],
        )  # fmt: skip
    return json.dumps({"new": row["new"]}).encode()


async def report(body: bytes) -> bytes:
    """One report of capacity."""
    sent = json.loads(body)
    now = datetime.now(UTC)
    async with pool.acquire() as connection:
        row = await connection.fetchrow(
            capacity.PLAIN,
            uuid.UUID(sent["service"]), sent["version"], Decimal(sent["staffed"]),
            Decimal(sent["occupied"]), Decimal(0), now, now + timedelta(days=1), "floor", None,
            None, "floor", "floor", "provider", uuid.UUID(int=0), new_id(), None, None, b"digest",
        )  # fmt: skip
    return json.dumps({"version": row and row["version"]}).encode()


async def worklist(_: bytes) -> bytes:
    """One page of twenty."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(
            worklist_rows.PAGE_OF_DESK, "floor", "floor", "coordinator", uuid.UUID(int=0), -1,
            datetime(1, 1, 2, tzinfo=UTC), uuid.UUID(int=0),
            ["assen", "emmen", "hoogeveen", "meppel"], 21,
        )  # fmt: skip
    return json.dumps([{k: str(v) for k, v in row.items()} for row in rows]).encode()


async def hold(body: bytes) -> bytes:
    """One hold."""
    sent = json.loads(body)
    async with pool.acquire() as connection:
        row = await connection.fetchrow(
            offers.HOLD, new_id(), uuid.UUID(sent["service"]), Decimal(1),
            uuid.UUID(sent["referral"]), uuid.UUID(sent["person"]), "{}", timedelta(hours=1),
            "floor", "floor", "coordinator", uuid.UUID(int=0), new_id(),
        )  # fmt: skip
    return json.dumps({"id": str(row and row["id"])}).encode()


async def echo(body: bytes) -> bytes:
    """No database at all: what the HTTP server itself takes."""
    return body[:100]


async def fhir_read(body: bytes) -> bytes:
    """One resource by its id, as stored."""
    async with pool.acquire() as connection:
        row = await connection.fetchrow(
            "SELECT version, updated_at, body FROM resource WHERE id = $1", uuid.UUID(body.decode())
        )
    return bytes(row["body"])


async def fhir_search(_: bytes) -> bytes:
    """The fifty newest Tasks whose referral is in a state."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT r.id, r.version, r.updated_at, r.body FROM resource r"
            " JOIN referral f ON f.id = r.referral_id"
            " WHERE r.type = 'Task' AND f.state IN ('needs-info', 'triaged')"
            " ORDER BY r.id DESC LIMIT 50"
        )
    return b"".join(row["body"] for row in rows)


async def fhir_create(body: bytes) -> bytes:
    """One row with its audit row."""
    sent, now = shape["referral"], datetime.now(UTC)
    async with pool.acquire() as connection:
        await connection.execute(
            "WITH aud AS (INSERT INTO audit (request_id, actor, role, organisation_id, action,"
            " outcome, entity) VALUES ($1, 'floor', 'gp', $3, 'add', 'done', $1))"
            " INSERT INTO resource (id, type, updated_at, organisation_id, position, body)"
            " VALUES ($2, 'Observation', $4, $3, 1, $5)",
            "floor", new_id(), sent["organisation_id"], now, body,
        )  # fmt: skip
    return b"{}"


ROUTES = {
    "/fhir-read": fhir_read,
    "/fhir-search": fhir_search,
    "/fhir-create": fhir_create,
    "/intake": intake,
    "/report": report,
    "/worklist": worklist,
    "/hold": hold,
    "/echo": echo,
}

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
