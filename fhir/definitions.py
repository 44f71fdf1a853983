"""Where R4 defines a search parameter: the canonical address of it for a type.

https://hl7.org/fhir/R4/searchparameter-registry.html. Some definitions are of several types
together; which those are is from the registry.
"""

from __future__ import annotations

_BASE = "http://hl7.org/fhir/SearchParameter"
_OF_ALL = {"_id": "Resource-id", "_lastUpdated": "Resource-lastUpdated"}
_PUBLISHED = frozenset({"StructureDefinition", "CodeSystem", "ValueSet"})
_PUBLISHED_BY = frozenset({"date", "identifier", "name", "status", "title", "url", "version"})
_TOGETHER: dict[tuple[str, str], frozenset[str]] = {
    ("clinical", "code"): frozenset({
        "AllergyIntolerance", "Condition", "MedicationStatement", "Observation", "Procedure",
        "ServiceRequest",
    }),
    ("clinical", "date"): frozenset({
        "AllergyIntolerance", "CarePlan", "Composition", "Consent", "Encounter", "Flag",
        "Observation", "Procedure",
    }),
    ("clinical", "encounter"): frozenset({
        "Composition", "DocumentReference", "Flag", "Observation", "Procedure", "ServiceRequest",
    }),
    ("clinical", "identifier"): frozenset({
        "AllergyIntolerance", "CarePlan", "Composition", "Condition", "Consent",
        "DocumentReference", "Encounter", "MedicationStatement", "Observation", "Procedure",
        "ServiceRequest",
    }),
    ("clinical", "patient"): frozenset({
        "AllergyIntolerance", "CarePlan", "Composition", "Condition", "Consent",
        "DocumentReference", "Encounter", "Flag", "MedicationStatement", "Observation",
        "Procedure", "ServiceRequest",
    }),
    ("clinical", "type"): frozenset({
        "AllergyIntolerance", "Composition", "DocumentReference", "Encounter",
    }),
    ("individual", "address-postalcode"): frozenset({"Patient", "RelatedPerson"}),
    ("individual", "birthdate"): frozenset({"Patient", "RelatedPerson"}),
    ("individual", "family"): frozenset({"Patient", "Practitioner"}),
    ("individual", "gender"): frozenset({"Patient", "RelatedPerson"}),
    ("individual", "given"): frozenset({"Patient", "Practitioner"}),
    ("medications", "status"): frozenset({"MedicationStatement"}),
}  # fmt: skip


def definition(kind: str, name: str) -> str:
    """The canonical address of a search parameter of a type."""
    if name in _OF_ALL:
        return f"{_BASE}/{_OF_ALL[name]}"
    if kind in _PUBLISHED and name in _PUBLISHED_BY:
        return f"{_BASE}/conformance-{name}"
    for (group, shared), kinds in _TOGETHER.items():
        if name == shared and kind in kinds:
            return f"{_BASE}/{group}-{name}"
    return f"{_BASE}/{kind}-{name}"
