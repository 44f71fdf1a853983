"""By what requests, tasks, messages and traces of work are searched, and what is published.

The columns are those of ``fhir.search.parameters``.
"""

TABLE = """
Task
  identifier           token     identifier
  group-identifier     token     groupIdentifier
  status               code      status                 task-status
  business-status      token     businessStatus
  intent               code      intent                 task-intent|request-intent
  priority             code      priority               request-priority
  code                 token     code
  owner                reference owner                  HealthcareService anyone
  requester            reference requester              anyone
  patient              reference for                    Patient
  subject              reference for                    Patient
  focus                reference focus                  ServiceRequest Task
  based-on             reference basedOn                ServiceRequest Task CarePlan
  part-of              reference partOf                 Task
  encounter            reference encounter              Encounter
  authored-on          written   authoredOn
  modified             changed
  period               about     executionPeriod

ServiceRequest
  identifier           token     identifier
  requisition          token     requisition
  status               code      status                 request-status
  intent               code      intent                 request-intent
  priority             code      priority               request-priority
  category             token     category
  code                 token     code
  patient              reference subject                Patient
  subject              reference subject                Patient Location
  requester            reference requester              anyone
  performer            reference performer              HealthcareService anyone
  based-on             reference basedOn                ServiceRequest CarePlan
  replaces             reference replaces               ServiceRequest
  encounter            reference encounter              Encounter
  authored             written   authoredOn
  occurrence           about     occurrenceDateTime|occurrencePeriod|occurrenceTiming

Communication
  identifier           token     identifier
  status               code      status                 event-status
  category             token     category
  patient              reference subject                Patient
  subject              reference subject                Patient
  sender               reference sender                 HealthcareService anyone
  recipient            reference recipient              HealthcareService anyone
  based-on             reference basedOn                ServiceRequest Task
  part-of              reference partOf                 Task Communication
  sent                 written   sent
  received             about     received

Subscription
  status               code      status                 subscription-status
  criteria             string    criteria

Provenance
  target               reference target                 Task ServiceRequest Patient
  patient              reference target                 Patient
  agent                reference agent.who              anyone
  entity               reference entity.what            Task ServiceRequest DocumentReference
  recorded             written   recorded
  when                 about     occurredDateTime

AuditEvent
  patient              reference agent.who|entity.what  Patient
  agent                reference agent.who              anyone
  entity               reference entity.what            Task ServiceRequest Patient
  action               code      action                 audit-event-action
  type                 token     type
  outcome              code      outcome                audit-event-outcome
  date                 written   recorded

Questionnaire
  url                  uri       url
  identifier           token     identifier
  version              plain     version
  name                 string    name
  title                string    title
  status               code      status                 publication-status
  date                 written   date

StructureDefinition
  url                  uri       url
  identifier           token     identifier
  version              plain     version
  name                 string    name
  title                string    title
  status               code      status                 publication-status
  type                 uri       type
  date                 written   date

CodeSystem
  url                  uri       url
  identifier           token     identifier
  version              plain     version
  name                 string    name
  title                string    title
  status               code      status                 publication-status
  date                 written   date

ValueSet
  url                  uri       url
  identifier           token     identifier
  version              plain     version
  name                 string    name
  title                string    title
  status               code      status                 publication-status
  date                 written   date
"""
