"""Counters: what was reported, what is held, and the conditional updates that keep them true.

The store knows three figures whatever the unit: total (beds staffed, hours contracted), used
(beds occupied, hours committed) and closed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from capacity.report import SlotReport
from capacity.supply import Counters, Release, Service, Slots, Unit
from coordination.db import visits
from coordination.db.audit import who
from coordination.db.engine import Row, Transaction
from coordination.db.offers import listed
from coordination.permissions import Actor
from coordination.referral import TAKEN
from triage.need import Shift

# Only a team has visits by part of the day: beds are not asked for them.
COLUMNS = """
c.service_id, c.unit, c.total, c.used, c.closed, c.held, c.reserved, c.as_of, c.valid_until,
c.source, c.version, c.stop_reason, c.stop_until, c.releases::text AS releases,
CASE WHEN c.unit = 'hour/week' THEN (
  SELECT json_object_agg(s.shift, json_build_object('total', s.total, 'used', s.used,
    'held', s.held, 'reserved', s.reserved))::text
  FROM capacity_slot s WHERE s.service_id = c.service_id) END AS slots
"""

_RELEASES = msgspec.json.Decoder(tuple[Release, ...])
_SLOTS = msgspec.json.Decoder(dict[Shift, Slots])


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A checked report of one service, in the store's three figures.

    Attributes:
        slots: visits by part of the day, all that there are; None: as they were.
        releases: what is expected to come free, all that there is; None: as it was.
        digest: of what was sent, to know it again.
    """

    service: uuid.UUID
    total: Decimal
    used: Decimal
    closed: Decimal
    as_of: datetime
    valid_until: datetime
    source: str
    stop_reason: str | None = None
    stop_until: datetime | None = None
    slots: Mapping[Shift, SlotReport] | None = None
    releases: tuple[Release, ...] | None = None
    digest: bytes | None = None

    @property
    def releases_text(self) -> str | None:
        """What is expected to come free as JSON, soonest first; None: as it was."""
        if self.releases is None:
            return None
        soonest = sorted(self.releases, key=lambda one: one.at)
        return msgspec.json.encode(soonest).decode()

    @property
    def details(self) -> str | None:
        """What the history keeps of visits and releases as JSON, where there is anything."""
        named = {"slots": self.slots, "releases": self.releases}
        told = {name: value for name, value in named.items() if value is not None}
        return msgspec.json.encode(told).decode() if told else None


def counters_of(row: Row) -> Counters:
    """The counters of a row with ``COLUMNS``."""
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
        releases=_RELEASES.decode(row.releases) if row.releases else (),
        slots=_SLOTS.decode(row.slots) if row.slots else {},
    )


async def counters(tx: Transaction, only: Sequence[uuid.UUID] | None = None) -> dict[str, Counters]:
    """The counters of every service, or of some."""
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM capacity c"  # noqa: S608 - our own columns
        " WHERE $1::uuid[] IS NULL OR c.service_id = ANY($1)",
        None if only is None else list(only),
    )
    return {str(row.service_id): counters_of(row) for row in rows}


async def of_service(tx: Transaction, service: uuid.UUID) -> tuple[Service, Counters] | None:
    """A service with its counters, or None."""
    row = await tx.row(
        f"SELECT s.profile::text AS profile, {COLUMNS}"  # noqa: S608 - our own columns
        " FROM service s JOIN capacity c ON c.service_id = s.id WHERE s.id = $1",
        service,
    )
    if row is None:
        return None
    return msgspec.json.decode(row.profile, type=Service), counters_of(row)


UNCOUNTED = "(o.accepted_at > {as_of} OR o.absent @> {as_of})"
"""Whether a report as of a moment leaves out a person who has the place: not accepted yet by
then, or in hospital while the bed was kept."""
KEEPS = f"""EXISTS (SELECT 1 FROM offer o WHERE o.service_id = {{service}}
  AND o.state IN ({listed(TAKEN)}) AND o.absent && tstzrange({{as_of}}, NULL))"""  # noqa: S608 - our own states
"""Whether a report that is as of that moment, or later, may leave out someone who was away."""

