"""The versions that services and beds had, newest first."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from capacity.supply import Counters, Service, Unit
from coordination.db.engine import Row, Transaction
from coordination.db.region import NamedBed, Supplied, bed_of
from coordination.db.sites import ORGANISATION, organisation_of
from coordination.db.sought import Mark

_SERVICE = msgspec.json.Decoder(Service)
_BEFORE = "($3::timestamptz IS NULL OR (v.changed_at, v.id, v.version) < ($3, $4::uuid, $5::int))"

_VERSIONS = f"""
WITH v AS (
  SELECT id, version, changed_at, shown::text AS shown FROM past
  WHERE of = 'service' AND ($1::uuid IS NULL OR id = $1)
    AND ($2::timestamptz IS NULL OR changed_at >= $2)
  UNION ALL
  SELECT service_id, version, changed_at, json_build_object('unit', unit, 'total', total,
    'used', used, 'closed', closed, 'held', held, 'reserved', reserved, 'as_of', as_of,
    'valid_until', valid_until, 'source', source, 'stop_reason', stop_reason,
    'stop_until', stop_until)::text
  FROM capacity WHERE ($1::uuid IS NULL OR service_id = $1)
    AND ($2::timestamptz IS NULL OR changed_at >= $2)
)
SELECT v.version, v.changed_at, v.shown, {ORGANISATION}, COALESCE(
  (SELECT d.shown FROM past d WHERE d.of = 'description' AND d.id = v.id
    AND d.version >= v.version ORDER BY d.version LIMIT 1), s.profile)::text AS profile
FROM v JOIN service s ON s.id = v.id JOIN organisation o ON o.id = s.organisation_id
WHERE {_BEFORE} AND ($6::int IS NULL OR v.version = $6)
ORDER BY v.changed_at DESC, v.id DESC, v.version DESC LIMIT $7
"""  # noqa: S608 - our own columns


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of ``capacity`` of which an earlier version is shown."""

    unit: Unit
    total: float
    used: float
    closed: float
    held: float
    reserved: float
    as_of: datetime
    valid_until: datetime
    source: str
    stop_reason: str | None
    stop_until: datetime | None


_SHOWN = msgspec.json.Decoder(_Shown)


async def service_versions(
    tx: Transaction,
    service: uuid.UUID | None,
    *,
    since: datetime | None = None,
    after: Mark | None = None,
    number: int | None = None,
    most: int,
) -> list[Supplied]:
    """Versions of a service, or of all, newest first: its figures, as it was described then.

    Visits by part of the day and what was expected to come free are not kept in a version.
    """
    rows = await tx.rows(_VERSIONS, service, since, *_after(after), number, most)
    return [_version(row) for row in rows]


def _version(row: Row) -> Supplied:
    service = _SERVICE.decode(row.profile)
    shown = _SHOWN.decode(row.shown)
    bed = shown.unit is Unit.BED
    return Supplied(
        service=service,
        counters=Counters(
            service=service.id,
            unit=shown.unit,
            staffed=shown.total if bed else 0.0,
            occupied=shown.used if bed else 0.0,
            contracted=0.0 if bed else shown.total,
            committed=0.0 if bed else shown.used,
            closed=shown.closed,
            held=shown.held,
            reserved=shown.reserved,
            as_of=shown.as_of,
            valid_until=shown.valid_until,
            source=shown.source,
            version=row.version,
            stop_reason=shown.stop_reason,
            stop_until=shown.stop_until,
        ),
        organisation=organisation_of(row),
        changed_at=row.changed_at,
    )


async def bed_versions(
    tx: Transaction,
    bed: uuid.UUID | None,
    *,
    since: datetime | None = None,
    after: Mark | None = None,
    number: int | None = None,
    most: int,
) -> list[NamedBed]:
    """Versions of a bed, or of all, newest first."""
    rows = await tx.rows(
        f"""
        WITH v AS (
          SELECT id, version, changed_at, body FROM bed
          UNION ALL
          SELECT p.id, p.version, p.updated_at, p.body
          FROM resource_past p WHERE p.type = 'Bed'
        )
        SELECT * FROM v WHERE ($1::uuid IS NULL OR v.id = $1)
          AND ($2::timestamptz IS NULL OR v.changed_at >= $2) AND {_BEFORE}
          AND ($6::int IS NULL OR v.version = $6)
        ORDER BY v.changed_at DESC, v.id DESC, v.version DESC LIMIT $7
        """,  # noqa: S608 - our own columns
        bed, since, *_after(after), number, most,
    )  # fmt: skip
    return [bed_of(row) for row in rows]


def _after(mark: Mark | None) -> tuple[datetime | None, uuid.UUID | None, int | None]:
    return (None, None, None) if mark is None else (mark.key, mark.id, mark.version)
