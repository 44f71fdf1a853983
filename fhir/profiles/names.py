"""What our profiles are called, and of which type each is."""

from __future__ import annotations

from typing import Final

from fhir.codes import NAMESPACE

_DEFINITION: Final = NAMESPACE + "/StructureDefinition/"
REFERRAL: Final = _DEFINITION + "naober-referral"
REFERRAL_TASK: Final = _DEFINITION + "naober-referral-task"
REFERRAL_PATIENT: Final = _DEFINITION + "naober-referral-patient"
REFERRAL_BUNDLE: Final = _DEFINITION + "naober-referral-bundle"

TYPE_OF: Final = {
    REFERRAL: "ServiceRequest",
    REFERRAL_TASK: "Task",
    REFERRAL_PATIENT: "Patient",
    REFERRAL_BUNDLE: "Bundle",
}
"""The resource type of each profile."""

BASE: Final = "http://hl7.org/fhir/StructureDefinition/"
"""Where R4's own definitions are: by the name of the type."""
