"""The invented organisations, sites, pools of beds and teams of the demo region, as tables.

Every name is made up to be seen as made up; only the postcodes are real. Which kinds of care
are missing where is on purpose, see ``MISSING``.
"""

from __future__ import annotations

from typing import Final

import msgspec

from capacity.hours import ALWAYS, AdmissionHours, weekly
from triage.need import Kind, Payer, Requirement

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


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How one pool differs from the others of its kind."""

    sexes: frozenset[str] = frozenset()
    age_from: int = 18
    age_to: int = 130
    admission: AdmissionHours = ALWAYS
    notice_hours: float = 0.0


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A team that goes to people: its area is municipalities or whole sub-regions."""

    site: str
    title: str
    kinds: frozenset[Kind]
    municipalities: frozenset[str] = frozenset()
    subregions: frozenset[str] = frozenset()
    offers: frozenset[Requirement] = EVERYTHING_OPEN
    spare: bool = False
    """Whether another team covers the same ground, so that this one may be full or stale."""


PROVIDERS: Final = {
    "voorbeeld": ("Zorghuis De Voorbeeldhof", "hoogeveen"),
    "es": ("Stichting Verzonnen Es", "emmen"),
    "nergens": ("Zorggroep Nergenshuizen", "meppel"),
    "gedachte": ("Woonzorg De Gedachtegang", "assen"),
    "denkbeeld": ("Revalidatie Denkbeeld", None),
    "verbeelding": ("Hospice Stille Verbeelding", None),
    "droom": ("GGZ Droombeeld", None),
    "schijn": ("Gehandicaptenzorg Schijnbos", "assen"),
    "denkbeeldig": ("Thuiszorg Denkbeeldig", None),
    "verzinsel": ("Wijkzorg Verzinsel", "emmen"),
    "zogenaamd": ("Buurtzorgteams Zogenaamd", "assen"),
    "luchtkasteel": ("Thuiskliniek Luchtkasteel", None),
}
"""Care providers: key, name, and sub-region (None: the whole province)."""

REFERRERS: Final = (
    ("Coördinatiepunt Naober (demo)", "coordination-point", None),
    ("Huisartsenpraktijk De Bedachte Brink", "gp-practice", "hoogeveen"),
    ("Huisartsenpraktijk Verzonnenveen", "gp-practice", "emmen"),
    ("Huisartsenpraktijk Nergenspoort", "gp-practice", "meppel"),
    ("Huisartsenpraktijk Gedachtebos", "gp-practice", "assen"),
    ("Ziekenhuis Fictia Emmen", "hospital", "emmen"),
    ("Ziekenhuis Fictia Meppel", "hospital", "meppel"),
    ("Ziekenhuis Fictia Assen", "hospital", "assen"),
)
"""The desk itself and those that refer to it: name, kind, sub-region."""

SITES: Final = {
    "voorbeeld-1": ("voorbeeld", "De Voorbeeldhof", "7901"),
    "voorbeeld-2": ("voorbeeld", "De Voorbeeldlaan", "7921"),
    "voorbeeld-3": ("voorbeeld", "Het Voorbeeldhuis", "7957"),
    "voorbeeld-4": ("voorbeeld", "De Voorbeeldtuin", "7913"),
    "voorbeeld-5": ("voorbeeld", "De Voorbeeldbrink", "7961"),
    "es-1": ("es", "De Verzonnen Es", "7811"),
    "es-2": ("es", "Verzonnen Veen", "7891"),
    "es-3": ("es", "Verzonnen Borg", "9531"),
    "es-4": ("es", "Verzonnen Akker", "7761"),
    "es-5": ("es", "Verzonnen Vesting", "7741"),
    "nergens-1": ("nergens", "Huize Nergens", "7941"),
    "nergens-2": ("nergens", "De Nergenshof", "7981"),
    "nergens-3": ("nergens", "De Nergensheide", "7971"),
    "nergens-4": ("nergens", "Het Nergensbos", "8381"),
    "nergens-5": ("nergens", "De Nergensvaart", "7948"),
    "gedachte-1": ("gedachte", "De Gedachtegang", "9401"),
    "gedachte-2": ("gedachte", "De Tweede Gedachte", "9411"),
    "gedachte-3": ("gedachte", "De Goede Gedachte", "9301"),
    "gedachte-4": ("gedachte", "De Gedachtetuin", "9471"),
    "gedachte-5": ("gedachte", "De Gedachtestroom", "9461"),
    "denkbeeld-hoogeveen": ("denkbeeld", "Denkbeeld Hoogeveen", "7902"),
    "denkbeeld-emmen": ("denkbeeld", "Denkbeeld Emmen", "7812"),
    "denkbeeld-meppel": ("denkbeeld", "Denkbeeld Meppel", "7942"),
    "denkbeeld-assen": ("denkbeeld", "Denkbeeld Assen", "9402"),
    "verbeelding-hoogeveen": ("verbeelding", "Stille Verbeelding Hoogeveen", "7903"),
    "verbeelding-emmen": ("verbeelding", "Stille Verbeelding Emmen", "7815"),
    "verbeelding-assen": ("verbeelding", "Stille Verbeelding Assen", "9403"),
    "droom-hoogeveen": ("droom", "Droombeeld Hoogeveen", "7904"),
    "droom-emmen": ("droom", "Droombeeld Emmen", "7821"),
    "droom-meppel": ("droom", "Droombeeld Meppel", "7943"),
    "droom-assen": ("droom", "Droombeeld Assen", "9404"),
    "schijn": ("schijn", "Het Schijnbos", "9481"),
    "denkbeeldig-hoogeveen": ("denkbeeldig", "Kantoor Denkbeeldig Hoogeveen", "7905"),
    "denkbeeldig-meppel": ("denkbeeldig", "Kantoor Denkbeeldig Meppel", "7944"),
    "verzinsel-emmen": ("verzinsel", "Kantoor Verzinsel Emmen", "7822"),
    "verzinsel-coevorden": ("verzinsel", "Kantoor Verzinsel Coevorden", "7742"),
    "zogenaamd-assen": ("zogenaamd", "Kantoor Zogenaamd Assen", "9405"),
    "zogenaamd-roden": ("zogenaamd", "Kantoor Zogenaamd Roden", "9302"),
    "luchtkasteel-zuid": ("luchtkasteel", "Luchtkasteel Zuid", "7823"),
    "luchtkasteel-noord": ("luchtkasteel", "Luchtkasteel Noord", "9406"),
}
"""Buildings: key, then organisation, name and PC4."""

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
    }
)
"""Pools that are fresh, have room and admit day and night, whatever the seed: so every kind
of care can be had somewhere at any hour."""

