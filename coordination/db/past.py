"""What resources, referrals and offers were before, version by version."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

import msgspec

from coordination.db.engine import Transaction
from coordination.db.offer_tasks import Asked
from coordination.db.resources import Held
from coordination.db.stated import Stated, told

SHOWN = """
p.version AS was_version, p.changed_at AS was_changed_at, p.shown ->> 'state' AS was_state,
p.shown ->> 'reason' AS was_reason, (p.shown ->> 'expires_at')::timestamptz AS was_expires_at,
(p.shown ->> 'starts_at')::timestamptz AS was_starts_at,
(p.shown ->> 'started_at')::timestamptz AS was_started_at,
(p.shown ->> 'ended_at')::timestamptz AS was_ended_at
"""
"""What an offer was in a row ``p`` (migration 0006)."""

_STATE = "(p.shown ->> 'state')"
_COLUMNS = ", ".join(
    f"p.{name}"
    for name in ("id", "type", "version", "updated_at", "organisation_id", "referral_id", "body")
)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a version of a resource without what it says; ``size`` is in bytes."""

    version: int
    updated_at: datetime
    referral_id: uuid.UUID | None
    size: int


async def heads(tx: Transaction, resource: uuid.UUID) -> list[Head]:
    """The versions that a resource had before, oldest first; not the one that it is now."""
    rows = await tx.rows(
        "SELECT p.version, p.updated_at, p.referral_id, octet_length(p.body) AS size"
        " FROM resource_past p WHERE p.id = $1 ORDER BY p.version",
        resource,
    )
    return [Head(**dict(row)) for row in rows]


async def contents(tx: Transaction, now: Held, versions: Iterable[int]) -> dict[int, Held]:
    """What a resource was in some of its versions, by their numbers; the one of now too."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM resource_past p"  # noqa: S608 - our own columns
        " WHERE p.id = $1 AND p.version = ANY($2)",
        now.id,
        sorted({*versions} - {now.version}),
    )
    return {row.version: Held(**dict(row)) for row in rows} | {now.version: now}


async def content(tx: Transaction, resource: uuid.UUID, most: int) -> Held | None:
    """What a resource was in the newest earlier version up to a number, or None."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM resource_past p"  # noqa: S608 - our own columns
        " WHERE p.id = $1 AND p.version <= $2 ORDER BY p.version DESC LIMIT 1",
        resource,
        most,
    )
    return None if row is None else Held(**dict(row))


async def states(tx: Transaction, referral: uuid.UUID) -> list[Stated]:
    """What a referral was before, oldest first; not what it is now."""
    rows = await tx.rows(
        "SELECT p.version, p.changed_at, p.shown ->> 'state' AS state,"  # noqa: S608 - ours
        f" p.shown ->> 'reason' AS reason, {told(_STATE, 'p.id', 'p.changed_at')}"
        " FROM past p WHERE p.of = 'referral' AND p.id = $1 ORDER BY p.version",
        referral,
    )
    return [Stated(**dict(row)) for row in rows]


async def offers(tx: Transaction, offer: Asked) -> list[Asked]:
    """What an offer was before, oldest first; not what it is now."""
    rows = await tx.rows(
        f"SELECT {SHOWN} FROM past p WHERE p.of = 'offer' AND p.id = $1"  # noqa: S608 - ours
        " ORDER BY p.version",
        offer.id,
    )
    return [offer.as_it_was(row) for row in rows]
