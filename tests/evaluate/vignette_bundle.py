"""A vignette as a whole referral: ``python tests/evaluate/vignette_bundle.py`` writes them all.

It knows the published interface only (docs/questionnaire.md, LOINC and SNOMED codes of fhir.md),
as any sender does. Everything is invented: BSNs of the 9999xxxxx test range, organisations and
numbers. The same vignette gives the same bytes.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vignettes import Answer, Base, Measured, Vignette, base, themes

BUNDLES = Path(__file__).parent / "bundles"
AUTHORED = datetime.fromisoformat("2026-11-16T10:30:00+01:00")
NAMES = uuid.UUID("6f8d1c1e-0000-5000-8000-766967006e62")

NL = "http://fhir.nl/fhir/NamingSystem/"
CORE = "http://nictiz.nl/fhir/StructureDefinition/nl-core-"
OURS = "https://naober.example/fhir"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"

CODED = {
    "urgency": "urgency",
    "urgency-role": "role",
    "referrer-role": "role",
    "intended-destination": "destination",
    "anticoagulant": "anticoagulant",
    "mobility": "mobility",
    "wlz-indication": "wlz-indication",
    "wlz-sector": "wlz-sector",
    "nursing": "nursing",
    "dying-place": "dying-place",
    "physician": "physician",
    "mental-health": "mental-health",
    "service": "service",
    "equipment": "requirement",
}
"""The code system of each answer that is a code."""

ACVPU = {
    "A": ("LA9340-6", "Alert"),
    "C": ("LA6560-2", "Confused"),
    "V": ("LA17108-4", "Verbal"),
    "P": ("LA17107-6", "Painful"),
    "U": ("LA9343-0", "Unresponsive"),
}
MEASURED = {
    "respiration": (None, "9279-1", "Respiratory rate", "/min"),
    "saturation": ("O2Saturation", "59408-5", "Oxygen saturation by Pulse oximetry", "%"),
    "pulse": ("HeartRate", "8867-4", "Heart rate", "/min"),
    "temperature": ("BodyTemperature", "8310-5", "Body temperature", "Cel"),
}
PRESSURES = {
    "systolic": ("8480-6", "Systolic blood pressure"),
    "diastolic": ("8462-4", "Diastolic blood pressure"),
}
TITLES = {
    "gp": ("01.015", "Huisarts"),
    "specialist": ("01.022", "Klinisch geriater"),
    "elderly-physician": ("01.047", "Specialist ouderengeneeskunde"),
    "triagist": ("30.000", "Verpleegkundige"),
    "nurse": ("30.000", "Verpleegkundige"),
}


def bundle(one: Vignette, common: Base) -> dict[str, Any]:
    """The referral of a vignette, as a transaction."""
    parts = _Parts(one.id)
    answers = common.answers(one)
    role = str(answers.get("referrer-role", "gp"))
    parts.add("patient", _patient(one))
    parts.add(
        "request",
        {
            "resourceType": "ServiceRequest",
            "meta": {"profile": [CORE + "Procedure-request"]},
            "identifier": [{"system": "https://voorbeeldhof.example/vignet", "value": one.id}],
            "status": "active",
            "intent": "order",
            "category": [_concept(SNOMED, "3457005", "Patient referral")],
            "subject": parts.reference("patient"),
            "authoredOn": AUTHORED.isoformat(),
            "requester": parts.reference("role"),
            "note": [{"text": one.story}],
        },
    )
    parts.add(
        "role",
        {
            "resourceType": "PractitionerRole",
            "organization": parts.reference("organisation"),
            **_specialty(role),
        },
    )
    parts.add(
        "organisation",
        {
            "resourceType": "Organization",
            "identifier": [{"system": NL + "ura", "value": "90009901"}],
            "name": "Huisartsenpraktijk Voorbeeldhof",
        },
    )
    sets: list[dict[str, Any]] = [{**common.vitals, **one.vitals}]
    if one.again:
        sets.append(dict(one.again))
    for number, values in enumerate(sets):
        taken = {key: value for key, value in values.items() if key not in one.unmeasured}
        for name, seen in _vitals(taken, one, parts).items():
            parts.add(f"{name}-{number}", seen)
    parts.add(
        "form",
        {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": f"{OURS}/Questionnaire/referral|1",
            "status": "completed",
            "subject": parts.reference("patient"),
            "authored": AUTHORED.isoformat(),
            "author": parts.reference("role"),
            "item": [_item(link, value) for link, value in answers.items()],
        },
    )
    return {"resourceType": "Bundle", "type": "transaction", "entry": parts.entries}


class _Parts:
    """The entries of one bundle, and the names by which they refer to each other."""

    def __init__(self, vignette: str) -> None:
        self.entries: list[dict[str, Any]] = []
        self._vignette = vignette

    def name(self, what: str) -> str:
        return f"urn:uuid:{uuid.uuid5(NAMES, f'{self._vignette}/{what}')}"

    def reference(self, what: str) -> dict[str, str]:
        return {"reference": self.name(what)}

    def add(self, what: str, resource: dict[str, Any]) -> None:
        request = {"method": "POST", "url": resource["resourceType"]}
        self.entries.append({"fullUrl": self.name(what), "resource": resource, "request": request})


def _specialty(role: str) -> dict[str, Any]:
    """The role code of a professional; a relative has none."""
    if role not in TITLES:
        return {}
    return {"specialty": [_concept(NL + "uzi-rolcode", *TITLES[role])]}


def _patient(one: Vignette) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "meta": {"profile": [CORE + "Patient"]},
        "identifier": [{"system": NL + "bsn", "value": _bsn(one.id)}],
        "name": [{"use": "official", "family": "Vignet-Voorbeeld", "given": ["Verzonnen"]}],
        "gender": one.sex,
        "birthDate": one.born or f"{AUTHORED.year - one.age}-03-01",
        "address": [
            {
                "use": "home",
                "line": ["Voorbeeldlaan 1"],
                "city": "Assen",
                "postalCode": "9401 AA",
                "country": "Nederland",
            }
        ],
    }


def _bsn(vignette: str) -> str:
    """A number of the test range 9999xxxxx that passes the 11-test (domain.md 5.2)."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    number = 999_900_000 + uuid.uuid5(NAMES, vignette).int % 90_000
    while sum(w * int(d) for w, d in zip(weights, str(number), strict=True)) % 11:
        number += 1
    return str(number)


