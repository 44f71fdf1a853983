"""The waiting list: who comes to it and leaves it, and where each stands and why."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

import msgspec

from capacity.expecting import Expected
from capacity.queue import Waiting, Words, explain, order, position
from coordination.db import audit
from coordination.db import waitlist as rows
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.waitlist import Line, Mark
from coordination.errors import Refused, Wrong
from coordination.finding import find
from coordination.permissions import Action, Actor, require
from coordination.referral import may_be_offered, must_be_open
from triage.need import Kind, Need


class Stand(msgspec.Struct, frozen=True):
    """Where someone stands on the list of their kind of care; 1 is the first."""

    referral: Referral
    position: int
    words: Words


class Shown(msgspec.Struct, frozen=True):
    """A line of the list with what there is for it now.

    Attributes:
        words: why it stands where it stands.
        open_now: ids of the services that fit now, best first.
        expected: services that expect to have enough, soonest first.
    """

    line: Line
    words: Words
    open_now: list[str]
    expected: list[Expected]


Look = Callable[[Need, datetime], tuple[list[str], list[Expected]]]
"""What fits a need that came in at a moment: now, and as is expected."""


async def wait(tx: Transaction, actor: Actor, referral_id: uuid.UUID, now: datetime) -> Stand:
    """Puts someone on the waiting list of the kind of care that counts for them.

    Who is asked for somewhere may wait meanwhile. Asked twice, the first time counts.

    Args:
        tx: the request's transaction.
        actor: a coordinator of the referral's sub-region.
        referral_id: who waits.
        now: for the words only; the list runs on the database's clock.

    Raises:
        Refused: NOT_FOUND; CONFLICT when it ended or a place was accepted; UNPROCESSABLE while
            the advice is provisional, or where the care is not placed here.
    """
    require(actor, Action.WAIT)
    referral = await find(tx, actor, referral_id, lock=True)
    may_be_offered(referral.state, referral.status, referral.kind)
    if referral.waiting_since is None:
        await rows.join(tx, actor, referral.id)
        referral = await find(tx, actor, referral_id)
    else:
        await audit.record(
            tx, actor, Action.READ_WAITING, f"referral/{referral.id}", referral=referral.id
        )
    return await stand(tx, referral, now)


async def stop_waiting(tx: Transaction, actor: Actor, referral_id: uuid.UUID) -> Referral:
    """Takes someone from the waiting list; what was asked for them stays asked.

    Raises:
        Refused: NOT_FOUND, or CONFLICT when it ended or does not wait.
    """
    require(actor, Action.WAIT)
    referral = await find(tx, actor, referral_id, lock=True)
    must_be_open(referral.state)
    if referral.waiting_since is None:
        raise Refused(
            Wrong.CONFLICT, "This person is not on the waiting list.", code="does-not-wait"
        )
    await rows.leave(tx, actor, referral.id)
    return await find(tx, actor, referral_id)


async def stand(tx: Transaction, referral: Referral, now: datetime) -> Stand:
    """Where someone stands, or would stand if they came to the list now.

    Args:
        tx: the request's transaction.
        referral: of care that is placed here.
        now: the moment.
    """
    others = await rows.others(tx, referral.kind, referral.id)
    one = Waiting(
        id=str(referral.id),
        urgency=referral.urgency,
        place_by=referral.place_by,
        since=referral.waiting_since or now,
    )
    ahead = [other for other in others if order(other) < order(one)]
    place = position(one, others)
    return Stand(referral, place, explain(place, one, max(ahead, key=order, default=None), now))


async def page(
    tx: Transaction,
    actor: Actor,
    kind: Kind | None,
    subregion: str | None,
    after: Mark | None,
    size: int,
    look: Look,
    now: datetime,
) -> tuple[list[Shown], Mark | None]:
    """One page of who waits, kind by kind in order, and the mark of the next one.

    Args:
        tx: the request's transaction.
        actor: a coordinator sees its sub-regions; positions count the whole region.
        kind: only this kind of care, or None.
        subregion: only this one of the actor's, or None.
        after: where the page before ended, or None.
        size: lines of a page.
        look: what fits, now and as is expected.
        now: the moment.

    Raises:
        Refused: FORBIDDEN for other roles, and for a sub-region that is not the actor's.
    """
    require(actor, Action.READ_WAITING)
    if subregion is not None and subregion not in actor.subregions:
        listed = ", ".join(sorted(actor.subregions))
        raise Refused(Wrong.FORBIDDEN, f"Not one of your sub-regions; they are: {listed}.")
    lines, last = await rows.page(tx, actor, kind, subregion, after, size)
    return [
        Shown(
            line,
            explain(line.position, line.waiting, line.before, now),
            *look(line.need, line.received),
        )
        for line in lines
    ], last
