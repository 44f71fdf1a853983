"""What a place or team must fit."""

from __future__ import annotations

from typing import Annotated

from triage.facts.desks import Desks
from triage.facts.meta import fact


class Place(Desks, frozen=True, kw_only=True, omit_defaults=True):
    """What a place or team must fit."""

    hours_per_week: (
        Annotated[
            float,
            fact(
                "Hoeveel uur zorg per week?", "Hours of care a week", unit="h/wk", ge=0.25, le=168
            ),
        ]
        | None
    ) = None
    closed_ward: (
        Annotated[bool, fact("Is een gesloten afdeling nodig?", "Closed ward needed?")] | None
    ) = None
    isolation: (
        Annotated[bool, fact("Is isolatie nodig (MRSA, infectie)?", "Isolation needed?")] | None
    ) = None
    equipment: (
        Annotated[
            frozenset[str],
            fact(
                "Welke voorzieningen zijn nodig (codes van Requirement)?",
                "Equipment and skills needed",
            ),
        ]
        | None
    ) = None
