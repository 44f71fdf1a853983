"""What is asked of a care organisation, as a page, and its answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from coordination.db import audit, offers
from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Role, require
from coordination.places import placement, staying
from coordination.referral import DECLINE_REASONS, KNOWN, UNDECIDED, OfferState
from coordination.web.pages import page, see
from triage.outline import outline

MOST = 100


class Decline(msgspec.Struct, frozen=True):
    """Why a person is not taken."""

    reason: str = ""


@get("/offers")
async def read(parts: With, actor: Who, request: AnyRequest) -> Template:
    """First what waits for an answer, then who is expected, then what has ended."""
    require(actor, Action.READ_OFFERS)

    async def look(tx: Transaction) -> list[Offer]:
        found = await offers.seen_by(tx, actor, [], MOST)
        await audit.record(tx, actor, Action.READ_OFFERS, "offers", detail={"count": len(found)})
        return found

    found = await parts.database.transact(look)
    services = {one.service_id: parts.live.supply.service(str(one.service_id)) for one in found}
    return page(
        "offers",
        request,
        now=parts.now(),
        asked=[one for one in found if one.state in UNDECIDED],
        expected=[one for one in found if one.state is OfferState.ACCEPTED],
        ended=[one for one in found if one.state not in UNDECIDED | {OfferState.ACCEPTED}],
        services={identity: service.name for identity, service in services.items() if service},
        reasons=DECLINE_REASONS,
        known=KNOWN,
        outline=outline,
        answers=actor.role is Role.PROVIDER,
    )


@post("/offers/{offer:uuid}/accept")
async def accept(offer: FromPath[UUID], parts: With, actor: Who) -> Redirect:
    """The organisation takes the person."""
    return await _do(parts, lambda tx: placement.accept(tx, actor, offer), "accepted")


@post("/offers/{offer:uuid}/decline")
async def decline(
    offer: FromPath[UUID], data: URLEncodedBody[Decline], parts: With, actor: Who
) -> Redirect:
    """The organisation does not take the person, and says why."""
    return await _do(parts, lambda tx: placement.decline(tx, actor, offer, data.reason), "declined")


@post("/offers/{offer:uuid}/start")
async def start(offer: FromPath[UUID], parts: With, actor: Who) -> Redirect:
    """The person has arrived."""
    return await _do(parts, lambda tx: staying.start(tx, actor, offer), "started")


async def _do(parts: Parts, work: Callable[[Transaction], Awaitable[Offer]], said: str) -> Redirect:
    await parts.database.transact(work)
    return see("/offers", said)
