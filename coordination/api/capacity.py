"""Capacity: what there is and how sure that is; and an organisation's own report of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath, HeaderParameter, QueryParameter

from capacity.report import Report
from capacity.supply import Counters, Service
from coordination.api.bodies import json_body, refusals
from coordination.api.capacity_shapes import CapacityOut, shown
from coordination.api.lists import Subregion, must_exist
from coordination.api.report_bodies import read_report
from coordination.db import audit, capacity
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.organisations import reporting
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from triage.need import Kind


class CapacityList(msgspec.Struct, frozen=True):
    """Services with their figures, by name."""

    items: list[CapacityOut]


@get("/api/capacity", tags=["capacity"], responses=refusals())
async def read_all(
    parts: With,
    actor: Who,
    kind: Annotated[Kind | None, QueryParameter(description="Only services of this kind.")] = None,
    subregion: Subregion = None,
    organisation: Annotated[
        UUID | None, QueryParameter(description="Only of this organisation.")
    ] = None,
) -> CapacityList:
    """What there is in the region, with when that was true and until when it counts.

    A kind or sub-region that does not exist is refused; an organisation without services gives
    an empty list.
    """
    require(actor, Action.READ_CAPACITY)
    must_exist(subregion, parts)
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
            shown(one, counters[one.id], now)
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
    return Response(shown(found, counters, parts.now()), headers={"ETag": f'"{counters.version}"'})


@put(
    "/api/capacity/{service:uuid}",
    tags=["capacity"],
    responses=refusals(404, 409, 412, 413, 422, 428),
    operation_class=json_body(Report),
)
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

    Send figures, or what changed in them since the version of If-Match. What was accepted after
    the report's as-of stays reserved until a newer report includes it. The same report with the
    same If-Match once more is answered with the figures as they stand. A report that leaves too
    little for what was promised is taken, with `conflict` and a sentence that says so.
    """
    require(actor, Action.REPORT_CAPACITY)
    version = _version(if_match)
    sent = await read_report(request)
    known = parts.live.supply.service(str(service))
    if known is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such service.")
    now = parts.now()
    counters = await parts.database.transact(
        lambda tx: reporting.report_plainly(tx, actor, known, sent, version, now), alone=True
    )
    if counters is None:
        counters = await parts.database.transact(
            lambda tx: reporting.report(tx, actor, known, sent, version, now)
        )
    return Response(shown(known, counters, now), headers={"ETag": f'"{counters.version}"'})


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
            'If-Match is not an ETag of this service; it looks like "3". Without having read the'
            " service, report by POST /api/capacity/reports: there the newest as_of wins.",
            faults=(Fault("If-Match", "not an ETag of this service"),),
        )
    return int(digits)
