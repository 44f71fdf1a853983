"""The duty to deliver: what each service did with what was asked of it, for everyone to see."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import msgspec

from coordination.db import audit
from coordination.db import delivered as rows
from coordination.db.delivered import Answers
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.permissions import Action, Actor, require

USUAL = timedelta(days=90)
"""How far is looked back where nobody says so."""

LONGEST = timedelta(days=366)
"""How far may be looked back: what is counted stays that of a year, however old the service."""


class Tally(msgspec.Struct, kw_only=True):
    """What a service did with what was asked of it.

    Attributes:
        service: id.
        offered: asked, and answered or left unanswered; what the desk took back before an
            answer is not in it, nor what is still open.
        accepted: of those.
        declined: of those, by reason.
        expired: of those: nobody answered in time.
        other_date: of those: another moment was proposed, and came to nothing.
        delivered: accepted, and the care began.
        to_come: accepted, and it has not begun yet.
        taken_back: accepted, and no longer needed before it began.
    """

    service: uuid.UUID
    offered: int = 0
    accepted: int = 0
    declined: dict[str, int] = msgspec.field(default_factory=dict)
    expired: int = 0
    other_date: int = 0
    delivered: int = 0
    to_come: int = 0
    taken_back: int = 0

    @property
    def share(self) -> float | None:
        """Delivered out of what could be by now, 0 to 1; None where nothing could."""
        could = self.offered - self.to_come - self.taken_back
        return round(self.delivered / could, 3) if could else None

    def add(self, some: Answers) -> None:
        """Counts offers that went the same way."""
        self.offered += some.count
        if some.answer == "accepted":
            self.accepted += some.count
            if some.delivered:
                self.delivered += some.count
            elif some.to_come:
                self.to_come += some.count
            else:
                self.taken_back += some.count
        elif some.answer == "declined":
            reason = some.reason or "other"
            self.declined[reason] = self.declined.get(reason, 0) + some.count
        elif some.answer == "expired":
            self.expired += some.count
        else:
            self.other_date += some.count


async def delivered(
    tx: Transaction,
    actor: Actor,
    since: datetime | None,
    organisation: uuid.UUID | None,
    now: datetime,
) -> tuple[datetime, list[Tally]]:
    """What services did with what was asked of them since a moment, by service.

    Args:
        tx: the request's transaction.
        actor: whoever may see capacity.
        since: only what was asked from then on, ``LONGEST`` ago at most; None is ``USUAL`` ago.
        organisation: only its services, or None for all.
        now: the moment of asking.

    Returns:
        The moment from which was counted, and a tally of each service that was asked.

    Raises:
        Refused: INVALID for a moment without a time zone, of over a year ago or still to come.
    """
    require(actor, Action.READ_CAPACITY)
    begin = now - USUAL if since is None else since
    if begin.tzinfo is None or not now - LONGEST <= begin <= now:
        raise Refused(
            Wrong.INVALID,
            f"Count from a moment of the last {LONGEST.days} days, with a time zone.",
            faults=(Fault("since", f"at most {LONGEST.days} days ago, with a time zone"),),
        )
    found = dict[uuid.UUID, Tally]()
    for some in await rows.answers(tx, begin, organisation):
        found.setdefault(some.service, Tally(service=some.service)).add(some)
    await audit.record(tx, actor, Action.READ_CAPACITY, "delivered", detail={"count": len(found)})
    return begin, list(found.values())
