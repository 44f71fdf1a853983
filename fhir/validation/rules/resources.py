"""Invariants of clinical and administrative resources and of their parts.

Those of severity error; each resource's page at https://hl7.org/fhir/R4/ has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir.validation.rules.concepts import concepts
from fhir.validation.rules.words import (
    Rule,
    after,
    every,
    has_code,
    needs,
    needs_one_of,
    not_both,
    present,
)

_VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"


def abated(part: Any) -> bool:
    """Whether a Condition says that it ended."""
    return any(
        value is not None
        for value in (
            part.abatementDateTime,
            part.abatementAge,
            part.abatementPeriod,
            part.abatementRange,
            part.abatementString,
        )
    )


def _condition(part: Any) -> str | None:
    if abated(part) and not has_code(
        part.clinicalStatus, _CLINICAL, frozenset({"inactive", "resolved", "remission"})
    ):
        return "con-4: a condition that ended has clinicalStatus inactive, resolved or remission"
    if part.clinicalStatus is not None and has_code(part.verificationStatus, _VERIFIED, _WRONG):
        return "con-5: a condition entered in error has no clinicalStatus"
    return None


def _allergy(part: Any) -> str | None:
    wrong = has_code(part.verificationStatus, _ALLERGY, _WRONG)
    if wrong and part.clinicalStatus is not None:
        return "ait-2: an allergy entered in error has no clinicalStatus"
    if not wrong and part.clinicalStatus is None:
        return "ait-1: an allergy needs a clinicalStatus"
    return None


_WRONG = frozenset({"entered-in-error"})

_VALUE_NAMES = (
    "valueQuantity valueCodeableConcept valueString valueBoolean valueInteger valueRange "
    "valueRatio valueSampledData valueTime valueDateTime valuePeriod"
)
_VALUES = _VALUE_NAMES.split()


def _observation(part: Any) -> str | None:
    if part.dataAbsentReason is None and part.component is None:
        return None
    if all(getattr(part, name) is None for name in _VALUES):
        return None
    if part.dataAbsentReason is not None:
        return "obs-6: an observation has a value or a dataAbsentReason, not both"
    if part.component is None:
        return None
    codes = {(coding.system, coding.code) for coding in part.code.coding or ()}
    for component in part.component:
        if any((coding.system, coding.code) in codes for coding in component.code.coding or ()):
            return "obs-7: a component repeats the observation's own code beside its value"
    return None


def _appointment(part: Any) -> str | None:
    if (part.start is None) != (part.end is None):
        return "app-2: an appointment has both start and end, or neither"
    if part.start is None and part.status not in {"proposed", "cancelled", "waitlist"}:
        return "app-3: only a proposed, cancelled or waitlisted appointment may lack start and end"
    return None


def _cancelled(part: Any) -> str | None:
    if part.cancelationReason is not None and part.status not in {"cancelled", "noshow"}:
        return "app-4: only a cancelled or missed appointment has a cancelationReason"
    return None


def _not_home(key: str, name: str) -> Rule:
    """An organization has an address or telephone of the home nowhere."""

    def fault(part: Any) -> str | None:
        return every(
            f"{key} {name}[{at}].use: an organization has no {name} of use home"
            for at, one in enumerate(getattr(part, name) or ())
            if one.use == "home"
        )

    return Rule(fault, present(name))


def _task(part: Any) -> str | None:
    if part.authoredOn and part.lastModified and after(part.authoredOn, part.lastModified):
        return "inv-1: a task is modified at or after it was authored"
    return None


def _group(part: Any) -> str | None:
    if part.member is not None and part.actual is not True:
        return "grp-1: only an actual group has members"
    return None


def _list(part: Any) -> str | None:
    return every(_entries(part))


def _entries(part: Any) -> Iterator[str]:
    for at, entry in enumerate(part.entry or ()):
        if entry.deleted is not None and part.mode != "changes":
            yield f"lst-2 entry[{at}].deleted: only a list of changes deletes entries"
        if entry.date is not None and part.mode != "working":
            yield f"lst-3 entry[{at}].date: only a working list dates its entries"


def _goal_target(part: Any) -> str | None:
    details = ("Quantity", "Range", "CodeableConcept", "String", "Boolean", "Integer", "Ratio")
    if part.measure is None and any(getattr(part, f"detail{kind}") is not None for kind in details):
        return "gol-1: a target's detail needs its measure"
    return None


def _measure_report(part: Any) -> str | None:
    if part.type == "data-collection" and part.group is not None:
        return "mrp-1: a report for data collection has no groups"
    return None


def _stratum(part: Any) -> str | None:
    if (part.value is None) == (part.component is None):
        return "mrp-2: a stratum has a value or components, one of them"
    return None


RULES: dict[str, tuple[Rule, ...]] = {
    "AllergyIntolerance": (Rule(_allergy), concepts("AllergyIntolerance")),
    "Appointment": (Rule(_appointment), Rule(_cancelled, present("cancelationReason"))),
    "AppointmentParticipant": (
        needs_one_of("app-1: a participant has a type or an actor", "type", "actor"),
    ),
    "AppointmentResponse": (
        needs_one_of("apr-1: a participantType or an actor", "participantType", "actor"),
    ),
    "AuditEventEntity": (not_both("sev-1: a name or a query, not both", "name", "query"),),
    "CarePlanActivity": (
        not_both("cpl-3: a reference or a detail, not both", "detail", "reference"),
    ),
    "CompositionSection": (
        needs_one_of("cmp-1: a section has text, entries or sections", "text", "entry", "section"),
        not_both("cmp-2: a section with entries has no emptyReason", "emptyReason", "entry"),
    ),
    "Condition": (Rule(_condition), concepts("Condition")),
    "ConditionEvidence": (needs_one_of("con-2: evidence has code or detail", "code", "detail"),),
    "ConditionStage": (
        needs_one_of("con-1: a stage has summary or assessment", "summary", "assessment"),
    ),
    "Consent": (
        needs_one_of("ppc-1: a consent has a policy or policyRule", "policy", "policyRule"),
    ),
    "GoalTarget": (Rule(_goal_target),),
    "Group": (Rule(_group, present("member")),),
    "ImmunizationEducation": (
        needs_one_of("imm-1: documentType or reference", "documentType", "reference"),
    ),
    "List": (
        not_both("lst-1: a list that has entries has no emptyReason", "emptyReason", "entry"),
        Rule(_list, present("entry")),
    ),
    "MeasureReport": (Rule(_measure_report), concepts("MeasureReport")),
    "MeasureReportGroupStratifierStratum": (Rule(_stratum),),
    "Observation": (Rule(_observation),),
    "ObservationReferenceRange": (
        needs_one_of("obs-3: a reference range has low, high or text", "low", "high", "text"),
    ),
    "Organization": (
        needs_one_of("org-1: an organization has a name or an identifier", "name", "identifier"),
        _not_home("org-2", "address"),
        _not_home("org-3", "telecom"),
    ),
    "PatientContact": (
        needs_one_of(
            "pat-1: a contact has a name, telecom, address or organization",
            "name",
            "telecom",
            "address",
            "organization",
        ),
    ),
    "QuestionnaireResponseItem": (
        not_both("qrs-1: items stand below an item or its answers, not both", "item", "answer"),
    ),
    "ServiceRequest": (needs("prr-1: orderDetail needs a code", "orderDetail", "code"),),
    "Task": (Rule(_task, present("authoredOn", "lastModified")),),
}
