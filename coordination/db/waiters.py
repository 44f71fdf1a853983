"""Who waits and is asked for nowhere now, and for whom of them the desk was told of a place."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from coordination.db.audit import who
from coordination.db.declines import DECLINED
from coordination.db.engine import Transaction
from coordination.db.waitlist import ON_IT, ORDER
from coordination.permissions import Actor
from triage.need import Need


class Waiter(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who waits and is asked for nowhere now.

    Attributes:
        declined: ids of the services that said no since their newest report.
    """

    id: uuid.UUID
    need: Need
    received: datetime
    found: bool
    declined: frozenset[str]


# $1 who, $2 where, in pairs; $3 of whom nothing fits any more; $4 to $7 the clock.
# A finding stands for some seconds: another process may not have heard yet of what opened up.
_FOUND = """
WITH pair AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS p(referral, service)
), told AS (
  UPDATE referral r SET found_at = now() FROM pair
  WHERE r.id = pair.referral AND r.state = 'waiting' AND r.found_at IS NULL
  RETURNING r.id, pair.service
), gone AS (
  UPDATE referral r SET found_at = NULL
  WHERE r.id = ANY($3::uuid[]) AND r.state = 'waiting' AND r.found_at < now() - interval '5 s'
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $4, $5, $6, $7, 'find-place', 'done', 'referral/' || id, id,
    json_build_object('service', service) FROM told
), box AS (
  INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)
  SELECT gen_random_uuid(), now(), 'waiting.place-found',
    json_build_object('referral', id, 'service', service), now() FROM told
)
SELECT id FROM told
"""


async def kinds(tx: Transaction) -> set[str]:
    """The kinds of care for which someone waits who is asked for nowhere now."""
    rows = await tx.rows("SELECT DISTINCT kind FROM referral WHERE state = 'waiting'")
    return {row.kind for row in rows}


async def waiters(tx: Transaction, of: Sequence[str]) -> list[Waiter]:
    """Who waits for some kinds of care and is asked for nowhere now, in the order of the list."""
    rows = await tx.rows(
        "SELECT r.id, r.need::text AS need, r.received_at, r.found_at,"  # noqa: S608 - ours
        f" {DECLINED} AS declined"
        f" FROM ({ON_IT} AND r.state = 'waiting' AND r.kind = ANY($1)) r ORDER BY {ORDER}",
        list(of),
    )
    return [
        Waiter(
            id=row.id,
            need=msgspec.json.decode(row.need, type=Need),
            received=row.received_at,
            found=row.found_at is not None,
            declined=frozenset(row.declined),
        )
        for row in rows
    ]


async def found(
    tx: Transaction, actor: Actor, where: Mapping[uuid.UUID, str], gone: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """Tells the desk, once, of places for who waits, and forgets those that are gone.

    Args:
        tx: the clock's transaction.
        actor: the clock.
        where: the service for each person who was not told of one.
        gone: the people who were, and for whom there is none any more.
    """
    rows = await tx.rows(
        _FOUND,
        list(where),
        [uuid.UUID(one) for one in where.values()],
        list(gone),
        *who(actor),
    )
    if rows or gone:
        tx.changed.add("worklist")
    return [row.id for row in rows]
