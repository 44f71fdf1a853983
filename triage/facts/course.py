"""How the complaint runs, and the medical background (domain.md 3.14, 3.17)."""

from __future__ import annotations

from typing import Annotated

from triage.codes import Anticoagulant
from triage.facts.meta import fact
from triage.facts.red_flags import RedFlags


class Course(RedFlags, frozen=True, kw_only=True, omit_defaults=True):
    """How the complaint runs, and the medical background (domain.md 3.14, 3.17)."""

    pneumonia: (
        Annotated[
            bool,
            fact(
                "Heeft een arts longontsteking vastgesteld?", "Has a physician diagnosed pneumonia?"
            ),
        ]
        | None
    ) = None
    worsening: (
        Annotated[bool, fact("Wordt het snel slechter?", "Is it getting worse fast?")] | None
    ) = None
    second_contact: (
        Annotated[
            bool,
            fact(
                "Is dit het tweede contact voor dezelfde klacht?",
                "Second contact for the same complaint?",
            ),
        ]
        | None
    ) = None
    gut_feeling: (
        Annotated[
            bool,
            fact(
                "Heeft de professional het gevoel dat er iets niet klopt?",
                "Does the professional's gut feeling say that something is wrong?",
            ),
        ]
        | None
    ) = None
    onset_hours: (
        Annotated[
            float,
            fact("Hoeveel uur geleden begon het?", "Hours since onset", unit="h", ge=0, le=8760),
        ]
        | None
    ) = None
    recent_discharge: (
        Annotated[
            bool,
            fact(
                "Was er een ontslag of operatie in de laatste 30 dagen?",
                "Discharge or operation in the last 30 days?",
            ),
        ]
        | None
    ) = None
    baseline_decline: (
        Annotated[
            bool,
            fact(
                "Kan de persoon duidelijk minder dan 2 weken geleden?",
                "Clearly less able than two weeks ago (baseline)?",
            ),
        ]
        | None
    ) = None
    conditions_count: (
        Annotated[
            int,
            fact(
                "Aantal actieve aandoeningen", "Number of active conditions", unit="1", ge=0, le=60
            ),
        ]
        | None
    ) = None
    medication_count: (
        Annotated[
            int,
            fact(
                "Aantal verschillende medicijnen",
                "Number of medicines in use",
                unit="1",
                ge=0,
                le=60,
            ),
        ]
        | None
    ) = None
    anticoagulant: (
        Annotated[
            Anticoagulant,
            fact("Welke bloedverdunner gebruikt de persoon?", "Which anticoagulant is used?"),
        ]
        | None
    ) = None
