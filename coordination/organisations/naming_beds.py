"""Takes a bed that an organisation names; the figures of its service follow from its beds."""

from __future__ import annotations

import uuid
from datetime import datetime

from capacity.report import Report
from capacity.supply import Service, Unit
from coordination.auth.vault import Vault
from coordination.db import audit, beds, capacity, reports, sites
from coordination.db.beds import Bed
from coordination.db.engine import Transaction
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.organisations import reporting
from coordination.organisations.restating import key, with_stop
from coordination.permissions import Action, Actor, require
from coordination.preconditions import Precondition
from coordination.records.shelf import Found
from coordination.writer import Written
from fhir.outcome import FhirRefused, Issue
from fhir.region.capacity_codes import OF_SERVICE
from fhir.region.location import check_owner, check_place, read_bed, stored_bed
from fhir.region.views import fault

_SERVICE = f"Location.extension('{OF_SERVICE}')"


async def put(
    tx: Transaction,
    actor: Actor,
    identity: uuid.UUID,
    body: bytes,
    match: Precondition,
    vault: Vault,
    now: datetime,
) -> Written:
    """Creates or changes a bed, and reports its service as the sum of its beds, as of now.

    Args:
        tx: the request's transaction.
        actor: the organisation of the service of the bed.
        identity: of the bed, chosen by its sender.
        body: the Location, after ``fhir.validation.accept``.
        match: on what the sender makes it depend.
        vault: seals what is kept of it.
        now: the moment of receipt.

    Raises:
        FhirRefused: every fault, with its path.
        Refused: FORBIDDEN for another's bed or service, PRECONDITION_REQUIRED to change a bed
            without If-Match, STALE when the condition isn't met.
    """
    require(actor, Action.REPORT_CAPACITY)
    bed = read_bed(body)
    service = await _service(tx, actor, bed.service)
    check_place(body, service.site)
    check_owner(body, str(actor.organisation))
    if await sites.site(tx, identity) is not None:
        raise Refused(
            Wrong.CONFLICT, "This id is that of a site: choose another UUID for a bed of it."
        )
    of = key(service)
    standing = (await reports.locked(tx, [of]))[of]
    before = await beds.by_id(tx, identity)
    version = _version(actor, before, of, match)
    kept = stored_bed(body, str(identity), version, service.site, now)
    sealed = vault.seal(identity, kept)
    if not await beds.put(tx, identity, of, bed.state.value, version, sealed, now):
        raise _stale(None)
    await audit.record(
        tx, actor, Action.REPORT_CAPACITY, f"Location/{identity}", detail={"state": bed.state}
    )
    tally = await beds.tally(tx, of)
    report = Report(
        unit=Unit.BED,
        staffed=tally.staffed,
        occupied=tally.occupied,
        closed=tally.closed,
        as_of=max(now, standing.as_of),  # a report may have come from a clock ahead of ours
    )
    await reporting.report(
        tx, actor, service, with_stop(report, standing, now), standing.version, now
    )
    counters = await beds.reserve_promised(tx, of, new_id())
    text = (
        f"{service.name} has {tally.staffed} named beds: {tally.occupied} occupied,"
        f" {tally.closed} closed; reported as version {counters.version}."
    )
    if counters.conflict:
        text += " More was promised than they leave: the desk sees this conflict."
    return Written(
        found=Found(type="Location", id=identity, version=version, updated=now, body=kept),
        new=before is None,
        issues=[
            Issue(
                code="business-rule" if counters.conflict else "informational",
                details="conflict" if counters.conflict else "counted",
                diagnostics=text,
                expression=("Location.operationalStatus",),
                severity="warning" if counters.conflict else "information",
            )
        ],
    )


async def settle(tx: Transaction, service: uuid.UUID) -> None:
    """Reserves for who is to come, now that this has changed (``beds.unsettled``)."""
    await reports.locked(tx, [service])
    await beds.reserve_promised(tx, service, new_id())


async def _service(tx: Transaction, actor: Actor, identity: str) -> Service:
    """The service of a bed, which is the actor's own and counts in beds."""
    try:
        found = await capacity.of_service(tx, uuid.UUID(identity))
    except ValueError:
        found = None
    if found is None:
        text = "names no HealthcareService of this region."
        raise FhirRefused("unprocessable", [fault(_SERVICE, "no-such-service", text, "not-found")])
    service = found[0]
    if service.organisation != str(actor.organisation):
        raise Refused(Wrong.FORBIDDEN, "Only the organisation itself names beds of its services.")
    if service.unit is not Unit.BED:
        text = "names a team that counts in hours a week; it has no beds."
        raise FhirRefused("unprocessable", [fault(_SERVICE, "not-in-beds", text)])
    return service


def _version(actor: Actor, before: Bed | None, service: uuid.UUID, match: Precondition) -> int:
    """The version that the bed will have."""
    if before is None:
        if match.version is not None:
            raise _stale(None)
        return 1
    if before.organisation_id != actor.organisation:
        raise Refused(Wrong.FORBIDDEN, "This is a bed of another organisation.")
    if match.absent or (match.version is not None and match.version != before.version):
        raise _stale(before.version)
    if match.version is None:
        raise Refused(
            Wrong.PRECONDITION_REQUIRED,
            f'This bed is here already: send If-Match: W/"{before.version}" to change it.',
        )
    if before.service_id != service:
        text = (
            f"is another service than HealthcareService/{before.service_id}. A bed stays with its"
            " service: send it once more with status inactive, and name a new one."
        )
        raise FhirRefused("unprocessable", [fault(_SERVICE, "another-service", text)])
    return before.version + 1


def _stale(version: int | None) -> Refused:
    if version is None:
        return Refused(Wrong.STALE, "There is no such version of this bed: read it again.")
    return Refused(Wrong.STALE, f'This bed has changed: read it again; its ETag is W/"{version}".')
