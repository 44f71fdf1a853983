"""Resources by whom they are about and how they are numbered, in a referral or not yet."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from coordination.db import audit
from coordination.db.engine import Transaction
from coordination.db.resources import HELD, Held, held_of
from coordination.permissions import Actor

MOST = 300
"""As many parts of one person as are taken along; more were not sent by hand."""


async def fitting(
    tx: Transaction, organisation: uuid.UUID, kind: str, terms: Sequence[int]
) -> list[Held]:
    """An organisation's resources of a type that have all of some terms; two stand for more."""
    rows = await tx.rows(
        # What has the terms first, by their index, and nothing else (``sought.resources``).
        f"SELECT {HELD} FROM"  # noqa: S608 - our own columns
        " (SELECT * FROM resource WHERE terms @> $3::bigint[] OFFSET 0) x"
        " WHERE organisation_id = $1 AND type = $2 LIMIT 2",
        organisation,
        kind,
        list(terms),
    )
    return [held_of(row) for row in rows]


async def alone(tx: Transaction, key: int) -> None:
    """Lets one at a time look whether something is there and store it, until the commit.

    Args:
        tx: the request's transaction.
        key: what they look for, hashed.
    """
    await tx.run("SELECT pg_advisory_xact_lock($1)", key)


async def about(
    tx: Transaction, organisations: Collection[uuid.UUID], terms: Sequence[int]
) -> list[Held]:
    """Resources of no referral yet that have one of some terms, oldest first."""
    rows = await tx.rows(
        f"SELECT {HELD} FROM"  # noqa: S608 - our own columns
        " (SELECT * FROM resource WHERE terms && $2::bigint[] OFFSET 0) x"
        " WHERE organisation_id = ANY($1::uuid[])"
        " AND referral_id IS NULL ORDER BY id LIMIT $3",
        list(organisations),
        list(terms),
        MOST,
    )
    return [held_of(row) for row in rows]


async def of_ids(
    tx: Transaction, organisations: Collection[uuid.UUID], ids: Collection[uuid.UUID]
) -> list[Held]:
    """Resources of some organisations by id, oldest first."""
    rows = await tx.rows(
        f"SELECT {HELD} FROM resource"  # noqa: S608 - our own columns
        " WHERE id = ANY($2::uuid[]) AND organisation_id = ANY($1::uuid[]) ORDER BY id",
        list(organisations),
        list(ids),
    )
    return [held_of(row) for row in rows]


async def lock(tx: Transaction, kind: str, identity: uuid.UUID) -> Held | None:
    """A resource that nobody else changes until the commit, or None."""
    row = await tx.row(
        f"SELECT {HELD} FROM resource WHERE id = $1 AND type = $2 FOR UPDATE",  # noqa: S608
        identity,
        kind,
    )
    return None if row is None else held_of(row)


_ATTACH = """
WITH kept AS (
  INSERT INTO resource_past (id, version, type, updated_at, organisation_id, referral_id, body)
  SELECT id, version, type, updated_at, organisation_id, referral_id, body FROM resource
  WHERE id = ANY($1) AND id = ANY($4) AND referral_id IS NULL AND updated_at < $5
)
UPDATE resource r SET referral_id = $2, organisation_id = $3, stated = r.id = ANY($4),
  position = t.n + (SELECT count(*) FROM resource h WHERE h.referral_id = $2)
FROM unnest($1::uuid[]) WITH ORDINALITY AS t(id, n)
WHERE r.id = t.id AND r.referral_id IS NULL
"""
_NUMBER = """
WITH top AS (
  SELECT max(version + (updated_at < $2)::int) AS version FROM resource
  WHERE referral_id = $1 AND stated
), numbered AS (
  UPDATE resource x SET version = top.version FROM top WHERE x.referral_id = $1 AND x.stated
)
UPDATE referral r SET version = top.version FROM top WHERE r.id = $1 AND r.version < top.version
RETURNING r.version
"""


async def attach(
    tx: Transaction,
    actor: Actor,
    ids: Sequence[uuid.UUID],
    referral: uuid.UUID,
    owner: uuid.UUID,
    stated: Collection[uuid.UUID],
    now: datetime,
) -> int:
    """Takes resources along into a referral, behind those that it has; with their audit row.

    What shows its state has the version of the referral from now on, and never one that it had
    before: the referral begins behind the highest that was seen of them, and what they said until
    then stays as it was.

    Args:
        tx: the request's transaction.
        actor: who sent them.
        ids: of resources of no referral; of others nothing changes.
        referral: into which they go.
        owner: whose it is, and theirs from now on.
        stated: which of them carry the state of the referral.
        now: the moment; what changed at it was seen by nobody yet.

    Returns:
        The version of the referral.
    """
    await tx.run(_ATTACH, list(ids), referral, owner, list(stated), now)
    await audit.record(
        tx, actor, "add", f"referral/{referral}", referral=referral, detail={"along": len(ids)}
    )
    row = await tx.row(_NUMBER, referral, now)
    return 1 if row is None else int(row.version)
