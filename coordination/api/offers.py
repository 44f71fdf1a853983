"""Offers: a provider's own questions, its answers, and what the desk decides on those."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter

from coordination.api.bodies import json_body, read_json, refusals
from coordination.api.offer_shapes import OfferOut, done, shown
from coordination.db import audit, offers
from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from coordination.places import placement
from coordination.referral import OfferState
from triage.need import Kind

MOST = 200


class Offers(msgspec.Struct, frozen=True):
    """Offers, the newest first."""

    items: list[OfferOut]


class Decline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a person is not taken: one of the codes of the documentation."""

    reason: str


class Counter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From when a service can take the person: from now to 60 days ahead, with a time zone."""

    starts_at: datetime


@get("/api/offers", tags=["offers"], responses=refusals())
async def read_all(
    parts: With,
    actor: Who,
    states: Annotated[
        list[OfferState] | None, QueryParameter(name="state", description="Only these states.")
    ] = None,
) -> Offers:
    """What is asked of a provider, or for people of the desk's sub-regions; the newest 200."""
    require(actor, Action.READ_OFFERS)

    async def read(tx: Transaction) -> list[Offer]:
        found = await offers.seen_by(tx, actor, [one.value for one in states or ()], MOST)
        await audit.record(tx, actor, Action.READ_OFFERS, "offers", detail={"count": len(found)})
        return found

    return Offers([shown(one) for one in await parts.database.transact(read)])


@post(
    "/api/offers/{offer:uuid}/accept",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def accept(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """The service takes the person; from now on it may know who it is."""
    return await done(parts, lambda tx: placement.accept(tx, actor, offer))


@post(
    "/api/offers/{offer:uuid}/decline",
    status_code=200,
    tags=["offers"],
    operation_class=json_body(Decline),
    responses=refusals(404, 409, 422),
)
async def decline(offer: FromPath[UUID], request: AnyRequest, parts: With, actor: Who) -> OfferOut:
    """The service does not take the person, with a coded reason."""
    require(actor, Action.REPLY_TO_OFFER)
    reason = (await read_json(request, Decline)).reason
    return await done(parts, lambda tx: placement.decline(tx, actor, offer, reason))


@post(
    "/api/offers/{offer:uuid}/withdraw",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def withdraw(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """The desk takes an offer back; the place is free again."""
    return await done(parts, lambda tx: placement.withdraw(tx, actor, offer))


@post(
    "/api/offers/{offer:uuid}/counter",
    status_code=200,
    tags=["offers"],
    operation_class=json_body(Counter),
    responses=refusals(404, 409, 422),
)
async def counter(offer: FromPath[UUID], request: AnyRequest, parts: With, actor: Who) -> OfferOut:
    """The service can take the person from another moment on; the desk decides, the place is held.

    ``expires`` is from now on the time that the desk has.
    """
    require(actor, Action.REPLY_TO_OFFER)
    starts_at = (await read_json(request, Counter)).starts_at

    def decide_within(kind: Kind) -> timedelta:
        return parts.region.hold(kind, parts.hold)

    return await done(
        parts,
        lambda tx: placement.counter(
            tx, actor, offer, starts_at, decide_within=decide_within, now=parts.now()
        ),
    )


@post(
    "/api/offers/{offer:uuid}/agree",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def agree(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """The desk agrees to the moment that a service proposed: the place is accepted."""
    return await done(parts, lambda tx: placement.agree(tx, actor, offer))


@post(
    "/api/offers/{offer:uuid}/queue",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def queue(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """Puts the person on the service's own waiting list: nothing is held any more.

    The service can accept later, if something is free there by then.
    """
    return await done(parts, lambda tx: placement.queue(tx, actor, offer))
