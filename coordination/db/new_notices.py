"""Notifications as they are made: events numbered without gaps, handshakes, signs of life."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination.db.engine import Transaction


class Event(msgspec.Struct, frozen=True):
    """Something that one subscription is to be told.

    Attributes:
        id: of its notification.
        focus: ``Type/id``.
        at: when it happened.
    """

    id: uuid.UUID
    subscription: uuid.UUID
    focus: str
    at: datetime


async def shake_hands(tx: Transaction, notification: uuid.UUID, subscription: uuid.UUID) -> None:
    """Asks for a handshake, and for no other one that waits still."""
    await tx.run(
        "DELETE FROM notification WHERE subscription_id = $1 AND number IS NULL"
        " AND delivered_at IS NULL AND dead_at IS NULL",
        subscription,
    )
    await tx.run(
        "INSERT INTO notification (id, subscription_id, kind, created_at, next_attempt_at)"
        " VALUES ($1, $2, 'handshake', now(), now())",
        notification,
        subscription,
    )


async def give_up(tx: Transaction, subscription: uuid.UUID, why: str) -> None:
    """Gives up what waits for a subscription."""
    await tx.run(
        "UPDATE notification SET dead_at = now(), last_error = $2 WHERE subscription_id = $1"
        " AND delivered_at IS NULL AND dead_at IS NULL",
        subscription,
        why,
    )


async def number(tx: Transaction, events: Sequence[Event]) -> None:
    """Gives events the next numbers of their subscriptions, in the order that they have here."""
    await tx.run(
        """
        WITH happened AS (
          SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
            WITH ORDINALITY AS e(id, subscription, focus, at, place)
        ), counted AS (
          UPDATE subscription s SET events = s.events + e.many
          FROM (SELECT subscription, count(*) AS many FROM happened GROUP BY subscription) e
          WHERE s.id = e.subscription AND s.state <> 'off'
          RETURNING s.id, s.events - e.many AS before
        )
        INSERT INTO notification (id, subscription_id, kind, number, focus, created_at,
          next_attempt_at)
        SELECT e.id, c.id, 'event-notification',
          c.before + row_number() OVER (PARTITION BY c.id ORDER BY e.place), e.focus, e.at, now()
        FROM happened e JOIN counted c ON c.id = e.subscription
        """,
        [one.id for one in events],
        [one.subscription for one in events],
        [one.focus for one in events],
        [one.at for one in events],
    )


async def end_what_is_over(tx: Transaction) -> None:
    """Turns off the subscriptions of which the end has come; what waits for them is given up."""
    await tx.run(
        """
        WITH over AS (
          UPDATE subscription SET state = 'off', version = version + 1,
            updated_at = GREATEST(now(), updated_at), started_at = NULL
          WHERE state <> 'off' AND ends_at <= now() RETURNING id
        )
        UPDATE notification n SET dead_at = now(), last_error = 'ended' FROM over
        WHERE n.subscription_id = over.id AND n.delivered_at IS NULL AND n.dead_at IS NULL
        """
    )


async def beat(tx: Transaction) -> None:
    """Makes the signs of life that are due, where nothing else waits to be told."""
    await tx.run(
        """
        WITH due AS (
          UPDATE subscription s SET heartbeat_at = now() + make_interval(secs => s.heartbeat)
          WHERE s.state IN ('active', 'error') AND s.heartbeat_at <= now()
          RETURNING s.id
        )
        INSERT INTO notification (id, subscription_id, kind, created_at, next_attempt_at)
        SELECT gen_random_uuid(), due.id, 'heartbeat', now(), now() FROM due
        WHERE NOT EXISTS (SELECT 1 FROM notification n WHERE n.subscription_id = due.id
          AND n.delivered_at IS NULL AND n.dead_at IS NULL)
        """
    )
