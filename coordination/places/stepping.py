"""One step of an offer: what it needs, what it does to its referral, and its refusals."""

from __future__ import annotations

import uuid

from coordination.db import audit, departures, offer_steps, slots
from coordination.db.engine import Transaction
from coordination.db.offer_steps import NO_DETAILS, Details, Locked
from coordination.db.offers import Offer
from coordination.departure import DepartureState, Lapse
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.offer_rules import TOPICS, Change, besides, state_after, still_fits
from coordination.permissions import Action, Actor, Role
from coordination.referral import HOLDING, STEPS, OfferState, Purpose, State, Step, must_be_open

CLOCK = Actor("naober", Role.CLOCK, uuid.UUID(int=0), request="clock")
"""Who does what time does by itself."""

_IN_TIME = frozenset({Step.ACCEPT, Step.AGREE, Step.COUNTER, Step.DECLINE, Step.QUEUE})
"""The steps for which it is too late once the time of an offer that holds a place has passed."""


async def step(
    tx: Transaction,
    actor: Actor,
    locked: Locked,
    done: Step,
    *,
    reason: str | None = None,
    destination: str | None = None,
    details: Details = NO_DETAILS,
) -> Offer:
    """Does a step of a locked offer; a step that was done is not done again.

    Raises:
        Refused: CONFLICT when the offer is past it, its time has passed, the person got a
            place elsewhere, the care advised is another by now, or nothing is free for who
            waited.
    """
    offer, (allowed, state) = locked.this.offer, STEPS[done]
    if offer.state is state:
        await audit.record(  # nothing is done: it is only seen, and no part of the history
            tx, actor, Action.READ_OFFERS, f"offer/{offer.id}", referral=offer.referral_id,
            detail={"repeated": done},
        )  # fmt: skip
        return offer
    if offer.state not in allowed:
        raise Refused(Wrong.CONFLICT, f"The offer is {offer.state}: {done} is no longer possible.")
    if locked.this.due and offer.state in HOLDING and done in _IN_TIME:
        raise Refused(
            Wrong.CONFLICT, "The time to answer has passed; the place is no longer held.",
            code="offer-expired",
        )  # fmt: skip
    if state is OfferState.ACCEPTED:
        await _may_be_taken(tx, locked)
    others, referral = locked.others, locked.referral
    this = Change(
        id=offer.id,
        was=offer.state,
        state=state,
        topic=TOPICS[done],
        step=done,
        reason=reason,
        destination=destination,
    )
    after = state_after(
        offer, done, others, referral.state, referral.status, listed=referral.listed
    )
    changed = await offer_steps.change(
        tx, actor, referral.id, [this, *besides(offer, done, others)], after, details
    )
    if changed is None:
        raise nothing_free()
    if after is State.PLACED:
        await lapse_departure(tx, actor, referral.id)
    return next(one for one in changed if one.id == offer.id)


async def _may_be_taken(tx: Transaction, locked: Locked) -> None:
    """Refuses what was asked and should not be promised any more."""
    offer, referral = locked.this.offer, locked.referral
    must_be_open(referral.state)
    if locked.this.elsewhere:
        raise placed_elsewhere()
    more = offer.purpose is Purpose.PLACE and referral.requirements - offer.need.requirements
    if more or not still_fits(offer.purpose, offer.need.kind, referral.kind):
        raise Refused(
            Wrong.CONFLICT, "New facts may change what this person needs; the desk will tell.",
            code="advice-changed",
        )  # fmt: skip
    if offer.state is OfferState.WAITING:
        visits = slots.visits_of(offer.need)
        if visits and not await slots.fit_now(tx, offer.service_id, visits):
            raise nothing_free()


async def lapse_departure(tx: Transaction, actor: Actor, referral: uuid.UUID) -> None:
    """Ends a departure from the advice that waits for a second professional: it is too late."""
    for one in await departures.standing(tx, referral):
        if one.state is DepartureState.PROPOSED:
            await departures.lapse(tx, actor, one.id, Lapse.REFERRAL_ENDED, new_id())


def placed_elsewhere() -> Refused:
    """Against a second place for one person; of two at once the index lets only one pass."""
    return Refused(
        Wrong.CONFLICT, "This person has a place already, under another referral.",
        code="placed-already",
    )  # fmt: skip


def nothing_free() -> Refused:
    """Against a place that is not there."""
    return Refused(
        Wrong.CONFLICT, "Nothing is free there any more; choose another service.",
        code="nothing-free",
    )  # fmt: skip
