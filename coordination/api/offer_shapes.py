"""An offer as the JSON side shows it to the desk and to whom it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import msgspec

from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.parts import Parts
from coordination.referral import KNOWN, Purpose
from triage.outline import Outline, outline


class OfferOut(msgspec.Struct, frozen=True, kw_only=True):
    """An offer; ``referral`` is null until it is accepted: until then nobody is named.

    Attributes:
        id: of the offer: its Task's.
        purpose: "place", or "bridge" for care at home until there is one.
        need: what care is asked, too coarse to know who it is.
        amount: 1 bed, or hours a week.
        starts_at: from when the service can take the person, where it named another moment.
        started_at: when the person arrived.
        kept_until: until when a bed is kept for who is back in hospital.
        destination: where the person went when the stay ended.
    """

    id: UUID
    service: UUID
    purpose: Purpose
    state: str
    created: datetime
    expires: datetime
    changed: datetime
    amount: float
    need: Outline
    starts_at: datetime | None
    started_at: datetime | None
    kept_until: datetime | None
    ended_at: datetime | None
    destination: str | None
    reason: str | None
    referral: UUID | None


async def done(parts: Parts, work: Callable[[Transaction], Awaitable[Offer]]) -> OfferOut:
    """Does a step of an offer; the offer as it is then."""
    return shown(await parts.database.transact(work))


def shown(one: Offer) -> OfferOut:
    """An offer as JSON has it."""
    return OfferOut(
        id=one.id,
        service=one.service_id,
        purpose=one.purpose,
        state=one.state,
        created=one.created_at,
        expires=one.expires_at,
        changed=one.changed_at,
        amount=float(one.amount),
        need=outline(one.need),
        starts_at=one.starts_at,
        started_at=one.started_at,
        kept_until=one.kept_until,
        ended_at=one.ended_at,
        destination=one.destination,
        reason=one.reason,
        referral=one.referral_id if one.state in KNOWN else None,
    )
