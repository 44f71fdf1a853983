"""A small referral to change at will, and the short way from it to a picture."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from fhir.bundle import Entry, read
from fhir.codes import own_system
from fhir.form.questionnaire import questionnaire
from fhir.picture.facts import FACT
from fhir.referral import ReferralIn, from_fhir
from triage.picture import FIELD_OF_LINK, Picture

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
PERSON = "urn:uuid:00000000-0000-4000-8000-000000000001"
REQUEST = "urn:uuid:00000000-0000-4000-8000-000000000002"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def at(minutes: float = 0) -> str:
    """A FHIR dateTime, minutes from now."""
    return (NOW + timedelta(minutes=minutes)).isoformat()


def patient(**elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999900018"}],
        "name": [{"use": "official", "family": "Voorbeeldsma", "given": ["Aaltje", "Jo"]}],
        "gender": "female",
        "birthDate": "1944-02-29",
        "address": [{"use": "home", "postalCode": "9401 AA", "city": "Assen"}],
    } | elements


def request(**elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": "https://voorbeeldhof.example", "value": "V-1"}],
        "status": "active",
        "intent": "order",
        "subject": {"reference": PERSON},
        "authoredOn": at(),
    } | elements


def observation(code: str, value: float | None, unit: str, **elements: Any) -> dict[str, Any]:
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": PERSON},
        "effectiveDateTime": at(-10),
        "valueQuantity": quantity,
    } | elements


def saturation(value: float | None, minutes: float = -10, **elements: Any) -> dict[str, Any]:
    return observation("59408-5", value, "%", effectiveDateTime=at(minutes)) | elements


def answer(link: str, value: Any) -> dict[str, Any]:
    fact = FACT.get(FIELD_OF_LINK.get(link, ""))
    if isinstance(value, bool):
        given: dict[str, Any] = {"valueBoolean": value}
    elif isinstance(value, str) and fact is not None and fact.codes is not None:
        given = {"valueCoding": {"system": own_system(fact.codes), "code": value}}
    elif isinstance(value, str):
        given = {"valueString": value}
    else:
        given = {"valueDecimal": value}
    return {"linkId": link, "answer": [given]}


def form(answers: dict[str, Any], **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "subject": {"reference": PERSON},
        "authored": at(-5),
        "item": [answer(link, value) for link, value in answers.items()],
    } | elements


def transaction(*resources: dict[str, Any], **named: dict[str, Any]) -> bytes:
    """A bundle of the example person and referral, or those given by name, and more resources."""
    first = {PERSON: named.get("patient", patient()), REQUEST: named.get("request", request())}
    rest = {
        f"urn:uuid:00000000-0000-4000-9000-{place:012}": each
        for place, each in enumerate(resources)
    }
    entries = [
        {
            "fullUrl": full_url,
            "resource": each,
            "request": {"method": "POST", "url": each["resourceType"]},
        }
        for full_url, each in (first | rest).items()
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def entries(*resources: dict[str, Any], **named: dict[str, Any]) -> tuple[Entry, ...]:
    return read(transaction(*resources, **named)).entries


def referral(*resources: dict[str, Any], **named: dict[str, Any]) -> ReferralIn:
    return from_fhir(entries(*resources, **named), NOW)


def picture(*resources: dict[str, Any], **named: dict[str, Any]) -> Picture:
    return referral(*resources, **named).picture


def noted(of: Picture, fact: str) -> str:
    """All that is said about a fact, by its link id."""
    return " ".join(note.text for note in of.notes if note.fact == fact)


def asked() -> dict[str, dict[str, Any]]:
    """Each question of the published form by its link id, however deep it is nested."""
    return _questions(questionnaire()["item"])


def _questions(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        found |= _questions(item["item"]) if item["type"] == "group" else {item["linkId"]: item}
    return found
