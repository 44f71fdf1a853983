"""Sites, the organisations that they are of, and the services that an organisation has."""

from __future__ import annotations

import uuid

import msgspec

from capacity.supply import Organisation, Service, Site
from coordination.db.engine import Row, Transaction


def organisation_of(row: Row) -> Organisation:
    """The organisation of a row with ``ORGANISATION``."""
    return Organisation(
        id=str(row.organisation_id),
        name=row.organisation_name,
        kind=row.kind,
        ura=row.ura,
        agb=row.agb,
        subregion=row.home,
    )


ORGANISATION = """
o.id AS organisation_id, o.name AS organisation_name, o.kind, o.ura, o.agb, o.subregion AS home
"""


SITE = """
t.id AS site_id, t.organisation_id AS owner, t.name AS site_name, t.pc4,
t.subregion AS site_subregion, t.latitude, t.longitude
"""


def site_of(row: Row) -> Site:
    """The site of a row with ``SITE``."""
    return Site(
        id=str(row.site_id),
        organisation=str(row.owner),
        name=row.site_name,
        pc4=row.pc4,
        latitude=row.latitude,
        longitude=row.longitude,
        subregion=row.site_subregion,
    )


async def organisation(tx: Transaction, identity: uuid.UUID) -> Organisation | None:
    """An organisation, or None."""
    row = await tx.row(
        f"SELECT {ORGANISATION} FROM organisation o WHERE o.id = $1",  # noqa: S608 - ours
        identity,
    )
    return None if row is None else organisation_of(row)


async def site(tx: Transaction, identity: uuid.UUID) -> tuple[Site, Organisation] | None:
    """A site and whose it is, or None."""
    row = await tx.row(
        f"SELECT {SITE}, {ORGANISATION}"  # noqa: S608 - our own columns
        " FROM site t JOIN organisation o ON o.id = t.organisation_id WHERE t.id = $1",
        identity,
    )
    return None if row is None else (site_of(row), organisation_of(row))


async def own_site(
    tx: Transaction,
    organisation: uuid.UUID,
    identity: uuid.UUID | None,
    name: str | None,
    pc4: str | None,
) -> Site | None:
    """A site of an organisation by its id, or by its name and postcode; None: no such."""
    row = await tx.row(
        f"SELECT {SITE} FROM site t WHERE t.organisation_id = $1"  # noqa: S608 - our own columns
        " AND (t.id = $2 OR ($2 IS NULL AND t.name = $3 AND t.pc4 = $4)) ORDER BY t.id LIMIT 1",
        organisation, identity, name, pc4,
    )  # fmt: skip
    return None if row is None else site_of(row)


async def services(tx: Transaction, organisation: uuid.UUID) -> list[Service]:
    """Every service of an organisation, in order of id."""
    rows = await tx.rows(
        "SELECT profile::text AS profile FROM service WHERE organisation_id = $1 ORDER BY id",
        organisation,
    )
    return [msgspec.json.decode(row.profile, type=Service) for row in rows]


async def waited_for(tx: Transaction, service: uuid.UUID) -> bool:
    """Whether someone is on the waiting list of a service."""
    row = await tx.row(
        "SELECT 1 FROM offer WHERE service_id = $1 AND state = 'waiting' LIMIT 1",
        service,
    )
    return row is not None
