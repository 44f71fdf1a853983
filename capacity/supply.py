"""What there is: organisations, sites, services, and the figures they report."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

import msgspec

from capacity.hours import ALWAYS, AdmissionHours
from triage.need import Kind, Payer, Requirement, Shift, Wish

ADULT: Final = 18
"""Years; triage sends anyone younger to a person, so 18 restricts nobody who gets here."""

NO_OLDEST: Final = 130
"""Years; an upper age that restricts nobody."""


class Unit(StrEnum):
    """What a service counts its capacity in."""

    BED = "bed"
    HOURS = "hour/week"


OrganisationKind = Literal["care-provider", "gp-practice", "hospital", "coordination-point"]


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A party of the region.

    Attributes:
        id: UUID.
        name: as people know it.
        kind: what it does in the region.
        ura: register number of the UZI register (8 digits), or None.
        agb: code of the AGB register (8 digits), or None.
        subregion: where it is at home, or None when it works in the whole province.
    """

    id: str
    name: str
    kind: OrganisationKind
    ura: str | None = None
    agb: str | None = None
    subregion: str | None = None


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A building; latitude and longitude in WGS84 degrees."""

    id: str
    organisation: str
    name: str
    pc4: str
    latitude: float
    longitude: float
    subregion: str


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of care that a bed can be made ready for, and the hours that this takes."""

    kind: Kind
    hours: float


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person can be placed with: one pool of beds, or one team.

    Attributes:
        id: UUID; the id of its HealthcareService.
        organisation: id.
        site: id.
        name: as people know it.
        kinds: every kind of care that this one pool can serve: beds are unlabelled, who
            pays is settled after placing.
        unit: what it counts in.
        pc4: four digits of where it is.
        subregion: code of where it is.
        latitude: WGS84 degrees.
        longitude: WGS84 degrees.
        area: PC4s that a home team goes to; empty for beds.
        payers: laws under which it may be paid; empty is any.
        offers: what it can give.
        sexes: "female", "male"; empty is any.
        age_from: youngest, whole years.
        age_to: oldest, whole years, included.
        admission: when it admits.
        notice_hours: hours it needs between the question and the arrival.
        active: False when it has ended or is not open yet.
        insurers: UZOVI numbers with which it has a contract; empty is any.
        closed_only: True for a ward that is always locked: only for whom that is needed.
        languages: BCP 47 codes spoken there besides Dutch.
        levels: levels of carer in the team, 2 to 6; empty where nobody asks (a bed).
        wishes: what it can give of what people like.
        guarantee: True for a guarantee bed, kept for who can be placed nowhere else: one a
            sub-region every 24 hours (domain sources, ASZ Dordrecht 2017).
        converts: kinds that its beds can be made ready for.
        response_minutes: how soon an unplanned or night team is there, or None when it does
            not say.
    """

    id: str
    organisation: str
    site: str
    name: str
    kinds: frozenset[Kind]
    unit: Unit
    pc4: str
    subregion: str
    latitude: float
    longitude: float
    area: frozenset[str] = frozenset()
    payers: frozenset[Payer] = frozenset()
    offers: frozenset[Requirement] = frozenset()
    sexes: frozenset[str] = frozenset()
    age_from: int = ADULT
    age_to: int = NO_OLDEST
    admission: AdmissionHours = ALWAYS
    notice_hours: float = 0.0
    active: bool = True
    insurers: frozenset[str] = frozenset()
    closed_only: bool = False
    languages: frozenset[str] = frozenset()
    levels: frozenset[int] = frozenset()
    wishes: frozenset[Wish] = frozenset()
    guarantee: bool = False
    converts: tuple[Conversion, ...] = ()
    response_minutes: int | None = None


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
    def free(self) -> int:
        """Visits that can still be promised, 0 or more."""
        return max(0, self.total - self.used - self.held - self.reserved)


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
        reserved: accepted after ``as_of``, so not in the report yet.
        as_of: the moment for which the report is true.
        valid_until: the last moment at which the report still says something.
        source: who or what reported it.
        version: of the report, counting up; holds and reservations don't change it.
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
    def free(self) -> float:
        """What can still be given, 0 or more. Says nothing when the figure is stale."""
        return max(0.0, self._left)

    @property
    def conflict(self) -> bool:
        """Whether more was promised than the report says there is."""
        return self._left < 0

    def freshness(self, now: datetime) -> Literal["fresh", "stale"]:
        """``stale`` once ``now`` is past ``valid_until``: from then on what is free is unknown."""
        return "fresh" if now <= self.valid_until else "stale"

    def stopped(self, now: datetime) -> bool:
        """Whether admissions are stopped now; a stop without an end goes on."""
        if self.stop_reason is None:
            return False
        return self.stop_until is None or now < self.stop_until

    @property
    def _left(self) -> float:
        if self.unit is Unit.BED:
            return self.size - self.occupied - self.held - self.reserved
        # Rounded, or hours such as 0.1 + 0.2 would leave a sliver too little.
        return round(self.size - self.committed - self.held - self.reserved, 6)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one value of a report: a JSON pointer, and a sentence."""

    path: str
    message: str


