"""The pools of beds of the demo region, as tables: what there is, where, and where it isn't."""

from __future__ import annotations

from typing import Final

import msgspec

from capacity.hours import ALWAYS, AdmissionHours, weekly
from capacity.supply import Conversion
from triage.need import Kind, Payer, Requirement, Wish

OFFICE_HOURS: Final = weekly(range(1, 6), 8, 17)
UNTIL_LATE: Final = weekly(range(1, 8), 8, 22)
"""Seven days a week until 22:00, as the observation beds of Twente do."""

EVERYTHING_OPEN: Final = frozenset(Requirement) - {Requirement.CLOSED_WARD}
"""All that can be given where the door is not locked."""

BASIC: Final = frozenset(
    {
        Requirement.OXYGEN,
        Requirement.HI_LO_BED,
        Requirement.WOUND_CARE,
        Requirement.CATHETER,
        Requirement.NIGHT_CARE,
    }
)
"""What nearly every place to stay can give."""

MISSING: Final = {
    Kind.HOSPICE: frozenset({"meppel"}),
    Kind.OBSERVATION: frozenset({"meppel"}),
    Kind.GGZ_CRISIS: frozenset({"hoogeveen", "meppel"}),
    Kind.WLZ_CRISIS_GZ: frozenset({"hoogeveen", "meppel", "emmen"}),
}
"""The sub-regions where a kind of care is left out, so that people must go further."""


