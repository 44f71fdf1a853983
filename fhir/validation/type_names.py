"""The names of all types of R4, which a Questionnaire and a data requirement may name.

https://hl7.org/fhir/R4/valueset-resource-types.html, https://hl7.org/fhir/R4/valueset-all-types.html
"""

from __future__ import annotations

_RESOURCES = """
    Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse
    AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement
    CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse
    ClinicalImpression CodeSystem Communication CommunicationRequest CompartmentDefinition
    Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest
    CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest
    DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference DomainResource
    EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare
    EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit
    FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService
    ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation
    ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport
    Media Medication MedicationAdministration MedicationDispense MedicationKnowledge
    MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization
    MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient
    MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
    MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition
    MessageHeader MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition
    OperationDefinition OperationOutcome Organization OrganizationAffiliation Parameters Patient
    PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole
    Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup
    ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject Resource
    RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen
    SpecimenDefinition StructureDefinition StructureMap Subscription Substance
    SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation
    SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task
    TerminologyCapabilities TestReport TestScript ValueSet VerificationResult VisionPrescription"""

_DATA = """
    Address Age Annotation Attachment BackboneElement CodeableConcept Coding ContactDetail
    ContactPoint Contributor Count DataRequirement Distance Dosage Duration Element
    ElementDefinition Expression Extension HumanName Identifier MarketingStatus Meta Money
    MoneyQuantity Narrative ParameterDefinition Period Population ProdCharacteristic
    ProductShelfLife Quantity Range Ratio Reference RelatedArtifact SampledData Signature
    SimpleQuantity SubstanceAmount Timing TriggerDefinition UsageContext base64Binary boolean
    canonical code date dateTime decimal id instant integer markdown oid positiveInt string time
    unsignedInt uri url uuid xhtml"""

_EVERYDAY = """
    AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary Bundle CarePlan
    CareTeam ClinicalImpression Communication CommunicationRequest Composition Condition Consent
    Coverage Device DeviceRequest DeviceUseStatement DiagnosticReport DocumentReference Encounter
    Endpoint EpisodeOfCare FamilyMemberHistory Flag Goal Group HealthcareService Immunization List
    Location MeasureReport Media Medication MedicationAdministration MedicationDispense
    MedicationRequest MedicationStatement MessageHeader NutritionOrder Observation
    OperationOutcome Organization Parameters Patient Person Practitioner PractitionerRole
    Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RiskAssessment
    Schedule ServiceRequest Slot Specimen Subscription Substance Task ValueSet"""

EVERYDAY = tuple(_EVERYDAY.split())
"""What referrals carry and what is sent here besides. Of these each invariant is checked; of
other types the shape, with its codes and references, and what every resource must be."""

RESOURCE_TYPES = tuple(_RESOURCES.split())
DEFINED_TYPES = (*_DATA.split(), *RESOURCE_TYPES)
ALL_TYPES = (*DEFINED_TYPES, "Any", "Type")
