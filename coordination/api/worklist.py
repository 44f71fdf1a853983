"""GET /api/worklist: the open referrals, the most urgent first."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from coordination import waiting
from coordination import worklist as order
from coordination.api.bodies import refusals
from coordination.db.worklist import Item
from coordination.parts import Who, With


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
    size: Annotated[
        int,
        QueryParameter(name="size", ge=1, le=order.LONGEST_PAGE, description="Items of a page."),
    ] = order.PAGE,
    after: Annotated[
        str | None,
        QueryParameter(name="next", max_length=200, description="The mark of the page before."),
    ] = None,
) -> Page:
    """The open referrals that one sees: of the sub-regions (desk), or one's own (referrers)."""
    mark, places = order.read(after), parts.live.places_at(parts.now())
    items, last = await parts.database.transact(
        lambda tx: waiting.page(tx, actor, mark, size, places)
    )
    return Page(items, None if last is None else order.write(last))
