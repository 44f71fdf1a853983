"""MeasureReports as they were sent: sealed, and known again when they come once more."""

from __future__ import annotations

import uuid
from datetime import datetime

from coordination.db.engine import Transaction
from coordination.db.resources import NUMBERS, Marks, as_range
from coordination.permissions import Actor


async def keep(
    tx: Transaction,
    actor: Actor,
    identity: uuid.UUID,
    marks: Marks,
    sealed: bytes,
    now: datetime,
) -> bool:
    """Stores a MeasureReport, with its audit row; False where this id was stored before."""
    row = await tx.row(
        f"""
        WITH new AS (
          INSERT INTO resource (id, type, updated_at, organisation_id, position, terms, written,
            about, body, beside)
          VALUES ($1, 'MeasureReport', $2, $3, 1, {NUMBERS.format("$4")}, $9, $10, $5,
            {NUMBERS.format("$11")})
          ON CONFLICT (id) DO NOTHING RETURNING id
        ), aud AS (
          INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity)
          SELECT $6, $7, $8, $3, 'report-capacity', 'done', 'MeasureReport/' || id FROM new
        )
        SELECT id FROM new
        """,  # noqa: S608 - our own columns
        identity, now, actor.organisation, marks.terms, sealed,
        actor.request, actor.id, actor.role.value, as_range(marks.written), as_range(marks.about),
        marks.beside,
    )  # fmt: skip
    return row is not None
