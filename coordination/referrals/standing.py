"""What counts for a referral: the latest advice, or a professional's departure from it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

import msgspec

from coordination.db import departures as rows
from coordination.db.departures import Departure
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.departure import DepartureState, Lapse, Standing, differs, lapses
from coordination.ids import new_id
from coordination.permissions import Actor, Role
from coordination.places.placement import end_outdated
from triage.advice import Advice
from triage.need_of import need_of
from triage.picture import Picture
from triage.protocol import Protocol
from triage.wanted import asked_in


async def of_referral(tx: Transaction, actor: Actor, referral: uuid.UUID) -> list[Departure]:
    """The departures of a referral that the actor may see; a provider sees what counts, bare."""
    found = await rows.of_referral(tx, referral)
    if actor.role is not Role.PROVIDER:
        return found
    return [
        msgspec.structs.replace(one, explanation=None)
        for one in found
        if one.state is DepartureState.EFFECTIVE
    ]


async def counted(tx: Transaction, actor: Actor, referral: Referral, advice: Advice) -> Advice:
    """What counts of an advice that was just made, once the departures that it ends have lapsed.

    Args:
        tx: the request's transaction.
        actor: who brought the new facts.
        referral: locked, as it stood before this advice.
        advice: made now.
    """
    counts = advice
    for one in await rows.standing(tx, referral.id):
        if lapses(one.state, one.advised, one.kind, advice):
            await lapse(tx, actor, [one], Lapse.ADVICE_CHANGED)
        elif one.state is DepartureState.EFFECTIVE:
            urgency = one.urgency or advice.urgency
            if differs(one.advised, advice):
                urgency = urgency.at_least(advice.urgency)
            counts = msgspec.structs.replace(
                advice, urgency=urgency, kind=one.kind or advice.kind, lane=one.lane
            )
    return counts


async def let_count(
    tx: Transaction,
    actor: Actor,
    referral: Referral,
    made: Departure,
    to: Standing,
    advice: Advice,
    picture: Picture,
    protocol: Protocol,
    now: datetime,
) -> None:
    """Lets a departure count: worklist, matches and offers follow it from now on."""
    counts = msgspec.structs.replace(advice, urgency=to.urgency, kind=to.kind)
    asked = asked_in(referral.need)
    need = need_of(protocol, counts, picture, pc4=referral.place, wanted=asked)
    by_two = made.decided_by is not None
    await rows.apply(tx, referral, made.urgency, to.lane, need, now, by_two=by_two)
    if need.kind is not referral.need.kind:
        await end_outdated(tx, actor, referral.id, need.kind)


async def lapse(tx: Transaction, actor: Actor, ended: Iterable[Departure], because: Lapse) -> None:
    """Ends departures that nobody decides on any more."""
    for one in ended:
        await rows.lapse(tx, actor, one.id, because, new_id())
