"""The published Questionnaire: every fact of the picture that has no standard code.

Built from the vocabulary, so that it can't lag behind. Link ids stay put (docs/questionnaire.md).
Resource: https://hl7.org/fhir/R4/questionnaire.html.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import msgspec

from fhir.answers import NO_RED_FLAGS
from fhir.codes import DISPLAY, NAMESPACE, UCUM, own_system
from fhir.facts import FACT, VITALS, Fact
from triage.picture import FACTS, RED_FLAGS

URL: Final = NAMESPACE + "/Questionnaire/referral"
ID: Final = "referral"
VERSION: Final = "1"

_CORE = "http://hl7.org/fhir/StructureDefinition/"

STANDARD = frozenset({"age", "sex", *VITALS})
"""Facts that come from Patient and Observation; the form does not ask them."""

_SECTIONS: Final = (
    ("person", "De persoon", "The person", ("pregnant", "gave_birth_recently")),
    (
        "referrer",
        "Oordeel van de verwijzer, vóór het advies",
        "The referrer's judgement, before the advice",
        ("urgency", "urgency_role", "intended_destination"),
    ),
    ("vital-signs", "Bij de vitale functies", "With the vital signs", ("hypercapnic_target",)),
    ("red-flags", "Rode vlaggen", "Red flags", RED_FLAGS),
    (
        "other-desks",
        "Andere loketten",
        "Other desks",
        ("physician", "gp_available", "mental_health", "social_need", "fall_risk"),
    ),
    (
        "place",
        "Wat de plek moet bieden",
        "What the place must offer",
        ("hours_per_week", "closed_ward", "isolation", "equipment"),
    ),
)


def sections() -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Each group of the form: link id, Dutch and English title, and its facts in order.

    What no group names belongs to the weighing order, so that a new fact is asked at once.
    """
    named = {field for *_, fields in _SECTIONS for field in fields}
    rest = tuple(field for field in FACTS if field not in named and field not in STANDARD)
    weighing = ("weighing", "Afweging van de zorg", "Weighing of the care", rest)
    first = [section for section in _SECTIONS if section[0] not in {"other-desks", "place"}]
    return [*first, weighing, *_SECTIONS[len(first) :]]


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
        "item": [
            {
                "linkId": link,
                **_text(nl, en),
                "type": "group",
                "item": [_item(FACT[field]) for field in fields] + _extra(link),
            }
            for link, nl, en, fields in sections()
        ],
    }


def questionnaire_json() -> bytes:
    """The Questionnaire as it is published, indented for readers."""
    return msgspec.json.format(msgspec.json.encode(questionnaire()), indent=2) + b"\n"


def _extra(section: str) -> list[dict[str, Any]]:
    if section != "red-flags":
        return []
    nl = "Alle rode vlaggen zijn nagevraagd en geen andere dan hierboven is aanwezig."
    en = "All red flags were asked and none but those above is present."
    return [{"linkId": NO_RED_FLAGS, **_text(nl, en), "type": "boolean"}]


def _item(fact: Fact) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": fact.link, **_text(fact.nl, fact.en)}
    if fact.holds is bool:
        return item | {"type": "boolean"}
    if fact.codes is not None:
        many = {"repeats": True} if fact.many else {}
        return item | {"type": "choice"} | many | {"answerOption": [_option(c) for c in fact.codes]}
    kind = "integer" if fact.holds is int else "decimal"
    return {"extension": _number(fact)} | item | {"type": kind}


def _number(fact: Fact) -> list[dict[str, Any]]:
    unit = {"system": UCUM, "code": fact.unit}
    return [
        {"url": _CORE + "questionnaire-unit", "valueCoding": unit},
        {"url": _CORE + "minValue", "valueDecimal": fact.low},
        {"url": _CORE + "maxValue", "valueDecimal": fact.high},
    ]


def _option(code: StrEnum) -> dict[str, Any]:
    nl, en = DISPLAY[code]
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
