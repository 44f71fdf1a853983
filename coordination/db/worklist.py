"""The worklist: open referrals in order, page by page, and that someone looked at them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from coordination.db.audit import who
from coordination.db.engine import Transaction
from coordination.permissions import Actor


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """The last item of a page: the most urgent first, then who waits longest.

    Attributes:
        urgency: rank 0 to 5.
        received: when the referral came in.
        id: the referral, so that the order is total.
    """

    urgency: Annotated[int, Meta(ge=0, le=5)]
    received: datetime
    id: uuid.UUID


_START = Mark(-1, datetime(1, 1, 1, tzinfo=UTC), uuid.UUID(int=0))
"""Before the first item."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the worklist; nothing in it names the person.

    Attributes:
        same_person: other open referrals of the same person.
        departure: "proposed" while a departure from the advice waits for a second professional,
            "effective" where one counts, else null.
        place_by: when a place is needed at the latest; null for care that is not placed here.
        escalated: the duty coordinator was told that place_by nears.
        waiting_since: on the waiting list since then, or null.
        places: services of this kind of care that have something free now.
    """

    referral: uuid.UUID
    urgency: str
    lane: str
    kind: str
    status: str
    state: str
    received: datetime
    review_due: datetime
    subregion: str | None
    place: str | None
    organisation: uuid.UUID
    same_person: int
    departure: str | None
    place_by: datetime | None
    escalated: bool
    waiting_since: datetime | None
    places: int = 0


# The page and the row that says it was looked at, in one statement.
_PAGE = """
WITH aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity)
  VALUES ($1, $2, $3, $4, 'read-worklist', 'done', 'worklist')
)
SELECT r.id, r.urgency, r.lane, r.kind, r.status, r.state, r.received_at, r.review_due,
  r.subregion, r.place, r.organisation_id, r.place_by, r.waiting_since,
  r.escalated_at IS NOT NULL AS escalated,
  (SELECT count(*) FROM referral o WHERE o.person_id = r.person_id AND o.id <> r.id
     AND o.state NOT IN ('placed', 'closed', 'cancelled')) AS same_person,
  (SELECT max(d.state) FROM departure d WHERE d.referral_id = r.id
     AND d.state IN ('proposed', 'effective')) AS departure
FROM referral r
WHERE r.state NOT IN ('placed', 'closed', 'cancelled')
  AND (r.urgency, r.received_at, r.id) > ($5, $6, $7)
  AND {seen}
ORDER BY r.urgency, r.received_at, r.id LIMIT $9
"""
PAGE_OF_DESK = _PAGE.format(seen="(r.subregion IS NULL OR r.subregion = ANY($8::text[]))")
_PAGE_OF_REFERRER = _PAGE.format(seen="r.organisation_id = $8::uuid")


async def page(
    tx: Transaction, actor: Actor, after: Mark | None, size: int, *, own: bool
) -> tuple[list[Item], Mark | None]:
    """One page of the open referrals that an actor sees, and the mark of the next page.

    Args:
        tx: the request's transaction.
        actor: who looks; their look is recorded with the page.
        after: where the page before ended, or None.
        size: items of a page.
        own: only the referrals of the actor's organisation (a referrer), else those of the
            actor's sub-regions and those whose place is not known (the desk).
    """
    mark = after or _START
    rows = await tx.rows(
        _PAGE_OF_REFERRER if own else PAGE_OF_DESK,
        *who(actor),
        mark.urgency, mark.received, mark.id,
        actor.organisation if own else list(actor.subregions), size + 1,
    )  # fmt: skip
    shown = rows[:size]
    last = shown[-1] if len(rows) > size else None
    return [
        Item(
            referral=row.id,
            urgency=f"U{row.urgency}",
            lane=row.lane,
            kind=row.kind,
            status=row.status,
            state=row.state,
            received=row.received_at,
            review_due=row.review_due,
            subregion=row.subregion,
            place=row.place,
            organisation=row.organisation_id,
            same_person=row.same_person,
            departure=row.departure,
            place_by=row.place_by,
            escalated=row.escalated,
            waiting_since=row.waiting_since,
        )
        for row in shown
    ], None if last is None else Mark(last.urgency, last.received_at, last.id)