def _vitals(values: dict[str, Any], one: Vignette, parts: _Parts) -> dict[str, dict[str, Any]]:
    """The Observations of one set of vital signs."""
    common = {
        "subject": parts.reference("patient"),
        "effectiveDateTime": (AUTHORED - timedelta(minutes=one.seen)).isoformat(),
    }
    seen: dict[str, dict[str, Any]] = {}
    for name, (profile, code, display, unit) in MEASURED.items():
        if name in values:
            coded = _concept(LOINC, code, display)
            value = {"valueQuantity": _quantity(values[name], unit)}
            seen[name] = _observation(profile, coded) | common | value
    oxygen = values.get("oxygen")
    if isinstance(oxygen, bool) and "saturation" in seen:
        therapy = _concept(SNOMED, "57485005", "Oxygen therapy")
        seen["saturation"]["component"] = [{"code": therapy, "valueBoolean": oxygen}]
    pressures = [name for name in PRESSURES if name in values]
    if pressures:
        panel = _concept(LOINC, "85354-9", "Blood pressure panel with all children optional")
        seen["pressure"] = _observation("BloodPressure", panel) | common
        seen["pressure"]["component"] = [
            {
                "code": _concept(LOINC, *PRESSURES[name]),
                "valueQuantity": _quantity(values[name], "mm[Hg]"),
            }
            for name in pressures
        ]
    if "consciousness" in values:
        coded = _concept(LOINC, "67775-7", "Level of responsiveness")
        level = _concept(LOINC, *ACVPU[values["consciousness"]])
        seen["consciousness"] = _observation(None, coded) | common
        seen["consciousness"]["valueCodeableConcept"] = level
    return seen


def _observation(profile: str | None, code: dict[str, Any]) -> dict[str, Any]:
    meta = {"meta": {"profile": [CORE + profile]}} if profile else {}
    category = _concept(HL7 + "observation-category", "vital-signs", "Vital Signs")
    return {
        "resourceType": "Observation",
        **meta,
        "status": "final",
        "category": [category],
        "code": code,
    }


def _quantity(value: Any, unit: str) -> dict[str, Any]:
    if isinstance(value, Measured):
        value, unit = value.value, value.unit
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def _concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _item(link: str, value: Answer) -> dict[str, Any]:
    if link in CODED:
        system = f"{OURS}/CodeSystem/{CODED[link]}"
        codes = value if isinstance(value, list) else [value]
        answers = [{"valueCoding": {"system": system, "code": code}} for code in codes]
        return {"linkId": link, "answer": answers}
    kind = {bool: "valueBoolean", int: "valueInteger", float: "valueDecimal"}[type(value)]
    return {"linkId": link, "answer": [{kind: value}]}


def texts() -> dict[str, str]:
    """The text of each bundle, by vignette: one line, so that 170 stay small."""
    common = base()
    return {
        one.id: json.dumps(bundle(one, common), ensure_ascii=False, separators=(",", ":")) + "\n"
        for theme in themes().values()
        for one in theme.vignette
    }


def main() -> None:
    """Write every bundle, and remove those whose vignette is gone."""
    BUNDLES.mkdir(exist_ok=True)
    written = texts()
    for old in BUNDLES.glob("*.json"):
        if old.stem not in written:
            old.unlink()
    for name, text in written.items():
        (BUNDLES / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
