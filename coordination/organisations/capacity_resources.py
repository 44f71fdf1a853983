"""The capacity status of a service, as its organisation changes it on FHIR."""

from __future__ import annotations

import uuid
from datetime import datetime

from capacity.supply import Counters, Service
from coordination.db import audit, beds, region, reports
from coordination.db.engine import Transaction
from coordination.db.region import Supplied
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.organisations import reporting
from coordination.organisations.restating import key, with_figures
from coordination.permissions import Action, Actor, require
from coordination.records.region_shown import service_found
from coordination.writer import Written
from fhir.outcome import FhirRefused, Issue
from fhir.region.capacity_codes import CAPACITY_STATUS, CapacityStatus
from fhir.region.healthcare_service import Said, healthcare_service, read_status, status_of
from fhir.region.views import fault

STANDARD_REASON = "Er worden nu geen mensen opgenomen."
"""Why admissions are stopped, where the organisation does not say it."""

_PATH = f"HealthcareService.extension('{CAPACITY_STATUS}')"


async def put_status(
    tx: Transaction, actor: Actor, identity: uuid.UUID, body: bytes, version: int, now: datetime
) -> Written:
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
    before = await _supplied(tx, identity)
    said = read_status(
        body,
        healthcare_service(service, counters, before.organisation, now=now, waiting=before.waiting),
    )
    if said is not None and said.status is CapacityStatus.WAITLIST:
        text = "is kept by the desk, of those who wait here; report capacity or no-capacity."
        raise FhirRefused(
            "unprocessable", [fault(_PATH, "waitlist-not-reported", text, "not-supported")]
        )
    if said is not None and (said.status is CapacityStatus.NO_CAPACITY or counters.stop_reason):
        await _stop(tx, actor, service, counters, said, now)
    else:
        await audit.record(
            tx, actor, Action.REPORT_CAPACITY, f"HealthcareService/{identity}",
            detail={"changed": False},
        )  # fmt: skip
    after = await _supplied(tx, identity)
    shown = status_of(after.counters, now, waiting=after.waiting)
    found = service_found("HealthcareService", after, now)
    return Written(found=found, new=False, issues=_told(said, shown))


async def _supplied(tx: Transaction, service: uuid.UUID) -> Supplied:
    (found,) = await region.supplied(tx, [service])
    return found


async def _stop(
    tx: Transaction,
    actor: Actor,
    service: Service,
    standing: Counters,
    said: Said,
    now: datetime,
) -> None:
    """Begins a stop, or ends it, on the figures that stand: as old as they were."""
    reason = (said.notes or STANDARD_REASON) if said.status is CapacityStatus.NO_CAPACITY else None
    sent = with_figures(standing, reason)
    try:
        await reporting.report(tx, actor, service, sent, standing.version, now)
    except Refused as error:
        if any(one.path == "stop_reason" for one in error.faults):
            text = f"capacityNotes {error.faults[0].message}."
            raise FhirRefused(
                "unprocessable", [fault(_PATH, "capacity-notes", text, "value")]
            ) from error
        raise
    if await beds.named(tx, key(service)):
        await beds.reserve_promised(tx, key(service), new_id())


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
