"""What there is: organisations, sites and services; the figures they report come along."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from capacity.counters import Counters, Release, Slots, Unit
from capacity.hours import ALWAYS, AdmissionHours
from triage.need import Kind, Payer, Requirement, Wish

__all__ = ["ADULT", "NO_OLDEST", "Conversion", "Counters", "Organisation", "OrganisationKind"]
__all__ += ["Release", "Service", "Site", "Slots", "Unit"]

ADULT: Final = 18
"""Years; triage sends anyone younger to a person, so 18 restricts nobody who gets here."""

NO_OLDEST: Final = 130
"""Years; an upper age that restricts nobody."""

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
