"""A referral that carries one resource of each type, with every element by which it is searched."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from desk import entry, first, fresh
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle
from ride_along import along

from fhir.validation import validate_resource
from fhir.validation.r4_types import r4_types
from fhir.validation.shapes import COMPILED

WHEN = "2026-03-01T12:00:00+01:00"
DURING = {"start": "2026-03-01T12:00:00+01:00", "end": "2026-03-02T12:00:00+01:00"}
HL7 = "http://terminology.hl7.org/CodeSystem"


_ITS_OWN = ("Patient", "ServiceRequest", "Task")
"""Of which a referral has one."""


def concept(code: str, system: str = "https://codes.example") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def referral() -> dict[str, Any]:
    """The Bundle, each time another; of the types of which it has several, the last is full."""
    bundle = fresh("elv-low")
    mark = uuid4().hex[:12]
    urls = {one["resource"]["resourceType"]: one["fullUrl"] for one in bundle["entry"]}
    named = {kind: f"urn:uuid:{uuid4()}" for kind in _KINDS}
    named |= {kind: urls[kind] for kind in _ITS_OWN}

    def to(kind: str) -> dict[str, str]:
        return {"reference": named[kind]}

    for kind, elements in _elements(to).items():
        number = {"identifier": [{"system": "https://numbers.example", "value": f"{kind}-{mark}"}]}
        if kind in {"Composition", "QuestionnaireResponse"}:
            number["identifier"] = number["identifier"][0]  # type: ignore[assignment]
        if kind in _ITS_OWN:
            own = first(bundle, kind)
            own.update(elements)
            own["identifier"] = [*number["identifier"], *own.get("identifier", [])]
        elif kind == "Provenance":  # has no number
            bundle["entry"].append(entry({"resourceType": kind} | elements, named[kind]))
        else:
            resource = {"resourceType": kind} | number | elements
            bundle["entry"].append(entry(resource, named[kind]))
    bundle["entry"] += [entry(one) for one in along(to("Patient"))]
    return bundle


def _elements(to: Any) -> dict[str, dict[str, Any]]:
    patient = {"subject": to("Patient")}
    return {
        "Patient": {
            "active": True,
            "name": [{"family": "Zoekeling", "given": ["Wiebe"]}],
            "generalPractitioner": [to("Practitioner")],
            "managingOrganization": to("Organization"),
        },
        "ServiceRequest": {
            "priority": "routine",
            "code": concept("service"),
            "requisition": {"system": "https://numbers.example", "value": uuid4().hex[:12]},
            "category": [concept("category")],
            "requester": to("PractitionerRole"),
            "performer": [to("HealthcareService")],
            "basedOn": [to("CarePlan")],
            "replaces": [{"reference": f"ServiceRequest/{uuid4()}"}],
            "encounter": to("Encounter"),
            "occurrencePeriod": DURING,
        },
        "Task": {
            "groupIdentifier": {"system": "https://numbers.example", "value": uuid4().hex[:12]},
            "priority": "routine",
            "owner": to("HealthcareService"),
            "requester": to("PractitionerRole"),
            "basedOn": [to("CarePlan")],
            "partOf": [{"reference": f"Task/{uuid4()}"}],
            "encounter": to("Encounter"),
            "executionPeriod": DURING,
        },
        "Communication": patient | {
            "status": "completed",
            "category": [concept("category")],
            "sender": to("Practitioner"),
            "recipient": [to("Organization")],
            "basedOn": [to("ServiceRequest")],
            "partOf": [to("Task")],
            "sent": WHEN,
            "received": WHEN,
        },
        "Practitioner": {"active": True, "name": [{"family": "Dokter", "given": ["Dirkje"]}]},
        "PractitionerRole": {
            "active": True,
            "practitioner": to("Practitioner"),
            "organization": to("Organization"),
            "location": [to("Location")],
            "healthcareService": [to("HealthcareService")],
            "code": [concept("role")],
            "specialty": [concept("specialty")],
            "period": DURING,
        },
        "RelatedPerson": {
            "active": True,
            "patient": to("Patient"),
            "relationship": [concept("relation")],
            "name": [{"family": "Naaste", "given": ["Nynke"]}],
            "birthDate": "1970-02-03",
            "gender": "female",
            "address": [{"postalCode": "7921 AB"}],
        },
        "Organization": {
            "active": True,
            "name": "Voorbeeldhuis",
            "type": [concept("house")],
            "partOf": {"reference": f"Organization/{uuid4()}"},
            "address": [{"postalCode": "7921 AB"}],
        },
        "HealthcareService": {
            "active": True,
            "name": "Voorbeeldzorg",
            "providedBy": to("Organization"),
            "location": [to("Location")],
            "coverageArea": [to("Location")],
            "category": [concept("category")],
            "type": [concept("type")],
            "specialty": [concept("specialty")],
            "characteristic": [concept("characteristic")],
            "program": [concept("program")],
        },
        "Location": {
            "status": "active",
            "operationalStatus": {"system": f"{HL7}/v2-0116", "code": "U"},
            "name": "Voorbeeldkamer",
            "type": [concept("type")],
            "managingOrganization": to("Organization"),
            "partOf": {"reference": f"Location/{uuid4()}"},
            "address": {"postalCode": "7921 AB"},
        },
        "MeasureReport": {
            "status": "complete",
            "type": "summary",
            "measure": "https://measures.example/Measure/beds",
            "subject": to("Location"),
            "reporter": to("Organization"),
            "period": DURING,
            "date": WHEN,
        },
        "Observation": patient | {
            "status": "final",
            "category": [concept("category")],
            "code": concept("observed"),
            "valueCodeableConcept": concept("value"),
            "encounter": to("Encounter"),
            "basedOn": [to("ServiceRequest")],
            "performer": [to("Practitioner")],
            "effectiveDateTime": WHEN,
        },
        "Condition": patient | {
            "clinicalStatus": concept("active", f"{HL7}/condition-clinical"),
            "verificationStatus": concept("confirmed", f"{HL7}/condition-ver-status"),
            "category": [concept("category")],
            "code": concept("condition"),
            "encounter": to("Encounter"),
            "onsetDateTime": "2026-03-01",
            "recordedDate": "2026-03-01",
        },
        "Procedure": patient | {
            "status": "completed",
            "category": concept("category"),
            "code": concept("procedure"),
            "encounter": to("Encounter"),
            "performedPeriod": DURING,
        },
        "QuestionnaireResponse": patient | {
            "status": "completed",
            "questionnaire": "https://forms.example/Questionnaire/x",
            "author": to("Practitioner"),
            "basedOn": [to("ServiceRequest")],
            "encounter": to("Encounter"),
            "authored": WHEN,
        },
        "AllergyIntolerance": {
            "patient": to("Patient"),
            "clinicalStatus": concept("active", f"{HL7}/allergyintolerance-clinical"),
            "verificationStatus": concept("confirmed", f"{HL7}/allergyintolerance-verification"),
            "type": "allergy",
            "category": ["food"],
            "criticality": "low",
            "code": concept("nuts"),
            "recordedDate": WHEN,
        },
        "MedicationStatement": patient | {
            "status": "active",
            "category": concept("category"),
            "medicationCodeableConcept": concept("pill"),
            "informationSource": to("Practitioner"),
            "effectivePeriod": DURING,
        },
        "Coverage": {
            "status": "active",
            "type": concept("insured"),
            "beneficiary": to("Patient"),
            "payor": [to("Organization")],
        },
        "Consent": {
            "status": "active",
            "scope": concept("scope"),
            "category": [concept("category")],
            "patient": to("Patient"),
            "organization": [to("Organization")],
            "dateTime": WHEN,
            "policyRule": concept("rule"),
            "provision": {"period": DURING},
        },
        "Flag": patient | {
            "status": "active",
            "code": concept("flag"),
            "author": to("Practitioner"),
            "encounter": to("Encounter"),
            "period": DURING,
        },
        "CarePlan": patient | {
            "status": "active",
            "intent": "plan",
            "category": [concept("category")],
            "basedOn": [{"reference": f"CarePlan/{uuid4()}"}],
            "encounter": to("Encounter"),
            "period": DURING,
        },
        "Encounter": patient | {
            "status": "planned",
            "class": {"system": f"{HL7}/v3-ActCode", "code": "AMB"},
            "type": [concept("type")],
            "basedOn": [to("ServiceRequest")],
            "location": [{"location": to("Location")}],
            "serviceProvider": to("Organization"),
            "period": DURING,
        },
        "Composition": patient | {
            "status": "final",
            "type": concept("type"),
            "category": [concept("category")],
            "title": "Overdracht",
            "author": [to("Practitioner")],
            "encounter": to("Encounter"),
            "date": WHEN,
        },
        "DocumentReference": patient | {
            "status": "current",
            "type": concept("type"),
            "category": [concept("category")],
            "author": [to("Practitioner")],
            "context": {"encounter": [to("Encounter")], "period": DURING},
            "date": WHEN,
            "content": [{"attachment": {"title": "x"}}],
        },
        "Provenance": {
            "target": [to("Patient"), to("ServiceRequest")],
            "agent": [{"who": to("Practitioner")}],
            "entity": [{"role": "source", "what": to("DocumentReference")}],
            "recorded": WHEN,
            "occurredDateTime": WHEN,
        },
    }  # fmt: skip


_KINDS = tuple(_elements(lambda _kind: {}))


def reader(kind: str) -> str:
    """A role that may read a type."""
    return "privacy-officer" if kind == "AuditEvent" else "gp"


def valid(resource: dict[str, Any]) -> None:
    """Valid for the library, and for our own checks as far as we take such types."""
    if resource["resourceType"] not in r4_types().whole:  # the library has R4B's, or none
        get_fhir_model_class(resource["resourceType"]).model_validate_json(json.dumps(resource))
    inside = [one.get("resource", resource) for one in resource.get("entry", [])] or [resource]
    if all(one["resourceType"] in COMPILED for one in inside):
        validate_resource(json.dumps(resource).encode())
