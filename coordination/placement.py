"""From a match to a place: offer and hold, accept, decline, withdraw, expire, start, cancel."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from capacity.matching import Supply, why_not
from coordination.db import audit, capacity, departures, offers, referrals
from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.db.referrals import Referral
from coordination.departure import DepartureState, Lapse
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, Role, require, sees
from coordination.referral import (
    CANCEL_REASONS,
    DECLINE_REASONS,
    STEPS,
    OfferState,
    State,
    Step,
    coded,
    hours_waited,
    may_be_offered,
    must_be_open,
)

CLOCK = Actor("naober", Role.CLOCK, uuid.UUID(int=0), request="clock")
"""Who does what time does by itself."""

_ENDS = frozenset({Step.DECLINE, Step.WITHDRAW, Step.EXPIRE})


async def find(
    tx: Transaction, actor: Actor, referral: uuid.UUID, *, lock: bool = False
) -> Referral:
    """A referral that the actor may see.

    Raises:
        Refused: NOT_FOUND when it is not there or not theirs to see: which of the two is
            not told.
    """
    found = await referrals.by_id(tx, referral, lock=lock)
    if found is not None:
        if sees(actor, found):
            return found
        if actor.role is Role.PROVIDER and await offers.visible_referral(
            tx, actor.organisation, referral
        ):
            return found
    raise Refused(Wrong.NOT_FOUND, "There is no such referral among those that you may see.")


async def offer(
    tx: Transaction,
    actor: Actor,
    referral_id: uuid.UUID,
    service_id: uuid.UUID,
    *,
    supply: Supply,
    lifetime: timedelta,
    now: datetime,
) -> Offer:
    """Holds a place at a service and asks whether the person may come.

    Args:
        tx: the request's transaction.
        actor: a coordinator of the referral's sub-region.
        referral_id: for whom.
        service_id: where.
        supply: the services, for the conditions that do not change by the minute.
        lifetime: how long the place is held.
        now: for the hours of admission; the hold itself runs on the database's clock.

    Raises:
        Refused: UNPROCESSABLE while the advice is provisional or the care is not placed here;
            CONFLICT when the service does not fit, nothing is free there, it was asked
            already, or the person has a place.
    """
    require(actor, Action.OFFER)
    referral = await find(tx, actor, referral_id, lock=True)
    may_be_offered(referral.state, referral.status, referral.kind)
    service = supply.service(str(service_id))
    if service is None:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "There is no such service.",
            faults=(Fault("service", "unknown id"),),
            code="service-unknown",
        )
    await _not_placed_elsewhere(tx, referral.person_id, referral.id)
    if referral.state is State.OFFERED and await offers.asked(tx, referral.id, service_id):
        raise Refused(
            Wrong.CONFLICT, "This service has been asked already and may still answer.",
            code="asked-already",
        )  # fmt: skip
    waited = hours_waited(referral.received_at, now)
    current = (await capacity.counters(tx, [service_id])).get(str(service_id))
    reasons = why_not(referral.need, service, current, now, waited_hours=waited)
    if reasons:
        raise Refused(
            Wrong.CONFLICT,
            "This service can't take this person now.",
            faults=tuple(Fault(reason.code, reason.text) for reason in reasons),
            code="does-not-fit",
        )
    held = await offers.hold(
        tx, actor, new_id(), new_id(), referral.id, referral.person_id, service_id,
        referral.need, lifetime,
    )  # fmt: skip
    if held is None:
        raise Refused(
            Wrong.CONFLICT, "Nothing is free there any more; choose another service.",
            code="nothing-free",
        )  # fmt: skip
    return held


async def accept(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The service takes the person; other open offers of the referral end.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when the offer is no longer open, the person got a
            place elsewhere meanwhile, or new facts changed the care that is advised.
    """
    return await _reply(tx, actor, offer_id, Step.ACCEPT, State.ACCEPTED)


async def decline(tx: Transaction, actor: Actor, offer_id: uuid.UUID, reason: str) -> Offer:
    """The service does not take the person, with a coded reason; the place is free again.

    Raises:
        Refused: UNPROCESSABLE for an unknown reason, NOT_FOUND, or CONFLICT.
    """
    coded(reason, DECLINE_REASONS)
    return await _reply(tx, actor, offer_id, Step.DECLINE, None, reason)


