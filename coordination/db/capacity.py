"""Counters: what was reported, what is held, and the conditional updates that keep them true.

The store knows three figures whatever the unit: total (beds staffed, hours contracted), used
(beds occupied, hours committed) and closed.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from capacity.supply import Counters, Service, Unit
from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor

_COLUMNS = """
c.service_id, c.unit, c.total, c.used, c.closed, c.held, c.reserved, c.as_of, c.valid_until,
c.source, c.version, c.stop_reason, c.stop_until
"""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A checked report of one service, in the store's three figures."""

    service: uuid.UUID
    total: Decimal
    used: Decimal
    closed: Decimal
    as_of: datetime
    valid_until: datetime
    source: str
    stop_reason: str | None = None
    stop_until: datetime | None = None


def _counters(row: Row) -> Counters:
    unit = Unit(row.unit)
    total, used = float(row.total), float(row.used)
    bed = unit is Unit.BED
    return Counters(
        service=str(row.service_id),
        unit=unit,
        staffed=total if bed else 0.0,
        occupied=used if bed else 0.0,
        closed=float(row.closed),
        contracted=0.0 if bed else total,
        committed=0.0 if bed else used,
        held=float(row.held),
        reserved=float(row.reserved),
        as_of=row.as_of,
        valid_until=row.valid_until,
        source=row.source,
        version=row.version,
        stop_reason=row.stop_reason,
        stop_until=row.stop_until,
    )


async def services(tx: Transaction) -> list[Service]:
    """Every service, as it is matched."""
    rows = await tx.rows("SELECT profile::text AS profile FROM service ORDER BY id")
    return [msgspec.json.decode(row.profile, type=Service) for row in rows]


async def counters(tx: Transaction, only: Sequence[uuid.UUID] | None = None) -> dict[str, Counters]:
    """The counters of every service, or of some."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM capacity c"  # noqa: S608 - our own columns
        " WHERE $1::uuid[] IS NULL OR c.service_id = ANY($1)",
        None if only is None else list(only),
    )
    return {str(row.service_id): _counters(row) for row in rows}


async def of_service(tx: Transaction, service: uuid.UUID) -> tuple[Service, Counters] | None:
    """A service with its counters, or None."""
    row = await tx.row(
        f"SELECT s.profile::text AS profile, {_COLUMNS}"  # noqa: S608 - our own columns
        " FROM service s JOIN capacity c ON c.service_id = s.id WHERE s.id = $1",
        service,
    )
    if row is None:
        return None
    return msgspec.json.decode(row.profile, type=Service), _counters(row)


# Nothing is reserved and nothing was held back by an older as-of: the report replaces the
# figures. The WHERE is tested again on the newest row when a placement came in between, so
# that a place accepted a moment ago can't be lost from sight.
_REPORT = """
WITH new AS (
  UPDATE capacity c SET total = $3::numeric, used = $4::numeric, closed = $5::numeric,
    as_of = $6::timestamptz, valid_until = $7,
    source = $8, stop_reason = $9, stop_until = $10, version = c.version + 1,
    reserved = {reserved}, conflict = $4::numeric + $5::numeric + c.held + {reserved} > $3::numeric
  WHERE c.service_id = $1 AND c.version = $2 AND c.as_of <= $6::timestamptz {only}
  RETURNING {columns}, c.conflict
), kept AS (
  INSERT INTO capacity_report (service_id, version, total, used, closed, as_of, valid_until,
    source)
  SELECT service_id, version, total, used, closed, as_of, valid_until, source FROM new
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity, detail)
  SELECT $11, $12, $13, $14, 'report-capacity', 'done', 'capacity/' || service_id,
    json_build_object('version', version, 'conflict', conflict) FROM new
), box AS (
  INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)
  SELECT $15, now(), 'capacity.reported', json_build_object('service', service_id,
    'version', version, 'conflict', conflict), now() FROM new
)
SELECT * FROM new
"""
PLAIN = _REPORT.format(columns=_COLUMNS, reserved="0", only="AND c.reserved = 0")
_COUNTED = _REPORT.format(
    columns=_COLUMNS,
    only="",
    reserved="""(SELECT COALESCE(sum(o.amount), 0) FROM offer o WHERE o.service_id = $1
      AND o.state IN ('accepted', 'completed') AND o.accepted_at > $6::timestamptz)""",
)


async def report(
    tx: Transaction, actor: Actor, new: Report, version: int, message: uuid.UUID
) -> Counters | None:
    """Stores a report if the counters still have the version; None when they don't.

    What was accepted after the report's as-of stays reserved.
    """
    parameters = (
        new.service, version, new.total, new.used, new.closed, new.as_of, new.valid_until,
        new.source, new.stop_reason, new.stop_until, actor.request, actor.id, actor.role.value,
        actor.organisation, message,
    )  # fmt: skip
    row = await tx.row(PLAIN, *parameters)
    if row is None:
        # Perhaps something is reserved: hold the row first, so that the next statement sees
        # every acceptance that was committed before it.
        await tx.row("SELECT 1 FROM capacity WHERE service_id = $1 FOR UPDATE", new.service)
        row = await tx.row(_COUNTED, *parameters)
    if row is None:
        return None
    tx.changed.add(f"capacity:{new.service}")
    return _counters(row)


RELEASE = """
UPDATE capacity c SET held = c.held - s.held, reserved = c.reserved - s.reserved,
  conflict = c.conflict
    AND c.used + c.closed + c.held - s.held + c.reserved - s.reserved > c.total
FROM (SELECT service_id, sum(held) AS held, sum(reserved) AS reserved FROM {source}
      GROUP BY service_id) s
WHERE c.service_id = s.service_id
"""
"""Gives back what offers held or had reserved; ``source`` names a CTE of such offers."""
