"""Sends what waits in the outbox: at least once, each with a key by which a repeat is known."""

from __future__ import annotations

import asyncio

import httpx
import msgspec
import structlog

from coordination.db.engine import Database, Transaction
from coordination.outbox.schedule import TRIES, wait

EVERY = 0.5  # seconds between looks when nothing waits
BATCH = 20
LEASE = 30  # seconds before another process may try the same message
log = structlog.get_logger(__name__)


class Message(msgspec.Struct, frozen=True):
    """A message as it leaves: ids and codes, never a person's data."""

    id: str
    topic: str
    recipient: str | None
    created: str
    payload: msgspec.Raw


async def run(database: Database, url: str) -> None:
    """Posts waiting messages to a URL until cancelled."""
    async with httpx.AsyncClient(timeout=10, follow_redirects=False) as client:
        while True:
            try:
                sent = await send_batch(database, client, url)
            except Exception as error:  # noqa: BLE001 - tried again at the next look
                log.warning("outbox not sent", error=type(error).__name__)
                sent = 0
            if not sent:
                await asyncio.sleep(EVERY)


async def send_batch(database: Database, client: httpx.AsyncClient, url: str) -> int:
    """Takes some due messages, sends them, and notes what came of each; how many it took."""
    waiting = await database.transact(_lease)
    for message, attempts in waiting:
        error = await _post(client, url, message)
        if error is None:
            await database.transact(lambda tx, m=message: _delivered(tx, m.id))  # type: ignore[misc]
        else:
            log.warning("message not delivered", message=message.id, error=error)
            await database.transact(
                lambda tx, m=message, n=attempts, e=error: _failed(tx, m.id, n, e)  # type: ignore[misc]
            )
    return len(waiting)


async def _post(client: httpx.AsyncClient, url: str, message: Message) -> str | None:
    try:
        answer = await client.post(
            url,
            content=msgspec.json.encode(message),
            headers={"content-type": "application/json", "idempotency-key": message.id},
        )
    except httpx.HTTPError as error:
        return type(error).__name__
    return None if answer.is_success else f"HTTP {answer.status_code}"


async def _lease(tx: Transaction) -> list[tuple[Message, int]]:
    """Due messages that no other process tries now, the oldest first."""
    rows = await tx.rows(
        """
        UPDATE outbox SET attempts = attempts + 1,
          next_attempt_at = now() + make_interval(secs => $2)
        WHERE id IN (
          SELECT id FROM outbox
          WHERE delivered_at IS NULL AND dead_at IS NULL AND next_attempt_at <= now()
          ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING id, topic, recipient, created_at, payload::text AS payload, attempts
        """,
        BATCH,
        float(LEASE),
    )
    return [
        (
            Message(
                id=str(row.id),
                topic=row.topic,
                recipient=str(row.recipient) if row.recipient else None,
                created=row.created_at.isoformat(),
                payload=msgspec.Raw(row.payload.encode()),
            ),
            row.attempts,
        )
        for row in sorted(rows, key=lambda row: (row.created_at, row.id))
    ]


async def _delivered(tx: Transaction, message: str) -> None:
    await tx.run("UPDATE outbox SET delivered_at = now() WHERE id = $1", message)


async def _failed(tx: Transaction, message: str, attempts: int, error: str) -> None:
    await tx.run(
        "UPDATE outbox SET last_error = $2, next_attempt_at = now() + make_interval(secs => $3),"
        " dead_at = CASE WHEN $4 THEN now() END WHERE id = $1",
        message,
        error,
        wait(attempts),
        attempts >= TRIES,
    )
