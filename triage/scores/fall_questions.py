"""The three fall questions: whether the risk of a fall is raised.

Fallen in the last year, worried about falling, trouble with moving, walking or balance: the world
guideline's key questions [C] (domain.md 3.12,
https://positiefouderworden.nl/ketenaanpak-uitvoeringsproces/ ). Any yes is a raised risk [K]: to
be confirmed. Licence: three plain questions, in our own words.
"""

from __future__ import annotations

from triage.scores.criteria import any_of

READS: tuple[str, ...] = ("fallen_last_year", "afraid_of_falling", "trouble_moving")
"""The facts of the picture that answer the questions."""


def raised_risk(
    *,
    fallen_last_year: bool | None,
    afraid_of_falling: bool | None,
    trouble_moving: bool | None,
) -> bool | None:
    """Yes by one yes, no only by three times no, otherwise unknown."""
    return any_of(fallen_last_year, afraid_of_falling, trouble_moving)
