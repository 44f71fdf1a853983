"""Sites, the organisations that they are of, and the services that an organisation has."""

from __future__ import annotations

import uuid

import msgspec

from capacity.supply import Organisation, Service, Site
from coordination.db.engine import Row, Transaction


def _organisation(row: Row) -> Organisation:
    return Organisation(
        id=str(row.organisation_id),
        name=row.organisation_name,
        kind=row.kind,
        ura=row.ura,
        agb=row.agb,
        subregion=row.home,
    )


_ORGANISATION = """
o.id AS organisation_id, o.name AS organisation_name, o.kind, o.ura, o.agb, o.subregion AS home
"""


async def organisation(tx: Transaction, identity: uuid.UUID) -> Organisation | None:
    """An organisation, or None."""
    row = await tx.row(
        f"SELECT {_ORGANISATION} FROM organisation o WHERE o.id = $1",  # noqa: S608 - ours
        identity,
    )
    return None if row is None else _organisation(row)


async def site(tx: Transaction, identity: uuid.UUID) -> tuple[Site, Organisation] | None:
    """A site and whose it is, or None."""
    row = await tx.row(
        f"SELECT s.id, s.name, s.pc4, s.subregion, s.latitude, s.longitude, {_ORGANISATION}"  # noqa: S608 - ours
        " FROM site s JOIN organisation o ON o.id = s.organisation_id WHERE s.id = $1",
        identity,
    )
    if row is None:
        return None
    found = Site(
        id=str(row.id),
        organisation=str(row.organisation_id),
        name=row.name,
        pc4=row.pc4,
        latitude=row.latitude,
        longitude=row.longitude,
        subregion=row.subregion,
    )
    return found, _organisation(row)


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
        "SELECT 1 FROM offer WHERE service_id = $1 AND accepted_at IS NULL AND state = 'waiting'"
        " LIMIT 1",
        service,
    )
    return row is not None
