"""Advance care planning: what was agreed, and whether it holds now (domain.md 3.16)."""

from __future__ import annotations

from typing import Annotated

from triage.facts.home import Home
from triage.facts.meta import fact


class Wishes(Home, frozen=True, kw_only=True, omit_defaults=True):
    """Advance care planning: what was agreed, and whether it holds now (domain.md 3.16)."""

    acp_recorded: (
        Annotated[
            bool,
            fact("Zijn wensen voor zorg vastgelegd (ACP)?", "Is an advance care plan recorded?"),
        ]
        | None
    ) = None
    no_resuscitation: (
        Annotated[
            bool, fact("Is afgesproken om niet te reanimeren?", "Is it agreed not to resuscitate?")
        ]
        | None
    ) = None
    no_hospital: (
        Annotated[
            bool,
            fact(
                "Staat vast (datum, auteur, waarvoor) dat de persoon niet naar het ziekenhuis wil?",
                "Is a wish against hospital admission recorded (date, author, scope)?",
            ),
        ]
        | None
    ) = None
    no_hospital_confirmed: (
        Annotated[
            bool,
            fact(
                "Heeft de persoon of vertegenwoordiger die wens nu bevestigd?",
                "Has the person or representative confirmed that wish now?",
            ),
        ]
        | None
    ) = None
