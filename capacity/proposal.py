"""What a proposal for all who wait is made of: who needs a place, and what each would get."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from triage.need import Need
from triage.urgency import Urgency


class Seeker(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who needs a place.

    Attributes:
        id: of the referral.
        need: what care, how urgent, which conditions.
        since: when the referral came in.
        place_by: when a place is needed at the latest; None: the need's own hours from then.
        urgency: the class that counts, where another referral of the person raised it; None:
            the need's own.
        declined: ids of services that said no to this person: they are not proposed.
    """

    id: str
    need: Need
    since: datetime
    place_by: datetime | None = None
    urgency: Urgency | None = None
    declined: frozenset[str] = frozenset()

    @property
    def rank(self) -> int:
        """0 (U0, the most urgent) to 5."""
        return (self.urgency or self.need.urgency).rank

    @property
    def due(self) -> datetime:
        """When a place is needed at the latest."""
        return self.place_by or self.since + timedelta(hours=self.need.within_hours)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A place for someone.

    Attributes:
        service: id.
        start: when the person could come.
        expected: whether the place is only expected to come free: nothing can be held yet.
        delay_hours: how much later that is than the person's clock allows, 0 or more.
        distance_km: by road, estimated; None when the home is not known.
    """

    service: str
    start: datetime
    expected: bool
    delay_hours: float
    distance_km: float | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is proposed for one person.

    Attributes:
        referral: id.
        urgency: class.
        proposed: the place, or None when there is none for this person.
        first_come: what the person would have had if everyone, in the order in which they
            came, took what was best for themselves.
    """

    referral: str
    urgency: Urgency
    proposed: Given | None
    first_come: Given | None

    @property
    def changes(self) -> bool:
        """Whether the person gets something else than by first come, first served."""
        return self.proposed != self.first_come


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """How everyone is served together.

    Attributes:
        placed: people with a place, now or expected.
        left: people without one, by class of urgency; classes without anyone are left out.
        delay_hours: of all who have a place, together.
        distance_km: of who has a place and a known home, on average; None without any.
    """

    placed: int
    left: Mapping[Urgency, int]
    delay_hours: float
    distance_km: float | None

    @property
    def left_without(self) -> int:
        """People without a place."""
        return sum(self.left.values())


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """An assignment for everyone who waits, beside what else would come of the same places.

    Attributes:
        made_at: the moment for which it was made.
        outcomes: one for each person, in the order in which they came.
        totals: of what is proposed.
        first_come: of first come, first served.
        by_urgency: of the most urgent first, and then who came first.
    """

    made_at: datetime
    outcomes: tuple[Outcome, ...]
    totals: Totals
    first_come: Totals
    by_urgency: Totals
