"""Cognition, behaviour and mood."""

from __future__ import annotations

from typing import Annotated

from triage.facts.function import Function
from triage.facts.meta import fact, total
from triage.span import Span


class Mind(Function, frozen=True, kw_only=True, omit_defaults=True):
    """Cognition, behaviour and mood."""

    four_at: (
        Annotated[
            Span,
            total(
                "4AT (0-12), aan het bed afgenomen", "4AT (0-12), taken at the bedside", ge=0, le=12
            ),
        ]
        | None
    ) = None
    dos: (
        Annotated[
            Span,
            total(
                "DOS, drie diensten opgeteld (0-39)",
                "DOS, three shifts added up (0-39)",
                ge=0,
                le=39,
            ),
        ]
        | None
    ) = None
    dementia: Annotated[bool, fact("Is er dementie?", "Dementia?")] | None = None
    wandering: (
        Annotated[bool, fact("Loopt de persoon weg of dwaalt die?", "Does the person wander?")]
        | None
    ) = None
    behaviour: (
        Annotated[
            bool,
            fact(
                "Is er gedrag dat thuis niet meer gaat?",
                "Behaviour that can no longer be handled at home?",
            ),
        ]
        | None
    ) = None
    low_mood: Annotated[bool, fact("Is de persoon somber?", "Low mood?")] | None = None
    decision_capacity: (
        Annotated[
            bool, fact("Kan de persoon hierover zelf beslissen?", "Capacity to decide on this?")
        ]
        | None
    ) = None
    representative: (
        Annotated[
            bool,
            fact(
                "Is er een vertegenwoordiger die bereikbaar is?",
                "Is there a representative who can be reached?",
            ),
        ]
        | None
    ) = None
