"""What care a service is asked for, as inputs of its Task: coded, and without the person.

Inputs are those of ``triage.outline``: too coarse to know who it is, and enough to say yes or no.
"""

from __future__ import annotations

from typing import Any

from capacity.words import REQUIREMENTS
from fhir.codes import KIND, NAMESPACE, UCUM, own_system
from fhir.task.codes import INPUTS, PAYERS, TASK_INPUT
from fhir.task.parts import concept
from triage.need import Payer, Requirement, Shift, Wish
from triage.outline import OLDEST, Outline
from triage.urgency import Urgency

SEX = "http://hl7.org/fhir/administrative-gender"
LANGUAGE = "urn:ietf:bcp:47"
POSTCODE = NAMESPACE + "/NamingSystem/pc4"


def needed(kind: tuple[str, str], need: Outline | None = None) -> list[dict[str, Any]]:
    """The inputs of a Task that asks a service.

    Args:
        kind: code and Dutch word of the kind of care.
        need: what else is known of what is asked, or None. What is not known has no input.
    """
    found = [_input("kind", CodeableConcept=concept(KIND, *kind))]
    if need is None:
        return found
    urgency = need.urgency.value
    found += [
        _input("urgency", CodeableConcept=concept(own_system(Urgency), urgency, urgency)),
        _input("within", Duration=_quantity(need.within_hours, "uur", "h")),
    ]
    if need.payer:
        word = PAYERS[need.payer.value][0]
        found.append(
            _input("payer", CodeableConcept=concept(own_system(Payer), need.payer.value, word))
        )
    if need.sex:
        found.append(_input("sex", CodeableConcept=concept(SEX, need.sex)))
    if need.age_from is not None:
        found.append(_input("age", Range=_ages(need.age_from, need.age_to)))
    if need.pc4:
        found.append(_input("postcode", Identifier={"system": POSTCODE, "value": need.pc4}))
    if need.language:
        found.append(_input("language", CodeableConcept=concept(LANGUAGE, need.language)))
    if need.hours_per_week:
        hours = _quantity(need.hours_per_week, "uur per week", "h/wk")
        found.append(_input("hours", Quantity=hours))
    found += [
        _input(f"visits-{shift}", Integer=need.visits.of(shift))
        for shift in Shift
        if need.visits.of(shift)
    ]
    if need.level:
        found.append(_input("level", Integer=need.level))
    found += [
        _input("requirement", CodeableConcept=concept(own_system(Requirement), one, word))
        for one, (word, _) in REQUIREMENTS.items()
        if one in need.requirements
    ]
    found += [
        _input("wish", CodeableConcept=concept(own_system(Wish), one))
        for one in Wish
        if one in need.wishes
    ]
    return found


def _input(code: str, **value: Any) -> dict[str, Any]:
    ((name, held),) = value.items()
    return {"type": concept(TASK_INPUT, code, INPUTS[code][0]), f"value{name}": held}


def _quantity(value: float, unit: str, code: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


def _ages(low: int, high: int | None) -> dict[str, Any]:
    """Years, both included; the group of the oldest has no end."""
    ages = {"low": _quantity(low, "jaar", "a")}
    if high is not None and high != OLDEST:
        ages["high"] = _quantity(high, "jaar", "a")
    return ages
