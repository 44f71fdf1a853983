"""How an organisation describes one of its services: what it is, where, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from capacity.supply import ADULT, NO_OLDEST, Service, Unit
from capacity.words import SEXES
from triage.need import PLACED_KINDS, Payer, Requirement, Wish


def _codes(codes: Iterable[StrEnum]) -> Meta:
    """Codes as the OpenAPI document lists them; ``profile_check`` names each that is no such."""
    return Meta(extra_json_schema={"enum": sorted(code.value for code in codes)})


KindCode = Annotated[str, _codes(PLACED_KINDS)]
PayerCode = Annotated[str, _codes(Payer)]
RequirementCode = Annotated[str, _codes(Requirement)]
WishCode = Annotated[str, _codes(Wish)]
SexCode = Annotated[str, Meta(extra_json_schema={"enum": sorted(SEXES)})]


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same hours on some days of the week, on the wall clock of the Netherlands.

    Attributes:
        days: 1 (Monday) to 7 (Sunday).
        opens: such as "08:00".
        closes: such as "17:00", later than opens; "24:00" is midnight.
    """

    days: list[int]
    opens: str
    closes: str


class Converts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of care that a bed can be made ready for, and the hours that this takes."""

    kind: KindCode
    hours: float


class Where(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The building: one of your sites by its id, or a name with a postcode.

    Attributes:
        id: of a site of yours; the rest is then left out.
        name: of a new site, or of one of yours at that postcode.
        pc4: four digits.
        latitude: WGS84 degrees; of the middle of the postcode when left out. Needed outside
            Drenthe.
        longitude: idem.
        subregion: code of the region; needed outside Drenthe and left out within it.
    """

    id: UUID | None = None
    name: str | None = None
    pc4: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    subregion: str | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service as its organisation describes it.

    Attributes:
        name: as people know it; 1 to 120 characters.
        unit: "bed" or "hour/week"; it can't change once figures were reported.
        kinds: every kind of care that it can give, all of beds or all of care at home.
        site: where it is.
        area: postcodes that a team goes to, four digits each; none for beds.
        municipalities: of Drenthe, by name: all their postcodes are added to the area.
        payers: laws under which it may be paid; none is any.
        insurers: UZOVI numbers with which it has a contract; none is any.
        requirements: what it can give of what people may need.
        wishes: what it can give of what people like.
        sexes: for whom alone; none is any.
        age_from: youngest, whole years.
        age_to: oldest, whole years, included.
        admission: when it admits people; none is day and night.
        notice_hours: between the question and the arrival, 0 to 336.
        active: false when it is not open yet, or has ended.
        closed_only: true for a ward that is always locked.
        languages: spoken besides Dutch, such as "ar" or "pl".
        levels: of carers in a team, 2 to 6.
        guarantee: true for a guarantee bed: kept for who can be placed nowhere else.
        converts: kinds of care that its beds can be made ready for.
        response_minutes: how soon a team for unplanned care or the night is there, 1 to 1440.
    """

    name: str
    unit: Unit
    kinds: list[KindCode]
    site: Where
    area: list[str] = msgspec.field(default_factory=list)
    municipalities: list[str] = msgspec.field(default_factory=list)
    payers: list[PayerCode] = msgspec.field(default_factory=list)
    insurers: list[str] = msgspec.field(default_factory=list)
    requirements: list[RequirementCode] = msgspec.field(default_factory=list)
    wishes: list[WishCode] = msgspec.field(default_factory=list)
    sexes: list[SexCode] = msgspec.field(default_factory=list)
    age_from: int = ADULT
    age_to: int = NO_OLDEST
    admission: list[Hours] = msgspec.field(default_factory=list)
    notice_hours: float = 0.0
    active: bool = True
    closed_only: bool = False
    languages: list[str] = msgspec.field(default_factory=list)
    levels: list[int] = msgspec.field(default_factory=list)
    guarantee: bool = False
    converts: list[Converts] = msgspec.field(default_factory=list)
    response_minutes: int | None = None


_HOUR: Final = 60


def profile_of(service: Service) -> Profile:
    """A service as its organisation would describe it: sent again, nothing changes."""
    windows = sorted(service.admission.windows, key=lambda one: (one.opens, one.closes, one.day))
    return Profile(
        name=service.name,
        unit=service.unit,
        kinds=sorted(kind.value for kind in service.kinds),
        site=Where(id=UUID(service.site)),
        area=sorted(service.area),
        payers=sorted(payer.value for payer in service.payers),
        insurers=sorted(service.insurers),
        requirements=sorted(one.value for one in service.offers),
        wishes=sorted(one.value for one in service.wishes),
        sexes=sorted(service.sexes),
        age_from=service.age_from,
        age_to=service.age_to,
        admission=[
            Hours(days=[one.day for one in same], opens=_clock(opens), closes=_clock(closes))
            for (opens, closes), same in groupby(windows, key=lambda one: (one.opens, one.closes))
        ],
        notice_hours=service.notice_hours,
        active=service.active,
        closed_only=service.closed_only,
        languages=sorted(service.languages),
        levels=sorted(service.levels),
        guarantee=service.guarantee,
        converts=[Converts(kind=one.kind.value, hours=one.hours) for one in service.converts],
        response_minutes=service.response_minutes,
    )


def _clock(minutes: int) -> str:
    return f"{minutes // _HOUR:02}:{minutes % _HOUR:02}"
