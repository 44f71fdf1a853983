"""Writes the scenario bundles: ``python tests/scenarios/make.py``, from people.toml.

Everything is invented: BSNs of the 9999xxxxx test range, organisations, AGB, URA and BIG numbers.
The same input gives the same bytes, so that a change shows as a change.
"""

from __future__ import annotations

import json
import tomllib
import uuid
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = uuid.UUID("6f8d1c1e-0000-5000-8000-00006e616f62")
AUTHORED = "2026-11-16T10:30:00+01:00"
SEEN = "2026-11-16T10:20:00+01:00"

NL = "http://fhir.nl/fhir/NamingSystem/"
CORE = "http://nictiz.nl/fhir/StructureDefinition/nl-core-"
OURS = "https://naober.example/fhir"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICPC = "http://hl7.org/fhir/sid/icpc-1-nl"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"

ROLES = {
    "gp": ("01.015", "Huisarts", "Huisartsenpraktijk Voorbeeldhof", "90009901", "01999901"),
    "triagist": (
        "30.000",
        "Verpleegkundige",
        "Huisartsenpost Voorbeeldstad",
        "90009902",
        "01999902",
    ),
    "specialist": (
        "01.022",
        "Klinisch geriater",
        "Ziekenhuis Verzonnen Es",
        "90009903",
        "06999903",
    ),
    "elderly-physician": (
        "01.047",
        "Specialist ouderengeneeskunde",
        "Zorggroep Bedachte Brink",
        "90009904",
        "47999904",
    ),
}
CODED = {
    "urgency": "urgency",
    "urgency-role": "role",
    "intended-destination": "destination",
    "wlz-indication": "wlz-indication",
    "wlz-sector": "wlz-sector",
    "nursing": "nursing",
    "dying-place": "dying-place",
    "physician": "physician",
    "mental-health": "mental-health",
    "equipment": "requirement",
    "referrer-role": "role",
    "anticoagulant": "anticoagulant",
    "mobility": "mobility",
    "service": "service",
}
WHOLE = {"conditions-count", "medication-count", "cfs", "gfi", "prisma7"} | {
    "barthel",
    "katz",
    "isar-hp",
    "snaq",
    "four-at",
    "dos",
}
NORMAL = {
    "respiration": 16,
    "saturation": 97,
    "systolic": 132,
    "diastolic": 78,
    "pulse": 76,
    "temperature": 36.8,
}


def name(kind: str, what: str) -> str:
    """The fullUrl of a resource in the bundle of a kind, the same each time."""
    return f"urn:uuid:{uuid.uuid5(NAMES, f'{kind}/{what}')}"


def bsn(number: int) -> str:
    """The n-th number of the 9999xxxxx test range that passes the 11-test."""
    valid = [digits for tail in range(10_000, 12_000) if eleven(digits := f"9999{tail}")]
    return valid[number]


