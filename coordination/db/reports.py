"""The history of reports, and the statements that keep many of them at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from capacity.report import SlotReport
from capacity.supply import Counters
from coordination.db import visits
from coordination.db.audit import who
from coordination.db.capacity import ALARM, COLUMNS, KEEPS, UNCOUNTED, Report, counters_of
from coordination.db.engine import Transaction
from coordination.db.offers import listed
from coordination.permissions import Actor
from coordination.referral import TAKEN
from triage.need import Shift

LOOK_BACK = 100
"""Reports of one service among which a repeated one is looked for."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A report for the history.

    Attributes:
        report: as the store takes it.
        version: of the figures once it is there.
        counted: False when it came after a later one, and changes nothing.
    """

    report: Report
    version: int
    counted: bool


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A report of the history; ``details`` is JSON with the visits and releases it named."""

    id: int
    version: int
    total: Decimal
    used: Decimal
    closed: Decimal
    as_of: datetime
    valid_until: datetime
    received_at: datetime
    source: str
    stop_reason: str | None
    stop_until: datetime | None
    details: str | None
    counted: bool


async def known(tx: Transaction, service: uuid.UUID, version: int, digest: bytes) -> bool:
    """Whether this very report made this version of a service's figures, not long ago."""
    row = await tx.row(
        "SELECT 1 FROM (SELECT version, digest, counted FROM capacity_report"
        " WHERE service_id = $1 ORDER BY as_of DESC LIMIT $4) r"
        " WHERE version = $2 AND digest = $3 AND counted LIMIT 1",
        service,
        version,
        digest,
        LOOK_BACK,
    )
    return row is not None


async def here_already(
    tx: Transaction, sent: Sequence[tuple[uuid.UUID, datetime, bytes]]
) -> set[tuple[uuid.UUID, bytes]]:
    """Which reports (service, as-of, digest) are in the history."""
    if not sent:
        return set()
    rows = await tx.rows(
        "SELECT r.service_id, r.digest"
        " FROM unnest($1::uuid[], $2::timestamptz[], $3::bytea[]) AS t (service, as_of, digest)"
        " JOIN capacity_report r ON r.service_id = t.service AND r.as_of = t.as_of"
        " AND r.digest = t.digest",
        *(list(column) for column in zip(*sent, strict=True)),
    )
    return {(row.service_id, row.digest) for row in rows}


async def locked(tx: Transaction, services: Collection[uuid.UUID]) -> dict[uuid.UUID, Counters]:
    """The counters of services, kept from change until the commit.

    In the order of their ids, so that two requests with the same services don't wait for each
    other.
    """
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM capacity c"  # noqa: S608 - our own columns
        " WHERE c.service_id = ANY($1) ORDER BY c.service_id FOR UPDATE OF c",
        list(services),
    )
    return {row.service_id: counters_of(row) for row in rows}


