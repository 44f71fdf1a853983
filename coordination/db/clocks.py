"""What time does by itself: who is warned, and who is reminded, once and by one process.

Each is one statement by the database's clock: the rows that are due, marked, with their audit
rows and messages. Rows that another process is at are passed over.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from coordination.db.audit import who
from coordination.db.engine import Transaction
from coordination.permissions import Actor

# $1 the share of the time that may pass, $2 how many, $3 to $6 who. The inner WHERE is tested
# again on the newest row once it is locked.
ESCALATE = """
WITH due AS (
  SELECT id FROM referral
  WHERE escalated_at IS NULL AND state NOT IN ('accepted', 'placed', 'closed', 'cancelled')
    AND place_by - (place_by - received_at) * (1 - $1::float8) <= now()
  ORDER BY place_by LIMIT $2 FOR UPDATE SKIP LOCKED
), told AS (
  UPDATE referral r SET escalated_at = now() FROM due WHERE r.id = due.id
  RETURNING r.id, r.urgency, r.kind, r.place_by
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $3, $4, $5, $6, 'escalate', 'done', 'referral/' || id, id,
    json_build_object('place_by', place_by) FROM told
), box AS (
  INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)
  SELECT gen_random_uuid(), now(), 'referral.escalated', json_build_object('referral', id,
    'urgency', 'U' || urgency, 'kind', kind, 'place_by', place_by), now() FROM told
)
SELECT id FROM told
"""

# $1 how long before, $2 how many, $3 to $6 who. A figure that went stale while nobody looked
# is asked for as well: late is better than not.
REMIND = """
WITH due AS (
  SELECT service_id FROM capacity
  WHERE reminded IS DISTINCT FROM version
    AND GREATEST(valid_until - $1::interval, as_of + (valid_until - as_of) / 2) <= now()
  ORDER BY valid_until LIMIT $2 FOR UPDATE SKIP LOCKED
), told AS (
  UPDATE capacity c SET reminded = c.version FROM due JOIN service s ON s.id = due.service_id
  WHERE c.service_id = due.service_id
  RETURNING c.service_id, s.organisation_id, c.version, c.valid_until
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity, detail)
  SELECT $3, $4, $5, $6, 'remind', 'done', 'capacity/' || service_id,
    json_build_object('version', version) FROM told
), box AS (
  INSERT INTO outbox (id, created_at, topic, recipient, payload, next_attempt_at)
  SELECT gen_random_uuid(), now(), 'capacity.reminder', organisation_id,
    json_build_object('service', service_id, 'valid_until', valid_until), now() FROM told
)
SELECT service_id FROM told
"""

# $1 how many, $2 to $5 who. The message's id follows from the offer: it can be there once only.
NUDGE = """
WITH told AS (
  INSERT INTO outbox (id, created_at, topic, recipient, payload, next_attempt_at)
  SELECT md5('offer.reminder/' || id)::uuid, now(), 'offer.reminder', organisation_id,
    json_build_object('offer', id, 'service', service_id, 'expires', expires_at), now()
  FROM offer
  WHERE state = 'requested' AND expires_at > now()
    AND created_at + (expires_at - created_at) / 2 <= now()
    AND need->>'urgency' IN ('U0', 'U1', 'U2')
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE id = md5('offer.reminder/' || offer.id)::uuid)
  ORDER BY expires_at LIMIT $1
  ON CONFLICT (id) DO NOTHING
  RETURNING payload->>'offer' AS offer
)
INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity, referral_id,
  detail)
SELECT $2, $3, $4, $5, 'remind', 'done', 'offer/' || o.id, o.referral_id,
  json_build_object('offer', o.id)
FROM told JOIN offer o ON o.id = told.offer::uuid
RETURNING entity
"""


async def escalate(tx: Transaction, actor: Actor, warn_after: float, most: int) -> list[uuid.UUID]:
    """Tells the desk of referrals whose time for a place is nearly over; which those are.

    Args:
        tx: the clock's transaction.
        actor: the clock.
        warn_after: share of the time from receipt to place_by, 0 to 1.
        most: how many at a time; the rest is for the next look.
    """
    rows = await tx.rows(ESCALATE, warn_after, most, *who(actor))
    if rows:
        tx.changed.add("worklist")
    return [row.id for row in rows]


async def remind(tx: Transaction, actor: Actor, before: timedelta, most: int) -> list[uuid.UUID]:
    """Asks organisations for a newer figure before theirs goes stale; of which services.

    Args:
        tx: the clock's transaction.
        actor: the clock.
        before: how long before the figure goes stale, or at half of its validity if that is
            later.
        most: how many at a time.
    """
    return [row.service_id for row in await tx.rows(REMIND, before, most, *who(actor))]


async def nudge(tx: Transaction, actor: Actor, most: int) -> int:
    """Asks again for an answer that is waited for half of its time; how many.

    Only where it presses: U0 to U2.

    Args:
        tx: the clock's transaction.
        actor: the clock.
        most: how many at a time.
    """
    return len(await tx.rows(NUDGE, most, *who(actor)))
