"""The worklist as a page: who waits, the most urgent first."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Template

from coordination import worklist as order
from coordination.api.worklist import read
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
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
    found = await read(parts, actor, order.read(after), order.PAGE)
    newest = max(found.items, key=lambda one: one.received, default=None)
    here = f"/worklist?next={after}" if after else "/worklist"
    return page(
        "worklist",
        request,
        now=parts.now(),
        items=found.items,
        next=found.next,
        newest=newest,
        first=not after,
        here=here,
    )
