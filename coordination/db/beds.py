"""Named beds: what each counts as, and the figures of their service that follow from them."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from capacity.supply import Counters
from coordination.db import capacity
from coordination.db.capacity import UNCOUNTED
from coordination.db.engine import Transaction
from coordination.db.offers import listed
from coordination.referral import TAKEN


class Bed(msgspec.Struct, frozen=True, kw_only=True):
    """A named bed, its Location still sealed."""

    id: uuid.UUID
    service_id: uuid.UUID
    organisation_id: uuid.UUID
    version: int
    changed_at: datetime
    body: bytes


class Tally(msgspec.Struct, frozen=True):
    """How many beds of a service there are; those that are gone are not counted."""

    staffed: int
    occupied: int
    closed: int


async def by_id(tx: Transaction, identity: uuid.UUID) -> Bed | None:
    """A bed, or None."""
    row = await tx.row(
        "SELECT b.id, b.service_id, s.organisation_id, b.version, b.changed_at, b.body"
        " FROM bed b JOIN service s ON s.id = b.service_id WHERE b.id = $1",
        identity,
    )
    return None if row is None else Bed(**{name: row[name] for name in Bed.__struct_fields__})


async def put(
    tx: Transaction,
    identity: uuid.UUID,
    service: uuid.UUID,
    state: str,
    version: int,
    sealed: bytes,
    now: datetime,
) -> bool:
    """Stores a version of a bed; False where it isn't the one after that which is there.

    The version before is kept, and not as a Location that somebody sent.
    """
    row = await tx.row(
        """
        WITH kept AS (
          INSERT INTO resource_past (id, version, type, updated_at, organisation_id, body)
          SELECT b.id, b.version, 'Bed', b.changed_at, s.organisation_id, b.body
          FROM bed b JOIN service s ON s.id = b.service_id
          WHERE b.id = $1 AND b.service_id = $2 AND b.version = $4::int - 1
          ON CONFLICT DO NOTHING
        )
        INSERT INTO bed AS b (id, service_id, state, version, changed_at, body)
        SELECT $1, $2, $3, $4::int, $5, $6
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, version = EXCLUDED.version,
          changed_at = EXCLUDED.changed_at, body = EXCLUDED.body
        WHERE b.service_id = EXCLUDED.service_id AND b.version = EXCLUDED.version - 1
        RETURNING 1
        """,
        identity, service, state, version, now, sealed,
    )  # fmt: skip
    return row is not None


async def tally(tx: Transaction, service: uuid.UUID) -> Tally:
    """How many beds of a service there are, and how many of them are in use or closed."""
    row = await tx.row(
        """
        SELECT count(*) FILTER (WHERE state <> 'gone') AS staffed,
          count(*) FILTER (WHERE state = 'occupied') AS occupied,
          count(*) FILTER (WHERE state = 'closed') AS closed
        FROM bed WHERE service_id = $1
        """,
        service,
    )
    assert row is not None  # noqa: S101 - a count always has a row
    return Tally(row.staffed, row.occupied, row.closed)


async def named(tx: Transaction, service: uuid.UUID) -> bool:
    """Whether a service has beds by name."""
    row = await tx.row("SELECT 1 FROM bed WHERE service_id = $1 LIMIT 1", service)
    return row is not None


# A bed says who lies in it and not who is to come, so that a report made of beds never includes
# those who were accepted, however long before it; nor those for whom a bed is kept, or was until
# after it. Who arrived after the last bed may still be given one: that one is not free meanwhile.
# Not for ever, since their bed may have been named before they were said to be there.
_PROMISED = f"""
COALESCE((SELECT sum(o.amount) FROM offer o WHERE o.service_id = c.service_id
  AND o.state IN ({listed(TAKEN)})
  AND (o.state IN ('accepted', 'away') OR {UNCOUNTED.format(as_of="c.as_of")}
    OR (o.started_at > c.as_of AND o.started_at > now() - interval '2 hours'))), 0)
"""  # noqa: S608 - our own states


async def reserve_promised(tx: Transaction, service: uuid.UUID, message: uuid.UUID) -> Counters:
    """Reserves a place for everyone who was promised one and may not lie in a bed yet.

    The counters of the service must be locked.
    """
    await tx.run(
        f"""
        WITH new AS (
          UPDATE capacity c SET reserved = p.amount,
            conflict = c.used + c.closed + c.held + p.amount > c.total
          FROM (SELECT c.conflict, {_PROMISED} AS amount FROM capacity c WHERE c.service_id = $1) p
          WHERE c.service_id = $1 AND c.reserved <> p.amount
          RETURNING c.service_id, c.version, c.conflict AND NOT p.conflict AS clash
        )
        INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)
        SELECT $2, now(), 'capacity.conflict',
          json_build_object('service', service_id, 'version', version), now()
        FROM new WHERE clash
        """,  # noqa: S608 - our own states
        service,
        message,
    )
    tx.changed.add(f"capacity:{service}")
    return (await capacity.counters(tx, [service]))[str(service)]


async def unsettled(tx: Transaction, most: int) -> list[uuid.UUID]:
    """Services with named beds where who is to come has changed since their last bed."""
    rows = await tx.rows(
        "SELECT c.service_id FROM capacity c"  # noqa: S608 - our own states
        f" WHERE c.service_id IN (SELECT service_id FROM bed) AND c.reserved <> {_PROMISED}"
        " ORDER BY c.service_id LIMIT $1",
        most,
    )
    return [row.service_id for row in rows]
