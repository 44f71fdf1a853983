"""GET /api/worklist: the open referrals, the most urgent first."""

from __future__ import annotations

import msgspec
from litestar import get

from coordination import paging
from coordination.api.bodies import refusals
from coordination.api.lists import After, Size
from coordination.db.worklist import Item, Mark
from coordination.parts import Who, With
from coordination.referrals import worklist as seen


class Page(msgspec.Struct, frozen=True):
    """A page of the worklist.

    Attributes:
        items: the referrals, the most urgent first and then who waits longest.
        next: hand this as ``next`` for the following page; null on the last one.
    """

    items: list[Item]
    next: str | None


@get("/api/worklist", tags=["worklist"], responses=refusals())
async def worklist(
    parts: With,
    actor: Who,
    size: Size = paging.PAGE,
    after: After = None,
) -> Page:
    """The open referrals that one sees: of the sub-regions (desk), or one's own (referrers)."""
    mark, places = paging.read(after, Mark), parts.live.places_at(parts.now())
    items, last = await parts.database.transact(lambda tx: seen.page(tx, actor, mark, size, places))
    return Page(items, None if last is None else paging.write(last))
