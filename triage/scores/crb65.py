# ruff: noqa: PLR2004 - the thresholds are those of the publication
"""CRB-65, 0 to 4: how severe a pneumonia is, without a laboratory; a range while parts are missing.

Source: domain.md 3.3 [C], after NICE QS110 (2025), which uses the score in primary care; the
criteria are facts of a publication, no text is taken over. 0 is low risk (mortality under 1%),
1 and 2 intermediate (1 to 10%), 3 and 4 high (over 10%); from 2 on assessment in hospital.
Only after a clinical diagnosis of pneumonia: the score says how bad one is, not whether there is
one. Adults.
"""

from __future__ import annotations

from triage.codes import Consciousness
from triage.picture import Picture
from triage.scores.criteria import any_of, count
from triage.span import Span

READS: tuple[str, ...] = (
    "consciousness",
    "red_flag_confusion",
    "red_flag_consciousness",
    "respiration_rate",
    "systolic",
    "diastolic",
    "age",
)
"""The facts on which the score hangs."""


def crb65(picture: Picture) -> Span:
    """A point each for confusion, fast breathing, a low blood pressure and age.

    Respiration of at least 30 a minute; under 90 mmHg systolic or at most 60 mmHg diastolic (one
    is enough); 65 years or older. Anything but alert counts as confusion, and so does a red flag
    of confusion or consciousness: where they contradict each other, the worse counts. While a red
    flag is unknown, an alert person may still prove confused.
    """
    p = picture
    mind = p.consciousness
    return count(
        any_of(
            None if mind is None else mind != Consciousness.ALERT,
            p.red_flag_confusion,
            p.red_flag_consciousness,
        ),
        None if p.respiration_rate is None else p.respiration_rate >= 30,
        any_of(
            None if p.systolic is None else p.systolic < 90,
            None if p.diastolic is None else p.diastolic <= 60,
        ),
        None if p.age is None else p.age >= 65,
    )
