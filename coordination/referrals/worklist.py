"""A page of the worklist, with how many services have something free for each referral."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from coordination.db import worklist as rows
from coordination.db.engine import Transaction
from coordination.db.worklist import Item, Mark
from coordination.permissions import REFERRERS, Action, Actor, require


async def page(
    tx: Transaction,
    actor: Actor,
    after: Mark | None,
    size: int,
    places: Callable[[str, str | None], int],
) -> tuple[list[Item], Mark | None]:
    """One page of what the actor sees, and the mark of the next one.

    Args:
        tx: the request's transaction.
        actor: the desk sees its sub-regions, a referrer its own.
        after: where the page before ended, or None.
        size: items of a page.
        places: how many services of a kind have something free for a postcode.

    Raises:
        Refused: FORBIDDEN for who has no worklist.
    """
    require(actor, Action.READ_WORKLIST)
    items, last = await rows.page(tx, actor, after, size, own=actor.role in REFERRERS)
    return [
        msgspec.structs.replace(item, places=places(item.kind, item.place)) for item in items
    ], last
