"""Offers: a provider's own questions, and every step of an offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter

from coordination import placement
from coordination.api.bodies import json_body, read_json, refusals
from coordination.db import audit, offers
from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Role, require
from coordination.referral import KNOWN, OfferState
from triage.need import Outline, outline

MOST = 200


class OfferOut(msgspec.Struct, frozen=True, kw_only=True):
    """An offer; ``referral`` is null until it is accepted: until then nobody is named.

    Attributes:
        id: of the offer: its Task's.
        need: what care is asked, too coarse to know who it is.
        amount: 1 bed, or hours a week.
    """

    id: UUID
    service: UUID
    state: str
    created: datetime
    expires: datetime
    changed: datetime
    amount: float
    need: Outline
    reason: str | None
    referral: UUID | None


class Offers(msgspec.Struct, frozen=True):
    """Offers, the newest first."""

    items: list[OfferOut]


class Decline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a person is not taken: one of the codes of the documentation."""

    reason: str


@get("/api/offers", tags=["offers"], responses=refusals())
async def read_all(
    parts: With,
    actor: Who,
    states: Annotated[
        list[OfferState] | None, QueryParameter(name="state", description="Only these states.")
    ] = None,
) -> Offers:
    """What is asked of a provider (its own), or of anyone (the desk)."""
    require(actor, Action.READ_OFFERS)

    async def read(tx: Transaction) -> list[Offer]:
        own = actor.organisation if actor.role is Role.PROVIDER else None
        found = await offers.of_organisation(tx, own, [one.value for one in states or ()], MOST)
        await audit.record(tx, actor, Action.READ_OFFERS, "offers", detail={"count": len(found)})
        return found

    return Offers([_shown(one) for one in await parts.database.transact(read)])


@post(
    "/api/offers/{offer:uuid}/accept",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def accept(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """The service takes the person; from now on it may know who it is."""
    return await _do(parts, lambda tx: placement.accept(tx, actor, offer))


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
    return await _do(parts, lambda tx: placement.decline(tx, actor, offer, reason))


@post(
    "/api/offers/{offer:uuid}/withdraw",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def withdraw(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """The desk takes an offer back; the place is free again."""
    return await _do(parts, lambda tx: placement.withdraw(tx, actor, offer))


@post(
    "/api/offers/{offer:uuid}/start",
    status_code=200,
    tags=["offers"],
    responses=refusals(404, 409),
)
async def start(offer: FromPath[UUID], parts: With, actor: Who) -> OfferOut:
    """The person has arrived: the referral is placed and its Task completed."""
    return await _do(parts, lambda tx: placement.start(tx, actor, offer))


async def _do(parts: Parts, work: Callable[[Transaction], Awaitable[Offer]]) -> OfferOut:
    return _shown(await parts.database.transact(work))


def _shown(one: Offer) -> OfferOut:
    return OfferOut(
        id=one.id,
        service=one.service_id,
        state=one.state,
        created=one.created_at,
        expires=one.expires_at,
        changed=one.changed_at,
        amount=float(one.amount),
        need=outline(one.need),
        reason=one.reason,
        referral=one.referral_id if one.state in KNOWN else None,
    )
