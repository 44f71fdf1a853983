"""POST /api/capacity/reports: many reports of capacity at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import QueryParameter

from capacity.problem import Problem
from capacity.supply import Counters
from coordination.api.bodies import refusals
from coordination.api.capacity_shapes import CapacityOut, shown
from coordination.api.report_bodies import read_lines, text_body
from coordination.errors import Fault
from coordination.organisations import bulk
from coordination.organisations.batch import Line, Outcome, Status
from coordination.organisations.bulk import MOST_LINES, Mode
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require


class LineOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one line.

    Attributes:
        line: its number, from 1.
        service: id, or null when it could not be read.
        status: stored, late (kept, not counted), repeated (here already) or refused; in a
            preview what it would be.
        version: of the service's figures after it; null when refused.
        errors: why it was refused.
        before: the service before the request, at the last stored line of each service.
        after: the service after it, idem.
    """

    line: int
    service: UUID | None
    status: Status
    version: int | None
    errors: list[Fault]
    before: CapacityOut | None
    after: CapacityOut | None


class LinesOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of many reports.

    Attributes:
        mode: as asked; in "preview" nothing was stored.
        stored: how many lines.
        late: idem.
        repeated: idem.
        refused: idem.
        lines: each line in the order in which it was sent.
    """

    mode: Mode
    stored: int
    late: int
    repeated: int
    refused: int
    lines: list[LineOut]


MODE = QueryParameter(
    description="all: everything or nothing; good: only what is good; preview: nothing yet."
)


@post(
    "/api/capacity/reports",
    tags=["capacity"],
    status_code=200,
    responses=refusals(413, 422),
    operation_class=text_body(
        "application/x-ndjson",
        'A report a line: {"service": ID, ...as PUT..., "version"?: the ETag that was read}; at'
        f" most {MOST_LINES} lines.",
    ),
)
async def report_many(
    request: AnyRequest,
    parts: With,
    actor: Who,
    mode: Annotated[Mode, MODE] = Mode.ALL,
) -> LinesOut:
    """Reports of an organisation's own services, one JSON object a line.

    Without a version the newest as-of wins: a line that is older than what stands is kept as
    late and changes nothing. Lines of one service are taken in the order of their as-of.
    """
    require(actor, Action.REPORT_CAPACITY)
    lines = await read_lines(request, parts.settings.body_limit)
    outcomes = await taken(parts, actor, lines, mode, _fault)
    now = parts.now()
    return LinesOut(
        mode=mode,
        **counted(outcomes),
        lines=[
            LineOut(
                line=one.line.number,
                service=one.line.service,
                status=one.status,
                version=one.version,
                errors=[Fault(problem.path, problem.message) for problem in one.problems],
                before=seen(parts, one.before, now),
                after=seen(parts, one.after, now),
            )
            for one in outcomes
        ],
    )


async def taken(
    parts: Parts,
    actor: Actor,
    lines: list[Line],
    mode: Mode,
    named: Callable[[int, Problem], Fault],
) -> list[Outcome]:
    """Stores many reports in one transaction; see ``bulk.take``."""
    now, known = parts.now(), parts.live.supply.service
    return await parts.database.transact(
        lambda tx: bulk.take(tx, actor, lines, mode, known, named, now)
    )


def counted(outcomes: list[Outcome]) -> dict[str, int]:
    """How many lines have each status."""
    return {status.value: sum(one.status is status for one in outcomes) for status in Status}


def seen(parts: Parts, counters: Counters | None, now: datetime) -> CapacityOut | None:
    """A service with its figures, where there are any."""
    service = None if counters is None else parts.live.supply.service(counters.service)
    return None if counters is None or service is None else shown(service, counters, now)


def _fault(line: int, problem: Problem) -> Fault:
    return Fault(f"{line}.{problem.path}".rstrip("."), problem.message)
