"""The questions of the form about what is wanted: their link ids, wording and answers.

Link ids stay put (docs/questionnaire.md). None of these is a fact of triage.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import msgspec

from fhir.displays import display
from triage.need import Shift, Wish

GROUP: Final = "wanted"
LANGUAGES: Final = "http://hl7.org/fhir/ValueSet/all-languages"
BCP47: Final = "urn:ietf:bcp:47"

NEAR: Final = "near-postcode"
PREFERRED: Final = "preferred-service"
CARER: Final = "current-provider"
LEVEL: Final = "care-level"
LANGUAGE: Final = "interpreter-language"


class Answered(StrEnum):
    """The type of an answer, as the Questionnaire names it."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the group.

    Attributes:
        link: its link id.
        type: of the answer.
        nl: the question in Dutch.
        en: the question in English.
        low: lowest answer, of a number.
        high: highest answer, of a number.
    """

    link: str
    type: Answered
    nl: str
    en: str
    low: int = 0
    high: int = 0


_PARTS = {
    Shift.MORNING: ("'s ochtends (7 tot 12 uur)", "in the morning (7 to 12)"),
    Shift.AFTERNOON: ("'s middags (12 tot 17 uur)", "in the afternoon (12 to 17)"),
    Shift.EVENING: ("'s avonds (17 tot 23 uur)", "in the evening (17 to 23)"),
    Shift.NIGHT: ("'s nachts (23 tot 7 uur)", "at night (23 to 7)"),
}
VISITS: Final = {f"visits-{shift}": shift for shift in Shift}
WISHES: Final = {f"wish.{wish}": wish for wish in Wish}
_MOST_VISITS = 12
_LOWEST, _HIGHEST = 2, 6


def _visits(link: str, shift: Shift) -> Question:
    nl, en = _PARTS[shift]
    return Question(
        link=link,
        type=Answered.INTEGER,
        nl=f"Hoe vaak per dag is er zorg nodig, {nl}?",
        en=f"Visits a day {en}",
        high=_MOST_VISITS,
    )


def _wish(link: str, wish: Wish) -> Question:
    nl, en = display(wish)
    return Question(link=link, type=Answered.BOOLEAN, nl=f"Wens: {nl}", en=f"Wish: {en}")


QUESTIONS: Final = {
    question.link: question
    for question in (
        Question(
            link=NEAR,
            type=Answered.STRING,
            nl="Bij welke postcode wil de persoon in de buurt zijn, als dat niet thuis is (vier"
            " cijfers)?",
            en="Postcode to be near to, if not home (four digits)",
        ),
        Question(
            link=PREFERRED,
            type=Answered.STRING,
            nl="Naar welke plek of zorgaanbieder wil de persoon graag (id, URA of AGB)?",
            en="Which service or organisation does the person ask for (id, URA or AGB)?",
        ),
        Question(
            link=CARER,
            type=Answered.STRING,
            nl="Welke organisatie geeft nu al zorg (id, URA of AGB)?",
            en="Which organisation gives care now (id, URA or AGB)?",
        ),
        *(_visits(link, shift) for link, shift in VISITS.items()),
        Question(
            link=LEVEL,
            type=Answered.INTEGER,
            nl="Welk niveau heeft de zorgverlener minstens nodig (2 helpende tot 6 hbo met"
            " indicatiestelling)?",
            en="Lowest level of carer (2 assistant to 6 nurse who may indicate care)",
            low=_LOWEST,
            high=_HIGHEST,
        ),
        *(_wish(link, wish) for link, wish in WISHES.items()),
        Question(
            link=LANGUAGE,
            type=Answered.CHOICE,
            nl="Welke taal spreekt de persoon, als Nederlands niet genoeg is?",
            en="Language spoken, where Dutch is not enough",
        ),
    )
}
"""Each question by its link id, in the order of the form."""


def group() -> tuple[str, str, str]:
    """Link id of the group, and its title in Dutch and English."""
    return GROUP, "Wat er gevraagd wordt", "What is wanted"


def answers_of(question: Question) -> dict[str, Any]:
    """What the Questionnaire says of the answers to a question."""
    if question.type is Answered.INTEGER:
        core = "http://hl7.org/fhir/StructureDefinition/"
        return {
            "extension": [
                {"url": core + "minValue", "valueInteger": question.low},
                {"url": core + "maxValue", "valueInteger": question.high},
            ]
        }
    return {"answerValueSet": LANGUAGES} if question.type is Answered.CHOICE else {}
