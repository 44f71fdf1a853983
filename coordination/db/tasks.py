"""Finds the referral that a Task moves, and tells the desk of one that it must decide on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coordination.db.engine import Transaction


async def referral_of(tx: Transaction, task: uuid.UUID) -> uuid.UUID | None:
    """The referral that a Task asks for and shows the state of, or None."""
    row = await tx.row(
        "SELECT referral_id FROM resource WHERE id = $1 AND type = 'Task' AND stated", task
    )
    return None if row is None else row.referral_id


async def sent_with(
    tx: Transaction, referral: uuid.UUID, terms: Sequence[int], one_of: Sequence[int]
) -> uuid.UUID | None:
    """A Task that was sent with a referral and has all the terms, and one of the others."""
    row = await tx.row(
        "SELECT id FROM resource WHERE referral_id = $1 AND type = 'Task' AND NOT stated"
        " AND terms @> $2::bigint[] AND terms && $3::bigint[] LIMIT 1",
        referral,
        list(terms),
        list(one_of),
    )
    return None if row is None else row.id


async def tell_the_desk(
    tx: Transaction, message: uuid.UUID, referral: uuid.UUID, task: uuid.UUID
) -> None:
    """Lets the desk know that it is asked to withdraw a referral of someone who has arrived.

    Args:
        tx: the request's transaction.
        message: a fresh id.
        referral: which one.
        task: by which it is asked.
    """
    await tx.run(
        "INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at) VALUES"
        " ($1, now(), 'referral.abort-asked', json_build_object('referral', $2::uuid,"
        " 'task', $3::uuid), now())",
        message,
        referral,
        task,
    )
