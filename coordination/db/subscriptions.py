"""Subscriptions as rows: what an organisation asks to be told of."""

from __future__ import annotations

import uuid
from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor

State = Literal["requested", "active", "error", "off"]


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as it stands; ``body`` is sealed.

    Attributes:
        topic: of what one is told.
        filters: JSON.
        events: numbered so far.
        error: class of the last failure, until something arrives.
        started_at: since when events are numbered; None before its handshake arrived.
    """

    id: uuid.UUID
    organisation_id: uuid.UUID
    state: State
    topic: str
    filters: str
    version: int
    created_at: datetime
    updated_at: datetime
    ends_at: datetime | None
    deleted_at: datetime | None
    events: int
    error: str | None
    started_at: datetime | None
    body: bytes


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, in the columns of its row."""

    topic: str
    filters: str
    on: bool
    heartbeat: int | None
    ends_at: datetime | None
    body: bytes


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A version that there was; ``body`` is sealed."""

    id: uuid.UUID
    version: int
    updated_at: datetime
    state: State
    error: str | None
    body: bytes


_FIELDS = Subscription.__struct_fields__
_COLUMNS = ", ".join(f"s.{name}" + ("::text" if name == "filters" else "") for name in _FIELDS)


async def by_id(
    tx: Transaction, organisation: uuid.UUID, subscription: uuid.UUID, *, lock: bool = False
) -> Subscription | None:
    """A subscription of an organisation, also one that was deleted; None for no such one."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM subscription s WHERE s.organisation_id = $1 AND s.id = $2"  # noqa: S608 - our own columns
        + (" FOR UPDATE" if lock else ""),
        organisation,
        subscription,
    )
    return None if row is None else _from_row(row)


async def of_organisation(tx: Transaction, organisation: uuid.UUID) -> list[Subscription]:
    """The subscriptions of an organisation, the newest first, also those that were deleted."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM subscription s WHERE s.organisation_id = $1 ORDER BY s.id DESC",  # noqa: S608 - our own columns
        organisation,
    )
    return [_from_row(row) for row in rows]


async def earlier(tx: Transaction, subscriptions: Sequence[uuid.UUID]) -> list[Earlier]:
    """The versions of some subscriptions before those of now, newest first of each."""
    rows = await tx.rows(
        "SELECT id, version, changed_at, shown->>'state' AS state, shown->>'error' AS error,"
        " shown->>'body' AS body FROM past WHERE of = 'subscription' AND id = ANY($1)"
        " ORDER BY id, version DESC",
        subscriptions,
    )
    return [
        Earlier(
            id=row.id,
            version=row.version,
            updated_at=row.changed_at,
            state=row.state,
            error=row.error,
            body=b64decode(row.body),
        )
        for row in rows
    ]


async def add(
    tx: Transaction, actor: Actor, subscription: uuid.UUID, terms: Terms, now: datetime
) -> Subscription:
    """Writes a subscription of the actor, who is told what they may see; checked already."""
    row = await tx.row(
        f"""
        INSERT INTO subscription AS s (id, organisation_id, actor, role, subregions, state, topic,
          filters, created_at, updated_at, ends_at, heartbeat, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12)
        RETURNING {_COLUMNS}
        """,  # noqa: S608 - our own columns
        subscription, actor.organisation, actor.id, actor.role.value, sorted(actor.subregions),
        "requested" if terms.on else "off", terms.topic, terms.filters, now, terms.ends_at,
        terms.heartbeat, terms.body,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - it was just inserted
    return _from_row(row)


async def change(
    tx: Transaction, actor: Actor, subscription: uuid.UUID, terms: Terms, now: datetime
) -> Subscription:
    """Replaces a subscription, locked, by what the actor asks, with the actor's rights.

    It shakes hands anew. Events go on being numbered meanwhile, unless it was off.
    """
    row = await tx.row(
        f"""
        UPDATE subscription s SET actor = $2, role = $3, subregions = $4, state = $5, topic = $6,
          filters = $7, version = s.version + 1, updated_at = GREATEST($8, s.updated_at),
          ends_at = $9, heartbeat = $10, heartbeat_at = NULL, body = $11, error = NULL,
          started_at = CASE WHEN $5 = 'requested' THEN s.started_at END
        WHERE s.id = $1 RETURNING {_COLUMNS}
        """,  # noqa: S608 - our own columns
        subscription, actor.id, actor.role.value, sorted(actor.subregions),
        "requested" if terms.on else "off", terms.topic, terms.filters, now, terms.ends_at,
        terms.heartbeat, terms.body,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - the caller has locked it
    return _from_row(row)


async def remove(tx: Transaction, subscription: uuid.UUID, now: datetime) -> None:
    """Ends a subscription, locked: what it held is forgotten, in earlier versions too."""
    await tx.run(
        "UPDATE subscription SET state = 'off', deleted_at = $2, version = version + 1,"
        " updated_at = GREATEST($2, updated_at), body = '', error = NULL, started_at = NULL"
        " WHERE id = $1",
        subscription,
        now,
    )
    await tx.run("DELETE FROM past WHERE of = 'subscription' AND id = $1", subscription)


def _from_row(row: Row) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in _FIELDS})
