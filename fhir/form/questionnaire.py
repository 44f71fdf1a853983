"""The published Questionnaire: every fact of the picture that has no standard code.

Built from the vocabulary, so that it can't lag behind. Link ids stay put (docs/questionnaire.md).
Resource: https://hl7.org/fhir/R4/questionnaire.html.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any, Final

import msgspec

from fhir.codes import NAMESPACE, SNOMED, UCUM, own_system
from fhir.displays import display
from fhir.form.answers import NO_RED_FLAGS
from fhir.form.instrument_items import item_link, item_system, option_code
from fhir.form.wanted_items import QUESTIONS, Question, answers_of, group
from fhir.picture.facts import FACT, VITALS, Fact
from fhir.picture.score_codes import SCORES
from triage.facts.course import Course
from triage.facts.desks import Desks
from triage.facts.entered import Entered
from triage.facts.falls import Falls
from triage.facts.function import Function
from triage.facts.home import Home
from triage.facts.mind import Mind
from triage.facts.person import Person
from triage.facts.place import Place
from triage.facts.red_flags import RedFlags
from triage.facts.vital_signs import VitalSigns
from triage.facts.weighing import Weighing
from triage.facts.wishes import Wishes
from triage.scores.instrument import Instrument, Item
from triage.scores.instruments import INSTRUMENTS

URL: Final = NAMESPACE + "/Questionnaire/referral"
ID: Final = "referral"
VERSION: Final = "3"

_CORE = "http://hl7.org/fhir/StructureDefinition/"

STANDARD = frozenset({"age", "sex", *VITALS})
"""Facts that come from Patient and Observation; the form does not ask them."""

_SECTIONS: Final = (
    ("person", "De persoon", "The person", Person),
    (
        "referrer",
        "Oordeel van de verwijzer, vóór het advies",
        "The referrer's judgement, before the advice",
        Entered,
    ),
    ("vital-signs", "Bij de vitale functies", "With the vital signs", VitalSigns),
    ("red-flags", "Rode vlaggen", "Red flags", RedFlags),
    ("course", "Beloop en achtergrond", "Course and background", Course),
    ("falls", "Vallen", "Falls", Falls),
    ("function", "Zelfredzaamheid en kwetsbaarheid", "Function and frailty", Function),
    ("mind", "Geheugen, gedrag en stemming", "Cognition, behaviour and mood", Mind),
    ("home", "Thuis en de zorg van nu", "Home and present care", Home),
    ("wishes", "Wensen en behandelafspraken", "Wishes and treatment limits", Wishes),
    ("weighing", "Afweging van de zorg", "Weighing of the care", Weighing),
    ("other-desks", "Andere loketten", "Other desks", Desks),
    ("place", "Wat de plek moet bieden", "What the place must offer", Place),
)

_SECTION_CODES: Final = {
    "vital-signs": "363788007",
    "course": "371524004",
    "function": "5531000179105",
    "mind": "5531000179105",
    "home": "365512000",
    "wishes": "108329005",
}
"""SNOMED CT code of the eOverdracht section that a group belongs to (domain.md 1.5)."""

_TOTAL_CODES: Final = {
    field: code for (system, code), field in reversed(SCORES.items()) if system == SNOMED
}
"""The first SNOMED CT code of a total, where there is one."""


def sections() -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Each group of the form: link id, Dutch and English title, and its facts in order.

    The groups are the topics of the vocabulary, so that a new fact is asked at once.
    """
    return [
        (link, nl, en, tuple(field for field in topic.__annotations__ if field not in STANDARD))
        for link, nl, en, topic in _SECTIONS
    ]


def questionnaire() -> dict[str, Any]:
    """The Questionnaire as a resource, ready to be encoded."""
    return {
        "resourceType": "Questionnaire",
        "id": ID,
        "url": URL,
        "version": VERSION,
        "name": "NaoberReferral",
        "title": "Verwijzing naar tijdelijk verblijf of wijkverpleging",
        "_title": _english("Referral to temporary stay or district nursing"),
        "status": "active",
        "subjectType": ["Patient"],
        "publisher": "Naober",
        "description": "Wat triage wil weten en waar geen standaardcode voor is. Een leeg"
        " antwoord is onbekend, nooit nee.",
        "copyright": " ".join(
            f"{each.title}: {each.source}; {each.licence}." for each in INSTRUMENTS.values()
        ),
        "item": [
            {
                "linkId": link,
                **_coded(_SECTION_CODES.get(link)),
                **_text(nl, en),
                "type": "group",
                "item": [item for field in fields for item in _asked(field)] + _extra(link),
            }
            for link, nl, en, fields in sections()
        ]
        + [_wanted()],
    }


