"""From a match to a place: the answers to an offer, its time that passes, and a referral's end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from coordination.db import audit, offer_steps, referrals
from coordination.db.engine import Transaction
from coordination.db.offer_steps import Details
from coordination.db.offers import Offer
from coordination.db.referrals import Referral
from coordination.errors import Fault, Refused, Wrong
from coordination.finding import find, lock_offer
from coordination.offer_rules import ended, resting, still_fits
from coordination.permissions import Action, Actor, require
from coordination.places.stepping import CLOCK, lapse_departure, step
from coordination.referral import (
    CANCEL_REASONS,
    DECLINE_REASONS,
    HOLDING,
    STANDING,
    UNDECIDED,
    OfferState,
    Purpose,
    State,
    Step,
    coded,
    must_be_open,
)
from triage.need import Kind

LATEST = timedelta(days=60)
"""How far ahead another moment may be proposed. A choice: by then the need has changed."""

_GONE = {"deceased": "deceased", "admitted-to-hospital": "hospital"}
"""Where the person is, by the reason for which a referral is withdrawn."""


async def accept(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The service takes the person; what else was asked for the same ends.

    Who was on the service's own waiting list gets a place only if one is free there now.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when the offer is no longer open, the person got a
            place elsewhere meanwhile, new facts changed the care that is advised, or nothing
            is free for who waited.
    """
    require(actor, Action.REPLY_TO_OFFER)
    return await step(tx, actor, await lock_offer(tx, actor, offer_id), Step.ACCEPT)


async def decline(tx: Transaction, actor: Actor, offer_id: uuid.UUID, reason: str) -> Offer:
    """The service does not take the person, with a coded reason; the place is free again.

    Raises:
        Refused: UNPROCESSABLE for an unknown reason, NOT_FOUND, or CONFLICT.
    """
    require(actor, Action.REPLY_TO_OFFER)
    coded(reason, DECLINE_REASONS)
    locked = await lock_offer(tx, actor, offer_id)
    return await step(tx, actor, locked, Step.DECLINE, reason=reason)


async def counter(
    tx: Transaction,
    actor: Actor,
    offer_id: uuid.UUID,
    starts_at: datetime,
    *,
    decide_within: Callable[[Kind], timedelta],
    now: datetime,
) -> Offer:
    """The service can take the person, but from another moment on; the place stays held.

    Args:
        tx: the request's transaction.
        actor: the organisation that was asked.
        offer_id: of the offer.
        starts_at: the moment that it proposes.
        decide_within: how long the desk has to agree, by kind of care; then the place is free.
        now: the moment of asking.

    Raises:
        Refused: UNPROCESSABLE when the moment has no time zone, has passed or is too far
            ahead; NOT_FOUND, or CONFLICT.
    """
    require(actor, Action.REPLY_TO_OFFER)
    if starts_at.tzinfo is None or not now < starts_at <= now + LATEST:
        raise Refused(
            Wrong.UNPROCESSABLE,
            f"Propose a moment with a time zone, within {LATEST.days} days from now.",
            faults=(Fault("starts_at", f"a moment from now to {LATEST.days} days ahead"),),
            code="starts-at",
        )
    locked = await lock_offer(tx, actor, offer_id)
    before = locked.this.offer
    if before.state is OfferState.COUNTERED and before.starts_at != starts_at:
        raise Refused(
            Wrong.CONFLICT, "Another moment was proposed already; the desk decides on that first.",
            code="countered-already",
        )  # fmt: skip
    details = Details(starts_at=starts_at, decide_within=decide_within(before.need.kind))
    return await step(tx, actor, locked, Step.COUNTER, details=details)


