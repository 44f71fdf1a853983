"""How services answered what was asked of them, counted."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from coordination.db.engine import Transaction


class Answers(msgspec.Struct, frozen=True):
    """Offers to one service that went the same way.

    Attributes:
        answer: "accepted", "declined", "expired" or "other-date".
        reason: of a decline, else None.
        delivered: whether the care began.
        to_come: accepted, and the care has not begun yet.
        count: 1 and up.
    """

    service: uuid.UUID
    answer: str
    reason: str | None
    delivered: bool
    to_come: bool
    count: int


# What was taken back before any answer says nothing of a service, nor does what is still asked.
# Who proposed another moment has answered, whatever came of it.
_COUNT = """
SELECT service, answer, CASE WHEN answer = 'declined' THEN reason END AS reason, delivered,
  to_come, count(*) AS count
FROM (
  SELECT o.service_id AS service, o.reason, o.state = 'accepted' AS to_come,
    o.started_at IS NOT NULL OR o.state = 'completed' AS delivered,
    CASE WHEN o.accepted_at IS NOT NULL THEN 'accepted' WHEN o.state = 'declined' THEN 'declined'
      WHEN o.starts_at IS NOT NULL AND o.state IN ('expired', 'withdrawn') THEN 'other-date'
      WHEN o.state = 'expired' THEN 'expired' END AS answer
  FROM offer o
  WHERE o.created_at >= $1 AND ($2::uuid IS NULL OR o.organisation_id = $2)
) one
WHERE answer IS NOT NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3
"""


async def answers(
    tx: Transaction, since: datetime, organisation: uuid.UUID | None
) -> list[Answers]:
    """The answers to what was asked since a moment, of one organisation or of all."""
    return [
        Answers(row.service, row.answer, row.reason, row.delivered, row.to_come, row.count)
        for row in await tx.rows(_COUNT, since, organisation)
    ]
