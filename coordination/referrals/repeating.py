"""The same referral sent again: told what the first one became, entry by entry."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coordination.db import audit, corrections, referrals, resources
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.errors import Refused, Wrong
from coordination.permissions import Action, sees
from coordination.records.received import Received, Standing
from coordination.records.shelf import Found
from coordination.records.stored import opened
from coordination.referrals.gathering import Sent
from coordination.writer import Writer
from fhir.settle import unnamed


async def first_of(
    tx: Transaction, writer: Writer, owner: uuid.UUID, identifier: str, content: bytes, sent: Sent
) -> Received:
    """What the first of two referrals with the same identifier became.

    Args:
        tx: the request's transaction.
        writer: who sends the second.
        owner: the organisation whose they are.
        identifier: of the ServiceRequest.
        content: hash of what is sent.
        sent: what is sent.

    Raises:
        Refused: CONFLICT when the first was another, or is this very request.
    """
    first, before = await referrals.by_identifier(tx, owner, identifier)
    if not await _theirs(tx, writer, first):
        raise _other(None)
    if before != content:
        raise _other(first.id)
    if first.id in sent.ids:
        raise Refused(Wrong.CONFLICT, "This referral has started already.", code="started")
    # Nothing is done, and what is here is told.
    entity = f"referral/{first.id}"
    await audit.record(tx, writer.actor, Action.READ_FHIR, entity, referral=first.id)
    here = {held.id for held in sent.here.values()}
    held = [one for one in await resources.of_referral(tx, first.id) if one.id not in here]
    found = _paired(sent, [opened(one, writer.vault) for one in held])
    found |= {at: opened(one, writer.vault) for at, one in sent.here.items()}
    if len(found) < len(sent.ids):  # a condition that found one then finds none now
        raise _other(first.id)
    standing = await Standing.now(tx, first.id, first.task_id)
    return Received(
        found=tuple(standing.shown(found[at]) for at in range(len(sent.ids))),
        new=False,
        referral=first.id,
    )


def _paired(sent: Sent, stored: Sequence[Found]) -> dict[int, Found]:
    """What each resource that is sent again became, in whatever order it comes this time.

    One that was corrected since says something else: then it is the next of its type.
    """
    new = {at: one for at, one in enumerate(sent.entries) if at not in sent.here}
    left = list(stored)
    found: dict[int, Found] = {}
    said = {one.id: unnamed(one.body) for one in stored}
    for at, entry in new.items():
        says = unnamed(bytes(entry.resource))
        if same := next((one for one in left if said[one.id] == says), None):
            found[at] = same
            left.remove(same)
    for at in sorted(new.keys() - found.keys()):
        if near := next((one for one in left if one.type == new[at].resource_type), None):
            found[at] = near
            left.remove(near)
    return found


async def _theirs(tx: Transaction, writer: Writer, first: Referral) -> bool:
    """Whether the sender may know of the first: a desk may enter one of a referrer elsewhere."""
    if sees(writer.actor, first):
        return True
    return await corrections.entered_by(tx, first.id) == writer.actor.organisation


def _other(first: uuid.UUID | None) -> Refused:
    """The refusal of another referral with the same identifier; None is one that is not theirs."""
    which = f"with other content, which is ServiceRequest/{first}. To add facts POST them about its"
    which += f" Patient, or to /api/referrals/{first}/answers; to correct one, PUT it"
    return Refused(
        Wrong.CONFLICT,
        "This ServiceRequest.identifier was used for a referral"
        f" {which if first else 'that is not yours to see'}; for another referral use a new"
        " identifier.",
        code="identifier-used",
    )
