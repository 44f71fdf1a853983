"""Offers: the hold that nobody wins twice, and what is read of an offer afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal

import msgspec

from coordination.db import slots
from coordination.db.audit import who
from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor, Role
from coordination.referral import HOLDING, KNOWN, TAKEN, UNDECIDED, OfferState, Purpose
from triage.need import Need


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A question to one service; ``need`` holds nothing that names the person.

    Attributes:
        amount: 1 bed, or hours a week.
        expires_at: until when an answer is waited for, and something is held.
        starts_at: from when the service can take the person, where it named another moment.
        kept_until: until when a bed is kept for who is back in hospital.
        destination: where the person went; None until the stay has ended.
    """

    id: uuid.UUID
    referral_id: uuid.UUID
    service_id: uuid.UUID
    organisation_id: uuid.UUID
    person_id: uuid.UUID
    purpose: Purpose
    state: OfferState
    amount: Decimal
    need: Need
    created_at: datetime
    expires_at: datetime
    changed_at: datetime
    accepted_at: datetime | None
    starts_at: datetime | None
    started_at: datetime | None
    kept_until: datetime | None
    ended_at: datetime | None
    destination: str | None
    reason: str | None
    version: int


COLUMNS = ", ".join(
    f"o.{name}" + ("::text" if name == "need" else "") for name in Offer.__struct_fields__
)


def from_row(row: Row) -> Offer:
    """An offer of a row with ``COLUMNS``."""
    values = {name: getattr(row, name) for name in Offer.__struct_fields__}
    values["purpose"] = Purpose(row.purpose)
    values["state"] = OfferState(row.state)
    values["need"] = msgspec.json.decode(row.need, type=Need)
    return Offer(**values)


def listed(states: frozenset[OfferState]) -> str:
    """States as SQL compares with them."""
    return ", ".join(f"'{state}'" for state in sorted(states))


FITS = """
c.total - c.used - c.closed - c.held - c.reserved >= {amount}
AND c.valid_until >= now() AND (c.stop_reason IS NULL OR c.stop_until <= now())
"""
"""Whether something is still free: asked where it is taken, of the newest row."""

# The hold is the UPDATE: its WHERE says that something is still free, for the newest row.
_HOLD = f"""
WITH place AS (
  UPDATE capacity c SET held = c.held + $3::numeric
  WHERE c.service_id = $2 AND {FITS.format(amount="$3")}
  RETURNING c.service_id
), ask AS (
  INSERT INTO offer AS o (id, referral_id, service_id, organisation_id, person_id, purpose, state,
    amount, need, created_at, expires_at, changed_at)
  SELECT $1, $4, place.service_id, s.organisation_id, $5, '{{purpose}}', 'requested', $3, $6, now(),
    now() + $7::interval, now()
  FROM place JOIN service s ON s.id = place.service_id
  RETURNING {COLUMNS}
), moved AS (
  UPDATE referral SET state = {{state}}, changed_at = now(), version = referral.version + 1
  FROM ask WHERE referral.id = $4
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $8, $9, $10, $11, 'offer', 'done', 'offer/' || ask.id, $4,
    json_build_object('offer', ask.id, 'service', ask.service_id, 'purpose', ask.purpose) FROM ask
), box AS (
  INSERT INTO outbox (id, created_at, topic, recipient, payload, next_attempt_at)
  SELECT $12, now(), 'offer.requested', ask.organisation_id,
    json_build_object('offer', ask.id, 'service', ask.service_id, 'purpose', ask.purpose), now()
  FROM ask
)
SELECT * FROM ask
"""  # noqa: S608 - our own columns
HOLD = _HOLD.format(purpose="place", state="'offered'")
_HOLD_BRIDGE = _HOLD.format(purpose="bridge", state="referral.state")


def amount_of(need: Need) -> Decimal:
    """What one placement takes, in hundredths: rounded up, so that nobody gets too little."""
    return Decimal(str(round(need.amount, 6))).quantize(Decimal("0.01"), ROUND_UP)


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
    purpose: Purpose = Purpose.PLACE,
) -> Offer | None:
    """Holds a place and asks for it; None when nothing is free there (any more).

    The referral is locked already: rows are always locked in the order referral, counters (by
    service), slots. Whoever holds for several services asks them in the order of their ids.
    """
    visits = slots.visits_of(need)
    if visits and not await slots.fit_now(tx, service, visits):
        return None
    row = await tx.row(
        HOLD if purpose is Purpose.PLACE else _HOLD_BRIDGE,
        offer, service, amount_of(need), referral, person,
        msgspec.json.encode(need).decode(), lifetime, *who(actor), message,
    )  # fmt: skip
    if row is None:
        return None
    if visits:
        await slots.hold(tx, service, visits)
    tx.changed |= {"worklist", "offers", f"capacity:{service}"}
    return from_row(row)


