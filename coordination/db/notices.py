"""Notifications on their way: in order, one of a subscription at a time."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor, Role

PATIENT = 8
"""Tries (about ten minutes) after which an event lets later ones of its subscription pass."""


class Leased(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed for one try; nobody tries one of this subscription while the lease lasts.

    Attributes:
        id: of the notification.
        attempts: tries with this one; the key to say what came of it.
        number: of the event; None for a sign of life.
        happened: when the event was.
        events: numbered so far.
        leased_until: the key to give the lease back.
        body: sealed: the Subscription.
        actor: whose rights it has.
    """

    id: uuid.UUID
    attempts: int
    kind: str
    number: int | None
    focus: str | None
    happened: datetime
    subscription_id: uuid.UUID
    topic: str
    state: str
    events: int
    leased_until: datetime
    body: bytes
    actor: Actor


# Of each subscription the handshake or sign of life that waits, else the lowest number; one that
# was tried often lets later ones pass until it is due.
_LEASE = """
WITH due AS (
  SELECT s.id, n.id AS notification FROM subscription s CROSS JOIN LATERAL (
    SELECT * FROM (
      (SELECT n.id, n.number, n.next_attempt_at FROM notification n
       WHERE n.subscription_id = s.id AND n.number IS NULL
         AND n.delivered_at IS NULL AND n.dead_at IS NULL LIMIT 1)
      UNION ALL
      (SELECT n.id, n.number, n.next_attempt_at FROM notification n
       WHERE n.subscription_id = s.id AND n.number > 0 AND s.state <> 'requested'
         AND n.delivered_at IS NULL AND n.dead_at IS NULL
         AND (n.attempts < $3 OR n.next_attempt_at <= now())
       ORDER BY n.number LIMIT 1)
    ) n ORDER BY n.number NULLS FIRST LIMIT 1
  ) n
  WHERE s.state <> 'off' AND (s.leased_until IS NULL OR s.leased_until <= now())
    AND n.next_attempt_at <= now()
  ORDER BY n.next_attempt_at LIMIT $1 FOR UPDATE OF s SKIP LOCKED
), taken AS (
  UPDATE notification n SET attempts = n.attempts + 1,
    next_attempt_at = now() + make_interval(secs => $2)
  FROM due WHERE n.id = due.notification AND n.delivered_at IS NULL AND n.dead_at IS NULL
  RETURNING n.id, n.attempts, n.kind, n.number, n.focus, n.created_at AS happened,
    n.subscription_id
), leased AS (
  UPDATE subscription s SET leased_until = now() + make_interval(secs => $2)
  FROM taken WHERE s.id = taken.subscription_id
  RETURNING s.id AS of, s.topic, s.state, s.events, s.leased_until, s.body,
    s.actor, s.role, s.organisation_id, s.subregions
)
SELECT taken.*, topic, state, events, leased_until, body, actor, role, organisation_id, subregions
FROM taken JOIN leased ON leased.of = taken.subscription_id
"""


async def lease(tx: Transaction, most: int, seconds: float) -> list[Leased]:
    """Takes what is due: of each subscription one notification at the most.

    Args:
        tx: a transaction.
        most: how many.
        seconds: for how long nobody else may try one of the same: longer than a try takes.
    """
    rows = await tx.rows(_LEASE, most, seconds, PATIENT)
    return [_leased(row) for row in rows]


def _leased(row: Row) -> Leased:
    plain = {name: getattr(row, name) for name in Leased.__struct_fields__ if name != "actor"}
    actor = Actor(row.actor, Role(row.role), row.organisation_id, frozenset(row.subregions))
    return Leased(**plain, actor=actor)


