"""Referrals as they stand: the statements that read them and change them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec

from capacity.queue import place_by
from coordination.db.engine import Row, Transaction
from coordination.referral import State
from triage.advice import Advice
from triage.need import Need
from triage.picture import Picture


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """A referral as it stands; ``urgency`` is the rank that orders the worklist.

    It is the highest over the open referrals of the person; ``own_urgency`` is what this one says
    by itself, and None while that is the same. ``place_by`` is the clock of its kind of care.
    """

    id: uuid.UUID
    organisation_id: uuid.UUID
    identifier: str
    person_id: uuid.UUID
    patient_id: uuid.UUID
    task_id: uuid.UUID
    state: State
    urgency: int
    own_urgency: int | None
    lane: str
    kind: str
    status: str
    review_due: datetime
    subregion: str | None
    place: str | None
    entered_urgency: int | None
    intended_destination: str | None
    authored_at: datetime
    received_at: datetime
    changed_at: datetime
    version: int
    reason: str | None
    place_by: datetime | None
    waiting_since: datetime | None
    escalated_at: datetime | None
    need: Need


COLUMNS = ", ".join(
    f"r.{name}" + ("::text" if name == "need" else "") for name in Referral.__struct_fields__
)


async def by_identifier(
    tx: Transaction, organisation: uuid.UUID, identifier: str
) -> tuple[Referral, bytes]:
    """A referral that this organisation sent before, and the hash of what it sent."""
    row = await tx.row(
        f"SELECT {COLUMNS}, r.content FROM referral r"  # noqa: S608 - our own columns
        " WHERE r.organisation_id = $1 AND r.identifier = $2",
        organisation,
        identifier,
    )
    assert row is not None  # noqa: S101 - the insert just met it, and none is ever deleted
    return from_row(row), row.content


async def by_id(tx: Transaction, referral: uuid.UUID, *, lock: bool = False) -> Referral | None:
    """A referral, or None; ``lock`` keeps others from changing it until the commit."""
    row = await tx.row(
        f"SELECT {COLUMNS} FROM referral r WHERE r.id = $1"  # noqa: S608 - our own columns
        + (" FOR UPDATE" if lock else ""),
        referral,
    )
    return None if row is None else from_row(row)


async def latest_advice(tx: Transaction, referral: uuid.UUID) -> tuple[Picture, bytes, datetime]:
    """The picture, the advice as JSON, and the moment of the newest triage."""
    row = await tx.row(
        "SELECT picture::text, body::text, made_at FROM advice"
        " WHERE referral_id = $1 ORDER BY id DESC LIMIT 1",
        referral,
    )
    assert row is not None  # noqa: S101 - written with the referral itself
    return msgspec.json.decode(row.picture, type=Picture), row.body.encode(), row.made_at


# {kind}, {by}: of the care that counts from now on, and when it is needed ({by} null: it is not
# placed here). New facts bring the clock nearer and never put it off ({fresh} false), unless they
# ask for other care: that has a clock of its own. Who no longer needs a place leaves the list.
CLOCK = """
  place_by = CASE WHEN r.kind <> {kind} OR {fresh} THEN {by}::timestamptz
    ELSE LEAST(r.place_by, {by}::timestamptz) END,
  escalated_at = CASE WHEN r.kind = {kind} THEN r.escalated_at END,
  found_at = CASE WHEN r.kind = {kind} THEN r.found_at END,
  waiting_since = CASE WHEN {by}::timestamptz IS NOT NULL THEN r.waiting_since END
