"""Services as organisations describe them, and when a guarantee bed was last given."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from capacity.supply import Organisation, Service, Site
from coordination.db.engine import Row, Transaction
from coordination.db.offers import listed
from coordination.referral import HOLDING, TAKEN, OfferState

_GIVEN = HOLDING | TAKEN | {OfferState.ENDED}
"""An offer in one of these states has, or had, the bed."""


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


_DESCRIBED = """
SELECT s.profile::text AS profile, md5(s.profile::text) AS version, t.id AS site_id,
  t.organisation_id AS owner, t.name AS site_name, t.pc4, t.subregion AS site_subregion,
  t.latitude, t.longitude
FROM service s JOIN site t ON t.id = s.site_id
"""


def _described(row: Row) -> Described:
    return Described(
        service=msgspec.json.decode(row.profile, type=Service),
        site=Site(
            id=str(row.site_id),
            organisation=str(row.owner),
            name=row.site_name,
            pc4=row.pc4,
            latitude=row.latitude,
            longitude=row.longitude,
            subregion=row.site_subregion,
        ),
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


async def site(
    tx: Transaction,
    organisation: uuid.UUID,
    identity: uuid.UUID | None,
    name: str | None,
    pc4: str | None,
) -> Site | None:
    """A site of an organisation by its id, or by its name and postcode; None: no such."""
    row = await tx.row(
        "SELECT id, organisation_id, name, pc4, subregion, latitude, longitude FROM site"
        " WHERE organisation_id = $1 AND (id = $2 OR ($2 IS NULL AND name = $3 AND pc4 = $4))"
        " ORDER BY id LIMIT 1",
        organisation, identity, name, pc4,
    )  # fmt: skip
    if row is None:
        return None
    return Site(
        id=str(row.id),
        organisation=str(row.organisation_id),
        name=row.name,
        pc4=row.pc4,
        latitude=row.latitude,
        longitude=row.longitude,
        subregion=row.subregion,
    )


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


async def guarantee_given(
    tx: Transaction, beds: Iterable[Service], since: datetime
) -> dict[str, datetime]:
    """When each sub-region last gave one of its guarantee beds.

    Args:
        tx: the request's transaction.
        beds: the services that are guarantee beds.
        since: earlier ones are left out.
    """
    subregion = {uuid.UUID(one.id): one.subregion for one in beds}
    rows = await tx.rows(
        "SELECT service_id, max(COALESCE(accepted_at, created_at)) AS at FROM offer"  # noqa: S608 - our own states
        f" WHERE service_id = ANY($1) AND state IN ({listed(_GIVEN)})"
        " AND COALESCE(accepted_at, created_at) > $2 GROUP BY service_id",
        list(subregion),
        since,
    )
    given = dict[str, datetime]()
    for row in rows:
        where = subregion[row.service_id]
        given[where] = max(row.at, given.get(where, row.at))
    return given
