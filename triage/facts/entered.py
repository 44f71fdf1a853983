"""What the referrer decided before advice shows, and who that is."""

from __future__ import annotations

from typing import Annotated

from triage.codes import Destination, Role
from triage.facts.meta import fact
from triage.facts.person import Person
from triage.urgency import Urgency


class Entered(Person, frozen=True, kw_only=True, omit_defaults=True):
    """What the referrer decided before advice shows, and who that is."""

    urgency: (
        Annotated[
            Urgency,
            fact("Urgentie volgens de verwijzer (U0-U5)", "Urgency entered by the referrer"),
        ]
        | None
    ) = None
    urgency_role: Annotated[Role, fact("Wie heeft de urgentie bepaald?", "Who triaged?")] | None = (
        None
    )
    intended_destination: (
        Annotated[
            Destination,
            fact(
                "Waar zou de persoon zonder ons heen gaan?", "Where would the person go without us?"
            ),
        ]
        | None
    ) = None
    referrer_role: Annotated[Role, fact("Wie verwijst?", "Who refers?")] | None = None
    alarm: (
        Annotated[
            bool,
            fact(
                "Komt dit binnen via persoonlijke alarmering?",
                "Did this come in by a personal alarm?",
            ),
        ]
        | None
    ) = None
    callback_known: (
        Annotated[
            bool, fact("Is er een nummer om terug te bellen?", "Is a number to call back known?")
        ]
        | None
    ) = None
    understood: (
        Annotated[
            bool,
            fact(
                "Zijn de antwoorden betrouwbaar (taal, afasie, verwardheid)?",
                "Can the person be understood (language, aphasia, delirium)?",
            ),
        ]
        | None
    ) = None