async def delivered(tx: Transaction, one: Leased) -> None:
    """Notes that a try was taken: its subscription is well, and what waits is due at once."""
    await tx.run(
        """
        WITH noted AS (
          UPDATE notification SET delivered_at = now(), dead_at = NULL
          WHERE id = $1 AND delivered_at IS NULL RETURNING kind
        ), well AS (
          UPDATE subscription s SET state = 'active', error = NULL,
            version = s.version + (s.state <> 'active')::int,
            updated_at = CASE WHEN s.state = 'active' THEN s.updated_at
              ELSE GREATEST(now(), s.updated_at) END,
            started_at = COALESCE(s.started_at, now()),
            heartbeat_at = now() + make_interval(secs => s.heartbeat)
          FROM noted WHERE s.id = $2 AND s.state <> 'off'
            AND (s.state <> 'requested' OR noted.kind = 'handshake')
          RETURNING s.id
        )
        UPDATE notification n SET next_attempt_at = now() FROM well
        WHERE n.subscription_id = well.id AND n.id <> $1 AND n.next_attempt_at > now()
          AND n.delivered_at IS NULL AND n.dead_at IS NULL
        """,
        one.id,
        one.subscription_id,
    )
    await _release(tx, one)


async def failed(tx: Transaction, one: Leased, error: str, wait: float, *, dead: bool) -> None:
    """Notes that a try was not taken, unless a later try says otherwise already.

    A subscription that never shook hands numbers no events; a sign of life is not repeated.

    Args:
        tx: a transaction.
        one: the try.
        error: a class of error or a status, and nothing else.
        wait: seconds until the next.
        dead: there is no next.
    """
    await tx.run(
        """
        WITH noted AS (
          UPDATE notification SET last_error = $3,
            next_attempt_at = now() + make_interval(secs => $4),
            dead_at = CASE WHEN $5 THEN now() END
          WHERE id = $1 AND attempts = $6 AND delivered_at IS NULL AND dead_at IS NULL
          RETURNING kind
        ), next AS (
          SELECT s.id, noted.kind = 'handshake' AND $5 AS refused,
            CASE WHEN s.state = 'requested' AND NOT $5 THEN 'requested' ELSE 'error' END AS state,
            (s.state <> 'requested' OR $5)
              AND (s.state <> 'error' OR s.error IS DISTINCT FROM $3) AS shows
          FROM noted JOIN subscription s ON s.id = $2 AND s.state <> 'off'
        ), ill AS (
          UPDATE subscription s SET state = next.state, error = $3,
            version = s.version + next.shows::int,
            updated_at = CASE WHEN next.shows THEN GREATEST(now(), s.updated_at)
              ELSE s.updated_at END,
            started_at = CASE WHEN next.refused THEN NULL ELSE s.started_at END
          FROM next WHERE s.id = next.id
          RETURNING s.id, next.refused
        )
        UPDATE notification n SET dead_at = now(), last_error = 'NoHandshake' FROM ill
        WHERE ill.refused AND n.subscription_id = ill.id AND n.id <> $1
          AND n.delivered_at IS NULL AND n.dead_at IS NULL
        """,
        one.id,
        one.subscription_id,
        error,
        wait,
        dead,
        one.attempts,
    )
    await _release(tx, one)


async def _release(tx: Transaction, one: Leased) -> None:
    """Gives the lease back, unless someone else has it; a sign of life is not kept."""
    await tx.run(
        "UPDATE subscription SET leased_until = NULL WHERE id = $1 AND leased_until = $2",
        one.subscription_id,
        one.leased_until,
    )
    await tx.run("DELETE FROM notification WHERE id = $1 AND kind = 'heartbeat'", one.id)


async def figures(tx: Transaction) -> tuple[float, int]:
    """How long the oldest notification waits, in seconds, and how many of present ones are dead."""
    row = await tx.row(
        """
        SELECT COALESCE(EXTRACT(epoch FROM now() - LEAST(
            (SELECT min(at) FROM change),
            (SELECT min(created_at) FROM notification
             WHERE delivered_at IS NULL AND dead_at IS NULL))), 0)::float AS oldest,
          (SELECT count(*) FROM notification n JOIN subscription s ON s.id = n.subscription_id
           WHERE n.dead_at IS NOT NULL AND s.state <> 'off') AS dead
        """
    )
    return (0.0, 0) if row is None else (row.oldest, row.dead)
