"""Who takes part: organisations, sites and services, written whole by a seed or an import."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from capacity.supply import Counters, Organisation, Service, Site
from coordination.db.engine import Transaction


async def put_organisations(tx: Transaction, organisations: Iterable[Organisation]) -> None:
    """Adds organisations, or brings them up to date."""
    for one in organisations:
        await tx.run(
            """
            INSERT INTO organisation (id, name, kind, ura, agb, subregion)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, kind = EXCLUDED.kind,
              ura = EXCLUDED.ura, agb = EXCLUDED.agb, subregion = EXCLUDED.subregion
            """,
            uuid.UUID(one.id), one.name, one.kind, one.ura, one.agb, one.subregion,
        )  # fmt: skip


async def put_sites(tx: Transaction, sites: Iterable[Site]) -> None:
    """Adds sites, or brings them up to date."""
    for one in sites:
        await tx.run(
            """
            INSERT INTO site (id, organisation_id, name, pc4, subregion, latitude, longitude)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, pc4 = EXCLUDED.pc4,
              subregion = EXCLUDED.subregion, latitude = EXCLUDED.latitude,
              longitude = EXCLUDED.longitude
            """,
            uuid.UUID(one.id), uuid.UUID(one.organisation), one.name, one.pc4, one.subregion,
            one.latitude, one.longitude,
        )  # fmt: skip


async def put_services(tx: Transaction, services: Iterable[Service]) -> None:
    """Adds services, or brings them up to date."""
    for one in services:
        await tx.run(
            """
            INSERT INTO service (id, organisation_id, site_id, name, unit, subregion, kinds,
              profile)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, unit = EXCLUDED.unit,
              subregion = EXCLUDED.subregion, kinds = EXCLUDED.kinds, profile = EXCLUDED.profile
            """,
            uuid.UUID(one.id), uuid.UUID(one.organisation), uuid.UUID(one.site), one.name,
            one.unit.value, one.subregion, sorted(kind.value for kind in one.kinds),
            msgspec.json.encode(one, order="deterministic").decode(),
        )  # fmt: skip


async def refresh_counters(tx: Transaction, counters: Iterable[Counters], source: str) -> None:
    """Adds counters, and renews those that ``source`` reported; what others reported stays.

    Holds and reservations are never touched: where the new figures leave no room for them
    the row is marked as a conflict. Visits and what is expected to come free come along.
    """
    for one in counters:
        total, used = one.staffed or one.contracted, one.occupied or one.committed
        renewed = await tx.row(
            """
            INSERT INTO capacity AS c (service_id, unit, total, used, closed, as_of, valid_until,
              source, stop_reason, stop_until, releases)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (service_id) DO UPDATE SET total = EXCLUDED.total, used = EXCLUDED.used,
              closed = EXCLUDED.closed, as_of = c.as_of, valid_until = EXCLUDED.valid_until,
              version = c.version + 1, stop_reason = EXCLUDED.stop_reason,
              stop_until = EXCLUDED.stop_until, releases = EXCLUDED.releases,
              conflict = EXCLUDED.used + EXCLUDED.closed + c.held + c.reserved > EXCLUDED.total
            WHERE c.source = $8
            RETURNING service_id
            """,
            uuid.UUID(one.service), one.unit.value, Decimal(str(total)), Decimal(str(used)),
            Decimal(str(one.closed)), one.as_of, one.valid_until, source, one.stop_reason,
            one.stop_until,
            msgspec.json.encode(one.releases).decode() if one.releases else None,
        )  # fmt: skip
        if renewed is not None:
            await _refresh_slots(tx, one)
    tx.changed.add("capacity")


async def _refresh_slots(tx: Transaction, one: Counters) -> None:
    """Brings the visits of a service up to its figures, by part of the day."""
    for shift, slots in one.slots.items():
        await tx.run(
            """
            INSERT INTO capacity_slot AS s (service_id, shift, total, used)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (service_id, shift) DO UPDATE SET total = EXCLUDED.total,
              used = EXCLUDED.used,
              conflict = EXCLUDED.used + s.held + s.reserved > EXCLUDED.total
            """,
            uuid.UUID(one.service), shift.value, slots.total, slots.used,
        )  # fmt: skip


async def organisations(tx: Transaction) -> dict[uuid.UUID, Organisation]:
    """Every organisation by id."""
    rows = await tx.rows("SELECT id, name, kind, ura, agb, subregion FROM organisation")
    return {row.id: Organisation(**(dict(row) | {"id": str(row.id)})) for row in rows}


async def registered(tx: Transaction, ura: str | None, agb: str | None) -> uuid.UUID | None:
    """The organisation with a register number, or None."""
    row = await tx.row(
        "SELECT id FROM organisation WHERE ura = $1 OR agb = $2 ORDER BY ura = $1 DESC LIMIT 1",
        ura,
        agb,
    )
    return None if row is None else row.id


async def organisation_of(tx: Transaction, provider: uuid.UUID) -> uuid.UUID | None:
    """The organisation that has this id or runs the service with it, or None."""
    row = await tx.row(
        "SELECT id FROM organisation WHERE id = $1"
        " UNION ALL SELECT organisation_id FROM service WHERE id = $1",
        provider,
    )
    return None if row is None else row.id
