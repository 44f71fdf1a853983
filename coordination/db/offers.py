"""Offers: the hold that nobody wins twice, and every step after it, each one statement."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from coordination.db.capacity import RELEASE
from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor
from coordination.referral import OfferState, State, Step
from triage.need import Need


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A question to one service; ``need`` holds nothing that names the person."""

    id: uuid.UUID
    referral_id: uuid.UUID
    service_id: uuid.UUID
    organisation_id: uuid.UUID
    person_id: uuid.UUID
    state: OfferState
    amount: Decimal
    need: Need
    created_at: datetime
    expires_at: datetime
    changed_at: datetime
    accepted_at: datetime | None
    reason: str | None
    version: int


COLUMNS = ", ".join(
    f"o.{name}" + ("::text" if name == "need" else "") for name in Offer.__struct_fields__
)


def from_row(row: Row) -> Offer:
    """An offer of a row with ``COLUMNS``."""
    values = {name: getattr(row, name) for name in Offer.__struct_fields__}
    values["state"] = OfferState(row.state)
    values["need"] = msgspec.json.decode(row.need, type=Need)
    return Offer(**values)


# The hold is the UPDATE: its WHERE says that something is still free, for the newest row.
HOLD = f"""
WITH place AS (
  UPDATE capacity c SET held = c.held + $3::numeric
  WHERE c.service_id = $2 AND c.total - c.used - c.closed - c.held - c.reserved >= $3
    AND c.valid_until >= now() AND (c.stop_reason IS NULL OR c.stop_until <= now())
  RETURNING c.service_id
), ask AS (
  INSERT INTO offer AS o (id, referral_id, service_id, organisation_id, person_id, state, amount,
    need, created_at, expires_at, changed_at)
  SELECT $1, $4, place.service_id, s.organisation_id, $5, 'requested', $3, $6, now(),
    now() + $7::interval, now()
  FROM place JOIN service s ON s.id = place.service_id
  RETURNING {COLUMNS}
), moved AS (
  UPDATE referral SET state = 'offered', changed_at = now(), version = referral.version + 1
  FROM ask WHERE referral.id = $4
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $8, $9, $10, $11, 'offer', 'done', 'offer/' || ask.id, $4,
    json_build_object('offer', ask.id, 'service', ask.service_id) FROM ask
), box AS (
  INSERT INTO outbox (id, created_at, topic, recipient, payload, next_attempt_at)
  SELECT $12, now(), 'offer.requested', ask.organisation_id,
    json_build_object('offer', ask.id, 'service', ask.service_id), now() FROM ask
)
SELECT * FROM ask
"""  # noqa: S608 - our own columns


async def hold(
    tx: Transaction,
    actor: Actor,
    offer: uuid.UUID,
    message: uuid.UUID,
    referral: uuid.UUID,
    person: uuid.UUID,
    service: uuid.UUID,
    need: Need,
    lifetime: timedelta,
) -> Offer | None:
    """Holds a place and asks for it; None when nothing is free there (any more)."""
    row = await tx.row(
        HOLD,
        offer, service, Decimal(str(need.amount)), referral, person,
        msgspec.json.encode(need).decode(), lifetime, actor.request, actor.id,
        actor.role.value, actor.organisation, message,
    )  # fmt: skip
    if row is None:
        return None
    tx.changed |= {"worklist", "offers", f"capacity:{service}"}
    return from_row(row)


async def by_id(tx: Transaction, offer: uuid.UUID) -> Offer | None:
    """An offer, or None."""
    row = await tx.row(f"SELECT {COLUMNS} FROM offer o WHERE o.id = $1", offer)  # noqa: S608
    return None if row is None else from_row(row)


async def lock(tx: Transaction, offer: uuid.UUID) -> tuple[Offer, State, bool] | None:
    """An offer with its referral's state, held until the commit; and whether it is due.

    The referral is locked first, as everywhere, so that two steps can't wait for each other;
    the counters are locked too, so that a report can't come between. Due is by the database's
    clock, the same for every process.
    """
    first = await tx.row(
        "SELECT r.state FROM referral r WHERE r.id = (SELECT referral_id FROM offer WHERE id = $1)"
        " FOR UPDATE",
        offer,
    )
    if first is None:
        return None
    row = await tx.row(
        f"SELECT {COLUMNS}, o.expires_at <= now() AS due FROM offer o"  # noqa: S608 - ours
        " JOIN capacity c ON c.service_id = o.service_id WHERE o.id = $1 FOR UPDATE OF o, c",
        offer,
    )
    assert row is not None  # noqa: S101 - offers are never deleted
    return from_row(row), State(first.state), row.due


