"""What was proposed for who waits: a coordinator looks at it, and confirms it person by person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from capacity.proposal import Given, Outcome
from coordination.db import audit, declines, offers, proposals
from coordination.db.engine import Database, Transaction
from coordination.db.offers import Offer
from coordination.db.proposals import Now, Stored
from coordination.errors import Refused, Wrong
from coordination.finding import find
from coordination.permissions import Action, Actor, require
from coordination.places import asking
from coordination.places.asking import Terms
from coordination.referral import Purpose, must_be_few

MOST = 50
"""People who are confirmed at once."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Someone of a proposal, with how they are now."""

    referral: uuid.UUID
    outcome: Outcome
    now: Now


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal as a coordinator sees it.

    Attributes:
        stored: all of it.
        changed: whether who waits or what is free has changed since.
        lines: people of the coordinator's sub-regions, the most urgent first.
        more: whether there are more of them.
    """

    stored: Stored
    changed: bool
    lines: list[Line]
    more: bool


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one person: an offer, or why there is none."""

    referral: uuid.UUID
    offer: Offer | None
    refused: Refused | None


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """Where a page of a proposal ends: which one, and how many of its people were shown."""

    proposal: uuid.UUID
    shown: Annotated[int, Meta(ge=0)]


async def newest(tx: Transaction, actor: Actor, after: Mark | None, size: int) -> View:
    """The newest proposal, or the next page of the one that was looked at.

    Args:
        tx: the request's transaction.
        actor: a coordinator; sees the people of its sub-regions, and the totals of all.
        after: where the page before ended, or None.
        size: people of a page.

    Raises:
        Refused: FORBIDDEN for another role; NOT_FOUND while there is none, or no longer.
    """
    require(actor, Action.READ_PROPOSAL)
    found = await (proposals.newest(tx) if after is None else proposals.by_id(tx, after.proposal))
    if found is None:
        raise _none_yet()
    outcomes = sorted(found.body.proposal.outcomes, key=lambda one: one.urgency.rank)
    ids = [uuid.UUID(one.referral) for one in outcomes]
    mine = await proposals.as_they_are(tx, actor, ids)
    lines = [
        Line(referral=identity, outcome=one, now=mine[identity])
        for identity, one in zip(ids, outcomes, strict=True)
        if identity in mine
    ]
    first = 0 if after is None else after.shown
    shown = lines[first : first + size]
    await audit.record(
        tx, actor, Action.READ_PROPOSAL, f"proposal/{found.id}", detail={"count": len(shown)}
    )
    return View(
        stored=found,
        changed=await proposals.basis(tx) != found.body.basis,
        lines=shown,
        more=len(lines) > first + size,
    )


async def ask_for_new(tx: Transaction, actor: Actor) -> None:
    """Notes that a coordinator asks for a new proposal; the caller has it made afterwards.

    Raises:
        Refused: FORBIDDEN for another role.
    """
    require(actor, Action.READ_PROPOSAL)
    await audit.record(tx, actor, Action.READ_PROPOSAL, "proposal", detail={"refresh": True})


async def confirm(
    database: Database,
    actor: Actor,
    proposal: uuid.UUID,
    referrals: Sequence[uuid.UUID],
    terms: Terms,
) -> list[Confirmed]:
    """Makes the offers that were proposed for some people; each is answered apart.

    Each person has a transaction of their own: that someone was faster at one place undoes
    nothing for the others.

    Args:
        database: where it is done.
        actor: a coordinator of their sub-regions.
        proposal: id.
        referrals: for whom: 1 to ``MOST``, none twice.
        terms: of asking.

    Raises:
        Refused: FORBIDDEN for another role; UNPROCESSABLE for too many people or someone
            twice; NOT_FOUND for an unknown proposal; CONFLICT for one that is too old;
            UNAVAILABLE when the database can't answer.
    """
    require(actor, Action.CONFIRM_PROPOSAL)
    must_be_few(referrals, MOST, "referrals")
    stored = await database.transact(lambda tx: proposals.by_id(tx, proposal))
    if stored is None:
        raise _none_yet()
    if terms.now - stored.made_at > proposals.KEPT:
        raise Refused(
            Wrong.CONFLICT, "This proposal is over an hour old; look at the newest one.",
            code="proposal-old",
        )  # fmt: skip
    proposed = {uuid.UUID(one.referral): one.proposed for one in stored.body.proposal.outcomes}
    answers = []
    for referral in referrals:
        given = proposed.get(referral)
        try:
            made = await database.transact(
                lambda tx, who=referral, to=given: _offer(tx, actor, stored.id, who, to, terms)  # type: ignore[misc]
            )
            answers.append(Confirmed(referral=referral, offer=made, refused=None))
        except Refused as why:
            if why.wrong is Wrong.UNAVAILABLE:
                raise
            await audit.record_refusal(
                database, actor, actor.request, f"referral/{referral}", why.code
            )
            answers.append(Confirmed(referral=referral, offer=None, refused=why))
    return answers


async def _offer(
    tx: Transaction,
    actor: Actor,
    proposal: uuid.UUID,
    referral: uuid.UUID,
    given: Given | None,
    terms: Terms,
) -> Offer:
    """Asks the service that was proposed, unless someone was faster."""
    found = await find(tx, actor, referral, lock=True)
    if given is None:
        raise Refused(
            Wrong.CONFLICT, "No place is proposed for this person.", code="no-place-proposed"
        )
    if given.expected:
        raise Refused(
            Wrong.CONFLICT,
            "This place is only expected to come free: there is nothing to hold yet.",
            code="not-free-yet",
        )
    around = await offers.around(tx, found.id, found.person_id, Purpose.PLACE)
    if around.pending:
        raise Refused(
            Wrong.CONFLICT, "A service has been asked for this person meanwhile.",
            code="asked-already",
        )  # fmt: skip
    if given.service in await declines.declined(tx, found.id):
        raise Refused(
            Wrong.CONFLICT, "This service has said no to this person meanwhile.",
            code="declined-already",
        )  # fmt: skip
    service = uuid.UUID(given.service)
    made = await asking.offer(tx, actor, referral, service, terms)
    await audit.record(
        tx, actor, Action.CONFIRM_PROPOSAL, f"proposal/{proposal}", referral=referral,
        detail={"offer": str(made.id), "service": given.service},
    )  # fmt: skip
    return made


def _none_yet() -> Refused:
    return Refused(
        Wrong.NOT_FOUND, "There is no such proposal; one is made soon after things change.",
        code="no-proposal",
    )  # fmt: skip