async def start(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The person has arrived: the referral is placed.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when the offer was not accepted.
    """
    started = await _reply(tx, actor, offer_id, Step.START, State.PLACED)
    await _end_proposals(tx, actor, started.referral_id)
    return started


async def withdraw(tx: Transaction, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The desk takes an offer back, asked or accepted; the place is free again.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when it has ended.
    """
    require(actor, Action.WITHDRAW)
    locked = await _locked(tx, offer_id)
    await find(tx, actor, locked[0].referral_id)
    return await _step(tx, actor, locked, Step.WITHDRAW, None, "withdrawn-by-desk")


async def expire(tx: Transaction, offer_id: uuid.UUID) -> None:
    """Ends an offer whose time has passed, unless someone answered meanwhile."""
    locked = await offers.lock(tx, offer_id)
    if locked and locked[2] and locked[0].state is OfferState.REQUESTED:
        await _step(tx, CLOCK, locked, Step.EXPIRE, None, "no-answer-in-time")


async def cancel(tx: Transaction, actor: Actor, referral_id: uuid.UUID, reason: str) -> Referral:
    """The referrer or the desk withdraws a referral; its holds and offers end.

    Raises:
        Refused: UNPROCESSABLE for an unknown reason, NOT_FOUND, or CONFLICT when it has ended.
    """
    require(actor, Action.CANCEL)
    coded(reason, CANCEL_REASONS)
    referral = await find(tx, actor, referral_id, lock=True)
    if referral.state is State.CANCELLED:
        return referral
    must_be_open(referral.state)
    await end_offers(tx, actor, referral.id, STEPS[Step.WITHDRAW][0], reason)
    await _end_proposals(tx, actor, referral.id)
    await referrals.move(tx, referral.id, State.CANCELLED, reason)
    await audit.record(
        tx, actor, Action.CANCEL, f"referral/{referral.id}", referral=referral.id,
        detail={"reason": reason},
    )  # fmt: skip
    return await find(tx, actor, referral.id)


async def _not_placed_elsewhere(tx: Transaction, person: uuid.UUID, referral: uuid.UUID) -> None:
    """Refuses a second place for one person; of two at once the index lets only one pass."""
    elsewhere = await offers.placed(tx, person, referral)
    if elsewhere is not None:
        raise Refused(
            Wrong.CONFLICT, "This person has a place already, under another referral.",
            code="placed-already",
        )  # fmt: skip


async def _still_advised(tx: Transaction, asked: Offer) -> None:
    """Refuses a place for care that may no longer be what the person needs."""
    referral = await referrals.by_id(tx, asked.referral_id)
    if referral is None or referral.need.kind is not asked.need.kind:
        raise Refused(
            Wrong.CONFLICT, "New facts may change what this person needs; the desk will tell.",
            code="advice-changed",
        )  # fmt: skip


async def end_offers(
    tx: Transaction,
    actor: Actor,
    referral: uuid.UUID,
    states: frozenset[OfferState],
    reason: str,
) -> None:
    """Takes back the offers of a referral that are in some states; their places are free again."""
    for one in await offers.of_referral(tx, referral):
        if one.state in states:
            await _step(tx, actor, await _locked(tx, one.id), Step.WITHDRAW, None, reason)


async def _end_proposals(tx: Transaction, actor: Actor, referral: uuid.UUID) -> None:
    """Ends a departure from the advice that waits for a second professional: it is too late."""
    for one in await departures.standing(tx, referral):
        if one.state is DepartureState.PROPOSED:
            await departures.lapse(tx, actor, one.id, Lapse.REFERRAL_ENDED, new_id())


async def _reply(
    tx: Transaction,
    actor: Actor,
    offer_id: uuid.UUID,
    done: Step,
    referral: State | None,
    reason: str | None = None,
) -> Offer:
    require(actor, Action.REPLY_TO_OFFER)
    locked = await _locked(tx, offer_id)
    if locked[0].organisation_id != actor.organisation:
        raise _no_offer()
    if locked[0].state is STEPS[done][1]:
        return locked[0]  # asked twice: done is done
    return await _step(tx, actor, locked, done, referral, reason)


async def _locked(tx: Transaction, offer_id: uuid.UUID) -> tuple[Offer, State, bool]:
    locked = await offers.lock(tx, offer_id)
    if locked is None:
        raise _no_offer()
    return locked


def _no_offer() -> Refused:
    return Refused(Wrong.NOT_FOUND, "There is no such offer among those that you may see.")


async def _step(
    tx: Transaction,
    actor: Actor,
    locked: tuple[Offer, State, bool],
    done: Step,
    referral: State | None,
    reason: str | None = None,
) -> Offer:
    found, state, due = locked
    allowed, to = STEPS[done]
    if found.state not in allowed:
        raise Refused(Wrong.CONFLICT, f"The offer is {found.state}: {done} is no longer possible.")
    if due and found.state is OfferState.REQUESTED and done in {Step.ACCEPT, Step.DECLINE}:
        raise Refused(
            Wrong.CONFLICT, "The time to answer has passed; the place is no longer held.",
            code="offer-expired",
        )  # fmt: skip
    if done in _ENDS:
        asked = await offers.still_asked(tx, found.referral_id, found.id)
        referral = State.OFFERED if asked else State.TRIAGED
    elif done is Step.ACCEPT:
        must_be_open(state)
        await _not_placed_elsewhere(tx, found.person_id, found.referral_id)
        await _still_advised(tx, found)
    return await offers.step(tx, actor, found.id, done, to, referral, reason, new_id())