# $1 offer, $2 its new state, $3 reason, $4 the referral's new state (or null: as it is),
# $5 to $8 who, $9 the step, $10 message. Other open offers of the referral end when this one
# wins; each gives back what it held. A place is accepted later than the report that stands: the
# clock of whoever reported, or the wait for the counters, must not make the report include it.
_STEP = f"""
WITH this AS (
  UPDATE offer o SET state = $2, reason = $3, changed_at = now(), version = o.version + 1,
    accepted_at = CASE WHEN $2::text = 'accepted' THEN GREATEST(clock_timestamp(),
      (SELECT as_of + interval '1 microsecond' FROM capacity WHERE service_id = o.service_id))
      ELSE o.accepted_at END
  FROM offer old WHERE o.id = $1 AND old.id = o.id
  RETURNING {COLUMNS}, old.state AS was
), lost AS (
  UPDATE offer o SET state = 'withdrawn', reason = 'not-selected', changed_at = now(),
    version = o.version + 1
  FROM this WHERE $2 = 'accepted' AND o.referral_id = this.referral_id AND o.id <> this.id
    AND o.state = 'requested'
  RETURNING o.id, o.service_id, o.organisation_id, o.amount
), back AS (
  SELECT service_id, amount AS held, 0 AS reserved FROM lost
  UNION ALL
  SELECT service_id, CASE WHEN was = 'requested' THEN amount ELSE 0 END,
    CASE WHEN was = 'requested' AND $2 = 'accepted' THEN -amount
         WHEN was = 'accepted' AND $2 = 'withdrawn'
           AND accepted_at > (SELECT as_of FROM capacity WHERE service_id = this.service_id)
         THEN amount ELSE 0 END
  FROM this
), freed AS ({RELEASE.format(source="back")}), moved AS (
  UPDATE referral SET changed_at = now(), version = referral.version + 1,
    state = CASE WHEN $4 = 'triaged' AND referral.status = 'provisional' THEN 'needs-info'
      ELSE COALESCE($4, referral.state) END
  FROM this WHERE referral.id = this.referral_id
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $5, $6, $7, $8, $9, 'done', 'offer/' || this.id, this.referral_id,
    json_build_object('offer', this.id, 'service', this.service_id, 'reason', $3::text)
  FROM this
), box AS (
  INSERT INTO outbox (id, created_at, topic, recipient, payload, next_attempt_at)
  SELECT $10::uuid, now(), 'offer.' || $2, this.organisation_id,
    json_build_object('offer', this.id, 'reason', $3::text), now() FROM this
  UNION ALL
  SELECT gen_random_uuid(), now(), 'offer.withdrawn', lost.organisation_id,
    json_build_object('offer', lost.id, 'reason', 'not-selected'), now() FROM lost
)
SELECT *, (SELECT array_agg(service_id) FROM lost) AS freed FROM this
"""  # noqa: S608 - our own columns


async def step(
    tx: Transaction,
    actor: Actor,
    offer: uuid.UUID,
    done: Step,
    state: OfferState,
    referral: State | None,
    reason: str | None,
    message: uuid.UUID,
) -> Offer:
    """Brings a locked offer into a state, with its counters, referral, audit and message."""
    row = await tx.row(
        _STEP,
        offer, state.value, reason, None if referral is None else referral.value,
        actor.request, actor.id, actor.role.value, actor.organisation, done.value, message,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - the offer is locked
    tx.changed |= {"worklist", "offers", f"capacity:{row.service_id}"}
    tx.changed |= {f"capacity:{service}" for service in row.freed or ()}
    return from_row(row)


async def of_referral(tx: Transaction, referral: uuid.UUID) -> list[Offer]:
    """The offers of a referral, oldest first."""
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM offer o WHERE o.referral_id = $1 ORDER BY o.id",  # noqa: S608
        referral,
    )
    return [from_row(row) for row in rows]


async def of_organisation(
    tx: Transaction, organisation: uuid.UUID | None, states: Sequence[str], most: int
) -> list[Offer]:
    """The newest offers to an organisation (None: to any), in some states (empty: in all)."""
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM offer o"  # noqa: S608 - our own columns
        " WHERE ($1::uuid IS NULL OR o.organisation_id = $1)"
        " AND (cardinality($2::text[]) = 0 OR o.state = ANY($2)) ORDER BY o.id DESC LIMIT $3",
        organisation,
        list(states),
        most,
    )
    return [from_row(row) for row in rows]


async def placed(tx: Transaction, person: uuid.UUID, besides: uuid.UUID) -> uuid.UUID | None:
    """Another referral under which a place was accepted for the same person, or None."""
    row = await tx.row(
        "SELECT referral_id FROM offer WHERE person_id = $1 AND referral_id <> $2"
        " AND state = 'accepted' LIMIT 1",
        person,
        besides,
    )
    return None if row is None else row.referral_id


async def asked(tx: Transaction, referral: uuid.UUID, service: uuid.UUID) -> bool:
    """Whether an offer of the referral to a service is open."""
    row = await tx.row(
        "SELECT 1 FROM offer WHERE referral_id = $1 AND service_id = $2 AND state = 'requested'",
        referral,
        service,
    )
    return row is not None


async def still_asked(tx: Transaction, referral: uuid.UUID, besides: uuid.UUID) -> bool:
    """Whether another offer of the referral is open."""
    row = await tx.row(
        "SELECT 1 FROM offer WHERE referral_id = $1 AND id <> $2 AND state = 'requested' LIMIT 1",
        referral,
        besides,
    )
    return row is not None


async def due(tx: Transaction, most: int) -> list[uuid.UUID]:
    """Open offers whose time has passed, by the database's clock."""
    rows = await tx.rows(
        "SELECT id FROM offer WHERE state = 'requested' AND expires_at <= now()"
        " ORDER BY expires_at LIMIT $1",
        most,
    )
    return [row.id for row in rows]


async def visible_referral(tx: Transaction, organisation: uuid.UUID, referral: uuid.UUID) -> bool:
    """Whether an organisation accepted the person of a referral, and so may know who it is."""
    row = await tx.row(
        "SELECT 1 FROM offer WHERE organisation_id = $1 AND referral_id = $2"
        " AND state IN ('accepted', 'completed') LIMIT 1",
        organisation,
        referral,
    )
    return row is not None


async def visible_patient(tx: Transaction, organisation: uuid.UUID, patient: uuid.UUID) -> bool:
    """Whether an organisation accepted someone whose Patient this is."""
    row = await tx.row(
        "SELECT 1 FROM referral r JOIN offer o ON o.referral_id = r.id"
        " WHERE r.patient_id = $2 AND o.organisation_id = $1"
        " AND o.state IN ('accepted', 'completed') LIMIT 1",
        organisation,
        patient,
    )
    return row is not None
