"""A row of the audit log as a resource: Provenance of a step, AuditEvent of anything."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from coordination.db.trail import Entry
from coordination.permissions import Role
from coordination.records.shelf import Found, Reader
from fhir.audit_event import audit_event
from fhir.provenance import provenance

_LAPSED = "lapse"
_OF = {"referral": "ServiceRequest", "offer": "Task", "capacity": "HealthcareService"}
"""The resource that shows what the log names."""


def trail_shown(kind: str, row: Entry, reader: Reader) -> Found:
    """A row as a Provenance, with as much of it as the reader may know, or as an AuditEvent."""
    body = _provenance(row, reader) if kind == "Provenance" else _event(row)
    return Found(type=kind, id=str(row.id), version=1, updated=row.at, body=body)


def _provenance(row: Entry, reader: Reader) -> bytes:
    targets = [one for one in _entities(row) if one.startswith("Task/")]
    role, organisation = row.role, _organisation(row)
    if row.action == _LAPSED:
        role, organisation = Role.CLOCK, None  # whose step it followed is told of that step
    if reader.actor.role is Role.PROVIDER:
        # Who was asked may not know of whom, nor for whom.
        organisation = organisation if row.organisation_id == reader.actor.organisation else None
    else:
        targets.append(f"ServiceRequest/{row.referral_id}")
        if len(targets) == 1 and row.task_id is not None:
            targets.append(f"Task/{row.task_id}")
    because = _details(row).get("reason")
    return provenance(
        id=str(row.id), targets=targets, at=row.at, step=row.action, role=role,
        organisation=organisation, because=because or None,
    )  # fmt: skip


def _event(row: Entry) -> bytes:
    refused = row.action == "refused"
    entities = _entities(row)
    if row.referral_id is not None:
        entities += [f"ServiceRequest/{row.referral_id}", f"Patient/{row.patient_id}"]
    return audit_event(
        id=str(row.id),
        at=row.at,
        action=row.action,
        refusal=row.outcome if refused else None,
        actor=row.actor,
        role=row.role,
        organisation=_organisation(row),
        entities=list(dict.fromkeys(entities)),
        details={"request": row.request_id} | _details(row),
    )


def _organisation(row: Entry) -> str | None:
    return str(row.organisation_id) if row.organisation_id and row.organisation_id.int else None


def _entities(row: Entry) -> list[str]:
    """What a row is about: as a resource where there is one of it."""
    return list(_named(row.entity.split(",")))


def _named(entities: Iterable[str]) -> Iterable[str]:
    for one in entities:
        of, slash, identity = one.partition("/")
        yield f"{_OF[of]}/{identity}" if slash and of in _OF else one


def _details(row: Entry) -> dict[str, str]:
    """The codes and counts of a row, as text."""
    read = msgspec.json.decode(row.detail) if row.detail else None
    plain = read.items() if isinstance(read, dict) else ()
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in plain
        if value is not None and value != ""
    }
