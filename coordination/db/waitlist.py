"""The waiting list: who stands on it and where, who comes to it and who leaves it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from capacity.queue import Waiting
from coordination.db.audit import who
from coordination.db.engine import Row, Transaction
from coordination.db.offers import listed
from coordination.permissions import Actor
from coordination.referral import STANDING, State
from triage.need import Kind, Need


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """The last line of a page: kind by kind, each in the order of its list."""

    kind: Kind
    urgency: Annotated[int, Meta(ge=0, le=5)]
    place_by: datetime | None
    since: datetime
    id: uuid.UUID


class Bridge(msgspec.Struct, frozen=True):
    """Care at home until there is a place: the offer of it that stands."""

    offer: uuid.UUID
    service: uuid.UUID
    state: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Someone on the list.

    Attributes:
        position: on the list of the kind of care, over the whole region; 1 is the first.
        waiting: what the order is made of.
        before: who stands directly before them, of any sub-region; nothing of it but its order
            is shown.
    """

    id: uuid.UUID
    kind: str
    state: State
    position: int
    waiting: Waiting
    before: Waiting | None
    received: datetime
    escalated: bool
    found: datetime | None
    subregion: str | None
    place: str | None
    organisation: uuid.UUID
    need: Need
    bridge: Bridge | None


# Who was asked for somewhere keeps their place until it is accepted. Who is on the list of a
# service only waits since then.
ON_IT = """
SELECT r.*, COALESCE(r.waiting_since, (SELECT min(o.changed_at) FROM offer o
    WHERE o.referral_id = r.id AND o.state = 'waiting' AND o.purpose = 'place'),
  r.changed_at) AS since
FROM referral r
WHERE (r.state = 'waiting' OR r.state = 'offered' AND r.waiting_since IS NOT NULL)
"""
ORDER = "r.urgency, r.place_by NULLS LAST, r.since, r.id"

# The page and the row that says it was looked at, in one statement. $5 a kind or null, $6 the
# actor's sub-regions, $7 one of them or null, $8 to $12 the mark, $13 how many.
PAGE = f"""
WITH aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity)
  VALUES ($1, $2, $3, $4, 'read-waiting', 'done', 'waiting')
), line AS (
  SELECT r.*, row_number() OVER w AS position, lag(r.id) OVER w AS before_id,
    lag(r.urgency) OVER w AS before_urgency, lag(r.place_by) OVER w AS before_place_by,
    lag(r.since) OVER w AS before_since
  FROM ({ON_IT} AND ($5::text IS NULL OR r.kind = $5)) r
  WINDOW w AS (PARTITION BY r.kind ORDER BY {ORDER})
)
SELECT r.id, r.kind, r.state, r.position, r.urgency, r.place_by, r.since, r.before_id,
  r.before_urgency, r.before_place_by, r.before_since, r.received_at, r.found_at, r.subregion,
  r.place, r.organisation_id, r.need::text AS need, r.escalated_at IS NOT NULL AS escalated,
  (SELECT json_build_object('offer', o.id, 'service', o.service_id, 'state', o.state)::text
   FROM offer o WHERE o.referral_id = r.id AND o.purpose = 'bridge'
     AND o.state IN ({listed(STANDING)}) ORDER BY o.id DESC LIMIT 1) AS bridge
FROM line r
WHERE (r.subregion IS NULL OR r.subregion = ANY($6::text[]))
  AND ($7::text IS NULL OR r.subregion = $7)
  AND ($8::text IS NULL OR
    (r.kind, r.urgency, COALESCE(r.place_by, 'infinity'), r.since, r.id)
      > ($8, $9::int, COALESCE($10::timestamptz, 'infinity'), $11::timestamptz, $12::uuid))
ORDER BY r.kind, {ORDER} LIMIT $13
"""  # noqa: S608 - our own columns

# {change} of $1; $2 to $5 who, $6 the deed.
_MOVE = """
WITH moved AS (
  UPDATE referral SET changed_at = now(), version = version + 1, {change}
  WHERE id = $1
  RETURNING id, kind
)
INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity, referral_id,
  detail)
SELECT $2, $3, $4, $5, $6, 'done', 'referral/' || id, id, json_build_object('kind', kind)
FROM moved
"""
_JOIN = _MOVE.format(
    change="""waiting_since = now(),
    state = CASE WHEN state = 'offered' THEN state ELSE 'waiting' END"""
)
_LEAVE = _MOVE.format(
    change="""waiting_since = NULL, found_at = NULL,
    state = CASE WHEN state = 'waiting' AND NOT EXISTS (SELECT 1 FROM offer o
      WHERE o.referral_id = $1 AND o.state = 'waiting' AND o.purpose = 'place')
      THEN 'triaged' ELSE state END"""
)


async def page(
    tx: Transaction,
    actor: Actor,
    kind: str | None,
    subregion: str | None,
    after: Mark | None,
    size: int,
) -> tuple[list[Line], Mark | None]:
    """One page of who waits in the actor's sub-regions, and the mark of the next page.

    Args:
        tx: the request's transaction.
        actor: a coordinator; the look is recorded with the page.
        kind: only this kind of care, or None.
        subregion: only this one, or None.
        after: where the page before ended, or None.
        size: lines of a page.
    """
    mark = (None,) * 5 if after is None else msgspec.structs.astuple(after)
    rows = await tx.rows(
        PAGE, *who(actor), kind,
        list(actor.subregions), subregion, *mark, size + 1,
    )  # fmt: skip
    shown = rows[:size]
    last = shown[-1] if len(rows) > size else None
    return [_line(row) for row in shown], None if last is None else Mark(
        Kind(last.kind), last.urgency, last.place_by, last.since, last.id
    )


async def others(tx: Transaction, kind: str, besides: uuid.UUID) -> list[Waiting]:
    """Who else waits for a kind of care, in no order."""
    rows = await tx.rows(
        f"SELECT r.id, r.urgency, r.place_by, r.since FROM ({ON_IT} AND r.kind = $1) r"  # noqa: S608
        " WHERE r.id <> $2",
        kind,
        besides,
    )
    return [_waiting(row.id, row.urgency, row.place_by, row.since) for row in rows]


async def join(tx: Transaction, actor: Actor, referral: uuid.UUID) -> None:
    """Puts a locked referral on the list, with its audit row."""
    await tx.run(_JOIN, referral, *who(actor), "wait")
    tx.changed.add("worklist")


async def leave(tx: Transaction, actor: Actor, referral: uuid.UUID) -> None:
    """Takes a locked referral from the list, with its audit row."""
    await tx.run(_LEAVE, referral, *who(actor), "stop-waiting")
    tx.changed.add("worklist")


def _line(row: Row) -> Line:
    before = None
    if row.before_id is not None:
        before = _waiting(row.before_id, row.before_urgency, row.before_place_by, row.before_since)
    return Line(
        id=row.id,
        kind=row.kind,
        state=State(row.state),
        position=row.position,
        waiting=_waiting(row.id, row.urgency, row.place_by, row.since),
        before=before,
        received=row.received_at,
        escalated=row.escalated,
        found=row.found_at,
        subregion=row.subregion,
        place=row.place,
        organisation=row.organisation_id,
        need=msgspec.json.decode(row.need, type=Need),
        bridge=None if row.bridge is None else msgspec.json.decode(row.bridge, type=Bridge),
    )


def _waiting(id_: uuid.UUID, urgency: int, place_by: datetime | None, since: datetime) -> Waiting:
    return Waiting(id=str(id_), urgency=urgency, place_by=place_by, since=since)
