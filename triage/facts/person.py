"""Who it is about, as far as triage needs it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from triage.facts.meta import fact


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who it is about, as far as triage needs it."""

    age: (
        Annotated[int, fact("Leeftijd in hele jaren", "Age in whole years", unit="a", ge=0, le=130)]
        | None
    ) = None
    sex: Annotated[str, fact("Geslacht (female, male, other)", "Administrative sex")] | None = None
    pregnant: Annotated[bool, fact("Is de persoon zwanger?", "Pregnant?")] | None = None
    gave_birth_recently: (
        Annotated[
            bool,
            fact(
                "Is de persoon minder dan 6 weken geleden bevallen?",
                "Gave birth under 6 weeks ago?",
            ),
        ]
        | None
    ) = None
