"""The figures that a service reports, with what is promised of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from triage.need import Shift


class Unit(StrEnum):
    """What a service counts its capacity in."""

    BED = "bed"
    HOURS = "hour/week"


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """What the organisation expects to come free: when, and how much (beds or hours a week)."""

    at: datetime
    amount: float


class Slots(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The visits that a team can make a day in one part of it.

    Attributes:
        total: visits a day that it can make.
        used: promised already.
        held: held by open offers.
        reserved: accepted after the report's as-of.
    """

    total: int
    used: int = 0
    held: int = 0
    reserved: int = 0

    @property
    def left(self) -> int:
        """Visits that nobody was promised; below 0 when more was promised than can be made."""
        return self.total - self.used - self.held - self.reserved

    @property
    def free(self) -> int:
        """Visits that can still be promised, 0 or more."""
        return max(0, self.left)


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one service: what was reported, and what we hold ourselves.

    Beds fill ``staffed``, ``occupied`` and ``closed``; hours a week fill ``contracted`` and
    ``committed``. The others stay 0.

    Attributes:
        service: id.
        unit: what is counted.
        staffed: beds with people to care for who lies in them.
        occupied: staffed beds with someone in them.
        closed: staffed beds that can't be used now (isolation, repair).
        contracted: hours a week that the team can give.
        committed: hours a week already promised to people.
        held: held by open offers.
        reserved: accepted after ``as_of``, or in hospital then with the bed kept: not in the
            report.
        as_of: the moment for which the report is true.
        valid_until: the last moment at which the report still says something.
        source: who or what reported it.
        version: of the report, counting up from 1; holds and reservations don't change it. 0
            until the first one.
        stop_reason: why nobody is admitted, or None when there is no stop.
        stop_until: the expected end of the stop, or None when not known.
        releases: what is expected to come free, soonest first.
        slots: visits a day by part of the day; empty where none were reported.
    """

    service: str
    unit: Unit
    staffed: float = 0.0
    occupied: float = 0.0
    closed: float = 0.0
    contracted: float = 0.0
    committed: float = 0.0
    held: float = 0.0
    reserved: float = 0.0
    as_of: datetime
    valid_until: datetime
    source: str
    version: int = 1
    stop_reason: str | None = None
    stop_until: datetime | None = None
    releases: tuple[Release, ...] = ()
    slots: dict[Shift, Slots] = msgspec.field(default_factory=dict)

    @property
    def size(self) -> float:
        """What could be in use at most: staffed beds that aren't closed, or contracted hours."""
        return self.staffed - self.closed if self.unit is Unit.BED else self.contracted

    @property
    def left(self) -> float:
        """What nobody was promised; below 0 when more was promised than there is."""
        if self.unit is Unit.BED:
            return self.staffed - self.closed - self.occupied - self.held - self.reserved
        # Rounded, or hours such as 0.1 + 0.2 would leave a sliver too little.
        return round(self.contracted - self.committed - self.held - self.reserved, 6)

    @property
    def free(self) -> float:
        """What can still be given, 0 or more. Says nothing when the figure is stale."""
        return max(0.0, self.left)

    @property
    def conflict(self) -> bool:
        """Whether more was promised than the report says there is."""
        return self.left < 0

    def coming(self, now: datetime) -> list[Release]:
        """What is expected to come free, soonest first.

        What was expected before now and not reported since doesn't count: nobody knows.
        """
        return sorted((one for one in self.releases if one.at > now), key=lambda one: one.at)

    def free_at(self, amount: float, now: datetime) -> datetime | None:
        """When so much, and more than nothing, will be free by what is expected, or None."""
        left = self.left
        for release in self.coming(now):
            left += release.amount
            if left > 0 and left >= amount:
                return release.at
        return None

    def freshness(self, now: datetime) -> Literal["fresh", "stale"]:
        """``stale`` once ``now`` is past ``valid_until``: from then on what is free is unknown."""
        return "fresh" if now <= self.valid_until else "stale"

    def stopped(self, now: datetime) -> bool:
        """Whether admissions are stopped now; a stop without an end goes on."""
        if self.stop_reason is None:
            return False
        return self.stop_until is None or now < self.stop_until
