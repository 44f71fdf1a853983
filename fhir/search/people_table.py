"""By what persons, organisations, places, services and their figures are searched.

The columns are those of ``fhir.search.parameters``.
"""

TABLE = """
Patient
  identifier           token     identifier
  active               boolean   active
  name!                name      name
  family!              string    name.family
  given!               string    name.given
  birthdate!           day       birthDate
  gender               code      gender                 administrative-gender
  address-postalcode!  postcode  address.postalCode
  general-practitioner reference generalPractitioner    Practitioner PractitionerRole Organization
  organization         reference managingOrganization   Organization

Practitioner
  identifier           token     identifier
  active               boolean   active
  name!                name      name
  family!              string    name.family
  given!               string    name.given

PractitionerRole
  identifier           token     identifier
  active               boolean   active
  practitioner         reference practitioner           Practitioner
  organization         reference organization           Organization
  location             reference location               Location
  service              reference healthcareService      HealthcareService
  role                 token     code
  specialty            token     specialty
  date                 about     period

RelatedPerson
  identifier           token     identifier
  active               boolean   active
  patient              reference patient                Patient
  relationship         token     relationship
  name!                name      name
  birthdate!           day       birthDate
  gender               code      gender                 administrative-gender
  address-postalcode!  postcode  address.postalCode

Organization
  identifier           token     identifier
  active               boolean   active
  name                 string    name|alias
  type                 token     type
  partof               reference partOf                 Organization
  address-postalcode   postcode  address.postalCode

HealthcareService
  identifier           token     identifier
  active               boolean   active
  name                 string    name
  organization         reference providedBy             Organization
  location             reference location               Location
  coverage-area        reference coverageArea           Location
  service-category     token     category
  service-type         token     type
  specialty            token     specialty
  characteristic       token     characteristic
  program              token     program

Location
  identifier           token     identifier
  status               code      status                 location-status
  operational-status   token     operationalStatus
  name                 string    name|alias
  type                 token     type
  organization         reference managingOrganization   Organization
  partof               reference partOf                 Location
  address-postalcode   postcode  address.postalCode

MeasureReport
  identifier           token     identifier
  status               code      status                 measure-report-status
  measure              canonical measure                Measure
  subject              reference subject                HealthcareService Location Organization
  reporter             reference reporter               Organization Location Practitioner
  period               about     period
  date                 written   date
"""
