"""AuditEvent: who did or saw what of whom, as the audit log has it (fields after NEN 7513).

Resource: https://hl7.org/fhir/R4/auditevent.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fhir.audit_codes import ACTION, ACTIONS
from fhir.codes import NAMESPACE
from fhir.stamping import instant
from fhir.task.codes import ACTOR_ROLE, ROLES
from fhir.task.parts import concept, encode

EVENT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
ACTOR = NAMESPACE + "/NamingSystem/actor"
ENTITY = NAMESPACE + "/NamingSystem/audit-entity"

DONE, REFUSED = "0", "4"
"""AuditEvent.outcome: success, and minor failure."""

_CREATES = frozenset({"refer", "offer", "add", "depart", "abort", "propose", "confirm-proposal"})
_RUNS = frozenset({"try-triage", "validate", "refused", "sign-in"})


def audit_event(
    *,
    id: str,  # noqa: A002 - FHIR's name
    at: datetime,
    action: str,
    refusal: str | None,
    actor: str,
    role: str,
    organisation: str | None,
    entities: Sequence[str],
    details: Mapping[str, str],
) -> bytes:
    """A row of the audit log.

    Args:
        id: of the row.
        at: when.
        action: what was done or asked.
        refusal: code of why it was refused, or None.
        actor: who, as the log names them; empty for nobody who was known.
        role: of theirs, a key of ``ROLES``, or empty.
        organisation: id of theirs, or None.
        entities: what it touched: ``Type/id``, or another name that the log has.
        details: codes and counts, by name; they stand with the first entity.
    """
    roles = [concept(ACTOR_ROLE, role, ROLES[role][0])] if role in ROLES else None
    agents: list[dict[str, Any]] = [
        _filled(
            {
                "role": roles,
                "who": {"identifier": {"system": ACTOR, "value": actor}} if actor else None,
                "altId": actor or None,
                "requestor": True,
            }
        )
    ]
    if organisation is not None:
        who = {"reference": f"Organization/{organisation}"}
        agents.append({"who": who, "requestor": False})
    told = [{"type": name, "valueString": value} for name, value in details.items() if value]
    return encode(
        {
            "resourceType": "AuditEvent",
            "id": id,
            "meta": {"versionId": "1", "lastUpdated": instant(at)},
            "type": {"system": EVENT_TYPE, "code": "rest", "display": "RESTful Operation"},
            "subtype": [_named(action)],
            "action": _kind(action),
            "recorded": instant(at),
            "outcome": DONE if refusal is None else REFUSED,
            "outcomeDesc": refusal,
            "agent": agents,
            "source": {"observer": {"display": "Naober"}},
            "entity": [
                _filled({"what": _what(one), "detail": told if place == 0 else None})
                for place, one in enumerate(entities)
            ]
            or None,
        }
    )


def _named(action: str) -> dict[str, str]:
    words = {"display": ACTIONS[action][0]} if action in ACTIONS else {}
    return {"system": ACTION, "code": action} | words


def _kind(action: str) -> str:
    """C, R, U, D or E: created, read, changed, deleted or run."""
    if action.startswith("read"):
        return "R"
    if action.startswith("delete"):
        return "D"
    if action in _RUNS:
        return "E"
    return "C" if action in _CREATES or action.startswith("create") else "U"


def _what(entity: str) -> dict[str, Any]:
    """A reference where the entity is a resource of ours; else its name in the log."""
    if entity[:1].isupper() and entity.count("/") == 1 and "/_" not in entity:
        return {"reference": entity}
    return {"identifier": {"system": ENTITY, "value": entity}}


def _filled(element: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in element.items() if part or part is False}