class Beds(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of pool of beds, with what its services have in common."""

    title: str
    kinds: frozenset[Kind]
    payers: frozenset[Payer] = frozenset()
    offers: frozenset[Requirement] = BASIC
    most: int = 12
    guarantee: bool = False


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How one pool differs from the others of its kind."""

    sexes: frozenset[str] = frozenset()
    age_from: int = 18
    age_to: int = 130
    admission: AdmissionHours = ALWAYS
    notice_hours: float = 0.0
    insurers: frozenset[str] = frozenset()
    closed_only: bool = False
    languages: frozenset[str] = frozenset()
    converts: tuple[Conversion, ...] = ()


_ZVW: Final = frozenset({Payer.ZVW})
_CLOSED: Final = BASIC | {Requirement.CLOSED_WARD}

POOLS: Final = {
    "herstel": Beds(
        title="Herstelbedden",  # unlabelled: place first, settle the payer later
        kinds=frozenset({Kind.ELV_LOW, Kind.ELV_HIGH, Kind.RESPITE}),
        offers=EVERYTHING_OPEN,
        most=16,
    ),
    "laag": Beds(title="Zorghotel", kinds=frozenset({Kind.ELV_LOW, Kind.RESPITE})),
    "hoog": Beds(title="ELV hoog", kinds=frozenset({Kind.ELV_HIGH}), payers=_ZVW),
    "palliatief": Beds(
        title="Palliatieve bedden",
        kinds=frozenset({Kind.ELV_PALLIATIVE}),
        payers=_ZVW,
        offers=EVERYTHING_OPEN,
        most=6,
    ),
    "crisis": Beds(
        title="Crisisbedden",
        kinds=frozenset({Kind.WLZ_CRISIS_VV, Kind.WMO_URGENT}),
        payers=frozenset({Payer.WLZ, Payer.WMO}),
        offers=frozenset(Requirement),
        most=6,
    ),
    "logeer": Beds(
        title="Logeerkamers",
        kinds=frozenset({Kind.RESPITE, Kind.WMO_URGENT}),
        payers=frozenset({Payer.WLZ, Payer.WMO}),
        most=8,
    ),
    "observatie": Beds(
        title="Observatiebedden",
        kinds=frozenset({Kind.OBSERVATION}),
        offers=frozenset(Requirement),
        most=6,
    ),
    "grz": Beds(
        title="Revalidatie",
        kinds=frozenset({Kind.GRZ}),
        payers=_ZVW,
        offers=EVERYTHING_OPEN,
        most=24,
    ),
    "hospice": Beds(
        title="Hospice",
        kinds=frozenset({Kind.HOSPICE, Kind.ELV_PALLIATIVE}),
        offers=EVERYTHING_OPEN,
        most=6,
    ),
    "ggz": Beds(
        title="Crisisbedden GGZ",
        kinds=frozenset({Kind.GGZ_CRISIS}),
        offers=frozenset(Requirement),
        most=8,
    ),
    "gz": Beds(
        title="Crisisbedden GZ",
        kinds=frozenset({Kind.WLZ_CRISIS_GZ}),
        offers=_CLOSED,
        most=6,
    ),
    "garantie": Beds(
        title="Garantiebed",
        kinds=frozenset({Kind.ELV_LOW, Kind.ELV_HIGH, Kind.WLZ_CRISIS_VV}),
        offers=EVERYTHING_OPEN,
        most=1,
        guarantee=True,
    ),
}
"""Pools of beds by key."""

BEDS: Final = (
    *(
        (f"{house}-{number}", pool)
        for house in ("voorbeeld", "es", "nergens", "gedachte")
        for number, pools in enumerate(
            (
                ("herstel", "hoog", "crisis", "observatie"),
                ("herstel", "palliatief", "logeer"),
                ("laag", "hoog"),
                ("herstel", "logeer"),
                ("palliatief",),
            ),
            start=1,
        )
        for pool in pools
        if (house, pool) != ("nergens", "observatie")
    ),
    *((f"denkbeeld-{town}", "grz") for town in ("hoogeveen", "emmen", "meppel", "assen")),
    *((f"verbeelding-{town}", "hospice") for town in ("hoogeveen", "emmen", "assen")),
    ("droom-emmen", "ggz"),
    ("droom-assen", "ggz"),
    ("schijn", "gz"),
    *((f"{house}-1", "garantie") for house in ("voorbeeld", "es", "nergens", "gedachte")),
)
"""Which site has which pool."""

SURE: Final = frozenset(
    {
        *((f"{house}-1", "herstel") for house in ("voorbeeld", "es", "nergens", "gedachte")),
        ("gedachte-1", "hoog"),
        ("gedachte-1", "observatie"),
        ("voorbeeld-1", "crisis"),
        ("gedachte-1", "crisis"),
        ("voorbeeld-2", "palliatief"),
        ("es-2", "logeer"),
        ("denkbeeld-emmen", "grz"),
        ("denkbeeld-assen", "grz"),
        ("verbeelding-emmen", "hospice"),
        ("droom-assen", "ggz"),
        ("schijn", "gz"),
        *((f"{house}-1", "garantie") for house in ("voorbeeld", "es", "nergens", "gedachte")),
    }
)
"""Pools that are fresh, have room and admit day and night, whatever the seed: so every kind
of care can be had somewhere at any hour."""

_NORTHERN: Final = frozenset({"9991"})
_BOTH: Final = frozenset({"9991", "9992"})
"""Invented insurers, with numbers as UZOVI has them."""

CHANGES: Final = {
    ("voorbeeld-1", "herstel"): Change(languages=frozenset({"en", "tr"})),
    ("voorbeeld-3", "hoog"): Change(admission=OFFICE_HOURS, notice_hours=4.0, insurers=_NORTHERN),
    ("es-1", "herstel"): Change(
        languages=frozenset({"de", "pl"}),
        converts=(Conversion(kind=Kind.ELV_PALLIATIVE, hours=4.0),),
    ),
    ("es-3", "hoog"): Change(admission=OFFICE_HOURS, insurers=_BOTH),
    ("nergens-1", "crisis"): Change(closed_only=True),
    ("nergens-2", "herstel"): Change(admission=UNTIL_LATE, notice_hours=2.0),
    ("es-1", "observatie"): Change(admission=UNTIL_LATE),
    ("gedachte-1", "herstel"): Change(languages=frozenset({"ar", "en"})),
    ("gedachte-3", "laag"): Change(converts=(Conversion(kind=Kind.ELV_HIGH, hours=8.0),)),
    ("gedachte-5", "palliatief"): Change(sexes=frozenset({"female"})),
    ("nergens-4", "logeer"): Change(sexes=frozenset({"female"})),
    ("es-4", "logeer"): Change(sexes=frozenset({"male"}), notice_hours=24.0),
    ("denkbeeld-emmen", "grz"): Change(converts=(Conversion(kind=Kind.ELV_HIGH, hours=6.0),)),
    ("denkbeeld-meppel", "grz"): Change(age_from=65, admission=OFFICE_HOURS),
    ("droom-emmen", "ggz"): Change(age_to=64),
    ("voorbeeld-4", "logeer"): Change(notice_hours=48.0),
}
"""Pools with rules of their own."""

WISHES: Final = {
    "voorbeeld": frozenset({Wish.SINGLE_ROOM, Wish.GARDEN, Wish.WHEELCHAIR_ROOM}),
    "es": frozenset({Wish.GARDEN, Wish.PETS}),
    "nergens": frozenset({Wish.QUIET_WARD, Wish.SPIRITUAL_CARE}),
    "gedachte": frozenset({Wish.SINGLE_ROOM, Wish.PARTNER_ROOM, Wish.SPIRITUAL_CARE}),
    "denkbeeld": frozenset({Wish.WHEELCHAIR_ROOM}),
    "verbeelding": frozenset(
        {Wish.SINGLE_ROOM, Wish.PARTNER_ROOM, Wish.GARDEN, Wish.SPIRITUAL_CARE}
    ),
}
"""What each organisation can give of what people like."""
