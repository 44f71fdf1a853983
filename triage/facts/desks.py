"""What other desks are asked: the GP, mental health, the social domain, services."""

from __future__ import annotations

from typing import Annotated

from triage.codes import MentalHealth, Physician, Service
from triage.facts.meta import fact
from triage.facts.weighing import Weighing


class Desks(Weighing, frozen=True, kw_only=True, omit_defaults=True):
    """What other desks are asked: the GP, mental health, the social domain, services."""

    physician: (
        Annotated[
            Physician, fact("Welk contact met een huisarts is nodig?", "GP contact asked for")
        ]
        | None
    ) = None
    gp_available: (
        Annotated[
            bool,
            fact(
                "Kan de eigen huisarts dit op tijd doen?", "Can the own practice do this in time?"
            ),
        ]
        | None
    ) = None
    mental_health: (
        Annotated[MentalHealth, fact("Is hulp van de GGZ nodig?", "Mental health care asked for")]
        | None
    ) = None
    social_need: (
        Annotated[
            bool,
            fact("Is vooral hulp bij het dagelijks leven of welzijn nodig?", "Social domain need?"),
        ]
        | None
    ) = None
    fall_risk: (
        Annotated[
            bool,
            fact(
                "Is er een verhoogd valrisico (gevallen, bang om te vallen, moeite met lopen)?",
                "Raised fall risk (three questions)?",
            ),
        ]
        | None
    ) = None
    service: (
        Annotated[
            Service,
            fact("Welke andere dienst wordt gevraagd?", "Which other service is asked for?"),
        ]
        | None
    ) = None
