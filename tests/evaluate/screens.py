"""What each screen says of a patient: our acute lane, and the scores and colours next to it.

Ours is read three ways, since "acute" of someone about whom hardly anything is known is no
finding: see ``Reading``. What "for certain" means is written down in docs/safety.md.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from csv_patients import Patient
from vignettes import base

from triage.advice import Advice, Lane, Status
from triage.codes import Consciousness, Role
from triage.decide import decide
from triage.picture import FACTS, FIELD_OF_LINK, Picture
from triage.protocol import Protocol
from triage.scores.news2 import news2
from triage.urgency import Urgency

MEASURED = ("respiration_rate", "oxygen_saturation", "systolic", "pulse")
"""What must be known of a row for a score to be worth something."""

ADULT = 18


class Reading(StrEnum):
    """How much is taken to be known beyond the columns of the set.

    ``AS_IS``: nothing. ``ASKED``: everything that a conversation asks, all of it reassuring, and
    U5 entered by a GP; a vital sign that the row lacks stays unknown. ``WORST``: besides, every
    vital sign that the row lacks is normal, which is made up: whoever is not stopped by the vital
    signs that are known is let go.
    """

    AS_IS = "as it is"
    ASKED = "all asked, all reassuring"
    WORST = "besides, what is not measured is normal"


class Said(StrEnum):
    """What an advice means for the question whether someone's emergency is seen."""

    FOR_CERTAIN = "acute, final"
    CERTAIN_AND_ASKS = "acute for certain, and asks"
    ASKS = "asks first"
    LET_GO = "let go"


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """One patient.

    Attributes:
        patient: the row.
        certain: a rule put the person in the acute lane on what the row says alone.
        at_once: idem, and with U0 or U1.
        said: by reading.
        asked: link ids of what is still asked when everything of a conversation is answered.
        news2: lowest total, what is missing counted as 0: the score "alone" of the literature.
        three: one part surely scores 3.
        complete: the four vital signs of ``MEASURED`` are known.
    """

    patient: Patient
    certain: bool
    at_once: bool
    said: dict[Reading, Said]
    asked: tuple[str, ...]
    news2: int
    three: bool
    complete: bool


def in_scope(patient: Patient) -> bool:
    """Whether our rules are meant for the person; an unknown age is no child's."""
    age = patient.picture.age
    return age is None or age >= ADULT


def screen(patient: Patient, protocol: Protocol, now: datetime) -> Screened:
    """Everything that is said of one patient."""
    picture = patient.picture
    # With the least urgent class entered only what a rule says of the row itself is left.
    alone = decide(
        protocol,
        msgspec.structs.replace(picture, urgency=Urgency.U5, urgency_role=Role.GP),
        now,
    )
    certain = alone.lane is Lane.ACUTE
    advice = {reading: decide(protocol, _read(picture, reading), now) for reading in Reading}
    score, three = early_warning(picture)
    return Screened(
        patient=patient,
        certain=certain,
        at_once=certain and alone.urgency <= Urgency.U1,
        said={reading: _said(each, certain=certain) for reading, each in advice.items()},
        asked=tuple(question.fact for question in advice[Reading.ASKED].questions),
        news2=score,
        three=three,
        complete=complete(picture),
    )


def early_warning(picture: Picture) -> tuple[int, bool]:
    """NEWS2 alone, as the literature has it: the total, and whether one part scores 3.

    What is missing counts as 0, and the ordinary scale is taken: the other is only for whom a
    clinician has set a target. Neither is how this service reads a score (triage/scores/news2.py).
    """
    ordinary = False if picture.hypercapnic_target is None else picture.hypercapnic_target
    score = news2(msgspec.structs.replace(picture, hypercapnic_target=ordinary))
    return score.low, bool(score.any_three)


def complete(picture: Picture) -> bool:
    """Whether the four vital signs of ``MEASURED`` are known."""
    return all(getattr(picture, field) is not None for field in MEASURED)


def _said(advice: Advice, *, certain: bool) -> Said:
    if advice.status is Status.FINAL:
        return Said.FOR_CERTAIN if advice.lane is Lane.ACUTE else Said.LET_GO
    return Said.CERTAIN_AND_ASKS if certain else Said.ASKS


def _calm() -> dict[str, Any]:
    """What a conversation answers when nothing is the matter: the base of the vignettes."""
    answers = {FIELD_OF_LINK[link]: value for link, value in base().base.items()}
    answers |= {field: False for field in FACTS if field.startswith("red_flag_")}
    # Someone must ask for something, or no care at all is what a rule would have to name.
    answers |= {"urgency": Urgency.U5.value, "physician": "planned"}
    calm = msgspec.convert(answers, Picture)
    return {field: getattr(calm, field) for field in answers}


_CALM = _calm()
_MADE_UP = {
    "respiration_rate": 16.0,
    "oxygen_saturation": 97.0,
    "on_oxygen": False,
    "systolic": 130.0,
    "diastolic": 80.0,
    "pulse": 75.0,
    "consciousness": Consciousness.ALERT,
    "temperature": 37.0,
}


def _read(picture: Picture, reading: Reading) -> Picture:
    if reading is Reading.AS_IS:
        return picture
    taken = _CALM | (_MADE_UP if reading is Reading.WORST else {})
    unknown = {field: value for field, value in taken.items() if getattr(picture, field) is None}
    return msgspec.structs.replace(picture, **unknown)
