"""Stored FHIR resources: sealed bodies, by id and by the few ways in which they are searched."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor

Stretch = tuple[datetime | None, datetime | None]
"""From the first moment until just before the second; None is open."""


class Marks(msgspec.Struct, frozen=True):
    """By what a resource is found.

    Attributes:
        terms: keyed hashes of what it says (``coordination.recognition``), to be looked up by:
            numbers with commas between.
        beside: the same of what stands in no index (``fhir.search.terms``).
        written: when it was authored, recorded or sent, or None.
        about: the time that it is about, or None.
    """

    terms: str = ""
    beside: str = ""
    written: Stretch | None = None
    about: Stretch | None = None


class Stored(msgspec.Struct, frozen=True):
    """A resource on its way to the table.

    Attributes:
        id: its id.
        type: resource type.
        marks: by what it is found.
        body: sealed.
    """

    id: uuid.UUID
    type: str
    marks: Marks
    body: bytes


def columns_of(stored: Sequence[Stored]) -> tuple[list[Any], ...]:
    """The resources as the columns of ``UNNESTED``: id, type, terms, beside, written, about, body.

    Arrays of arrays must be of one length in PostgreSQL, so terms go as text.
    """
    return (
        [one.id for one in stored],
        [one.type for one in stored],
        [one.marks.terms for one in stored],
        [one.marks.beside for one in stored],
        [as_range(one.marks.written) for one in stored],
        [as_range(one.marks.about) for one in stored],
        [one.body for one in stored],
    )


def as_range(stretch: Stretch | None) -> asyncpg.Range | None:
    """A stretch of time as PostgreSQL has it."""
    return None if stretch is None else asyncpg.Range(*stretch)


UNNESTED = """
unnest(${0}::uuid[], ${1}::text[], ${2}::text[], ${3}::text[], ${4}::tstzrange[],
  ${5}::tstzrange[], ${6}::bytea[])
  WITH ORDINALITY AS r(id, type, terms, beside, written, about, body, n)
"""
"""The resources of ``columns_of``, one a row, in their order; to be given seven parameters."""

NUMBERS = "string_to_array({0}::text, ',')::bigint[]"
"""The numbers of ``Marks`` as they are stored."""

COLUMNS = (
    f"r.id, r.type, {NUMBERS.format('r.terms')}, {NUMBERS.format('r.beside')}, r.written, r.about,"
    " r.body"
)
"""Of ``UNNESTED``, as they go into ``INTO``."""

INTO = "id, type, terms, beside, written, about, body"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A stored resource, still sealed."""

    id: uuid.UUID
    type: str
    version: int
    updated_at: datetime
    organisation_id: uuid.UUID
    referral_id: uuid.UUID | None
    body: bytes


HELD = ", ".join(Held.__struct_fields__)
"""The columns of ``held_of``."""


def held_of(row: Row) -> Held:
    """The resource of a row with its own columns."""
    return Held(**{name: getattr(row, name) for name in Held.__struct_fields__})


async def by_id(tx: Transaction, kind: str, identity: uuid.UUID) -> Held | None:
    """A resource of a type, or None."""
    row = await tx.row(
        f"SELECT {HELD} FROM resource WHERE id = $1 AND type = $2",  # noqa: S608 - ours
        identity,
        kind,
    )
    return None if row is None else held_of(row)


async def of_referral(tx: Transaction, referral: uuid.UUID) -> list[Held]:
    """The resources of a referral, in the order in which they were sent."""
    rows = await tx.rows(
        f"SELECT {HELD} FROM resource WHERE referral_id = $1 ORDER BY position",  # noqa: S608
        referral,
    )
    return [held_of(row) for row in rows]


async def add(
    tx: Transaction,
    resources: Sequence[Stored],
    actor: Actor,
    referral: uuid.UUID | None,
    now: datetime,
    owner: uuid.UUID | None = None,
    stated: Sequence[uuid.UUID] = (),
) -> None:
    """Stores resources, behind those that the referral has already; with their audit row.

    They are the actor's organisation's, or the owner's where it is another: what the desk adds
    to a referral is the referrer's too.

    Args:
        tx: the request's transaction.
        resources: what is stored.
        actor: who sends it.
        referral: to which it belongs, or None.
        now: the moment.
        owner: the organisation whose it is; None is the actor's.
        stated: the ids of those that show the state of the referral in place of their own: its
            ServiceRequest, and the Tasks that ask for it to be fulfilled.
    """
    await tx.run(
        f"""
        WITH aud AS (
          INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
            referral_id)
          VALUES ($11, $12, $13, $15, 'add', 'done', $14, $10)
        )
        INSERT INTO resource ({INTO}, updated_at, organisation_id, referral_id, position, stated)
        SELECT {COLUMNS}, $8, $9, $10,
          r.n + (SELECT count(*) FROM resource h WHERE h.referral_id = $10), r.id = ANY($16)
        FROM {UNNESTED.format(*range(1, 8))}
        """,  # noqa: S608 - our own columns
        *columns_of(resources),
        now,
        owner or actor.organisation,
        referral,
        actor.request,
        actor.id,
        actor.role.value,
        ",".join(f"{r.type}/{r.id}" for r in resources),
        actor.organisation,
        list(stated),
    )


_REPLACE = f"""
WITH was AS MATERIALIZED (
  SELECT * FROM resource WHERE id = $1 AND version = $2 FOR UPDATE
), moved AS (
  UPDATE referral r SET version = r.version + 1, changed_at = GREATEST(r.changed_at, $7)
  FROM was WHERE was.stated AND r.id = was.referral_id
  RETURNING r.version
), kept AS (
  INSERT INTO resource_past (id, version, type, updated_at, organisation_id, referral_id, body)
  SELECT id, version, type, updated_at, organisation_id, referral_id, body FROM was
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id)
  SELECT $8, $9, $10, $11, 'update', 'done', was.type || '/' || was.id, was.referral_id FROM was
)
UPDATE resource x SET version = COALESCE((SELECT version FROM moved), was.version + 1),
  terms = {NUMBERS.format("$3")}, beside = {NUMBERS.format("$12")}, written = $4, about = $5,
  body = $6, updated_at = $7
FROM was WHERE x.id = was.id
RETURNING x.version
"""  # noqa: S608 - our own columns


async def replace(
    tx: Transaction, actor: Actor, held: Held, stored: Stored, now: datetime
) -> int | None:
    """Gives a resource other content and keeps what it was; with its audit row.

    What shows the state of a referral is part of it: its new content is a change of the referral
    too, and has the number of that change for its version, so that the version of such a resource
    is always that of its referral.

    Args:
        tx: the request's transaction; who changes the referral too has locked it before.
        actor: who does it.
        held: what it was.
        stored: what it becomes, under the same id.
        now: the moment.

    Returns:
        Its new version; None when it was changed meanwhile and nothing was done.
    """
    row = await tx.row(
        _REPLACE,
        held.id, held.version, stored.marks.terms, as_range(stored.marks.written),
        as_range(stored.marks.about), stored.body, now, actor.request, actor.id, actor.role.value,
        actor.organisation, stored.marks.beside,
    )  # fmt: skip
    return None if row is None else int(row.version)
