"""The statements that read every advice that was stored, batch by batch, to replay it."""

from __future__ import annotations

import uuid

import msgspec

from coordination.db.engine import Transaction
from triage.replay import Kept

BATCH = 500
_FIRST = uuid.UUID(int=0)


class Stored(msgspec.Struct, frozen=True):
    """An advice and its id."""

    id: uuid.UUID
    kept: Kept


async def count(tx: Transaction) -> int:
    """How many advices are stored."""
    row = await tx.row("SELECT count(*) AS number FROM advice")
    return 0 if row is None else int(row.number)


async def after(tx: Transaction, last: uuid.UUID | None, most: int = BATCH) -> list[Stored]:
    """The advices that follow one, oldest first; from the first on without one.

    Args:
        tx: any transaction.
        last: id of the last advice of the batch before.
        most: so many at most.
    """
    rows = await tx.rows(
        """
        SELECT id, version, fingerprint, made_at, picture::text AS picture, body::text AS body
        FROM advice WHERE id > $1 ORDER BY id LIMIT $2
        """,
        last or _FIRST,
        most,
    )
    return [
        Stored(
            row.id,
            Kept(
                version=row.version,
                fingerprint=row.fingerprint,
                made_at=row.made_at,
                picture=row.picture.encode(),
                body=row.body.encode(),
            ),
        )
        for row in rows
    ]
