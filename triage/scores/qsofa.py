# ruff: noqa: PLR2004 - the thresholds are those of the publication
"""The qSOFA, 0 to 3: three signs that an infection may be a sepsis, a range while one is missing.

Source: https://link.springer.com/doi/10.1186/s13054-016-1351-0 [C] (domain.md 3.2), open access;
the criteria are facts of a publication, no text is taken over. 2 or more is positive.
qSOFA alone decides nothing: the Surviving Sepsis Campaign (2021) advises against it as the only
screening tool, as a low score misses sepsis. Adults with a suspected infection.
"""

from __future__ import annotations

from triage.codes import Consciousness
from triage.picture import Picture
from triage.scores.criteria import count
from triage.span import Span

READS: tuple[str, ...] = ("respiration_rate", "consciousness", "systolic")
"""The facts on which the score hangs."""


def qsofa(picture: Picture) -> Span:
    """A point each for fast breathing, an altered mind and a low blood pressure.

    Respiration of at least 22 a minute; a systolic pressure of at most 100 mmHg; anything but
    alert counts as altered, as ACVPU says what the publication says as a Glasgow score under 15.
    """
    breaths, mind, systolic = picture.respiration_rate, picture.consciousness, picture.systolic
    return count(
        None if breaths is None else breaths >= 22,
        None if mind is None else mind != Consciousness.ALERT,
        None if systolic is None else systolic <= 100,
    )
