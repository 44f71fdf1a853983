"""What follows a placement: arriving, back to the hospital and returning, and the end of a stay."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from capacity.report_times import CLOCK_TOLERANCE
from coordination.db import offer_steps
from coordination.db.engine import Transaction
from coordination.db.offer_steps import Details
from coordination.db.offers import Offer
from coordination.errors import Fault, Refused, Wrong
from coordination.finding import lock_offer
from coordination.permissions import Action, Actor, require
from coordination.places.stepping import CLOCK, step
from coordination.referral import DESTINATIONS, OfferState, Step, coded


async def start(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The person has arrived: the referral is placed, and care at home until then ends.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when the offer was not accepted.
    """
    require(actor, Action.REPLY_TO_OFFER)
    return await step(tx, actor, await lock_offer(tx, actor, offer_id), Step.START)


async def leave(tx: Transaction, actor: Actor, offer_id: uuid.UUID, keep: timedelta) -> Offer:
    """The person is back in hospital: the bed is kept for a while, by the database's clock.

    A report that is as of a moment meanwhile counts nobody in it: then it is reserved.

    Args:
        tx: the request's transaction.
        actor: the organisation where the person stays.
        offer_id: of the offer.
        keep: how long; then the clock ends the stay.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when the person has not arrived or the stay has ended.
    """
    require(actor, Action.REPLY_TO_OFFER)
    locked = await lock_offer(tx, actor, offer_id)
    return await step(tx, actor, locked, Step.LEAVE, details=Details(keep=keep))


async def come_back(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The person has returned from the hospital to the bed that was kept.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when the stay has ended or never began.
    """
    require(actor, Action.REPLY_TO_OFFER)
    return await step(tx, actor, await lock_offer(tx, actor, offer_id), Step.RETURN)


async def end(
    tx: Transaction,
    actor: Actor,
    offer_id: uuid.UUID,
    destination: str,
    *,
    at: datetime | None,
    now: datetime,
) -> Offer:
    """The stay, or the care at home, has ended; a referral that was placed is closed.

    What was accepted after the report that stands is no longer reserved. A person whom that
    report counts stays counted until the organisation reports again: we do not guess that a
    bed is free.

    Args:
        tx: the request's transaction.
        actor: the organisation where the person stayed.
        offer_id: of the offer.
        destination: code of where the person went.
        at: when; None is now.
        now: the moment of asking.

    Raises:
        Refused: UNPROCESSABLE for an unknown destination or a moment that can't be,
            NOT_FOUND, or CONFLICT.
    """
    require(actor, Action.REPLY_TO_OFFER)
    coded(destination, DESTINATIONS, "destination")
    if at is not None and (at.tzinfo is None or at > now + CLOCK_TOLERANCE):
        raise _no_moment("a moment that has passed, with a time zone")
    locked = await lock_offer(tx, actor, offer_id)
    accepted = locked.this.offer.accepted_at
    if at is not None and accepted is not None and at < accepted:
        raise _no_moment("not before the place was accepted")
    return await step(
        tx, actor, locked, Step.END, destination=destination, details=Details(ended_at=at)
    )


async def give_up(tx: Transaction, offer_id: uuid.UUID) -> None:
    """Ends a stay whose bed was kept until now, unless the person came back meanwhile."""
    locked = await offer_steps.lock(tx, offer_id)
    if locked and locked.this.over and locked.this.offer.state is OfferState.AWAY:
        await step(tx, CLOCK, locked, Step.END, reason="bed-not-kept", destination="hospital")


def _no_moment(cure: str) -> Refused:
    return Refused(
        Wrong.UNPROCESSABLE,
        "The stay can't have ended then; see errors.",
        faults=(Fault("at", cure),),
        code="at",
    )
