"""Visits that a team can make in each part of the day: taken and given back with its hours.

The counters of a service are locked before its slots, here and in a report: two never wait for
each other, and what is read here can't change until the commit.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination.db.engine import Transaction
from triage.need import HOUR_KINDS, NO_VISITS, Need, Shift, Visits


class Back(msgspec.Struct, frozen=True):
    """The visits of an offer, and how often they are given back: 1, 0, or -1 to take them.

    Attributes:
        held: by an offer that is asked.
        taken: by one that was accepted: reserved where that was after the newest report of
            these visits.
    """

    service: uuid.UUID
    visits: Visits
    held: int
    taken: int
    accepted_at: datetime | None


def visits_of(need: Need) -> Visits:
    """The visits that a placement takes; a bed takes none, whatever its need asks at home."""
    return need.visits if need.kind in HOUR_KINDS else NO_VISITS


async def fit_now(tx: Transaction, service: uuid.UUID, visits: Visits) -> bool:
    """Whether every visit fits, with the counters locked until the commit.

    Visits in a part of the day that the team has not reported fit nowhere.
    """
    await tx.row("SELECT 1 FROM capacity WHERE service_id = $1 FOR UPDATE", service)
    rows = await tx.rows(
        "SELECT shift, total - used - held - reserved AS free FROM capacity_slot"
        " WHERE service_id = $1",
        service,
    )
    free = {row.shift: row.free for row in rows}
    return all(free.get(shift.value, 0) >= visits.of(shift) for shift in Shift)


async def hold(tx: Transaction, service: uuid.UUID, visits: Visits) -> None:
    """Holds visits that ``fit_now`` found to be free."""
    await give_back(tx, [Back(service, visits, -1, 0, None)])


# A team that no longer reports a part of the day has no row for it: then nothing is counted, and
# a report that names it again counts anew. The mark of a report that contradicts what was promised
# goes once it no longer does.
_BACK = """
UPDATE capacity_slot s SET held = s.held - b.held, reserved = s.reserved - b.reserved,
  conflict = s.conflict AND s.used + s.held - b.held + s.reserved - b.reserved > s.total
FROM (
  SELECT c.service_id, c.shift, sum(b.held) AS held,
    sum(CASE WHEN b.accepted_at > c.as_of THEN b.taken ELSE 0 END) AS reserved
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::timestamptz[])
    AS b(service_id, shift, held, taken, accepted_at)
  JOIN capacity_slot c ON c.service_id = b.service_id AND c.shift = b.shift
  GROUP BY c.service_id, c.shift
) b
WHERE s.service_id = b.service_id AND s.shift = b.shift
"""


async def give_back(tx: Transaction, back: Sequence[Back]) -> None:
    """Gives visits back, or takes what is free; the counters of their services are locked."""
    parts = [
        (one.service, shift.value, one.held * count, one.taken * count, one.accepted_at)
        for one in back
        for shift in Shift
        if (count := one.visits.of(shift))
    ]
    if parts:
        await tx.run(_BACK, *map(list, zip(*parts, strict=True)))
