"""Best for all: the newest proposal for everyone who waits, and confirming it."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath

from coordination import paging
from coordination.api.bodies import json_body, read_json, refusals
from coordination.api.lists import After, Size
from coordination.api.proposal_shapes import (
    Confirm,
    ConfirmedAll,
    ProposalOut,
    Refresh,
    confirmed,
    shown,
)
from coordination.paging import PAGE
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from coordination.places import proposed, proposing
from coordination.places.asking import Terms
from coordination.places.proposed import Mark


@get("/api/proposal", tags=["proposals"], responses=refusals(404))
async def read(
    parts: With,
    actor: Who,
    size: Size = PAGE,
    after: After = None,
) -> ProposalOut:
    """The newest proposal for everyone who waits, beside first come, first served.

    It gives what is free or expected to come free, and never moves what was promised. 404
    while there is none.
    """
    require(actor, Action.READ_PROPOSAL)
    mark = paging.read(after, Mark)
    view = await parts.database.transact(lambda tx: proposed.newest(tx, actor, mark, size))
    return shown(view, parts.live.supply, mark.shown if mark else 0)


@post("/api/proposal/refresh", status_code=202, tags=["proposals"], responses=refusals())
async def refresh(parts: With, actor: Who) -> Response[Refresh]:
    """Asks for a new proposal soon; nothing is made while nothing changed."""
    await parts.database.transact(lambda tx: proposed.ask_for_new(tx, actor))
    work = BackgroundTask(proposing.look_soon, parts.database, parts.live)
    return Response(Refresh(accepted=True), status_code=202, background=work)


@post(
    "/api/proposals/{proposal:uuid}/confirm",
    status_code=200,
    tags=["proposals"],
    operation_class=json_body(Confirm),
    responses=refusals(404, 409, 422),
)
async def confirm(
    proposal: FromPath[UUID], request: AnyRequest, parts: With, actor: Who
) -> ConfirmedAll:
    """Makes the offers that are proposed for some people: each place is held and asked for.

    Each person is answered apart: that someone was faster at one place undoes nothing for
    the others.
    """
    require(actor, Action.CONFIRM_PROPOSAL)
    wanted = (await read_json(request, Confirm)).referrals
    terms = Terms(supply=parts.live.supply, usual=parts.hold, now=parts.now())
    answers = await proposed.confirm(parts.database, actor, proposal, wanted, terms)
    return ConfirmedAll([confirmed(one) for one in answers])
