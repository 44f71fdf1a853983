"""The worklist as a page: the open referrals, the most urgent first."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Template

from coordination import paging
from coordination.db.worklist import Mark
from coordination.parts import AnyRequest, Who, With
from coordination.referrals import worklist as seen
from coordination.web.pages import page


@get("/worklist")
async def worklist(
    parts: With,
    actor: Who,
    request: AnyRequest,
    after: Annotated[str | None, QueryParameter(name="next", max_length=400)] = None,
) -> Template:
    """A page of 20; the browser asks for it again when something changed."""
    mark, now = paging.read(after, Mark), parts.now()
    places = parts.live.places_at(now)
    items, last = await parts.database.transact(
        lambda tx: seen.page(tx, actor, mark, paging.PAGE, places)
    )
    newest = max(items, key=lambda one: one.received, default=None)
    here = f"/worklist?next={after}" if after else "/worklist"
    return page(
        "worklist",
        request,
        now=now,
        items=items,
        next=None if last is None else paging.write(last),
        newest=newest,
        first=not after,
        here=here,
    )