# Plainly, the report replaces the figures: nothing is reserved, no bed is kept, and what is held
# fits. The WHERE is tested again on the newest row when a placement came in between, so that a
# place accepted a moment ago can't be lost from sight.
_REPORT = """
WITH new AS (
  UPDATE capacity c SET total = $3::numeric, used = $4::numeric, closed = $5::numeric,
    as_of = $6::timestamptz, valid_until = $7,
    source = $8, stop_reason = $9, stop_until = $10, version = c.version + 1,
    releases = COALESCE($16::json, c.releases),
    reserved = {reserved}, conflict = {conflict}, keeps = {keeps}
  WHERE c.service_id = $1 AND c.version = $2 AND c.as_of <= $6::timestamptz {only}
  RETURNING {columns}, c.conflict
), kept AS (
  INSERT INTO capacity_report (service_id, version, total, used, closed, as_of, valid_until,
    source, stop_reason, stop_until, details, digest)
  SELECT service_id, version, total, used, closed, as_of, valid_until, source, stop_reason,
    stop_until, $17::json, $18::bytea FROM new
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity, detail)
  SELECT $11, $12, $13, $14, 'report-capacity', 'done', 'capacity/' || service_id,
    json_build_object('version', version, 'conflict', conflict) FROM new
), box AS (
  INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)
  SELECT $15, now(), 'capacity.reported', json_build_object('service', service_id,
    'version', version, 'conflict', conflict), now() FROM new
  {alarm}
)
SELECT * FROM new
"""
PLAIN = _REPORT.format(
    columns=COLUMNS,
    only="AND c.reserved = 0 AND NOT c.keeps AND $4::numeric + $5::numeric + c.held <= $3::numeric",
    reserved="0",
    conflict="false",
    keeps="false",
    alarm="",
)
ALARM = """
  UNION ALL
  SELECT gen_random_uuid(), now(), 'capacity.conflict', json_build_object('service', service_id,
    'version', version), now() FROM new WHERE conflict
"""
"""Tells the desk of a report that leaves too little for what was promised."""

_RESERVED = f"""(SELECT COALESCE(sum(o.amount), 0) FROM offer o WHERE o.service_id = $1
  AND o.state IN ({listed(TAKEN)}) AND {UNCOUNTED.format(as_of="$6::timestamptz")})"""  # noqa: S608 - our own states
_COUNTED = _REPORT.format(
    columns=COLUMNS,
    only="",
    reserved=_RESERVED,
    conflict=f"$4::numeric + $5::numeric + c.held + {_RESERVED} > $3::numeric",
    keeps=KEEPS.format(service="$1", as_of="$6::timestamptz"),
    alarm=ALARM,
)


async def report_plainly(
    tx: Transaction, actor: Actor, new: Report, version: int, message: uuid.UUID
) -> Counters | None:
    """Stores a report by one statement, as nearly every one can be.

    None, and nothing is stored, where the counters no longer have the version, or where the
    report must be weighed against what was promised.
    """
    row = await tx.row(PLAIN, *_parameters(actor, new, version, message))
    if row is None:
        return None
    tx.changed.add(f"capacity:{new.service}")
    return counters_of(row)


async def report(
    tx: Transaction, actor: Actor, new: Report, version: int, message: uuid.UUID
) -> Counters | None:
    """Stores a report if the counters still have the version; None when they don't.

    What was accepted after the report's as-of stays reserved, and so does a bed that was kept
    then for someone in hospital.
    """
    # Hold the row first, so that the next statement sees every acceptance that was committed
    # before it.
    await tx.row("SELECT 1 FROM capacity WHERE service_id = $1 FOR UPDATE", new.service)
    row = await tx.row(_COUNTED, *_parameters(actor, new, version, message))
    if row is None:
        return None
    tx.changed.add(f"capacity:{new.service}")
    if new.slots is None:
        return counters_of(row)
    await visits.replace(tx, [(new.service, new.slots, new.as_of)])
    return (await counters(tx, [new.service]))[str(new.service)]


def _parameters(actor: Actor, new: Report, version: int, message: uuid.UUID) -> tuple[object, ...]:
    return (
        new.service, version, new.total, new.used, new.closed, new.as_of, new.valid_until,
        new.source, new.stop_reason, new.stop_until, *who(actor), message,
        new.releases_text, new.details, new.digest,
    )  # fmt: skip


RELEASE = """
UPDATE capacity c SET held = c.held - s.held, reserved = c.reserved - s.reserved,
  conflict = c.conflict
    AND c.used + c.closed + c.held - s.held + c.reserved - s.reserved > c.total
FROM (SELECT service_id, sum(held) AS held, sum(reserved) AS reserved FROM {source}
      GROUP BY service_id) s
WHERE c.service_id = s.service_id
"""
"""Gives back what offers held or had reserved; ``source`` names a CTE of such offers."""
