"""Asks services for a place for a referral, or for care at home until there is one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import FromPath
from msgspec import Meta

from coordination.api.bodies import json_body, read_json, refusals
from coordination.db.offers import Offer
from coordination.errors import Fault, Refused, Wrong
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, require
from coordination.places import asking
from coordination.places.asking import Outcome, Terms
from coordination.places.bridging import bridge_need
from coordination.referral import Purpose
from triage.need import Need

Ids = Annotated[list[UUID], Meta(min_length=1, max_length=asking.MOST)]
Hours = Annotated[float, Meta(ge=0.25, le=168)]


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which service is asked, or which ones at once, and for what.

    Attributes:
        service: one; give this or ``services``.
        services: 1 to 10, none twice; who accepts first has the person.
        purpose: "place" for the care that was advised; "bridge" for nursing at home until there
            is a bed.
        hours_per_week: of a bridge, 0.25 to 168; left out: the usual hours of that care.
    """

    service: UUID | None = None
    services: Ids | None = None
    purpose: Purpose = Purpose.PLACE
    hours_per_week: Hours | None = None


class Asked(msgspec.Struct, frozen=True):
    """An offer that was made: the place is held until it expires."""

    id: UUID
    service: UUID
    state: str
    expires: datetime


class NotAsked(msgspec.Struct, frozen=True):
    """A service that was not asked, and why: each reason by its code or element, and in words."""

    service: UUID
    detail: str
    errors: list[Fault]


class AskedSeveral(msgspec.Struct, frozen=True):
    """The offers that were made, and the services that were not asked, in the order given."""

    offers: list[Asked]
    refused: list[NotAsked]


@post(
    "/api/referrals/{referral:uuid}/offers",
    status_code=201,
    tags=["offers"],
    operation_class=json_body(Ask),
    responses=refusals(404, 409, 422),
)
async def offer(
    referral: FromPath[UUID], request: AnyRequest, parts: With, actor: Who
) -> Asked | AskedSeveral:
    """Holds a place at a service, or at each of several, and asks without saying who it is.

    One service answers with one offer. Of several the offers that were made are listed with the
    services that could not be asked; when that is all of them, it is refused. The first to
    accept has the person, and what the others held is free again.
    """
    require(actor, Action.OFFER)
    ask = await read_json(request, Ask)
    terms = _terms(parts, ask)
    if ask.services is None:
        if ask.service is None:
            raise _either()
        one = ask.service
        made = await parts.database.transact(
            lambda tx: asking.offer(tx, actor, referral, one, terms)
        )
        return _asked(made)
    if ask.service is not None:
        raise _either()
    several = ask.services
    return _shown(
        await parts.database.transact(
            lambda tx: asking.offer_several(tx, actor, referral, several, terms)
        )
    )


def _terms(parts: Parts, ask: Ask) -> Terms:
    def bridge(need: Need) -> Need:
        return bridge_need(need, parts.protocol, ask.hours_per_week)

    if ask.purpose is Purpose.PLACE and ask.hours_per_week is not None:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "The hours of a place follow from the advice; give them for a bridge only.",
            faults=(Fault("hours_per_week", "goes with the purpose bridge"),),
            code="hours-per-week",
        )
    return Terms(
        supply=parts.live.supply,
        usual=parts.hold,
        now=parts.now(),
        bridge=bridge if ask.purpose is Purpose.BRIDGE else None,
    )


def _either() -> Refused:
    return Refused(
        Wrong.INVALID,
        "Say which service is asked: one in service, or several in services.",
        faults=(Fault("service", "give this or services, and not both"),),
    )


def _shown(outcome: Outcome) -> AskedSeveral:
    return AskedSeveral(
        [_asked(one) for one in outcome.made],
        [NotAsked(service, why.detail, list(why.faults)) for service, why in outcome.refused],
    )


def _asked(made: Offer) -> Asked:
    return Asked(made.id, made.service_id, made.state, made.expires_at)