_KEEP = f"""
WITH sent AS (
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::bool[], $4::bool[], $5::numeric[],
    $6::numeric[], $7::numeric[], $8::timestamptz[], $9::timestamptz[], $10::text[],
    $11::timestamptz[], $12::text[], $13::text[], $14::bytea[]) WITH ORDINALITY
    AS t (service_id, version, counted, last, total, used, closed, as_of, valid_until,
      stop_reason, stop_until, releases, details, digest, nr)
), new AS (
  UPDATE capacity c SET total = s.total, used = s.used, closed = s.closed, as_of = s.as_of,
    valid_until = s.valid_until, source = $15, stop_reason = s.stop_reason,
    stop_until = s.stop_until, version = s.version,
    releases = COALESCE(s.releases::json, c.releases), reserved = p.reserved,
    conflict = s.used + s.closed + c.held + p.reserved > s.total,
    keeps = {KEEPS.format(service="s.service_id", as_of="s.as_of")}
  FROM sent s, LATERAL (
    SELECT COALESCE(sum(o.amount), 0) AS reserved FROM offer o
    WHERE o.service_id = s.service_id AND o.state IN ({listed(TAKEN)})
      AND {UNCOUNTED.format(as_of="s.as_of")}
  ) p
  WHERE s.last AND c.service_id = s.service_id
  RETURNING c.service_id, c.version, c.conflict
), kept AS (
  INSERT INTO capacity_report (service_id, version, total, used, closed, as_of, valid_until,
    source, stop_reason, stop_until, details, digest, counted)
  SELECT service_id, version, total, used, closed, as_of, valid_until, $15, stop_reason,
    stop_until, details::json, digest, counted FROM sent ORDER BY nr
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity, detail)
  SELECT $16, $17, $18, $19, 'report-capacity', 'done', 'capacity/' || service_id,
    json_build_object('version', version, 'counted', counted) FROM sent ORDER BY nr
), box AS (
  INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)
  SELECT gen_random_uuid(), now(), 'capacity.reported', json_build_object('service', service_id,
    'version', version, 'conflict', conflict), now() FROM new
  {ALARM}
)
SELECT service_id FROM new
"""  # noqa: S608 - our own states


async def keep(tx: Transaction, actor: Actor, kept: Sequence[Kept]) -> None:
    """Stores reports of services whose counters are locked, in the order given.

    The last one that counts makes the figures of its service; visits and releases are those of
    the last one that names them.
    """
    if not kept:
        return
    last: dict[uuid.UUID, int] = {}
    slots: dict[uuid.UUID, tuple[uuid.UUID, Mapping[Shift, SlotReport], datetime]] = {}
    releases: dict[uuid.UUID, str] = {}
    for at, one in enumerate(kept):
        service = one.report.service
        if one.counted:
            last[service] = at
            if one.report.slots is not None:
                slots[service] = service, one.report.slots, one.report.as_of
            if one.report.releases_text is not None:
                releases[service] = one.report.releases_text
    rows = [
        (
            one.report.service, one.version, one.counted, last.get(one.report.service) == at,
            one.report.total, one.report.used, one.report.closed, one.report.as_of,
            one.report.valid_until, one.report.stop_reason, one.report.stop_until,
            releases.get(one.report.service), one.report.details, one.report.digest,
        )
        for at, one in enumerate(kept)
    ]  # fmt: skip
    await tx.rows(
        _KEEP,
        *(list(column) for column in zip(*rows, strict=True)),
        kept[0].report.source, *who(actor),
    )  # fmt: skip
    if slots:
        await visits.replace(tx, list(slots.values()))
    tx.changed |= {f"capacity:{service}" for service in last}


async def begin_preview(tx: Transaction) -> None:
    """What follows can be taken back by ``end_preview``."""
    await tx.run("SAVEPOINT preview")


async def end_preview(tx: Transaction) -> None:
    """Takes back everything since ``begin_preview``."""
    await tx.run("ROLLBACK TO SAVEPOINT preview")


async def history(
    tx: Transaction, service: uuid.UUID, before: tuple[datetime, int] | None, size: int
) -> list[Past]:
    """Reports of a service, the newest as-of first.

    Args:
        tx: the request's transaction.
        service: of which.
        before: as-of and id of the last one of the page before, or None for the first page.
        size: reports at most.
    """
    columns = ", ".join(
        f"{name}::text" if name == "details" else name for name in Past.__struct_fields__
    )
    rows = await tx.rows(
        f"SELECT {columns} FROM capacity_report WHERE service_id = $1"  # noqa: S608 - ours
        " AND ($2::timestamptz IS NULL OR (as_of, id) < ($2, $3::bigint))"
        " ORDER BY as_of DESC, id DESC LIMIT $4",
        service,
        *(before or (None, None)),
        size,
    )
    return [Past(**{name: getattr(row, name) for name in Past.__struct_fields__}) for row in rows]