"""
_TRIAGED_AGAIN = f"""
WITH why AS (
  INSERT INTO advice (id, referral_id, made_at, version, fingerprint, picture, body)
  VALUES ($2, $1, $3, $4, $5, $6, $7)
)
UPDATE referral r SET urgency = LEAST(r.urgency, $9), lane = $10, kind = $11,
  own_urgency = LEAST(COALESCE(r.own_urgency, r.urgency), $9),
  state = CASE WHEN $8 = 'triaged' AND $15::timestamptz IS NOT NULL AND (r.waiting_since IS NOT NULL
    OR EXISTS (SELECT 1 FROM offer o WHERE o.referral_id = r.id AND o.purpose = 'place'
      AND o.state = 'waiting')) THEN 'waiting' ELSE $8 END,
  status = $12, review_due = $13, need = $14, changed_at = $3, version = r.version + 1,
  {CLOCK.format(kind="$11", by="$15", fresh="false")}
WHERE r.id = $1
"""  # noqa: S608 - our own columns


async def triaged_again(
    tx: Transaction,
    referral: Referral,
    advice_id: uuid.UUID,
    state: State,
    picture: Picture,
    advice: Advice,
    counted: Advice,
    need: Need,
    now: datetime,
) -> None:
    """Stores a newer advice; the urgency of a waiting person rises and never falls by it.

    Args:
        tx: the request's transaction.
        referral: locked.
        advice_id: a fresh id.
        state: of the referral from now on.
        picture: the facts used.
        advice: as it was made.
        counted: what counts of it where a professional departs from it; else the same.
        need: of what counts.
        now: when it was made.
    """
    await tx.run(
        _TRIAGED_AGAIN,
        referral.id, advice_id, now, advice.protocol.version, advice.protocol.fingerprint,
        as_text(picture), as_text(advice), state.value, counted.urgency.rank, counted.lane.value,
        counted.kind.value, advice.status.value, advice.review_due, as_text(need),
        place_by(need, referral.received_at),
    )  # fmt: skip
    tx.changed.add("worklist")


async def share_urgency(tx: Transaction, person: uuid.UUID) -> list[uuid.UUID]:
    """Gives every open referral of a person the highest urgency among them; those raised."""
    rows = await tx.rows(
        """
        UPDATE referral r SET urgency = top.urgency, version = r.version + 1, changed_at = now(),
          own_urgency = COALESCE(r.own_urgency, r.urgency)
        FROM (SELECT min(COALESCE(own_urgency, urgency)) AS urgency FROM referral
              WHERE person_id = $1 AND state NOT IN ('placed', 'closed', 'cancelled')) top
        WHERE r.person_id = $1 AND r.state NOT IN ('placed', 'closed', 'cancelled')
          AND r.urgency > top.urgency
        RETURNING r.id
        """,
        person,
    )
    return [row.id for row in rows]


async def any_at_all(tx: Transaction) -> bool:
    """Whether there is any referral."""
    return await tx.row("SELECT 1 FROM referral LIMIT 1") is not None


async def others_of(tx: Transaction, referral: Referral) -> list[dict[str, Any]]:
    """Other open referrals of the same person: noticed, and shown to the desk."""
    rows = await tx.rows(
        """
        SELECT id, state, kind, received_at FROM referral
        WHERE person_id = $1 AND id <> $2 AND state NOT IN ('placed', 'closed', 'cancelled')
        ORDER BY received_at
        """,
        referral.person_id,
        referral.id,
    )
    return [
        {"referral": row.id, "state": row.state, "kind": row.kind, "received": row.received_at}
        for row in rows
    ]


async def move(
    tx: Transaction, referral: uuid.UUID, state: State, reason: str | None = None
) -> None:
    """Brings a referral into a state."""
    await tx.run(
        "UPDATE referral SET state = $2, reason = COALESCE($3, reason), changed_at = now(),"
        " version = version + 1 WHERE id = $1",
        referral,
        state.value,
        reason,
    )
    tx.changed.add("worklist")


def from_row(row: Row) -> Referral:
    """A referral of a row with ``COLUMNS``."""
    values = {name: getattr(row, name) for name in Referral.__struct_fields__}
    values["state"] = State(row.state)
    values["need"] = msgspec.json.decode(row.need, type=Need)
    return Referral(**values)


def as_text(value: Any) -> str:
    """A value as JSON text, as the driver takes it."""
    return msgspec.json.encode(value).decode()
