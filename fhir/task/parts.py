"""The parts of the Tasks that we show: reasons, what is asked, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from fhir.codes import ALTERNATIVE_DATE, NAMESPACE, REASON, SNOMED
from fhir.stamping import instant
from fhir.task.codes import (
    CANCEL_REASONS,
    DECLINE_REASONS,
    DESTINATION,
    DESTINATIONS,
    FACT_CODE,
    OUTPUTS,
    OWN_REASONS,
    TASK_OUTPUT,
)

Question = tuple[str, str]
"""A fact that is asked, by its link id, and the question in Dutch."""

_REASONS = {**DECLINE_REASONS, **CANCEL_REASONS, **OWN_REASONS}


def inputs(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """What is asked, most urgent first, and the form in which it may be answered."""
    if not questions:
        return []
    return [
        *({"type": concept(FACT_CODE, fact), "valueString": text} for fact, text in questions),
        {"type": {"text": "Vragenlijst"}, "valueCanonical": NAMESPACE + "/Questionnaire/referral"},
    ]


def outputs(
    *, starts: datetime | None = None, destination: str | None = None, place: str | None = None
) -> list[dict[str, Any]]:
    """The other date that a service proposed, where the person went, and where they have a place.

    Args:
        starts: the other date, or None.
        destination: code of where the person went, or None.
        place: id of the HealthcareService, or None.
    """
    found: list[dict[str, Any]] = []
    if starts:
        kind = concept(SNOMED, ALTERNATIVE_DATE)
        found.append({"type": kind, "valueDateTime": instant(starts)})
    if destination:
        word = DESTINATIONS[destination][0]
        kind = concept(TASK_OUTPUT, "destination", OUTPUTS["destination"][0])
        went = concept(DESTINATION, destination, word)
        found.append({"type": kind, "valueCodeableConcept": went})
    if place:
        kind = concept(TASK_OUTPUT, "place", OUTPUTS["place"][0])
        found.append({"type": kind, "valueReference": reference("HealthcareService", place)})
    return found


def behind(sent: msgspec.Raw | None, ours: list[dict[str, Any]]) -> list[Any]:
    """What we add behind what was sent, byte for byte; empty to leave that as it is."""
    if not ours or sent is None:
        return ours
    return [*msgspec.json.decode(sent, type=list[msgspec.Raw]), *ours]


def encode(task: dict[str, Any]) -> bytes:
    """A Task as JSON, without what is None."""
    return msgspec.json.encode({key: part for key, part in task.items() if part is not None})


def reference(kind: str, own_id: str) -> dict[str, str]:
    """A reference to a resource of ours."""
    return {"reference": f"{kind}/{own_id}"}


def reason(code: str | None) -> dict[str, Any] | None:
    """A reason with its Dutch word; None without one."""
    return concept(REASON, code, _REASONS.get(code, ("",))[0]) if code else None


def concept(system: str, code: str | None, display: str | None = None) -> dict[str, Any] | None:
    """One code as a CodeableConcept; None without one."""
    if code is None:
        return None
    words = {"display": display} if display else {}
    return {"coding": [{"system": system, "code": code} | words]}
