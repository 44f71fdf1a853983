"""The teams of the demo region that go to people, as a table."""

from __future__ import annotations

from typing import Final

import msgspec

from coordination.demo.beds import EVERYTHING_OPEN
from triage.need import Kind, Requirement, Shift, Wish


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A team that goes to people: its area is municipalities or whole sub-regions."""

    site: str
    title: str
    kinds: frozenset[Kind]
    municipalities: frozenset[str] = frozenset()
    subregions: frozenset[str] = frozenset()
    offers: frozenset[Requirement] = EVERYTHING_OPEN
    levels: frozenset[int] = frozenset()
    shifts: frozenset[Shift] = frozenset()
    languages: frozenset[str] = frozenset()
    wishes: frozenset[Wish] = frozenset()
    insurers: frozenset[str] = frozenset()
    response_minutes: int | None = None
    spare: bool = False
    """Whether another team covers the same ground, so that this one may be full or stale."""


_DAY: Final = frozenset({Shift.MORNING, Shift.AFTERNOON, Shift.EVENING})
_NIGHT: Final = frozenset({Shift.NIGHT})
_NURSES: Final = frozenset({2, 3, 4, 5})
_SKILLED: Final = frozenset({4, 5, 6})

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
_BORDER: Final = frozenset({"Emmen", "Coevorden"})
_SOUTH: Final = frozenset({"hoogeveen", "emmen", "meppel"})
_NORTH: Final = frozenset({"assen"})

TEAMS: Final = (
    *(
        Team(
            site=_MOVED.get(municipality, office),
            title=f"Wijkteam {municipality}",
            kinds=frozenset({Kind.NURSING_PLANNED}),
            municipalities=frozenset({municipality}),
            levels=_NURSES,
            shifts=_DAY,
            languages=frozenset({"de"} if municipality in _BORDER else ()),
            wishes=frozenset({Wish.SAME_FACES}),
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
            levels=levels,
            shifts=shifts,
            insurers=frozenset(insurers),
            spare=True,
        )
        for site, municipality, levels, shifts, insurers in (
            ("luchtkasteel-zuid", "Emmen", frozenset({4, 5}), _DAY | _NIGHT, {"9991"}),
            ("luchtkasteel-zuid", "Hoogeveen", frozenset({2, 3}), _DAY, ()),
            # One that says nothing of its carers and visits: who needs either must call.
            ("luchtkasteel-noord", "Assen", frozenset[int](), frozenset[Shift](), ()),
        )
    ),
    *(
        Team(
            site=office,
            title=f"Spoedteam wijkverpleging {subregion.title()}",
            kinds=frozenset({Kind.NURSING_UNPLANNED}),
            subregions=frozenset({subregion}),
            levels=frozenset({3, 4, 5}),
            shifts=_DAY | _NIGHT,
            response_minutes=30,
        )
        for subregion, (office, _) in _OFFICES.items()
    ),
    Team(
        site="luchtkasteel-zuid",
        title="Tweede spoedteam wijkverpleging Zuid",
        kinds=frozenset({Kind.NURSING_UNPLANNED}),
        subregions=_SOUTH,
        levels=_SKILLED,
        shifts=_DAY,
        response_minutes=90,  # too late for who is asked for at once
        spare=True,
    ),
    *(
        Team(
            site=site,
            title=f"{title} {name}",
            kinds=frozenset({kind}),
            subregions=where,
            offers=offers,
            levels=levels,
            shifts=shifts,
            response_minutes=25 if kind is Kind.NURSING_NIGHT else None,
        )
        for title, kind, south, north, offers, levels, shifts in (
            (
                "Nachtteam",
                Kind.NURSING_NIGHT,
                "denkbeeldig-hoogeveen",
                "zogenaamd-assen",
                EVERYTHING_OPEN,
                frozenset({3, 4, 5}),
                _NIGHT,
            ),
            (
                "Technisch team",
                Kind.NURSING_TECHNICAL,
                "luchtkasteel-zuid",
                "luchtkasteel-noord",
                EVERYTHING_OPEN,
                _SKILLED,
                _DAY,
            ),
            (
                "Ziekenhuis thuis",
                Kind.HOSPITAL_AT_HOME,
                "luchtkasteel-zuid",
                "luchtkasteel-noord",
                EVERYTHING_OPEN,
                _SKILLED,
                _DAY,
            ),
            (
                "Valpreventie",
                Kind.FALL_PREVENTION,
                "denkbeeldig-meppel",
                "zogenaamd-roden",
                frozenset[Requirement](),
                frozenset[int](),
                frozenset[Shift](),
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
