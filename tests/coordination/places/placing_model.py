"""The plain rules of offers, without a database: what must succeed and what must be refused."""

from __future__ import annotations

import uuid

from placing_checks import Offer, Referral, Seen

from coordination.referral import (
    HOLDING,
    STEPS,
    TAKEN,
    UNDECIDED,
    OfferState,
    Purpose,
    State,
    Step,
)
from triage.need import BED_KINDS, HOUR_KINDS, Kind


def may_be_held(seen: Seen, referral: Referral, service: uuid.UUID, kinds: frozenset[Kind]) -> bool:
    """Whether the plain rules say that a place may be held: the model of an offer."""
    own = [one for one in seen.offers if one.referral_id == referral.id]
    return (
        referral.kind in kinds
        and referral.state in {State.TRIAGED, State.WAITING, State.OFFERED}
        and not any(one.state in TAKEN and one.purpose is Purpose.PLACE for one in own)
        and not any(
            one.person_id == referral.person_id
            and one.purpose is Purpose.PLACE
            and one.state is OfferState.ACCEPTED
            for one in seen.offers
        )
        and not any(one.service_id == service and one.state in UNDECIDED for one in own)
        and fits(seen, service, referral.hours or 1.0, referral)
    )


def may_be_done(seen: Seen, offer: Offer, step: Step) -> bool:
    """Whether the plain rules say that a step may be done: the model of an answer."""
    allowed, after = STEPS[step]
    if offer.state is after:
        return step is not Step.COUNTER  # done already; another moment is another proposal
    if offer.state not in allowed:
        return False
    in_time = {Step.ACCEPT, Step.AGREE, Step.COUNTER, Step.DECLINE, Step.QUEUE}
    if offer.due and offer.state in HOLDING and step in in_time:
        return False
    if after is not OfferState.ACCEPTED:
        return True
    needs = next(one.kind for one in seen.referrals if one.id == offer.referral_id)
    place = offer.purpose is Purpose.PLACE
    if offer.kind is not needs if place else needs not in BED_KINDS:
        return False  # new facts changed the care that is advised
    twice = any(
        one.person_id == offer.person_id
        and one.purpose is offer.purpose
        and one.state is OfferState.ACCEPTED
        for one in seen.offers
    )
    return not twice and (
        offer.state is not OfferState.WAITING or fits(seen, offer.service_id, offer.amount, offer)
    )


def fits(seen: Seen, service: uuid.UUID, amount: float, asked: Referral | Offer) -> bool:
    """Whether so much is free at a service that is open, with every visit; a bed takes none."""
    figures = next(one for one in seen.figures if one.service_id == service)
    free = {one.shift: one.free for one in seen.slots if one.service_id == service}
    visits = asked.visits if asked.visits and asked.kind in HOUR_KINDS else {}
    wanted = {shift: count for shift, count in visits.items() if count}
    return (
        figures.open
        and figures.free >= amount
        and all(free.get(shift, -1) >= count for shift, count in wanted.items())
    )
