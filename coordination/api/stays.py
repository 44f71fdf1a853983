"""What follows a placement: the person arrives, goes back to the hospital, returns, leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import FromPath

from coordination.api.bodies import json_body, read_json, refusals
from coordination.api.offer_shapes import OfferOut, done
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from coordination.places import staying


class Leave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the person goes for now."""

    to: Literal["hospital"]


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the person went: one of the codes of the documentation; and when, if not now."""

    destination: str
    at: datetime | None = None


@post(
    "/api/offers/{offer:uuid}/start",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def start(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """The person has arrived: the referral is placed and its Task completed."""
    return await done(parts, lambda tx: staying.start(tx, actor, offer))


@post(
    "/api/offers/{offer:uuid}/leave",
    status_code=200,
    tags=["offers"],
    operation_class=json_body(Leave),
    responses=refusals(404, 409),
)
async def leave(offer: FromPath[UUID], request: AnyRequest, parts: With, actor: Who) -> OfferOut:
    """The person is back in hospital: the bed is kept until ``kept_until``; then the stay ends."""
    require(actor, Action.REPLY_TO_OFFER)
    await read_json(request, Leave)
    return await done(parts, lambda tx: staying.leave(tx, actor, offer, parts.region.keep))


@post(
    "/api/offers/{offer:uuid}/return",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def come_back(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """The person has returned from the hospital to the bed that was kept."""
    return await done(parts, lambda tx: staying.come_back(tx, actor, offer))


@post(
    "/api/offers/{offer:uuid}/end",
    status_code=200,
    tags=["offers"],
    operation_class=json_body(End),
    responses=refusals(404, 409, 422),
)
async def end(offer: FromPath[UUID], request: AnyRequest, parts: With, actor: Who) -> OfferOut:
    """The stay, or the care at home, has ended; a referral that was placed is closed."""
    require(actor, Action.REPLY_TO_OFFER)
    sent = await read_json(request, End)
    return await done(
        parts,
        lambda tx: staying.end(tx, actor, offer, sent.destination, at=sent.at, now=parts.now()),
    )
