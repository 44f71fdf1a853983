"""Finds a referral or an offer for who may see it, and tells nobody else that it exists."""

from __future__ import annotations

import uuid

from coordination.db import offer_steps, offers, referrals
from coordination.db.engine import Transaction
from coordination.db.offer_steps import Locked
from coordination.db.referrals import Referral
from coordination.errors import Refused, Wrong
from coordination.permissions import Actor, Role, sees


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


async def lock_offer(tx: Transaction, actor: Actor, offer: uuid.UUID) -> Locked:
    """An offer to the actor's organisation, or one of a referral that the desk may see, locked.

    Raises:
        Refused: NOT_FOUND when it is not there or not theirs to see.
    """
    locked = await offer_steps.lock(tx, offer)
    if locked is None:
        raise _no_offer()
    if actor.role is Role.PROVIDER:
        if locked.this.offer.organisation_id != actor.organisation:
            raise _no_offer()
    else:
        await find(tx, actor, locked.referral.id)
    return locked


def _no_offer() -> Refused:
    return Refused(Wrong.NOT_FOUND, "There is no such offer among those that you may see.")