async def agree(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The desk agrees to the moment that a service proposed: the place is accepted.

    Raises:
        Refused: as ``accept``.
    """
    require(actor, Action.OFFER)
    return await step(tx, actor, await lock_offer(tx, actor, offer_id), Step.AGREE)


async def queue(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """Puts the person on the service's own waiting list: nothing is held any more.

    Raises:
        Refused: NOT_FOUND, or CONFLICT.
    """
    require(actor, Action.QUEUE_OFFER)
    return await step(tx, actor, await lock_offer(tx, actor, offer_id), Step.QUEUE)


async def withdraw(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The desk takes an offer back, asked or accepted; the place is free again.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when it has ended.
    """
    require(actor, Action.WITHDRAW)
    locked = await lock_offer(tx, actor, offer_id)
    return await step(tx, actor, locked, Step.WITHDRAW, reason="withdrawn-by-desk")


async def expire(tx: Transaction, offer_id: uuid.UUID) -> None:
    """Ends an offer whose time has passed, unless someone answered or decided meanwhile."""
    locked = await offer_steps.lock(tx, offer_id)
    if locked and locked.this.due and locked.this.offer.state in HOLDING:
        asked = locked.this.offer.state is OfferState.REQUESTED
        reason = "no-answer-in-time" if asked else "no-decision-in-time"
        await step(tx, CLOCK, locked, Step.EXPIRE, reason=reason)


async def cancel(tx: Transaction, actor: Actor, referral_id: uuid.UUID, reason: str) -> Referral:
    """The referrer or the desk withdraws a referral; its holds, offers and care at home end.

    Raises:
        Refused: UNPROCESSABLE for an unknown reason, NOT_FOUND, or CONFLICT when it has ended.
    """
    require(actor, Action.CANCEL)
    coded(reason, CANCEL_REASONS)
    referral = await find(tx, actor, referral_id, lock=True)
    if referral.state is State.CANCELLED:
        await audit.record(
            tx, actor, Action.READ_REFERRAL, f"referral/{referral.id}", referral=referral.id,
            detail={"repeated": Action.CANCEL},
        )  # fmt: skip
        return referral
    must_be_open(referral.state)
    await referrals.move(tx, referral.id, State.CANCELLED, reason)  # first: never seen as triaged
    await end_offers(tx, actor, referral.id, STANDING, reason)
    await lapse_departure(tx, actor, referral.id)
    await audit.record(
        tx, actor, Action.CANCEL, f"referral/{referral.id}", referral=referral.id,
        detail={"reason": reason},
    )  # fmt: skip
    return await find(tx, actor, referral.id)


async def end_offers(
    tx: Transaction,
    actor: Actor,
    referral: uuid.UUID,
    states: Collection[OfferState],
    reason: str,
) -> None:
    """Takes back the offers of a referral that are in some states; their places are free again.

    Care at home that has begun ends with it.
    """
    locked, found = await offer_steps.lock_referral(tx, referral)
    await _take_back(tx, actor, locked, found, [o for o in found if o.state in states], reason)


async def end_outdated(
    tx: Transaction, actor: Actor, referral: uuid.UUID, kind: Kind, reason: str = "advice-changed"
) -> None:
    """Takes back the questions of a referral that do not fit its new kind of care.

    What was accepted stays, for the desk to decide.
    """
    locked, found = await offer_steps.lock_referral(tx, referral)
    outdated = [
        one
        for one in found
        if one.state in UNDECIDED and not still_fits(one.purpose, one.need.kind, kind.value)
    ]
    await _take_back(tx, actor, locked, found, outdated, reason)


async def _take_back(
    tx: Transaction,
    actor: Actor,
    referral: offer_steps.Referral,
    standing: Sequence[Offer],
    gone: Sequence[Offer],
    reason: str,
) -> None:
    if not gone:
        return
    destination = _GONE.get(reason, "other")
    changes = [ended(one, reason, destination, Step.WITHDRAW) for one in gone]
    left = [one for one in standing if one not in gone]
    place = any(one.purpose is Purpose.PLACE for one in gone)
    after = resting(left, referral.state, referral.status, listed=referral.listed)
    done = await offer_steps.change(tx, actor, referral.id, changes, after if place else None)
    assert done is not None  # noqa: S101 - they are locked, and giving back always can be
