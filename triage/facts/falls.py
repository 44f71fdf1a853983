"""A fall event and the three fall questions (domain.md 3.12, 3.15)."""

from __future__ import annotations

from typing import Annotated

from triage.facts.course import Course
from triage.facts.meta import fact


class Falls(Course, frozen=True, kw_only=True, omit_defaults=True):
    """A fall event and the three fall questions (domain.md 3.12, 3.15)."""

    fell: Annotated[bool, fact("Is de persoon nu gevallen?", "Did the person fall now?")] | None = (
        None
    )
    fall_hip: (
        Annotated[
            bool,
            fact(
                "Staat een been of heup afwijkend, of kan de persoon niet staan na de val?",
                "After the fall: deformity, or no weight bearing?",
            ),
        ]
        | None
    ) = None
    fall_head: (
        Annotated[bool, fact("Is het hoofd geraakt bij de val?", "Was the head hit in the fall?")]
        | None
    ) = None
    fall_long_lie: (
        Annotated[
            bool,
            fact(
                "Lag de persoon langer dan een uur na de val?", "Lay over an hour after the fall?"
            ),
        ]
        | None
    ) = None
    fall_faint: (
        Annotated[bool, fact("Viel de persoon flauw vóór de val?", "Fainted before the fall?")]
        | None
    ) = None
    fallen_last_year: (
        Annotated[
            bool, fact("Is de persoon het afgelopen jaar gevallen?", "Fallen in the last year?")
        ]
        | None
    ) = None
    afraid_of_falling: (
        Annotated[bool, fact("Is de persoon bang om te vallen?", "Worried about falling?")] | None
    ) = None
    trouble_moving: (
        Annotated[
            bool,
            fact(
                "Heeft de persoon moeite met bewegen, lopen of balans?",
                "Trouble moving, walking or keeping balance?",
            ),
        ]
        | None
    ) = None
