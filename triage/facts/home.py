"""Home, carers and the care that is there already."""

from __future__ import annotations

from typing import Annotated

from triage.facts.meta import fact
from triage.facts.mind import Mind


class Home(Mind, frozen=True, kw_only=True, omit_defaults=True):
    """Home, carers and the care that is there already."""

    lives_alone: Annotated[bool, fact("Woont de persoon alleen?", "Lives alone?")] | None = None
    someone_tonight: (
        Annotated[
            bool,
            fact("Is er vannacht iemand bij de persoon?", "Is someone with the person tonight?"),
        ]
        | None
    ) = None
    home_care_now: (
        Annotated[
            bool, fact("Krijgt de persoon nu al wijkverpleging?", "District nursing at present?")
        ]
        | None
    ) = None
    home_care_hours: (
        Annotated[
            float,
            fact(
                "Hoeveel uur wijkverpleging per week krijgt de persoon nu?",
                "Hours of district nursing a week at present",
                unit="h/wk",
                ge=0,
                le=168,
            ),
        ]
        | None
    ) = None
    wmo_support: (
        Annotated[bool, fact("Krijgt de persoon hulp uit de Wmo?", "Support under the Wmo?")] | None
    ) = None
    abuse_suspected: (
        Annotated[
            bool,
            fact(
                "Is er een vermoeden van mishandeling of verwaarlozing?",
                "Abuse or neglect suspected?",
            ),
        ]
        | None
    ) = None
