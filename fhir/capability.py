"""What this server does, and no more.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from typing import Any

SEARCHED: dict[str, dict[str, str]] = {
    "ServiceRequest": {
        "_id": "token",
        "identifier": "token",
        "status": "token",
        "patient": "reference",
    },
    "Task": {
        "identifier": "token",
        "status": "token",
        "patient": "reference",
        "owner": "reference",
        "focus": "reference",
    },
}
"""Search parameters with their type."""

CREATED = (
    "AllergyIntolerance",
    "CarePlan",
    "Communication",
    "Composition",
    "Condition",
    "Consent",
    "Coverage",
    "DocumentReference",
    "Encounter",
    "Flag",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
    "Task",
)
"""Types that are created on their own; more may ride along in a referral's Bundle."""

UPDATED = ("HealthcareService", "Location")
"""Types that are updated, each in part: by the organisation whose capacity it tells."""

_CAPACITY: dict[str, dict[str, Any]] = {
    "HealthcareService": {
        "interaction": [{"code": "read"}, {"code": "update"}],
        "versioning": "versioned-update",
        "updateCreate": False,
        "documentation": (
            "The services of the region. An update takes the SDOHCC capacity status and nothing"
            " else: no-capacity stops admissions, capacity ends a stop."
        ),
    },
    "Location": {
        "interaction": [{"code": "read"}, {"code": "update"}],
        "versioning": "versioned-update",
        "updateCreate": True,
        "documentation": (
            "The sites of the region, to read, and beds that an organisation names itself. The"
            " figures of a service with named beds follow from their operationalStatus."
        ),
    },
    "MeasureReport": {
        "interaction": [{"code": "read"}, {"code": "create"}],
        "versioning": "versioned",
        "updateCreate": False,
        "documentation": (
            "Figures of beds and hours a week. Created by the organisation that has them, and read"
            " back by it; the one with the id of a HealthcareService shows its figures now."
        ),
    },
}
"""What an organisation reports of its capacity; read by all who may know of it."""


def statement(url: str, date: str, version: str) -> dict[str, Any]:
    """The CapabilityStatement of the server at a base URL.

    Args:
        url: base of the FHIR side.
        date: of this version, as a FHIR dateTime.
        version: of the software.
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "Naober", "version": version},
        "implementation": {
            "description": "Coordination point for temporary stay and district nursing",
            "url": url,
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Every interaction but this one needs a bearer token."},
                "resource": [
                    *(_resource(kind) for kind in CREATED),
                    *(_capacity(kind) for kind in _CAPACITY),
                    {"type": "Questionnaire", "interaction": [{"code": "read"}]},
                ],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _resource(kind: str) -> dict[str, Any]:
    codes = ["read", "create"] + (["search-type"] if kind in SEARCHED else [])
    described: dict[str, Any] = {
        "type": kind,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
    }
    if kind in SEARCHED:
        described["documentation"] = (
            "A search finds requests that ask for care, and their Tasks. A draft, or a Task about"
            " something else, is read by its id."
        )
        described["searchParam"] = [
            {"name": name, "type": of} for name, of in SEARCHED[kind].items()
        ]
    return described


def _capacity(kind: str) -> dict[str, Any]:
    return {"type": kind, "readHistory": False, "conditionalCreate": False, **_CAPACITY[kind]}
