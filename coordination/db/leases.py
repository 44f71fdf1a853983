"""Deliveries on their way: one for each message and contact, and never tried by two at a time."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from coordination.db.engine import Transaction


class Leased(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed for one try; nobody else tries it while the lease lasts.

    Attributes:
        id: of the delivery.
        attempts: tries with this one; the key to say what came of it.
        happened: when the message was written.
        payload: JSON, ids and codes only.
        secret: sealed; None for e-mail.
    """

    id: uuid.UUID
    attempts: int
    contact_id: uuid.UUID
    channel: str
    address: str
    secret: bytes | None
    topic: str
    happened: datetime
    payload: str


async def spread(
    tx: Transaction, most: int, to_providers: list[str], to_the_desk: list[str]
) -> int:
    """Makes a delivery of new messages for each contact that wants them; how many it looked at.

    A message without a recipient is for the desk: every coordination point. What was written
    before a contact was made is not for it.

    Args:
        tx: a transaction.
        most: messages at a time.
        to_providers: the topics of a contact that names none.
        to_the_desk: the same for a contact of a coordination point.
    """
    row = await tx.row(
        """
        WITH batch AS (
          SELECT id, topic, recipient, created_at FROM outbox WHERE spread_at IS NULL
          ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        ), sent_to AS (
          SELECT b.id, b.topic, b.created_at, o.id AS organisation_id,
            CASE WHEN o.kind = 'coordination-point' THEN $3::text[] ELSE $2::text[] END AS usual
          FROM batch b JOIN organisation o ON o.id = b.recipient
            OR (b.recipient IS NULL AND o.kind = 'coordination-point')
        ), made AS (
          INSERT INTO delivery (id, message_id, contact_id, created_at, next_attempt_at)
          SELECT gen_random_uuid(), m.id, c.id, now(), now()
          FROM sent_to m JOIN contact c ON c.organisation_id = m.organisation_id
            AND c.removed_at IS NULL AND c.created_at <= m.created_at
            AND m.topic = ANY (CASE WHEN cardinality(c.topics) = 0 THEN m.usual ELSE c.topics END)
          ON CONFLICT DO NOTHING
        ), done AS (
          UPDATE outbox SET spread_at = now() FROM batch WHERE outbox.id = batch.id
        )
        SELECT count(*) AS looked FROM batch
        """,
        most,
        to_providers,
        to_the_desk,
    )
    return 0 if row is None else int(row.looked)


async def lease(tx: Transaction, most: int, seconds: float) -> list[Leased]:
    """Takes deliveries that are due; what was never tried goes before what is tried again.

    Args:
        tx: a transaction.
        most: how many.
        seconds: for how long nobody else may try them: longer than a try takes.
    """
    rows = await tx.rows(
        """
        WITH due AS (
          SELECT id FROM delivery
          WHERE delivered_at IS NULL AND dead_at IS NULL AND next_attempt_at <= now()
          ORDER BY attempts > 0, next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), taken AS (
          UPDATE delivery d SET attempts = d.attempts + 1,
            next_attempt_at = now() + make_interval(secs => $2)
          FROM due WHERE d.id = due.id
          RETURNING d.id, d.attempts, d.contact_id, d.message_id
        )
        SELECT t.id, t.attempts, t.contact_id, c.channel, c.address, c.secret, m.topic,
          m.created_at AS happened, m.payload::text AS payload
        FROM taken t JOIN contact c ON c.id = t.contact_id JOIN outbox m ON m.id = t.message_id
        ORDER BY m.created_at, t.id
        """,
        most,
        seconds,
    )
    return [Leased(**dict(row)) for row in rows]


async def delivered(tx: Transaction, one: Leased) -> None:
    """Notes that a try was taken."""
    await tx.run(
        "UPDATE delivery SET delivered_at = now() WHERE id = $1 AND attempts = $2",
        one.id,
        one.attempts,
    )


async def failed(tx: Transaction, one: Leased, error: str, wait: float, *, dead: bool) -> None:
    """Notes that a try was not taken, unless a later try says otherwise already.

    Args:
        tx: a transaction.
        one: the try.
        error: a class of error or a status, and nothing else.
        wait: seconds until the next.
        dead: there is no next.
    """
    await tx.run(
        """
        UPDATE delivery SET last_error = $3, next_attempt_at = now() + make_interval(secs => $4),
          dead_at = CASE WHEN $5 THEN now() END
        WHERE id = $1 AND attempts = $2 AND delivered_at IS NULL AND dead_at IS NULL
        """,
        one.id,
        one.attempts,
        error,
        wait,
        dead,
    )


async def figures(tx: Transaction) -> tuple[float, int]:
    """How long the oldest alert waits, in seconds, and how many of present contacts are dead."""
    row = await tx.row(
        """
        SELECT COALESCE(EXTRACT(epoch FROM now() - LEAST(
            (SELECT min(created_at) FROM outbox WHERE spread_at IS NULL),
            (SELECT min(created_at) FROM delivery
             WHERE delivered_at IS NULL AND dead_at IS NULL))), 0)::float AS oldest,
          (SELECT count(*) FROM delivery d JOIN contact c ON c.id = d.contact_id
           WHERE d.dead_at IS NOT NULL AND c.removed_at IS NULL) AS dead
        """
    )
    return (0.0, 0) if row is None else (row.oldest, row.dead)
