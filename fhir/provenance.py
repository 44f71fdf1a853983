"""Provenance: a step of a referral, when it was taken and by which organisation in what role.

Never by whom in person. Resource: https://hl7.org/fhir/R4/provenance.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fhir.stamping import instant
from fhir.task.codes import ACTOR_ROLE, ROLES, STEP, STEPS
from fhir.task.parts import concept, encode, reason


def provenance(
    *,
    id: str,  # noqa: A002 - FHIR's name
    targets: Sequence[str],
    at: datetime,
    step: str,
    role: str,
    organisation: str | None,
    because: str | None = None,
) -> bytes:
    """A step of a referral.

    Args:
        id: of the row in the audit log.
        targets: references to what it changed, at least one.
        at: when.
        step: a key of ``STEPS``.
        role: of who took it, a key of ``ROLES``.
        organisation: id of theirs; None for what happens by itself, and for a reader who may not
            know them.
        because: code of the reason, or None.
    """
    who: dict[str, Any] = {"display": "Naober" if role == "clock" else ROLES[role][0]}
    if organisation is not None:
        who = {"reference": f"Organization/{organisation}"}
    why = reason(because)
    return encode(
        {
            "resourceType": "Provenance",
            "id": id,
            "meta": {"versionId": "1", "lastUpdated": instant(at)},
            "target": [{"reference": one} for one in targets],
            "occurredDateTime": instant(at),
            "recorded": instant(at),
            "reason": [why] if why else None,
            "activity": concept(STEP, step, STEPS[step][0]),
            "agent": [{"role": [concept(ACTOR_ROLE, role, ROLES[role][0])], "who": who}],
        }
    )