CHANGES: Final = {
    ("voorbeeld-3", "hoog"): Change(admission=OFFICE_HOURS, notice_hours=4),
    ("es-3", "hoog"): Change(admission=OFFICE_HOURS),
    ("nergens-2", "herstel"): Change(admission=UNTIL_LATE, notice_hours=2),
    ("es-1", "observatie"): Change(admission=UNTIL_LATE),
    ("gedachte-5", "palliatief"): Change(sexes=frozenset({"female"})),
    ("nergens-4", "logeer"): Change(sexes=frozenset({"female"})),
    ("es-4", "logeer"): Change(sexes=frozenset({"male"}), notice_hours=24),
    ("denkbeeld-meppel", "grz"): Change(age_from=65, admission=OFFICE_HOURS),
    ("droom-emmen", "ggz"): Change(age_to=64),
    ("voorbeeld-4", "logeer"): Change(notice_hours=48),
}
"""Pools with rules of their own."""

_OFFICES: Final = {
    "hoogeveen": ("denkbeeldig-hoogeveen", ("Hoogeveen", "De Wolden")),
    "meppel": ("denkbeeldig-meppel", ("Meppel", "Westerveld")),
    "emmen": ("verzinsel-emmen", ("Emmen", "Borger-Odoorn", "Coevorden")),
    "assen": (
        "zogenaamd-assen",
        ("Assen", "Aa en Hunze", "Midden-Drenthe", "Noordenveld", "Tynaarlo"),
    ),
}
_MOVED: Final = {"Coevorden": "verzinsel-coevorden", "Noordenveld": "zogenaamd-roden"}
_SOUTH: Final = frozenset({"hoogeveen", "emmen", "meppel"})
_NORTH: Final = frozenset({"assen"})

TEAMS: Final = (
    *(
        Team(
            site=_MOVED.get(municipality, office),
            title=f"Wijkteam {municipality}",
            kinds=frozenset({Kind.NURSING_PLANNED}),
            municipalities=frozenset({municipality}),
        )
        for office, municipalities in _OFFICES.values()
        for municipality in municipalities
    ),
    *(
        Team(
            site=site,
            title=f"Tweede wijkteam {municipality}",
            kinds=frozenset({Kind.NURSING_PLANNED, Kind.NURSING_TECHNICAL}),
            municipalities=frozenset({municipality}),
            spare=True,
        )
        for site, municipality in (
            ("luchtkasteel-zuid", "Emmen"),
            ("luchtkasteel-zuid", "Hoogeveen"),
            ("luchtkasteel-noord", "Assen"),
        )
    ),
    *(
        Team(
            site=office,
            title=f"Spoedteam wijkverpleging {subregion.title()}",
            kinds=frozenset({Kind.NURSING_UNPLANNED}),
            subregions=frozenset({subregion}),
        )
        for subregion, (office, _) in _OFFICES.items()
    ),
    *(
        Team(
            site=site,
            title=f"{title} {name}",
            kinds=frozenset({kind}),
            subregions=where,
            offers=offers,
        )
        for title, kind, south, north, offers in (
            (
                "Nachtteam",
                Kind.NURSING_NIGHT,
                "denkbeeldig-hoogeveen",
                "zogenaamd-assen",
                EVERYTHING_OPEN,
            ),
            (
                "Technisch team",
                Kind.NURSING_TECHNICAL,
                "luchtkasteel-zuid",
                "luchtkasteel-noord",
                EVERYTHING_OPEN,
            ),
            (
                "Ziekenhuis thuis",
                Kind.HOSPITAL_AT_HOME,
                "luchtkasteel-zuid",
                "luchtkasteel-noord",
                EVERYTHING_OPEN,
            ),
            (
                "Valpreventie",
                Kind.FALL_PREVENTION,
                "denkbeeldig-meppel",
                "zogenaamd-roden",
                frozenset(),
            ),
        )
        for name, site, where in (("Zuid", south, _SOUTH), ("Noord", north, _NORTH))
    ),
    *(
        Team(
            site=f"droom-{subregion}",
            title=f"GGZ thuis {subregion.title()}",
            kinds=frozenset({Kind.GGZ_PLANNED}),
            subregions=frozenset({subregion}),
            offers=frozenset(),
        )
        for subregion in _OFFICES
    ),
    *(
        Team(
            site=office,
            title=f"Sociaal team {subregion.title()}",
            kinds=frozenset({Kind.SOCIAL}),
            subregions=frozenset({subregion}),
            offers=frozenset(),
        )
        for subregion, (office, _) in _OFFICES.items()
    ),
)
"""Teams that go to people; without the spare ones every PC4 has each kind of care at home."""
