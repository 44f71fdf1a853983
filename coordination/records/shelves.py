"""From which shelf the resources of a type come."""

from __future__ import annotations

from collections.abc import Mapping

from coordination.records.merged import MergedShelf
from coordination.records.published import PublishedShelf
from coordination.records.region import RegionShelf
from coordination.records.shelf import Shelf
from coordination.records.stored import StoredShelf
from coordination.records.subscribed import SubscribedShelf
from coordination.records.trail import TrailShelf
from coordination.records.workflow import WorkflowShelf
from fhir.claims import ALONG

_STORED = StoredShelf()
_TRAIL = TrailShelf()
_WORKFLOW = WorkflowShelf()
_PUBLISHED = PublishedShelf(_STORED)
_REGION = MergedShelf(RegionShelf(), _STORED)

SHELVES: Mapping[str, Shelf] = {
    "ServiceRequest": _WORKFLOW,
    "Task": _WORKFLOW,
    "AuditEvent": _TRAIL,
    "Provenance": _TRAIL,
    **dict.fromkeys(("CodeSystem", "Questionnaire", "StructureDefinition", "ValueSet"), _PUBLISHED),
    "Subscription": SubscribedShelf(),
    **dict.fromkeys(("HealthcareService", "Location", "MeasureReport", "Organization"), _REGION),
    **dict.fromkeys(
        (
            *ALONG,
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
            "Patient",
            "Practitioner",
            "PractitionerRole",
            "Procedure",
            "QuestionnaireResponse",
            "RelatedPerson",
        ),
        _STORED,
    ),
}
"""The shelf of each type that is read here."""
