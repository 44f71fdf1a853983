"""Services as their organisations describe them, and who takes part."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

import msgspec

from capacity.supply import Organisation, Service, Site
from coordination.db.engine import Row, Transaction
from coordination.db.sites import SITE, site_of

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The as-of of a service that has reported nothing yet: every report is newer."""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A service with where it is.

    Attributes:
        version: of the description; another for other content.
    """

    service: Service
    site: Site
    version: str


_DESCRIBED = f"""
SELECT s.profile::text AS profile, md5(s.profile::text) AS version, {SITE}
FROM service s JOIN site t ON t.id = s.site_id
"""  # noqa: S608 - our own columns


def _described(row: Row) -> Described:
    return Described(
        service=msgspec.json.decode(row.profile, type=Service),
        site=site_of(row),
        version=row.version,
    )


async def by_id(tx: Transaction, service: uuid.UUID, *, lock: bool = False) -> Described | None:
    """A service, or None; ``lock``: nobody else changes it until the commit."""
    row = await tx.row(
        f"{_DESCRIBED} WHERE s.id = $1{' FOR NO KEY UPDATE OF s' if lock else ''}", service
    )
    return None if row is None else _described(row)


async def page(
    tx: Transaction,
    *,
    kind: str | None,
    subregion: str | None,
    organisation: uuid.UUID | None,
    after: uuid.UUID | None,
    size: int,
) -> list[Described]:
    """Services by id, after the one named: at most ``size``; None is any."""
    rows = await tx.rows(
        f"{_DESCRIBED} WHERE ($1::text IS NULL OR $1 = ANY(s.kinds))"
        " AND ($2::text IS NULL OR s.subregion = $2)"
        " AND ($3::uuid IS NULL OR s.organisation_id = $3)"
        " AND ($4::uuid IS NULL OR s.id > $4) ORDER BY s.id LIMIT $5",
        kind, subregion, organisation, after, size,
    )  # fmt: skip
    return [_described(row) for row in rows]


async def organisations(
    tx: Transaction, *, kind: str | None, subregion: str | None, after: uuid.UUID | None, size: int
) -> list[Organisation]:
    """Organisations by id, after the one named: at most ``size``; None is any."""
    rows = await tx.rows(
        "SELECT id, name, kind, ura, agb, subregion FROM organisation"
        " WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR subregion = $2)"
        " AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4",
        kind, subregion, after, size,
    )  # fmt: skip
    return [Organisation(**(dict(row) | {"id": str(row.id)})) for row in rows]


async def takes_part(tx: Transaction, organisation: uuid.UUID) -> bool:
    """Whether an organisation takes part.

    It is held until the commit, so that two who describe services at a new site of theirs at
    once don't make that site twice.
    """
    row = await tx.row("SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE", organisation)
    return row is not None


_ADD = """
INSERT INTO service (id, organisation_id, site_id, name, unit, subregion, kinds, profile)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id
"""
_REPLACE = """
UPDATE service SET site_id = $3, name = $4, unit = $5, subregion = $6, kinds = $7, profile = $8
WHERE id = $1 AND organisation_id = $2 RETURNING id
"""


async def keep(tx: Transaction, one: Service, *, new: bool) -> bool:
    """Adds a service or replaces its description; False when one that is new is there already.

    The same content is kept as the same text, and so has the same version.
    """
    row = await tx.row(
        _ADD if new else _REPLACE,
        uuid.UUID(one.id), uuid.UUID(one.organisation), uuid.UUID(one.site), one.name,
        one.unit.value, one.subregion, sorted(kind.value for kind in one.kinds),
        msgspec.json.encode(one, order="deterministic").decode(),
    )  # fmt: skip
    return row is not None


async def counts_in(tx: Transaction, service: Service) -> bool:
    """Makes room for the reports of a service; False when it reported in another unit.

    Until the first report the figures have version 0: nothing is known and nothing is free.
    """
    row = await tx.row(
        "INSERT INTO capacity AS c"
        " (service_id, unit, total, used, as_of, valid_until, source, version)"
        " VALUES ($1, $2, 0, 0, $3, $3, 'none', 0) ON CONFLICT (service_id) DO UPDATE"
        " SET unit = EXCLUDED.unit WHERE c.version = 0 OR c.unit = EXCLUDED.unit RETURNING 1",
        uuid.UUID(service.id),
        service.unit.value,
        _LONG_AGO,
    )
    return row is not None


async def versions(tx: Transaction) -> dict[uuid.UUID, str]:
    """Every service with the version of its profile: also its ETag, another for other content."""
    rows = await tx.rows("SELECT id, md5(profile::text) AS version FROM service")
    return {row.id: row.version for row in rows}


async def profiles(tx: Transaction, only: Collection[uuid.UUID]) -> list[Service]:
    """Some services, as they are matched."""
    rows = await tx.rows(
        "SELECT profile::text AS profile FROM service WHERE id = ANY($1)", list(only)
    )
    return [msgspec.json.decode(row.profile, type=Service) for row in rows]
