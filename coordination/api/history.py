"""GET /api/capacity/{service}/reports: what was reported of a service, the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter

from capacity.supply import Service, Unit
from coordination import paging
from coordination.api.bodies import refusals
from coordination.api.lists import After
from coordination.db import audit, reports
from coordination.db.engine import Transaction
from coordination.db.reports import Past
from coordination.errors import Refused, Wrong
from coordination.organisations import reporting
from coordination.parts import Who, With
from coordination.permissions import Action, Role, require

PAGE, LONGEST_PAGE = 50, 500


class PastOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report as it was sent.

    Attributes:
        version: of the figures that it made; of those that stood where it came too late.
        counted: false when it came after a later one, and changed nothing.
        details: visits by part of the day, and what is expected to come free, where named.
    """

    as_of: datetime
    valid_until: datetime
    received: datetime
    source: str
    version: int
    counted: bool
    unit: Unit
    staffed: float | None = None
    occupied: float | None = None
    closed: float | None = None
    contracted: float | None = None
    committed: float | None = None
    stop_reason: str | None = None
    stop_until: datetime | None = None
    details: msgspec.Raw | None = None


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """The last report of a page."""

    as_of: datetime
    id: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class History(msgspec.Struct, frozen=True):
    """A page of reports, the newest as-of first.

    Attributes:
        items: the reports.
        next: hand this as ``next`` for the following page; null on the last one.
    """

    items: list[PastOut]
    next: str | None


@get("/api/capacity/{service:uuid}/reports", tags=["capacity"], responses=refusals(404))
async def read_history(
    service: FromPath[UUID],
    parts: With,
    actor: Who,
    size: Annotated[
        int, QueryParameter(ge=1, le=LONGEST_PAGE, description="Reports of a page.")
    ] = PAGE,
    after: After = None,
) -> History:
    """What was reported of a service, late ones included; for its own organisation and the desk."""
    require(actor, Action.READ_CAPACITY)
    mark = paging.read(after, Mark)

    async def read(tx: Transaction) -> tuple[Service, list[Past]]:
        found, _ = await reporting.find(tx, service)
        if actor.role is not Role.COORDINATOR and found.organisation != str(actor.organisation):
            raise Refused(
                Wrong.FORBIDDEN, "Only the organisation itself and the desk see its reports."
            )
        await audit.record(tx, actor, Action.READ_CAPACITY, f"capacity/{service}/reports")
        before = None if mark is None else (mark.as_of, mark.id)
        return found, await reports.history(tx, service, before, size + 1)

    found, rows = await parts.database.transact(read)
    page = rows[:size]
    return History(
        [_past(found, one) for one in page],
        paging.write(Mark(page[-1].as_of, page[-1].id)) if len(rows) > size else None,
    )


def _past(service: Service, one: Past) -> PastOut:
    bed = service.unit is Unit.BED
    number = int if bed else float
    total, used, closed = (number(value) for value in (one.total, one.used, one.closed))
    return PastOut(
        as_of=one.as_of,
        valid_until=one.valid_until,
        received=one.received_at,
        source=one.source,
        version=one.version,
        counted=one.counted,
        unit=service.unit,
        staffed=total if bed else None,
        occupied=used if bed else None,
        closed=closed if bed else None,
        contracted=None if bed else total,
        committed=None if bed else used,
        stop_reason=one.stop_reason,
        stop_until=one.stop_until,
        details=msgspec.Raw(one.details.encode()) if one.details else None,
    )