DEFAULT_VALIDITY: Final = {Unit.BED: timedelta(hours=24), Unit.HOURS: timedelta(days=7)}
"""How long a report without ``valid_until`` counts. A choice, after the habit of the field:
beds are reported daily, the traffic light of district nursing began as a weekly sheet
(https://unlockagency.nl/cases/stoplicht-app)."""

LONGEST_VALIDITY: Final = timedelta(days=7)
"""How far from ``as_of`` a report may claim to be valid. A choice."""

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far the sender's clock may be ahead of ours."""

_LARGEST: Final = 100_000.0
"""More than any organisation has; what is above it is a slip of the keyboard."""


def check_report(
    *,
    unit: Unit,
    as_of: datetime,
    now: datetime,
    valid_until: datetime | None = None,
    staffed: float | None = None,
    occupied: float | None = None,
    closed: float | None = None,
    contracted: float | None = None,
    committed: float | None = None,
) -> list[Problem]:
    """Every fault in a capacity report; an empty list when it can be taken.

    ``None`` is a value that the report leaves out: ``closed`` then counts as 0, the other
    values of the unit are required, and those of the other unit must be left out.
    Negative room that only comes from our own holds is a conflict, not a fault.
    """
    beds = {"staffed": staffed, "occupied": occupied, "closed": closed}
    hours = {"contracted": contracted, "committed": committed}
    ours, others = (beds, hours) if unit is Unit.BED else (hours, beds)
    problems = [
        Problem(path=f"/{name}", message=f"does not belong to the unit {unit}")
        for name, value in others.items()
        if value is not None
    ]
    for name, value in ours.items():
        fault = _fault(value, unit, required=name != "closed")
        if fault:
            problems.append(Problem(path=f"/{name}", message=fault))
    if not any(problem.path.removeprefix("/") in ours for problem in problems):
        if unit is Unit.BED and (occupied or 0) + (closed or 0) > (staffed or 0):
            problems.append(Problem(path="/occupied", message="occupied + closed is over staffed"))
        if unit is Unit.HOURS and (committed or 0) > (contracted or 0):
            problems.append(Problem(path="/committed", message="is more than contracted"))
    return problems + _time_faults(as_of, valid_until, now)


def _fault(value: float | None, unit: Unit, *, required: bool) -> str | None:
    if value is None:
        return f"is required for the unit {unit}" if required else None
    if not math.isfinite(value):
        return "is not a number"
    if value < 0:
        return "is below 0"
    if value > _LARGEST:
        return f"is over {_LARGEST:.0f}"
    if unit is Unit.BED and value != int(value):
        return "is not a whole number of beds"
    return None


def _time_faults(as_of: datetime, valid_until: datetime | None, now: datetime) -> list[Problem]:
    naive = [
        Problem(path=f"/{name}", message="has no time zone")
        for name, moment in (("as_of", as_of), ("valid_until", valid_until))
        if moment is not None and moment.tzinfo is None
    ]
    if naive:
        return naive
    problems = []
    if as_of > now + CLOCK_TOLERANCE:
        problems.append(Problem(path="/as_of", message="is in the future"))
    if valid_until is not None and valid_until < as_of:
        problems.append(Problem(path="/valid_until", message="is before as_of"))
    if valid_until is not None and valid_until - as_of > LONGEST_VALIDITY:
        problems.append(Problem(path="/valid_until", message="is more than 7 days after as_of"))
    return problems