async def by_id(tx: Transaction, offer: uuid.UUID) -> Offer | None:
    """An offer, or None."""
    row = await tx.row(f"SELECT {COLUMNS} FROM offer o WHERE o.id = $1", offer)  # noqa: S608
    return None if row is None else from_row(row)


async def of_referral(tx: Transaction, referral: uuid.UUID) -> list[Offer]:
    """The offers of a referral, oldest first."""
    sql = f"SELECT {COLUMNS} FROM offer o WHERE o.referral_id = $1 ORDER BY o.id"  # noqa: S608
    return [from_row(row) for row in await tx.rows(sql, referral)]


async def seen_by(tx: Transaction, actor: Actor, states: Sequence[str], most: int) -> list[Offer]:
    """The newest offers that an actor may see, in some states (empty: in all).

    A provider sees what its organisation is asked, the desk what is asked for its sub-regions.
    """
    provider = actor.role is Role.PROVIDER
    whose = "o.organisation_id" if provider else "r.subregion IS NULL OR r.subregion"
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM offer o JOIN referral r ON r.id = o.referral_id"  # noqa: S608 - ours
        f" WHERE ({whose} = ANY($1)) AND (cardinality($2::text[]) = 0 OR o.state = ANY($2))"
        " ORDER BY o.id DESC LIMIT $3",
        [actor.organisation] if provider else sorted(actor.subregions),
        list(states),
        most,
    )
    return [from_row(row) for row in rows]


class Around(msgspec.Struct, frozen=True):
    """What was asked and promised already, for one purpose.

    Attributes:
        asked: services that may still answer, whatever the purpose.
        pending: whether one is asked for this purpose.
        taken: whether the referral has a place.
        elsewhere: whether the person has one under another referral.
    """

    asked: frozenset[uuid.UUID]
    pending: bool
    taken: bool
    elsewhere: bool


_AROUND = f"""
SELECT
  ARRAY(SELECT service_id FROM offer
        WHERE referral_id = $1 AND state IN ({listed(UNDECIDED)})) AS asked,
  EXISTS (SELECT 1 FROM offer WHERE referral_id = $1 AND purpose = $3
          AND state IN ({listed(UNDECIDED)})) AS pending,
  EXISTS (SELECT 1 FROM offer WHERE referral_id = $1 AND purpose = $3
          AND state IN ({listed(TAKEN)})) AS taken,
  EXISTS (SELECT 1 FROM offer WHERE person_id = $2 AND referral_id <> $1 AND purpose = $3
          AND state = 'accepted') AS elsewhere
"""  # noqa: S608 - our own states


async def around(
    tx: Transaction, referral: uuid.UUID, person: uuid.UUID, purpose: Purpose
) -> Around:
    """What stands in the way of asking; of two at once the indexes let only one pass."""
    row = await tx.row(_AROUND, referral, person, purpose.value)
    assert row is not None  # noqa: S101 - it is one row of scalars
    return Around(frozenset(row.asked), row.pending, row.taken, row.elsewhere)


async def due(tx: Transaction, most: int) -> list[uuid.UUID]:
    """Offers whose time to be answered or decided on has passed, by the database's clock."""
    rows = await tx.rows(
        f"SELECT id FROM offer WHERE state IN ({listed(HOLDING)}) AND expires_at <= now()"  # noqa: S608 - our own states
        " ORDER BY expires_at LIMIT $1",
        most,
    )
    return [row.id for row in rows]


async def kept_too_long(tx: Transaction, most: int) -> list[uuid.UUID]:
    """Offers whose bed was kept for someone in hospital until now, by the database's clock."""
    rows = await tx.rows(
        "SELECT id FROM offer WHERE state = 'away' AND kept_until <= now()"
        " ORDER BY kept_until LIMIT $1",
        most,
    )
    return [row.id for row in rows]


async def visible_referral(tx: Transaction, organisation: uuid.UUID, referral: uuid.UUID) -> bool:
    """Whether an organisation accepted the person of a referral, and so may know who it is."""
    sql = "SELECT 1 FROM offer WHERE organisation_id = $1 AND referral_id = $2"
    return await tx.row(f"{sql} AND state IN ({listed(KNOWN)})", organisation, referral) is not None
