"""Resources by whom they are about and how they are numbered, in a referral or not yet."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from coordination.db import audit
from coordination.db.engine import Row, Transaction
from coordination.db.resources import Held
from coordination.permissions import Actor

MOST = 300
"""As many parts of one person as are taken along; more were not sent by hand."""

_COLUMNS = ", ".join(Held.__struct_fields__)


def _held(row: Row) -> Held:
    return Held(**{name: getattr(row, name) for name in Held.__struct_fields__})


async def fitting(
    tx: Transaction, organisation: uuid.UUID, kind: str, terms: Sequence[int]
) -> list[Held]:
    """An organisation's resources of a type that have all of some terms; two stand for more."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM resource"  # noqa: S608 - our own columns
        " WHERE terms @> $3::bigint[] AND organisation_id = $1 AND type = $2 LIMIT 2",
        organisation,
        kind,
        list(terms),
    )
    return [_held(row) for row in rows]


async def about(
    tx: Transaction, organisations: Collection[uuid.UUID], terms: Sequence[int]
) -> list[Held]:
    """Resources of no referral yet that have one of some terms, oldest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM resource"  # noqa: S608 - our own columns
        " WHERE terms && $2::bigint[] AND organisation_id = ANY($1::uuid[])"
        " AND referral_id IS NULL ORDER BY id LIMIT $3",
        list(organisations),
        list(terms),
        MOST,
    )
    return [_held(row) for row in rows]


async def of_ids(
    tx: Transaction, organisations: Collection[uuid.UUID], ids: Collection[uuid.UUID]
) -> list[Held]:
    """Resources of some organisations by id, oldest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM resource"  # noqa: S608 - our own columns
        " WHERE id = ANY($2::uuid[]) AND organisation_id = ANY($1::uuid[]) ORDER BY id",
        list(organisations),
        list(ids),
    )
    return [_held(row) for row in rows]


async def lock(tx: Transaction, kind: str, identity: uuid.UUID) -> Held | None:
    """A resource that nobody else changes until the commit, or None."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM resource WHERE id = $1 AND type = $2 FOR UPDATE",  # noqa: S608
        identity,
        kind,
    )
    return None if row is None else _held(row)


async def attach(
    tx: Transaction,
    actor: Actor,
    ids: Sequence[uuid.UUID],
    referral: uuid.UUID,
    owner: uuid.UUID,
    stated: Collection[uuid.UUID],
) -> int:
    """Takes resources along into a referral, behind those that it has; with their audit row.

    What shows its state has the version of the referral, which therefore begins where the
    resource was.

    Args:
        tx: the request's transaction.
        actor: who sent them.
        ids: of resources of no referral; of others nothing changes.
        referral: into which they go.
        owner: whose it is, and theirs from now on.
        stated: which of them carry the state of the referral.

    Returns:
        The version of the referral.
    """
    await tx.run(
        """
        UPDATE resource r SET referral_id = $2, organisation_id = $3, stated = r.id = ANY($4),
          position = t.n + (SELECT count(*) FROM resource h WHERE h.referral_id = $2)
        FROM unnest($1::uuid[]) WITH ORDINALITY AS t(id, n)
        WHERE r.id = t.id AND r.referral_id IS NULL
        """,
        list(ids),
        referral,
        owner,
        list(stated),
    )
    await audit.record(
        tx, actor, "add", f"referral/{referral}", referral=referral, detail={"along": len(ids)}
    )
    row = await tx.row(
        """
        UPDATE referral r SET version = top.version
        FROM (SELECT max(version) AS version FROM resource WHERE referral_id = $1 AND stated) top
        WHERE r.id = $1 AND r.version < top.version RETURNING r.version
        """,
        referral,
    )
    return 1 if row is None else int(row.version)
