"""What there is in the region, many at a time: organisations, sites, services and beds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from capacity.supply import Counters, Organisation, Service, Site
from coordination.db.capacity import COLUMNS, counters_of
from coordination.db.engine import Row, Transaction
from coordination.db.sites import ORGANISATION, SITE, organisation_of, site_of


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A service as it is looked through, its description still JSON.

    Attributes:
        id: of the service.
        profile: JSON, ``capacity.supply.Service``; the same text for the same content.
        organisation: that provides it.
        as_of: of its figures.
        changed_at: when this version came to be.
    """

    id: uuid.UUID
    profile: str
    organisation: Organisation
    as_of: datetime
    changed_at: datetime


class Supplied(msgspec.Struct, frozen=True, kw_only=True):
    """A service with its figures.

    Attributes:
        service: as it is described, or was.
        counters: its figures, now or of an earlier version; what was held then is there too.
        organisation: that provides it.
        changed_at: when this version came to be.
        waiting: whether someone is on its waiting list now.
    """

    service: Service
    counters: Counters
    organisation: Organisation
    changed_at: datetime
    waiting: bool = False


class NamedBed(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a bed, its Location still sealed."""

    id: uuid.UUID
    version: int
    changed_at: datetime
    body: bytes


_SERVICE = msgspec.json.Decoder(Service)
_FROM = """
FROM service s JOIN capacity c ON c.service_id = s.id
JOIN organisation o ON o.id = s.organisation_id
"""


async def organisations(
    tx: Transaction, only: Sequence[uuid.UUID] | None = None
) -> list[Organisation]:
    """Organisations, or some."""
    rows = await tx.rows(
        f"SELECT {ORGANISATION} FROM organisation o"  # noqa: S608 - our own columns
        " WHERE $1::uuid[] IS NULL OR o.id = ANY($1)",
        _list(only),
    )
    return [organisation_of(row) for row in rows]


async def sites(
    tx: Transaction, only: Sequence[uuid.UUID] | None = None
) -> list[tuple[Site, Organisation]]:
    """Sites with whose they are, or some."""
    rows = await tx.rows(
        f"SELECT {SITE}, {ORGANISATION}"  # noqa: S608 - our own columns
        " FROM site t JOIN organisation o ON o.id = t.organisation_id"
        " WHERE $1::uuid[] IS NULL OR t.id = ANY($1)",
        _list(only),
    )
    return [(site_of(row), organisation_of(row)) for row in rows]


async def beds(tx: Transaction, only: Sequence[uuid.UUID] | None = None) -> list[NamedBed]:
    """Beds by name, or some."""
    rows = await tx.rows(
        "SELECT id, version, changed_at, body FROM bed WHERE $1::uuid[] IS NULL OR id = ANY($1)",
        _list(only),
    )
    return [bed_of(row) for row in rows]


async def listed(tx: Transaction, only: Sequence[uuid.UUID] | None = None) -> list[Listed]:
    """Services as they are looked through, or some."""
    rows = await tx.rows(
        "SELECT s.id, s.profile::text AS profile, c.as_of, c.changed_at,"
        f" {ORGANISATION} {_FROM} WHERE $1::uuid[] IS NULL OR s.id = ANY($1)",
        _list(only),
    )
    return [
        Listed(
            id=row.id,
            profile=row.profile,
            organisation=organisation_of(row),
            as_of=row.as_of,
            changed_at=row.changed_at,
        )
        for row in rows
    ]


async def supplied(tx: Transaction, only: Sequence[uuid.UUID]) -> list[Supplied]:
    """Some services with their figures of now."""
    rows = await tx.rows(
        f"SELECT s.profile::text AS profile, {COLUMNS}, c.changed_at, {ORGANISATION},"  # noqa: S608
        " EXISTS (SELECT 1 FROM offer w WHERE w.service_id = s.id AND w.state = 'waiting')"
        f" AS waiting {_FROM} WHERE s.id = ANY($1)",
        list(only),
    )
    return [
        Supplied(
            service=_SERVICE.decode(row.profile),
            counters=counters_of(row),
            organisation=organisation_of(row),
            changed_at=row.changed_at,
            waiting=row.waiting,
        )
        for row in rows
    ]


def bed_of(row: Row) -> NamedBed:
    """The bed of a row."""
    return NamedBed(id=row.id, version=row.version, changed_at=row.changed_at, body=row.body)


def _list(only: Sequence[uuid.UUID] | None) -> list[uuid.UUID] | None:
    return None if only is None else list(only)
