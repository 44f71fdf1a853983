"""Notifications as their subscriber sees them: what arrived, waits, or did not arrive."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from coordination.db.engine import Row, Transaction
from coordination.db.sending import Sending, SendingState, in_state


class Told(Sending, frozen=True, kw_only=True):
    """A notification, as its subscriber sees it."""

    id: uuid.UUID
    subscription_id: uuid.UUID
    kind: str
    number: int | None
    focus: str | None
    created_at: datetime


_FIELDS = Told.__struct_fields__
_SHOWN = ", ".join(f"n.{name}" for name in _FIELDS)


async def of_subscription(
    tx: Transaction, subscription: uuid.UUID, state: SendingState | None, most: int
) -> list[Told]:
    """The notifications of a subscription, the newest first."""
    rows = await tx.rows(
        f"SELECT {_SHOWN} FROM notification n WHERE n.subscription_id = $1"  # noqa: S608 - our own columns
        f" AND {in_state('n', state)}"
        " ORDER BY n.number DESC NULLS LAST, n.created_at DESC LIMIT $2",
        subscription,
        most,
    )
    return [_from_row(row) for row in rows]


async def events(
    tx: Transaction, subscription: uuid.UUID, since: int, until: int, most: int
) -> list[Told]:
    """The events of a subscription with these numbers, both inclusive, oldest first."""
    rows = await tx.rows(
        f"SELECT {_SHOWN} FROM notification n WHERE n.subscription_id = $1"  # noqa: S608 - our own columns
        " AND n.number BETWEEN $2 AND $3 ORDER BY n.number LIMIT $4",
        subscription,
        since,
        until,
        most,
    )
    return [_from_row(row) for row in rows]


async def by_id(tx: Transaction, subscription: uuid.UUID, notification: uuid.UUID) -> Told | None:
    """A notification of a subscription, locked."""
    row = await tx.row(
        f"SELECT {_SHOWN} FROM notification n WHERE n.subscription_id = $1 AND n.id = $2"  # noqa: S608 - our own columns
        " FOR UPDATE",
        subscription,
        notification,
    )
    return None if row is None else _from_row(row)


async def revive(tx: Transaction, notification: uuid.UUID) -> Told:
    """Lets a dead notification, locked, start anew, under the id and number that it has."""
    row = await tx.row(
        "UPDATE notification n SET dead_at = NULL, attempts = 0, next_attempt_at = now()"  # noqa: S608 - our own columns
        f" WHERE n.id = $1 RETURNING {_SHOWN}",
        notification,
    )
    assert row is not None  # noqa: S101 - the caller has locked it
    return _from_row(row)


async def forget(tx: Transaction, kept: timedelta, most: int) -> int:
    """Deletes notifications that arrived or were given up, of changes longer ago than ``kept``.

    The oldest first; what somebody works on is left for the next time.

    Returns:
        How many, at most ``most``.
    """
    rows = await tx.rows(
        "DELETE FROM notification WHERE id IN (SELECT id FROM notification"
        " WHERE created_at < now() - $1::interval"
        " AND (delivered_at IS NOT NULL OR dead_at IS NOT NULL)"
        " ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id",
        kept,
        most,
    )
    return len(rows)


def _from_row(row: Row) -> Told:
    return Told(**{name: getattr(row, name) for name in _FIELDS})
