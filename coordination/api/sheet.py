"""The spreadsheet by which people report capacity: the template, and the sheet that comes back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post

from capacity.problem import Problem
from capacity.sheet.reading import SheetRow, read_sheet
from capacity.sheet.rows import CellFault, fault_of, service_of
from capacity.sheet.table import BadSheet
from capacity.sheet.template import template
from capacity.supply import Counters, Service
from coordination.api.bodies import refusals
from coordination.api.capacity_shapes import CapacityOut
from coordination.api.report_bodies import read_body, text_body
from coordination.api.reports import MODE, counted, seen, taken
from coordination.db import audit, capacity
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.organisations.batch import Line, Status
from coordination.organisations.bulk import MOST_LINES, Mode, too_many
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require


class RowOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one row.

    Attributes:
        row: its number as the spreadsheet shows it.
        service: id, or null when the row names none.
        name: what the row calls the service.
        status: stored, late (kept, not counted), repeated (here already) or refused; in a
            preview what it would be.
        version: of the service's figures after it; null when refused.
        errors: each cell that is wrong.
        before: the service before the sheet, at the last stored row of each service.
        after: the service after it, idem.
    """

    row: int
    service: UUID | None
    name: str
    status: Status
    version: int | None
    errors: list[CellFault]
    before: CapacityOut | None
    after: CapacityOut | None


class SheetOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a sheet.

    Attributes:
        mode: as asked; in "preview" nothing was stored.
        stored: how many rows.
        late: idem.
        repeated: idem.
        refused: idem.
        rows: each row that is not empty, in the order of the sheet.
    """

    mode: Mode
    stored: int
    late: int
    repeated: int
    refused: int
    rows: list[RowOut]


@get("/api/capacity/sheet", tags=["capacity"], media_type="text/csv", responses=refusals())
async def read_template(parts: With, actor: Who) -> Response[bytes]:
    """A sheet to fill in: an organisation's own services with their newest figures.

    Semicolons and UTF-8 with its mark, as Dutch Excel opens it.
    """
    require(actor, Action.REPORT_CAPACITY)
    own = sorted(_own(parts, actor), key=lambda one: (one.name, one.id))

    async def read(tx: Transaction) -> dict[str, Counters]:
        await audit.record(tx, actor, Action.READ_CAPACITY, "capacity/sheet")
        return await capacity.counters(tx, [UUID(one.id) for one in own])

    counters = await parts.database.transact(read)
    lines = [(one, counters[one.id]) for one in own if one.id in counters]
    return Response(
        template(lines, parts.now()),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="capaciteit.csv"'},
    )


@post(
    "/api/capacity/sheet",
    tags=["capacity"],
    status_code=200,
    responses=refusals(413, 422),
    operation_class=text_body(
        "text/csv",
        f"The template, filled in; at most {MOST_LINES} rows. As Dutch Excel saves it, or"
        " otherwise: semicolons, commas or tabs, and any of UTF-8, UTF-16 and Windows-1252.",
    ),
)
async def report_sheet(
    request: AnyRequest,
    parts: With,
    actor: Who,
    mode: Annotated[Mode, MODE] = Mode.PREVIEW,
) -> SheetOut:
    """A sheet with reports; first as a preview, unless another mode is asked.

    A row is a service, found by its id or its exact name. Each fault says its row, its column,
    what stands there, what is wrong and the cure.
    """
    require(actor, Action.REPORT_CAPACITY)
    body = await read_body(request, parts.settings.body_limit)
    try:
        rows = read_sheet(body)
    except BadSheet as bad:
        raise Refused(
            Wrong.INVALID, f"{bad.text} / {bad.text_en}", faults=(Fault("", bad.text_en),)
        ) from None
    if len(rows) > MOST_LINES:
        raise too_many(len(rows))
    by_number = {row.number: row for row in rows}

    def named(number: int, problem: Problem) -> Fault:
        fault = fault_of(by_number[number], problem)
        column = f"column {fault.column} ({fault.name})" if fault.column else fault.name
        shown = f'"{fault.value}" ' if fault.value else ""
        return Fault(f"row {fault.row}, {column}", f"{shown}{fault.text} / {fault.text_en}")

    lines = _lines(rows, _own(parts, actor))
    outcomes = await taken(parts, actor, lines, mode, named)
    now = parts.now()
    return SheetOut(
        mode=mode,
        **counted(outcomes),
        rows=[
            RowOut(
                row=row.number,
                service=one.line.service,
                name=row.cells.get("name", ""),
                status=one.status,
                version=one.version,
                errors=[fault_of(row, problem) for problem in one.problems],
                before=seen(parts, one.before, now),
                after=seen(parts, one.after, now),
            )
            for row, one in zip(rows, outcomes, strict=True)
        ],
    )


def _own(parts: Parts, actor: Actor) -> list[Service]:
    organisation = str(actor.organisation)
    return [one for one in parts.live.supply.services if one.organisation == organisation]


def _lines(rows: list[SheetRow], own: list[Service]) -> list[Line]:
    """Each row as a line; one that says the same service and moment again is a slip."""
    lines = []
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        found = service_of(row, own)
        if isinstance(found, Problem):
            lines.append(Line(number=row.number, problems=(found, *row.problems)))
            continue
        problems = row.problems
        earlier = first.setdefault((found.id, row.cells.get("as_of", "")), row.number)
        if earlier != row.number:
            problems = (_twice(earlier), *problems)
        lines.append(
            Line(
                number=row.number,
                service=UUID(found.id),
                report=row.report,
                keeps_stop="stop_reason" not in row.columns,
                problems=problems,
            )
        )
    return lines


def _twice(row: int) -> Problem:
    return Problem(
        "name",
        f"is in row {row} too: take one of the two rows out",
        f"staat ook in rij {row}: haal een van de twee rijen weg",
    )
