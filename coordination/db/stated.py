"""What the ServiceRequest and the Task of a referral show of it: its state, now or at a moment."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.db.seen import known_states


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a referral, as its ServiceRequest and Tasks show it.

    Attributes:
        asked: the questions of its advice as JSON, while it waits for their answers; else None.
        place: the service where the person has a place, or had it until the stay ended.
    """

    state: str
    version: int
    changed_at: datetime
    reason: str | None
    asked: str | None = None
    place: uuid.UUID | None = None


# Its state at a moment: that of now, or the newest that it had until then (migration 0006).
_OFFER_WAS = """CASE WHEN k.changed_at <= {at} THEN k.state ELSE (
        SELECT q.shown ->> 'state' FROM past q
        WHERE q.of = 'offer' AND q.id = k.id AND q.changed_at <= {at}
        ORDER BY q.version DESC LIMIT 1) END"""


def told(state: str, referral: str, at: str | None = None) -> str:
    """What the Tasks of a referral tell beside its state: columns ``asked`` and ``place``.

    Args:
        state: SQL of the state.
        referral: SQL of the id of the referral.
        at: SQL of the moment at which that was so; None is now.
    """
    advice = "true" if at is None else f"a.made_at <= {at}"
    offer = "k.state" if at is None else _OFFER_WAS.format(at=at)
    return f"""
    CASE WHEN {state} = 'needs-info' THEN (
      SELECT a.body ->> 'questions' FROM advice a WHERE a.referral_id = {referral} AND {advice}
      ORDER BY a.id DESC LIMIT 1) END AS asked,
    CASE WHEN {state} IN ('accepted', 'placed', 'closed') THEN (
      SELECT k.service_id FROM offer k WHERE k.referral_id = {referral} AND k.purpose = 'place'
        AND {offer} IN ({known_states()}) ORDER BY k.accepted_at DESC LIMIT 1) END AS place
    """  # noqa: S608 - our own columns


STATE = f"r.state, r.version AS counted, r.changed_at, r.reason, {told('r.state', 'r.id')}"
"""What a resource shows of its referral ``r``; of ``kept``."""


def stated_of_row(row: Row) -> Stated:
    """Of a row with ``STATE``."""
    return Stated(
        state=row.state,
        version=row.counted,
        changed_at=row.changed_at,
        reason=row.reason,
        asked=row.asked,
        place=row.place,
    )


async def stated_now(tx: Transaction, referral: uuid.UUID) -> Stated:
    """What the resources of a referral that is there show of it."""
    row = await tx.row(
        f"SELECT {STATE} FROM referral r WHERE r.id = $1",  # noqa: S608 - our own columns
        referral,
    )
    assert row is not None  # noqa: S101 - the caller has it, and none is ever deleted
    return stated_of_row(row)
