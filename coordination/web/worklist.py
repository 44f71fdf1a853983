"""The worklist as a page: who waits, the most urgent first."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.response import Template

from coordination import worklist as order
from coordination.db import referrals
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import REFERRERS, Action, require
from coordination.web.pages import page


@get("/worklist")
async def worklist(
    parts: With,
    actor: Who,
    request: AnyRequest,
    after: Annotated[str | None, QueryParameter(name="next", max_length=200)] = None,
) -> Template:
    """A page of 20; the browser asks for it again when something changed."""
    require(actor, Action.READ_WORKLIST)
    mark = order.read(after)
    items, last = await parts.database.transact(
        lambda tx: referrals.page(tx, actor, mark, order.PAGE, own=actor.role in REFERRERS)
    )
    now = parts.now()
    items = [
        msgspec.structs.replace(one, places=parts.live.places(one.kind, one.place, now))
        for one in items
    ]
    newest = max(items, key=lambda one: one.received, default=None)
    here = f"/worklist?next={after}" if after else "/worklist"
    return page(
        "worklist",
        request,
        now=now,
        items=items,
        next=None if last is None else order.write(last),
        newest=newest,
        first=not after,
        here=here,
    )
