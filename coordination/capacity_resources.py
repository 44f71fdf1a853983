"""Capacity as FHIR resources: services, sites and beds as they are now, and a service's status."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from capacity.supply import Counters, Service
from coordination import reporting
from coordination.auth.vault import Vault
from coordination.db import audit, beds, capacity, reports, sites
from coordination.db.engine import Transaction
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require
from coordination.restating import key, with_figures
from coordination.shelf import Found
from fhir.capacity_codes import CAPACITY_STATUS, CapacityStatus
from fhir.capacity_views import fault
from fhir.healthcare_service import Said, healthcare_service, read_status, status_of
from fhir.location import site_location
from fhir.measure_report.shown import measure_report
from fhir.outcome import FhirRefused, Issue

TYPES = frozenset({"HealthcareService", "Location", "MeasureReport"})
"""The types of which some resources are ours and always there."""

STANDARD_REASON = "Er worden nu geen mensen opgenomen."
"""Why admissions are stopped, where the organisation does not say it."""

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""Since when there are sites; they have no versions."""

_PATH = f"HealthcareService.extension('{CAPACITY_STATUS}')"


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A resource after an update.

    Attributes:
        found: as it is now.
        new: whether the update created it.
        issues: what the sender should know of it.
    """

    found: Found
    new: bool = False
    issues: list[Issue]


async def find(
    tx: Transaction, actor: Actor, kind: str, identity: uuid.UUID, vault: Vault, now: datetime
) -> Found | None:
    """A service, site or bed of the region, or the figures of a service; None for no such one.

    The MeasureReport with the id of a service is always that of its figures now.
    """
    require(actor, Action.READ_CAPACITY)
    found = None
    if kind == "Location":
        found = await _location(tx, identity, vault)
    elif (of := await capacity.of_service(tx, identity)) is not None:
        found = await (_service if kind == "HealthcareService" else _figures)(tx, *of, now)
    if found is not None:
        await audit.record(tx, actor, Action.READ_CAPACITY, f"{kind}/{identity}")
    return found


async def _location(tx: Transaction, identity: uuid.UUID, vault: Vault) -> Found | None:
    of = await sites.site(tx, identity)
    if of is not None:
        return Found(
            type="Location", id=identity, version=1, updated=BEGINNING, body=site_location(*of)
        )
    bed = await beds.by_id(tx, identity)
    if bed is None:
        return None
    body = vault.open(bed.id, bed.body)
    return Found(
        type="Location", id=identity, version=bed.version, updated=bed.changed_at, body=body
    )


async def _service(tx: Transaction, service: Service, counters: Counters, now: datetime) -> Found:
    shown = await _shown(tx, service, counters, now)
    return _found(counters, msgspec.json.encode(shown))


async def _shown(
    tx: Transaction, service: Service, counters: Counters, now: datetime
) -> dict[str, Any]:
    organisation = await sites.organisation(tx, uuid.UUID(service.organisation))
    assert organisation is not None  # noqa: S101 - a service is always someone's
    waiting = await sites.waited_for(tx, key(service))
    return healthcare_service(service, counters, organisation, now=now, waiting=waiting)


async def _figures(tx: Transaction, service: Service, counters: Counters, now: datetime) -> Found:
    organisation = await sites.organisation(tx, uuid.UUID(service.organisation))
    assert organisation is not None  # noqa: S101 - a service is always someone's
    body = measure_report(
        [(service, counters)], organisation, id=service.id, now=now, version=counters.version
    )
    return _found(counters, body, "MeasureReport")


def _found(counters: Counters, body: bytes, kind: str = "HealthcareService") -> Found:
    return Found(
        type=kind,
        id=uuid.UUID(counters.service),
        version=counters.version,
        updated=counters.as_of,
        body=body,
    )


async def put_status(
    tx: Transaction, actor: Actor, identity: uuid.UUID, body: bytes, version: int, now: datetime
) -> Changed:
    """Takes the capacity status of a service, and nothing else of it.

    ``no-capacity`` stops admissions, for the reason in its notes; ``capacity`` ends a stop. No
    figure is made up: what is free stays what was counted.

    Args:
        tx: the request's transaction.
        actor: the organisation of the service itself.
        identity: of the service.
        body: the HealthcareService, after ``fhir.validation.accept``.
        version: of the report that the sender saw (If-Match).
        now: the moment of receipt.

    Raises:
        FhirRefused: something else is changed, or the status is none that can be reported.
        Refused: NOT_FOUND, FORBIDDEN for another's service, STALE.
    """
    require(actor, Action.REPORT_CAPACITY)
    service, _ = await reporting.find(tx, identity)
    if service.organisation != str(actor.organisation):
        raise Refused(Wrong.FORBIDDEN, "Only the organisation itself reports its capacity.")
    counters = (await reports.locked(tx, [identity]))[identity]
    if counters.version != version:
        raise Refused(
            Wrong.STALE,
            f'Someone reported meanwhile: read it again; its ETag is W/"{counters.version}".',
        )
    waiting = await sites.waited_for(tx, identity)
    said = read_status(body, await _shown(tx, service, counters, now))
    if said is not None and said.status is CapacityStatus.WAITLIST:
        text = "is kept by the desk, of those who wait here; report capacity or no-capacity."
        raise FhirRefused(
            "unprocessable", [fault(_PATH, "waitlist-not-reported", text, "not-supported")]
        )
    if said is not None and (said.status is CapacityStatus.NO_CAPACITY or counters.stop_reason):
        counters = await _stop(tx, actor, service, counters, said, now)
    else:
        await audit.record(
            tx, actor, Action.REPORT_CAPACITY, f"HealthcareService/{identity}",
            detail={"changed": False},
        )  # fmt: skip
    shown = status_of(counters, now, waiting=waiting)
    return Changed(found=await _service(tx, service, counters, now), issues=_told(said, shown))


async def _stop(
    tx: Transaction,
    actor: Actor,
    service: Service,
    standing: Counters,
    said: Said,
    now: datetime,
) -> Counters:
    """Begins a stop, or ends it, on the figures that stand: as old as they were."""
    reason = (said.notes or STANDARD_REASON) if said.status is CapacityStatus.NO_CAPACITY else None
    sent = with_figures(standing, reason)
    try:
        counters = await reporting.report(tx, actor, service, sent, standing.version, now)
    except Refused as error:
        if any(one.path == "stop_reason" for one in error.faults):
            text = f"capacityNotes {error.faults[0].message}."
            raise FhirRefused(
                "unprocessable", [fault(_PATH, "capacity-notes", text, "value")]
            ) from error
        raise
    if await beds.named(tx, key(service)):
        return await beds.reserve_promised(tx, key(service), new_id())
    return counters


def _told(said: Said | None, shown: CapacityStatus | None) -> list[Issue]:
    """What the sender should know: whether anything changed, and why it may show otherwise."""
    if said is None:
        text = "says what was here already; nothing was changed."
    elif said.status is shown:
        text = f"shows {shown} now."
    else:
        because = "the figures are older than they count" if shown is None else "nothing is free"
        text = (
            f"shows {shown or 'unknown'}, for by what was counted {because}. A status makes up no"
            " figures: report them, by MeasureReport or PUT /api/capacity/{service}."
        )
    warned = said is not None and said.status is not shown
    return [
        Issue(
            code="business-rule" if warned else "informational",
            details="status-by-figures" if warned else "status",
            diagnostics=f"{_PATH}: {text}",
            expression=(_PATH,),
            severity="warning" if warned else "information",
        )
    ]