def eleven(digits: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 == 0


def concept(*codings: tuple[str, str, str], text: str | None = None) -> dict[str, Any]:
    coding = [{"system": s, "code": c} | ({"display": d} if d else {}) for s, c, d in codings]
    return {"coding": coding} | ({"text": text} if text else {})


def reference(kind: str, what: str) -> dict[str, Any]:
    return {"reference": name(kind, what)}


def problem(entry: list[str]) -> dict[str, Any]:
    icpc, snomed, nl, en = entry
    coded = [(SNOMED, snomed, en)] if snomed else []
    return concept((ICPC, icpc, nl), *coded, text=nl)


def resource(of: str, profile: str | None, **elements: Any) -> dict[str, Any]:
    meta = {"meta": {"profile": [CORE + profile]}} if profile else {}
    return {"resourceType": of} | meta | {k: v for k, v in elements.items() if v is not None}


def patient(kind: str, number: int, story: dict[str, Any]) -> dict[str, Any]:
    pc4, place = story["home"]
    return resource(
        "Patient",
        "Patient",
        identifier=[{"system": NL + "bsn", "value": bsn(number)}],
        name=[
            {"use": "official", "family": f"Voorbeeld-{kind.title()}", "given": [story["given"]]}
        ],
        telecom=[{"system": "phone", "value": f"+3185000{number:04}", "use": "home"}],
        gender=story["sex"],
        birthDate=story["born"],
        address=[
            {
                "use": "home",
                "line": [f"Voorbeeldlaan {number + 1}"],
                "city": place,
                "postalCode": f"{pc4} AA",
                "country": "Nederland",
            }
        ],
    )


def observation(
    kind: str, profile: str | None, code: dict[str, Any], **value: Any
) -> dict[str, Any]:
    category = concept((HL7 + "observation-category", "vital-signs", ""))
    return resource(
        "Observation",
        profile,
        status="final",
        category=[category],
        code=code,
        subject=reference(kind, "patient"),
        effectiveDateTime=SEEN,
        **value,
    )


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def vitals(kind: str, values: dict[str, float]) -> dict[str, dict[str, Any]]:
    def measured(
        profile: str | None, code: str, display: str, value: float, unit: str
    ) -> dict[str, Any]:
        coded = concept((LOINC, code, display))
        return observation(kind, profile, coded, valueQuantity=quantity(value, unit))

    saturation = measured(
        "O2Saturation", "59408-5", "Oxygen saturation by Pulse oximetry", values["saturation"], "%"
    )
    oxygen = concept((SNOMED, "57485005", "Oxygen therapy"))
    saturation["component"] = [{"code": oxygen, "valueBoolean": False}]
    pressures = (("8480-6", "Systolic", "systolic"), ("8462-4", "Diastolic", "diastolic"))
    return {
        "respiration": measured(None, "9279-1", "Respiratory rate", values["respiration"], "/min"),
        "saturation": saturation,
        "pressure": observation(
            kind,
            "BloodPressure",
            concept((LOINC, "85354-9", "Blood pressure panel")),
            component=[
                {
                    "code": concept((LOINC, code, f"{display} blood pressure")),
                    "valueQuantity": quantity(values[key], "mm[Hg]"),
                }
                for code, display, key in pressures
            ],
        ),
        "pulse": measured("HeartRate", "8867-4", "Heart rate", values["pulse"], "/min"),
        "temperature": measured(
            "BodyTemperature", "8310-5", "Body temperature", values["temperature"], "Cel"
        ),
        "consciousness": observation(
            kind,
            None,
            concept((LOINC, "67775-7", "Level of responsiveness")),
            valueCodeableConcept=concept((LOINC, "LA9340-6", "Alert")),
        ),
    }


def answer(link: str, value: Any) -> dict[str, Any]:
    if link in CODED:
        system = f"{OURS}/CodeSystem/{CODED[link]}"
        codes = value if isinstance(value, list) else [value]
        return {
            "linkId": link,
            "answer": [{"valueCoding": {"system": system, "code": code}} for code in codes],
        }
    if link.partition(".")[0] in WHOLE - {link}:
        # An item of an instrument: its answer's code ends in the points.
        instrument, item = link.split(".")
        coding = {"system": f"{OURS}/CodeSystem/{instrument}", "code": f"{item}-{value}"}
        return {"linkId": link, "answer": [{"valueCoding": coding}]}
    number = "valueInteger" if link in WHOLE else "valueDecimal"
    kind = "valueBoolean" if isinstance(value, bool) else number
    return {"linkId": link, "answer": [{kind: value}]}


def form(kind: str, answers: dict[str, Any]) -> dict[str, Any]:
    return resource(
        "QuestionnaireResponse",
        None,
        questionnaire=f"{OURS}/Questionnaire/referral|2",
        status="completed",
        subject=reference(kind, "patient"),
        authored=SEEN,
        author=reference(kind, "role"),
        item=[answer(link, value) for link, value in answers.items()],
    )


def zib_barthel(kind: str, points: dict[str, int]) -> dict[str, Any]:
    """nl-core-BarthelADLIndex: each item by its zib code, and the total."""
    zib = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4."
    items = (
        ("4002004", "FECAL"),
        ("4002003", "URIN"),
        ("4002005", "GROOM"),
        ("4002006", "TOIL"),
        ("4002007", "FEED"),
        ("4002008", "TRANS"),
        ("4002009", "MOBIL"),
        ("4002010", "DRESS"),
        ("4002011", "CLIMB"),
        ("4002012", "BATH"),
    )
    made = observation(
        kind,
        "BarthelADLIndex",
        concept((SNOMED, "273302005", "Barthel-index")),
        valueInteger=sum(points.values()),
        component=[
            {
                "code": concept((zib + "0.1", code, "")),
                "valueCodeableConcept": concept(
                    (f"{zib}1.{place}", f"{answer}{points[answer]}", "")
                ),
            }
            for place, (code, answer) in enumerate(items, start=1)
            if answer in points
        ],
    )
    del made["category"]
    return made


def extras(kind: str, story: dict[str, Any]) -> dict[str, dict[str, Any]]:
    person = reference(kind, "patient")
    every = {
        "flag": resource(
            "Flag",
            "Alert",
            status="active",
            category=[concept((SNOMED, "404684003", "Clinical finding"))],
            code={"text": "Valgevaar: niet alleen laten lopen"},
            subject=person,
        ),
        "consent": resource(
            "Consent",
            "TreatmentDirective2",
            status="active",
            scope=concept((HL7 + "consentscope", "adr", "")),
            category=[concept((SNOMED, "129125009", "Procedure with explicit context"))],
            patient=person,
            dateTime="2026-10-01",
            policy=[{"uri": "https://wetten.overheid.nl/"}],
            provision={
                "type": "deny",
                "code": [concept((SNOMED, "305351004", "Admission to intensive care unit"))],
            },
        ),
        "list": resource(
            "List",
            None,
            status="current",
            mode="snapshot",
            code=concept((LOINC, "11450-4", "Problem list")),
            subject=person,
            date=SEEN,
            entry=[
                {"item": reference(kind, f"problem-{key}")}
                for key in [story["reason"], *story.get("also", [])]
            ],
        ),
        "barthel": zib_barthel(kind, story.get("barthel", {})),
        "relative": resource(
            "RelatedPerson",
            "ContactPerson",
            patient=person,
            relationship=[concept((HL7 + "v3-RoleCode", "FAMMEMB", "family member"))],
            name=[{"use": "official", "text": f"Naaste Voorbeeld-{kind.title()}"}],
            telecom=[{"system": "phone", "value": "+31850009999"}],
        ),
        "task": resource(
            "Task",
            None,
            identifier=[{"system": "https://voorbeeldhof.example/taak", "value": f"T-{kind}"}],
            status="requested",
            intent="order",
            code=concept(("http://hl7.org/fhir/CodeSystem/task-code", "fulfill", "")),
            focus=reference(kind, "request"),
            authoredOn=AUTHORED,
            requester=reference(kind, "role"),
            **{"for": person},
        ),
    }
    return {key: every[key] for key in story.get("extras", [])}


def bundle(kind: str, number: int, data: dict[str, Any]) -> dict[str, Any]:
    """The referral of one story, as a transaction."""
    story = data["stories"][kind]
    stay = data["stay"] if story.get("stay") else {}
    answers = data["common"] | stay | story["answers"]
    if any(link.startswith("red-flag.") for link in answers):
        # "None present" would not be true: then each flag is answered for itself.
        del answers["red-flags-none"]
        answers = {f"red-flag.{flag}": False for flag in data["flags"]} | answers
    code, title, organisation, ura, agb = ROLES[answers["urgency-role"]]
    person = reference(kind, "patient")
    request = resource(
        "ServiceRequest",
        "Procedure-request",
        identifier=[{"system": "https://voorbeeldhof.example/verwijzing", "value": f"V-{kind}"}],
        status="active",
        intent="order",
        category=[concept((SNOMED, "3457005", "Patient referral"))],
        subject=person,
        authoredOn=AUTHORED,
        requester=reference(kind, "role"),
        reasonCode=[problem(data["problems"][story["reason"]])],
        note=[{"text": story["text"]}],
    )
    resources = {
        "patient": patient(kind, number, story),
        "request": request,
        "practitioner": resource(
            "Practitioner",
            "HealthProfessional-Practitioner",
            identifier=[{"system": NL + "big", "value": "99900000101"}],
            name=[{"use": "official", "text": "V. Oorbeeldsma", "family": "Oorbeeldsma"}],
        ),
        "role": resource(
            "PractitionerRole",
            "HealthProfessional-PractitionerRole",
            practitioner=reference(kind, "practitioner"),
            organization=reference(kind, "organisation"),
            specialty=[concept((NL + "uzi-rolcode", code, title))],
        ),
        "organisation": resource(
            "Organization",
            "HealthcareProvider-Organization",
            identifier=[
                {"system": NL + "ura", "value": ura},
                {"system": NL + "agb-z", "value": agb},
            ],
            name=organisation,
        ),
        **vitals(kind, NORMAL | story.get("vitals", {})),
        **{
            f"problem-{key}": resource(
                "Condition",
                "Problem",
                clinicalStatus=concept((HL7 + "condition-clinical", "active", "")),
                verificationStatus=concept((HL7 + "condition-ver-status", "confirmed", "")),
                code=problem(data["problems"][key]),
                subject=person,
            )
            for key in [story["reason"], *story.get("also", [])]
        },
        "form": form(kind, answers),
        **extras(kind, story),
    }
    entries = [
        {
            "fullUrl": name(kind, what),
            "resource": each,
            "request": {"method": "POST", "url": each["resourceType"]},
        }
        for what, each in resources.items()
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def readable(value: Any, depth: int = 0, used: int = 0) -> str:
    """JSON with what fits on a line on one line, so that a person can read a whole referral."""
    line = json.dumps(value, ensure_ascii=False)
    if 2 * depth + used + len(line) <= 118 or not isinstance(value, dict | list):
        return line
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        parts = [f'"{k}": {readable(part, depth + 1, len(k) + 4)}' for k, part in value.items()]
        return "{\n" + ",\n".join(pad + part for part in parts) + f"\n{end}}}"
    parts = [readable(part, depth + 1) for part in value]
    return "[\n" + ",\n".join(pad + part for part in parts) + f"\n{end}]"


def scenarios() -> dict[str, str]:
    """The text of each file, by kind."""
    data = tomllib.loads((HERE / "people.toml").read_text("utf-8"))
    return {
        kind: readable(bundle(kind, number, data)) + "\n"
        for number, kind in enumerate(data["stories"])
    }


if __name__ == "__main__":
    for kind, text in scenarios().items():
        (HERE / f"{kind}.json").write_text(text, "utf-8")
