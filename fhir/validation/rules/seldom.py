"""Invariants of what seldom comes along with a referral: strata, doses, forecasts, value sets.

Those of severity error; each resource's page at https://hl7.org/fhir/R4/ has them.
"""

from __future__ import annotations

from typing import Any

from fhir.codes import UCUM
from fhir.validation.rules.concepts import concepts
from fhir.validation.rules.words import (
    Rule,
    after,
    every,
    exists,
    needs,
    needs_one_of,
    not_both,
    present,
)

_AGES = ("ageAge", "ageRange", "ageString")
_BIRTHS = ("bornDate", "bornPeriod", "bornString")
_ALL = 100
"""Percent."""


def _family_history(part: Any) -> str | None:
    aged = any(exists(part, name) for name in _AGES)
    if aged and any(exists(part, name) for name in _BIRTHS):
        return "fhs-1: an age or a birth, not both"
    if part.estimatedAge is not None and not aged:
        return "fhs-2 estimatedAge: only where there is an age it is estimated"
    return None


def _dispensed(part: Any) -> str | None:
    prepared, handed = part.whenPrepared, part.whenHandedOver
    if prepared is not None and handed is not None and after(prepared, handed):
        return "mdd-1 whenHandedOver: what is handed over was prepared before"
    return None


def _chance(part: Any) -> str | None:
    if (part.probabilityDecimal or 0) > _ALL:
        return "ras-2 probabilityDecimal: at most 100 percent"
    if part.probabilityRange is None:
        return None
    return every(
        f"ras-1 probabilityRange.{name}: a chance is in percent"
        for name in ("low", "high")
        if (bound := getattr(part.probabilityRange, name)) is not None
        and (bound.code, bound.system) != ("%", UCUM)
    )


def _coded(part: Any) -> str | None:
    if part.abstract is not True and not exists(part, "code"):
        return "vsd-9: what is not abstract has a code"
    return None


_SET = (
    needs_one_of("vsd-1: a value set is made of a value set or a system", "valueSet", "system"),
    needs("vsd-2: concepts need their system", "concept", "system"),
    needs("vsd-2: filters need their system", "filter", "system"),
    not_both("vsd-3: concepts or filters, not both", "concept", "filter"),
)

_BOUND = ("AdverseEvent", "InsurancePlanPlanSpecificCostBenefitCost", "Measure", "SupplyDelivery")

RULES: dict[str, tuple[Rule, ...]] = {
    **{base: (concepts(base),) for base in _BOUND},
    "FamilyMemberHistory": (Rule(_family_history),),
    "MedicationAdministrationDosage": (
        needs_one_of("mad-1: a dosage has a dose or a rate", "dose", "rateQuantity", "rateRatio"),
    ),
    "MedicationDispense": (Rule(_dispensed, present("whenPrepared", "whenHandedOver")),),
    "RiskAssessmentPrediction": (Rule(_chance),),
    "ValueSetComposeInclude": _SET,
    "ValueSetExpansionContains": (
        needs_one_of("vsd-6: a concept has a code or a display", "code", "display"),
        needs("vsd-10: a code needs its system", "code", "system"),
        Rule(_coded),
    ),
}
