"""Replaces the visits of a team, by part of the day, by those that its report names."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from capacity.report import SlotReport
from coordination.db.engine import Transaction
from coordination.db.offers import listed
from coordination.referral import HOLDING, TAKEN
from triage.need import Shift

# What is held and reserved is counted anew, for offers may be older than the first report that
# names their part of the day.
_PUT = f"""
WITH sent AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::timestamptz[])
    AS t (service_id, shift, total, used, as_of)
)
INSERT INTO capacity_slot AS c (service_id, shift, total, used, held, reserved, conflict, as_of)
SELECT sent.service_id, sent.shift, sent.total, sent.used, p.held, p.reserved,
  sent.used + p.held + p.reserved > sent.total, sent.as_of
FROM sent, LATERAL (
  SELECT COALESCE(sum(o.visits) FILTER (WHERE o.state IN ({listed(HOLDING)})), 0) AS held,
    COALESCE(sum(o.visits) FILTER (WHERE o.state IN ({listed(TAKEN)})
      AND o.accepted_at > sent.as_of), 0) AS reserved
  FROM (SELECT state, accepted_at, (need->'visits'->>sent.shift)::int AS visits FROM offer
        WHERE service_id = sent.service_id AND state IN ({listed(HOLDING | TAKEN)})) o
) p
ON CONFLICT (service_id, shift) DO UPDATE SET total = EXCLUDED.total, used = EXCLUDED.used,
  held = EXCLUDED.held, reserved = EXCLUDED.reserved, conflict = EXCLUDED.conflict,
  as_of = EXCLUDED.as_of
"""  # noqa: S608 - our own states
_DROP = """
DELETE FROM capacity_slot c WHERE c.service_id = ANY($1) AND NOT EXISTS (
  SELECT 1 FROM unnest($2::uuid[], $3::text[]) AS t (service_id, shift)
  WHERE t.service_id = c.service_id AND t.shift = c.shift)
"""


async def replace(
    tx: Transaction,
    reported: Sequence[tuple[uuid.UUID, Mapping[Shift, SlotReport], datetime]],
) -> None:
    """Replaces the visits of services, each named once, with the as-of of its report.

    The counters of these services must be locked already: then nobody holds or accepts visits
    between the counting and the commit.
    """
    sent = [
        (service, shift.value, slot.total, slot.used, as_of)
        for service, slots, as_of in reported
        for shift, slot in slots.items()
    ]
    columns = [list(column) for column in zip(*sent, strict=True)] or [[], [], [], [], []]
    await tx.run(_DROP, [service for service, _, _ in reported], columns[0], columns[1])
    await tx.run(_PUT, *columns)
