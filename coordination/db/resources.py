"""Stored FHIR resources: sealed bodies, by id and by the few ways in which they are searched."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor


class Stored(msgspec.Struct, frozen=True):
    """A resource on its way to the table.

    Attributes:
        id: its id.
        type: resource type.
        identifiers: ``system|value`` of each identifier by which it may be searched.
        body: sealed.
    """

    id: uuid.UUID
    type: str
    identifiers: tuple[str, ...]
    body: bytes


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A stored resource, still sealed."""

    id: uuid.UUID
    type: str
    version: int
    updated_at: datetime
    organisation_id: uuid.UUID
    referral_id: uuid.UUID | None
    body: bytes


_COLUMNS = ", ".join(Held.__struct_fields__)


def _held(row: Row) -> Held:
    return Held(**{name: getattr(row, name) for name in Held.__struct_fields__})


async def by_id(tx: Transaction, kind: str, identity: uuid.UUID) -> Held | None:
    """A resource of a type, or None."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM resource WHERE id = $1 AND type = $2",  # noqa: S608 - ours
        identity,
        kind,
    )
    return None if row is None else _held(row)


async def by_ids(tx: Transaction, identities: Sequence[uuid.UUID]) -> list[Held]:
    """Resources by id, in no order."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM resource WHERE id = ANY($1::uuid[])",  # noqa: S608 - ours
        list(identities),
    )
    return [_held(row) for row in rows]


async def of_referral(tx: Transaction, referral: uuid.UUID) -> list[Held]:
    """The resources of a referral, in the order in which they were sent."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM resource WHERE referral_id = $1 ORDER BY position",  # noqa: S608
        referral,
    )
    return [_held(row) for row in rows]


async def add(
    tx: Transaction,
    resources: Sequence[Stored],
    actor: Actor,
    referral: uuid.UUID | None,
    now: datetime,
) -> None:
    """Stores resources, behind those that the referral has already; with their audit row."""
    await tx.run(
        """
        WITH aud AS (
          INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
            referral_id)
          VALUES ($8, $9, $10, $6, 'add', 'done', $11, $7)
        )
        INSERT INTO resource (id, type, updated_at, organisation_id, referral_id, position,
          identifiers, body)
        SELECT r.id, r.type, $5, $6, $7,
          r.n + (SELECT count(*) FROM resource h WHERE h.referral_id = $7),
          string_to_array(r.identifiers, chr(31)), r.body
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[])
          WITH ORDINALITY AS r(id, type, identifiers, body, n)
        """,
        [r.id for r in resources],
        [r.type for r in resources],
        ["\x1f".join(r.identifiers) for r in resources],
        [r.body for r in resources],
        now,
        actor.organisation,
        referral,
        actor.request,
        actor.id,
        actor.role.value,
        ",".join(f"{r.type}/{r.id}" for r in resources),
    )
