"""FHIR's invariants of severity error, for data types and for the parts of a clinical record.

Each rule reads a part through attributes (a struct, or a ``View`` of plain JSON) and gives the
fault as a sentence that starts with the invariant's key, or None. https://hl7.org/fhir/R4/
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fhir.bindings import CONCEPTS
from fhir.narrative import narrative_fault

Rule = Callable[[Any], str | None]

_DAY = len("2026-02-28")
_VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"


def after(one: str, other: str) -> bool:
    """Whether one moment is surely after another; partial dates count as far as they go."""
    if len(one) > _DAY and len(other) > _DAY:
        try:
            return datetime.fromisoformat(one) > datetime.fromisoformat(other)
        except ValueError:  # a leap second, or more digits than Python reads
            pass
    shared = min(len(one), len(other), _DAY)
    return one[:shared] > other[:shared]


def has_code(concept: Any, system: str, codes: frozenset[str]) -> bool:
    """Whether a CodeableConcept has one of these codes of a system."""
    codings = (concept.coding or ()) if concept is not None else ()
    return any(coding.system == system and coding.code in codes for coding in codings)


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


def absent(*names: str) -> Callable[[Any], bool]:
    """A test that a part has none of these elements."""
    return lambda part: all(getattr(part, name) is None for name in names)


def needs_one_of(fault: str, *names: str) -> Rule:
    """A rule that a part has at least one of these elements."""
    none = absent(*names)
    return lambda part: fault if none(part) else None


def needs(fault: str, present: str, *required: str) -> Rule:
    """A rule that where one element is, the others are (values or their extensions)."""
    return lambda part: (
        fault
        if getattr(part, present) is not None
        and any(
            getattr(part, name) is None and getattr(part, f"{name}__ext", None) is None
            for name in required
        )
        else None
    )


def not_both(fault: str, one: str, other: str) -> Rule:
    """A rule that a part does not have both elements."""
    return lambda part: (
        fault if getattr(part, one) is not None and getattr(part, other) is not None else None
    )


def _period(part: Any) -> str | None:
    if part.start is not None and part.end is not None and after(part.start, part.end):
        return "per-1: the period ends before it starts"
    return None


def _range(part: Any) -> str | None:
    low, high = part.low, part.high
    if low is None or high is None or low.value is None or high.value is None:
        return None
    if low.code == high.code and low.unit == high.unit and low.value > high.value:
        return "rng-2: the range's low is above its high"
    return None


def _ratio(part: Any) -> str | None:
    if (part.numerator is None) != (part.denominator is None):
        return "rat-1: a ratio needs both numerator and denominator, or neither"
    if part.numerator is None and part.extension is None:
        return "rat-1: a ratio without numerator and denominator needs an extension"
    return None


def _narrative(part: Any) -> str | None:
    fault = narrative_fault(part.div) if isinstance(part.div, str) else None
    return f"txt-1: {fault}" if fault else None


def _concepts(base: str) -> Rule:
    bound = CONCEPTS[base]

    def rule(part: Any) -> str | None:
        for name, system, codes in bound:
            concept = getattr(part, name)
            if concept is None or (concept.coding is None and concept.text is None):
                continue
            if not has_code(concept, system, codes):
                return f"binding: {name} needs a coding of {system}: {', '.join(sorted(codes))}"
        return None

    return rule


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

_VALUES = (
    "valueQuantity valueCodeableConcept valueString valueBoolean valueInteger valueRange "
    "valueRatio valueSampledData valueTime valueDateTime valuePeriod"
).split()


def _observation(part: Any) -> str | None:
    no_value = all(getattr(part, name) is None for name in _VALUES)
    if no_value:
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
    if part.cancelationReason is not None and part.status not in {"cancelled", "noshow"}:
        return "app-4: only a cancelled or missed appointment has a cancelationReason"
    return None


def _organization(part: Any) -> str | None:
    if part.name is None and part.identifier is None:
        return "org-1: an organization has a name or an identifier"
    if any(address.use == "home" for address in part.address or ()):
        return "org-2: an organization has no home address"
    if any(telecom.use == "home" for telecom in part.telecom or ()):
        return "org-3: an organization has no home telephone"
    return None


def _task(part: Any) -> str | None:
    if part.authoredOn and part.lastModified and after(part.authoredOn, part.lastModified):
        return "inv-1: a task is modified at or after it was authored"
    return None


def _positive_times(part: Any) -> str | None:
    if (part.duration or 0) < 0 or (part.period or 0) < 0:
        return "tim-4/5: a duration or period is not negative"
    if part.offset is not None and (part.when is None or {"C", "CM", "CD", "CV"} & set(part.when)):
        return "tim-9: an offset needs a moment of the day (when), and not a meal itself"
    return None


def _group(part: Any) -> str | None:
    if part.member is not None and part.actual is not True:
        return "grp-1: only an actual group has members"
    return None


def _list(part: Any) -> str | None:
    if part.emptyReason is not None and part.entry is not None:
        return "lst-1: a list that has entries has no emptyReason"
    for entry in part.entry or ():
        if entry.deleted is not None and part.mode != "changes":
            return "lst-2: only a list of changes deletes entries"
        if entry.date is not None and part.mode != "working":
            return "lst-3: only a working list dates its entries"
    return None


def _goal_target(part: Any) -> str | None:
    details = "Quantity Range CodeableConcept String Boolean Integer Ratio".split()
    if part.measure is None and any(
        getattr(part, f"detail{kind}") is not None for kind in details
    ):
        return "gol-1: a target's detail needs its measure"
    return None


def _measure_report(part: Any) -> str | None:
    if part.type == "data-collection" and part.group is not None:
        return "mrp-1: a report for data collection has no groups"
    return None


RULES: dict[str, tuple[Rule, ...]] = {
    "Age": (needs("age-1: an age needs a code", "value", "code"),),
    "AllergyIntolerance": (_allergy, _concepts("AllergyIntolerance")),
    "Appointment": (_appointment,),
    "AppointmentParticipant": (
        needs_one_of("app-1: a participant has a type or an actor", "type", "actor"),
    ),
    "Attachment": (needs("att-1: data needs a contentType", "data", "contentType"),),
    "AuditEventEntity": (not_both("sev-1: a name or a query, not both", "name", "query"),),
    "CarePlanActivity": (
        not_both("cpl-3: a reference or a detail, not both", "detail", "reference"),
    ),
    "CompositionSection": (
        needs_one_of(
            "cmp-1: a section has text, entries or sections", "text", "entry", "section"
        ),
        not_both("cmp-2: a section with entries has no emptyReason", "emptyReason", "entry"),
    ),
    "Condition": (_condition, _concepts("Condition")),
    "ConditionEvidence": (needs_one_of("con-2: evidence has code or detail", "code", "detail"),),
    "ConditionStage": (
        needs_one_of("con-1: a stage has summary or assessment", "summary", "assessment"),
    ),
    "Consent": (needs_one_of("ppc-1: a consent has a policy or policyRule", "policy", "policyRule"),),
    "ContactPoint": (needs("cpt-2: a contact's value needs its system", "value", "system"),),
    "Count": (needs("cnt-3: a count needs a code", "value", "code"),),
    "Distance": (needs("dis-1: a distance needs a code", "value", "code"),),
    "Duration": (needs("drt-1: a duration's code needs system and value", "code", "system", "value"),),
    "GoalTarget": (_goal_target,),
    "Group": (_group,),
    "ImmunizationEducation": (
        needs_one_of("imm-1: documentType or reference", "documentType", "reference"),
    ),
    "List": (_list,),
    "MeasureReport": (_measure_report, _concepts("MeasureReport")),
    "Narrative": (_narrative,),
    "Observation": (_observation,),
    "ObservationReferenceRange": (
        needs_one_of("obs-3: a reference range has low, high or text", "low", "high", "text"),
    ),
    "Organization": (_organization,),
    "PatientContact": (
        needs_one_of(
            "pat-1: a contact has a name, telecom, address or organization",
            "name",
            "telecom",
            "address",
            "organization",
        ),
    ),
    "Period": (_period,),
    "Quantity": (needs("qty-3: a unit's code needs its system", "code", "system"),),
    "QuestionnaireResponseItem": (
        not_both("qrs-1: items stand below an item or its answers, not both", "item", "answer"),
    ),
    "Range": (_range,),
    "Ratio": (_ratio,),
    "ServiceRequest": (needs("prr-1: orderDetail needs a code", "orderDetail", "code"),),
    "Task": (_task,),
    "TimingRepeat": (
        needs("tim-1: a duration needs its unit", "duration", "durationUnit"),
        needs("tim-2: a period needs its unit", "period", "periodUnit"),
        needs("tim-6: periodMax needs a period", "periodMax", "period"),
        needs("tim-7: durationMax needs a duration", "durationMax", "duration"),
        needs("tim-8: countMax needs a count", "countMax", "count"),
        not_both("tim-10: timeOfDay or when, not both", "timeOfDay", "when"),
        _positive_times,
    ),
}
"""Type to its rules; the rules of whole Bundles and Questionnaires have their own modules."""
