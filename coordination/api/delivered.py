"""The duty to deliver: what each service did with what was asked of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import QueryParameter

from coordination.api.bodies import refusals
from coordination.parts import Parts, Who, With
from coordination.places import delivered
from coordination.places.delivered import Tally


class DeliveredOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a service did with what was asked of it.

    Attributes:
        offered: asked, and answered or left unanswered; what the desk took back before an
            answer is not in it, nor what is still open.
        declined: of those, by reason.
        expired: of those: nobody answered in time.
        other_date: of those: another moment was proposed, and came to nothing.
        delivered: accepted, and the care began.
        to_come: accepted, and it has not begun yet.
        taken_back: accepted, and no longer needed before it began.
        share: delivered / (offered - to_come - taken_back), 0 to 1; null where that is nothing.
    """

    service: UUID
    name: str | None
    organisation: str | None
    offered: int
    accepted: int
    declined: dict[str, int]
    expired: int
    other_date: int
    delivered: int
    to_come: int
    taken_back: int
    share: float | None


class DeliveredList(msgspec.Struct, frozen=True):
    """What was counted, by service, and from when."""

    since: datetime
    items: list[DeliveredOut]


@get("/api/delivered", tags=["capacity"], responses=refusals())
async def read_all(
    parts: With,
    actor: Who,
    since: Annotated[
        datetime | None,
        QueryParameter(
            description="Only what was asked from then on, with a time zone: 366 days ago at most,"
            " 90 days when left out. The answer says from when it counts."
        ),
    ] = None,
    organisation: Annotated[
        UUID | None, QueryParameter(description="Only the services of this organisation.")
    ] = None,
) -> DeliveredList:
    """How often what is reported free is really given: for everyone who sees capacity."""
    begin, found = await parts.database.transact(
        lambda tx: delivered.delivered(tx, actor, since, organisation, parts.now())
    )
    return DeliveredList(begin, [_shown(one, parts) for one in found])


def _shown(one: Tally, parts: Parts) -> DeliveredOut:
    service = parts.live.supply.service(str(one.service))
    return DeliveredOut(
        service=one.service,
        name=None if service is None else service.name,
        organisation=None if service is None else service.organisation,
        offered=one.offered,
        accepted=one.accepted,
        declined=one.declined,
        expired=one.expired,
        other_date=one.other_date,
        delivered=one.delivered,
        to_come=one.to_come,
        taken_back=one.taken_back,
        share=one.share,
    )