@cache
def questionnaire_json() -> bytes:
    """The Questionnaire as it is published, indented for readers."""
    return msgspec.json.format(msgspec.json.encode(questionnaire()), indent=2) + b"\n"


def _wanted() -> dict[str, Any]:
    """The group of questions that are no facts: what is asked of whoever gives the care."""
    link, nl, en = group()
    return {
        "linkId": link,
        **_text(nl, en),
        "type": "group",
        "item": [_question(question) for question in QUESTIONS.values()],
    }


def _question(question: Question) -> dict[str, Any]:
    asked = {"linkId": question.link, **_text(question.nl, question.en), "type": question.type}
    return asked | answers_of(question)


def _coded(code: str | None) -> dict[str, Any]:
    return {"code": [{"system": SNOMED, "code": code}]} if code else {}


def _extra(section: str) -> list[dict[str, Any]]:
    if section != "red-flags":
        return []
    nl = "Alle rode vlaggen zijn nagevraagd en geen andere dan hierboven is aanwezig."
    en = "All red flags were asked and none but those above is present."
    return [{"linkId": NO_RED_FLAGS, **_text(nl, en), "type": "boolean"}]


def _asked(field: str) -> list[dict[str, Any]]:
    """The question of a fact, and after a total the group of its items."""
    instrument = INSTRUMENTS.get(field)
    return [_item(FACT[field])] + ([_items(field, instrument)] if instrument else [])


def _items(field: str, instrument: Instrument) -> dict[str, Any]:
    title = instrument.title
    return {
        "linkId": FACT[field].link + ".items",
        **_text(f"{title}, per onderdeel", f"{title}, item by item"),
        "type": "group",
        "item": [
            {
                "linkId": item_link(field, item),
                **_text(item.nl, item.en),
                "type": "choice",
                "answerOption": _answers(field, item),
            }
            for item in instrument.items
        ],
    }


def _answers(field: str, item: Item) -> list[dict[str, Any]]:
    """The answers of an item, each with its points (ordinalValue)."""
    return [
        {
            "valueCoding": {
                "extension": [{"url": _CORE + "ordinalValue", "valueDecimal": option.points}],
                "system": item_system(field),
                "code": option_code(item, option),
                "display": option.nl,
                "_display": _english(option.en),
            }
        }
        for option in item.options
    ]


def _item(fact: Fact) -> dict[str, Any]:
    code = _TOTAL_CODES.get(fact.field)
    item: dict[str, Any] = {"linkId": fact.link, **_coded(code), **_text(fact.nl, fact.en)}
    if fact.holds is bool:
        return item | {"type": "boolean"}
    if fact.codes is not None:
        many = {"repeats": True} if fact.many else {}
        return item | {"type": "choice"} | many | {"answerOption": [_option(c) for c in fact.codes]}
    kind = "decimal" if fact.holds is float else "integer"
    return {"extension": _number(fact)} | item | {"type": kind}


def _number(fact: Fact) -> list[dict[str, Any]]:
    unit = {"system": UCUM, "code": fact.unit}
    value = "valueDecimal" if fact.holds is float else "valueInteger"
    return [
        {"url": _CORE + "questionnaire-unit", "valueCoding": unit},
        {"url": _CORE + "minValue", value: fact.low},
        {"url": _CORE + "maxValue", value: fact.high},
    ]


def _option(code: StrEnum) -> dict[str, Any]:
    nl, en = display(code)
    return {
        "valueCoding": {
            "system": own_system(type(code)),
            "code": code.value,
            "display": nl,
            "_display": _english(en),
        }
    }


def _text(nl: str, en: str) -> dict[str, Any]:
    return {"text": nl, "_text": _english(en)}


def _english(text: str) -> dict[str, Any]:
    return {
        "extension": [
            {
                "url": _CORE + "translation",
                "extension": [
                    {"url": "lang", "valueCode": "en"},
                    {"url": "content", "valueString": text},
                ],
            }
        ]
    }
