"""Capacity: what there is and how sure that is; and an organisation's own report of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath, HeaderParameter, QueryParameter

from capacity.supply import Counters, Service
from coordination import reporting
from coordination.api.bodies import read_json, refusals
from coordination.db import audit, capacity
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from coordination.reporting import Report
from triage.need import Kind


class CapacityOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A service with its figures.

    Attributes:
        free: what can still be given; null when the figure is stale: then it is not known.
        freshness: "fresh" or "stale".
        version: of the report; also the ETag.
        conflict: true when more was promised than the report says there is.
    """

    service: str
    name: str
    organisation: str
    site: str
    kinds: list[str]
    subregion: str
    pc4: str
    unit: str
    staffed: float | None = None
    occupied: float | None = None
    closed: float | None = None
    contracted: float | None = None
    committed: float | None = None
    held: float
    reserved: float
    free: float | None
    as_of: datetime
    valid_until: datetime
    source: str
    freshness: str
    conflict: bool
    version: int
    stop_reason: str | None
    stop_until: datetime | None


class CapacityList(msgspec.Struct, frozen=True):
    """Services with their figures, by name."""

    items: list[CapacityOut]


@get("/api/capacity", tags=["capacity"], responses=refusals())
async def read_all(
    parts: With,
    actor: Who,
    kind: Annotated[Kind | None, QueryParameter(description="Only services of this kind.")] = None,
    subregion: Annotated[
        str | None, QueryParameter(max_length=40, description="Only in this sub-region.")
    ] = None,
    organisation: Annotated[
        UUID | None, QueryParameter(description="Only of this organisation.")
    ] = None,
) -> CapacityList:
    """What there is in the region, with when that was true and until when it counts."""
    require(actor, Action.READ_CAPACITY)
    wanted = [
        one
        for one in parts.live.supply.services
        if (kind is None or kind in one.kinds)
        and (subregion is None or one.subregion == subregion)
        and (organisation is None or one.organisation == str(organisation))
    ]

    async def read(tx: Transaction) -> dict[str, Counters]:
        await audit.record(tx, actor, Action.READ_CAPACITY, "capacity")
        return await capacity.counters(tx, [UUID(one.id) for one in wanted])

    counters = await parts.database.transact(read)
    now = parts.now()
    return CapacityList(
        [
            _shown(one, counters[one.id], now)
            for one in sorted(wanted, key=lambda one: (one.name, one.id))
            if one.id in counters
        ]
    )


@get("/api/capacity/{service:uuid}", tags=["capacity"], responses=refusals(404))
async def read_one(service: FromPath[UUID], parts: With, actor: Who) -> Response[CapacityOut]:
    """One service; its ETag is what a report must name in If-Match."""
    require(actor, Action.READ_CAPACITY)

    async def read(tx: Transaction) -> tuple[Service, Counters]:
        found = await reporting.find(tx, service)
        await audit.record(tx, actor, Action.READ_CAPACITY, f"capacity/{service}")
        return found

    found, counters = await parts.database.transact(read)
    return Response(_shown(found, counters, parts.now()), headers={"ETag": f'"{counters.version}"'})


@put("/api/capacity/{service:uuid}", tags=["capacity"], responses=refusals(404, 409, 412, 422, 428))
async def report(
    service: FromPath[UUID],
    request: AnyRequest,
    parts: With,
    actor: Who,
    if_match: Annotated[
        str | None,
        HeaderParameter(name="If-Match", max_length=40, description="The ETag that you read."),
    ] = None,
) -> Response[CapacityOut]:
    """Replaces what a service reported; only by its own organisation.

    What was accepted after the report's as-of stays reserved until a newer report includes it.
    """
    require(actor, Action.REPORT_CAPACITY)
    version = _version(if_match)
    sent = await read_json(request, Report)
    known = parts.live.supply.service(str(service))
    if known is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such service.")
    now = parts.now()
    counters = await parts.database.transact(
        lambda tx: reporting.report(tx, actor, known, sent, version, now)
    )
    return Response(_shown(known, counters, now), headers={"ETag": f'"{counters.version}"'})


def _version(if_match: str | None) -> int:
    if if_match is None:
        raise Refused(
            Wrong.PRECONDITION_REQUIRED,
            "Send If-Match with the ETag of the figures that you replace: read the service first.",
        )
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):  # noqa: PLR2004 - digits
        raise Refused(
            Wrong.STALE,
            'If-Match is not an ETag of this service; it looks like "3".',
            faults=(Fault("If-Match", "not an ETag of this service"),),
        )
    return int(digits)


def _shown(service: Service, counters: Counters, now: datetime) -> CapacityOut:
    bed = counters.unit == "bed"
    fresh = counters.freshness(now)
    return CapacityOut(
        service=service.id,
        name=service.name,
        organisation=service.organisation,
        site=service.site,
        kinds=sorted(kind.value for kind in service.kinds),
        subregion=service.subregion,
        pc4=service.pc4,
        unit=counters.unit,
        staffed=int(counters.staffed) if bed else None,
        occupied=int(counters.occupied) if bed else None,
        closed=int(counters.closed) if bed else None,
        contracted=None if bed else counters.contracted,
        committed=None if bed else counters.committed,
        held=counters.held,
        reserved=counters.reserved,
        free=counters.free if fresh == "fresh" else None,
        as_of=counters.as_of,
        valid_until=counters.valid_until,
        source=counters.source,
        freshness=fresh,
        conflict=counters.conflict,
        version=counters.version,
        stop_reason=counters.stop_reason,
        stop_until=counters.stop_until,
    )
