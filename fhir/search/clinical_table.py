"""By what is searched that is known of a patient.

The columns are those of ``fhir.search.parameters``.
"""

TABLE = """
Observation
  identifier           token     identifier
  status               code      status                 observation-status
  category             token     category
  code                 token     code
  value-concept        token     valueCodeableConcept
  patient              reference subject                Patient
  subject              reference subject                Patient Location
  encounter            reference encounter              Encounter
  based-on             reference basedOn                ServiceRequest CarePlan
  performer            reference performer              anyone
  date                 about     effectiveDateTime|effectivePeriod|effectiveTiming|effectiveInstant

Condition
  identifier           token     identifier
  clinical-status      token     clinicalStatus
  verification-status  token     verificationStatus
  category             token     category
  code                 token     code
  patient              reference subject                Patient
  subject              reference subject                Patient
  encounter            reference encounter              Encounter
  onset-date           about     onsetDateTime|onsetPeriod
  recorded-date        written   recordedDate

Procedure
  identifier           token     identifier
  status               code      status                 event-status
  category             token     category
  code                 token     code
  patient              reference subject                Patient
  subject              reference subject                Patient
  encounter            reference encounter              Encounter
  date                 about     performedDateTime|performedPeriod

QuestionnaireResponse
  identifier           token     identifier
  status               code      status                 questionnaire-answers-status
  questionnaire        canonical questionnaire          Questionnaire
  patient              reference subject                Patient
  subject              reference subject                Patient
  author               reference author                 anyone
  based-on             reference basedOn                ServiceRequest CarePlan
  encounter            reference encounter              Encounter
  authored             written   authored

AllergyIntolerance
  identifier           token     identifier
  clinical-status      token     clinicalStatus
  verification-status  token     verificationStatus
  type                 code      type                   allergy-intolerance-type
  category             code      category               allergy-intolerance-category
  criticality          code      criticality            allergy-intolerance-criticality
  code                 token     code|reaction.substance
  patient              reference patient                Patient
  date                 written   recordedDate

MedicationStatement
  identifier           token     identifier
  status               code      status                 CodeSystem/medication-statement-status
  category             token     category
  code                 token     medicationCodeableConcept
  patient              reference subject                Patient
  subject              reference subject                Patient
  source               reference informationSource      anyone
  effective            about     effectiveDateTime|effectivePeriod

Coverage
  identifier           token     identifier
  status               code      status                 fm-status
  type                 token     type
  patient              reference beneficiary            Patient
  beneficiary          reference beneficiary            Patient
  payor                reference payor                  Organization Patient RelatedPerson

Consent
  identifier           token     identifier
  status               code      status                 consent-state-codes
  scope                token     scope
  category             token     category
  patient              reference patient                Patient
  organization         reference organization           Organization
  date                 written   dateTime
  period               about     provision.period

Flag
  identifier           token     identifier
  patient              reference subject                Patient
  subject              reference subject                Patient Location Organization Practitioner
  author               reference author                 Organization PractitionerRole Practitioner
  encounter            reference encounter              Encounter
  date                 about     period

CarePlan
  identifier           token     identifier
  status               code      status                 request-status
  intent               code      intent                 request-intent
  category             token     category
  patient              reference subject                Patient
  subject              reference subject                Patient
  based-on             reference basedOn                CarePlan
  encounter            reference encounter              Encounter
  date                 about     period

Encounter
  identifier           token     identifier
  status               code      status                 encounter-status
  class                token     class
  type                 token     type
  patient              reference subject                Patient
  subject              reference subject                Patient
  based-on             reference basedOn                ServiceRequest
  location             reference location.location      Location
  service-provider     reference serviceProvider        Organization
  date                 about     period

Composition
  identifier           token     identifier
  status               code      status                 composition-status
  type                 token     type
  category             token     category
  title                string    title
  patient              reference subject                Patient
  subject              reference subject                Patient
  author               reference author                 anyone
  encounter            reference encounter              Encounter
  date                 written   date

DocumentReference
  identifier           token     masterIdentifier|identifier
  status               code      status                 document-reference-status
  type                 token     type
  category             token     category
  patient              reference subject                Patient
  subject              reference subject                Patient Practitioner
  author               reference author                 anyone
  encounter            reference context.encounter      Encounter
  date                 written   date
  period               about     context.period
"""
