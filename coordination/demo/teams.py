"""The teams of the demo region that go to people, as a table."""

from __future__ import annotations

from typing import Final

import msgspec

from coordination.demo.beds import EVERYTHING_OPEN
from triage.need import Kind, Requirement


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
