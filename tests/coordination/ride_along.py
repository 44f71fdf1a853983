"""One resource of each type that only rides along with a referral, as small as R4 has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from fhir.claims import ALONG

RARE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "rare_types.json").read_bytes()
)
"""Of types that referrals seldom carry, made of R4's definitions: what must be in each."""
WHEN = "2026-03-01T12:00:00+01:00"


def along(patient: dict[str, str]) -> list[dict[str, Any]]:
    """The resources, about a person where their type is.

    Args:
        patient: the reference to that person.
    """
    often = [{"resourceType": kind} | elements for kind, elements in _often(patient).items()]
    return [*often, *(one for one in RARE if one["resourceType"] in ALONG)]


def _often(patient: dict[str, str]) -> dict[str, dict[str, Any]]:
    words, subject = {"text": "iets"}, {"subject": patient}
    pill = {"medicationCodeableConcept": words}
    return {
        "Appointment": {
            "status": "proposed",
            "participant": [{"actor": patient, "status": "accepted"}],
        },
        "AppointmentResponse": {
            "participantStatus": "accepted",
            "appointment": {"reference": f"Appointment/{uuid4()}"},
            "actor": patient,
        },
        "Basic": {"code": words} | subject,
        "Binary": {"contentType": "text/plain", "data": "aWV0cw=="},
        "Bundle": {"type": "collection"},
        "CareTeam": {"status": "active"} | subject,
        "ClinicalImpression": {"status": "completed"} | subject,
        "CommunicationRequest": {"status": "active"} | subject,
        "Device": {"patient": patient},
        "DeviceRequest": {"intent": "order", "codeCodeableConcept": words} | subject,
        "DeviceUseStatement": {
            "status": "active",
            "device": {"reference": f"Device/{uuid4()}"},
        }
        | subject,
        "DiagnosticReport": {"status": "final", "code": words} | subject,
        "Endpoint": {
            "status": "active",
            "connectionType": {"code": "hl7-fhir-rest"},
            "payloadType": [words],
            "address": "https://sender.example/fhir",
        },
        "EpisodeOfCare": {"status": "active", "patient": patient},
        "FamilyMemberHistory": {
            "status": "completed",
            "patient": patient,
            "relationship": words,
        },
        "Goal": {"lifecycleStatus": "active", "description": words} | subject,
        "Group": {"type": "person", "actual": True},
        "Immunization": {
            "status": "completed",
            "vaccineCode": words,
            "patient": patient,
            "occurrenceDateTime": WHEN,
        },
        "List": {"status": "current", "mode": "snapshot"} | subject,
        "Media": {"status": "completed", "content": {"title": "foto"}} | subject,
        "Medication": {"code": words},
        "MedicationAdministration": {"status": "completed", "effectiveDateTime": WHEN}
        | pill
        | subject,
        "MedicationDispense": {"status": "completed", "whenHandedOver": WHEN} | pill | subject,
        "MedicationRequest": {"status": "active", "intent": "order"} | pill | subject,
        "MessageHeader": {
            "eventUri": "https://sender.example/event",
            "source": {"endpoint": "https://sender.example/fhir"},
        },
        "NutritionOrder": {
            "status": "active",
            "intent": "order",
            "patient": patient,
            "dateTime": WHEN,
            "oralDiet": {"instruction": "gemalen"},
        },
        "OperationOutcome": {"issue": [{"severity": "information", "code": "informational"}]},
        "Parameters": {"parameter": [{"name": "x", "valueString": "y"}]},
        "Person": {"active": True},
        "RiskAssessment": {"status": "final"} | subject,
        "Schedule": {"actor": [patient]},
        "Slot": {
            "status": "free",
            "schedule": {"reference": f"Schedule/{uuid4()}"},
            "start": WHEN,
            "end": WHEN,
        },
        "Specimen": subject,
        "Substance": {"code": words},
    }
