"""Reads a capacity sheet: a row a service, each fault with its row, its column and the cure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from capacity.problem import Problem
from capacity.report import Report, SlotReport
from capacity.sheet import values
from capacity.sheet.columns import DERIVED, HEADERS, NOTES, field_of, letter, plain
from capacity.sheet.table import BadSheet, Row, rows_of
from capacity.sheet.values import BadCell
from triage.need import Shift

_SHOWN: Final = 60
"""Characters of a cell that a fault repeats."""


class SheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row, read.

    Attributes:
        number: as the spreadsheet shows it.
        cells: by field what the row says.
        columns: by field the letter and the name of its column.
        report: what the row reports; None when a cell can't be read.
        problems: of the cells that can't be read, by field.
    """

    number: int
    cells: Mapping[str, str]
    columns: Mapping[str, tuple[str, str]]
    report: Report | None
    problems: tuple[Problem, ...]


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "unit": values.unit,
    **dict.fromkeys(("staffed", "occupied", "closed", "contracted", "committed"), values.number),
    # A stand without its time would be that of midnight: older than what is here already.
    "as_of": lambda text: values.moment(text, timed=True),
    "valid_until": lambda text: values.moment(text, timed=True),
    "stop_until": lambda text: values.moment(text, timed=False),
    "stop_reason": str,
    "releases": values.releases,
}


def read_sheet(data: bytes) -> list[SheetRow]:
    """The rows of a sheet, each as a report or with the faults of its cells.

    Raises:
        BadSheet: it is no table, or its columns can't be understood.
    """
    header, *rows = rows_of(data) or [Row(1, [])]
    fields = _fields(header)
    columns = {field: (letter(at), header.cells[at]) for at, field in enumerate(fields) if field}
    return [_read_row(row, fields, columns) for row in rows]


def _fields(header: Row) -> list[str]:
    """The field of each column; empty for a column without a name, or of notes.

    Raises:
        BadSheet: a column is unknown, there twice, or missing.
    """
    fields = []
    for at, name in enumerate(header.cells):
        field = field_of(name) or ""
        if field and field in fields:
            raise BadSheet(
                f'Kolom {letter(at)} "{name[:_SHOWN]}" staat er al: haal een van de twee weg.',
                f'Column {letter(at)} "{name[:_SHOWN]}" is there already: take one of the two out.',
            )
        if plain(name) in DERIVED:
            raise BadSheet(
                f'Kolom {letter(at)} "{name}" mag weg: wat vrij is, wordt hier uitgerekend.',
                f'Take column {letter(at)} "{name}" out: what is free is worked out here.',
            )
        if not field and plain(name) and plain(name) not in NOTES:
            raise BadSheet(
                f'Kolom {letter(at)} "{name[:_SHOWN]}" is niet bekend: haal die weg, of noem die'
                f" een van: {', '.join(names[0] for names in HEADERS.values())}.",
                f'Column {letter(at)} "{name[:_SHOWN]}" is not known: take it out, or name it one'
                f" of: {', '.join(names[1] for names in HEADERS.values())}.",
            )
        fields.append(field)
    if "id" not in fields and "name" not in fields:
        raise BadSheet(
            "De eerste rij heeft geen kolom Id of Dienst: begin met het voorbeeldbestand.",
            "The first row has no column Id or Service: begin with the template.",
        )
    return fields


def _read_row(row: Row, fields: Sequence[str], columns: Mapping[str, tuple[str, str]]) -> SheetRow:
    cells = {
        field: _unescaped(cell) for field, cell in zip(fields, row.cells, strict=False) if field
    }
    problems: list[Problem] = []
    beyond = next((at for at in range(len(fields), len(row.cells)) if row.cells[at]), None)
    if beyond is not None:
        problems.append(_BEYOND)
        cells["beyond"] = row.cells[beyond]
        columns = {**columns, "beyond": (letter(beyond), "")}
    found: dict[str, Any] = {}
    for field, cell in cells.items():
        if not cell or field in {"id", "name", "beyond"}:
            continue
        try:
            found[field] = _READERS.get(field, _visits)(cell)
        except BadCell as bad:
            problems.append(Problem(field, bad.text_en, bad.text))
    return SheetRow(
        number=row.number,
        cells=cells,
        columns=columns,
        report=None if problems else _report(found),
        problems=tuple(problems),
    )


def _report(found: Mapping[str, Any]) -> Report:
    plain_values = {field: value for field, value in found.items() if "." not in field}
    slots = {
        shift: SlotReport(
            total=found.get(f"slots.{shift}.total", 0), used=found.get(f"slots.{shift}.used", 0)
        )
        for shift in Shift
        if found.keys() & {f"slots.{shift}.total", f"slots.{shift}.used"}
    }
    return Report(**plain_values, slots=slots or None)


def _visits(text: str) -> int:
    count = values.number(text)
    if count % 1:
        raise BadCell("is geen heel aantal bezoeken", "is not a whole number of visits")
    return int(count)


# Mostly a decimal comma in a file whose commas part cells.
_BEYOND = Problem(
    "beyond",
    "stands in a column without a name: part cells by semicolons, or put a number with a comma"
    " between quotes",
    "staat in een kolom zonder naam: gebruik puntkomma's tussen de cellen, of zet een getal met een"
    " komma tussen aanhalingstekens",
)
_ESCAPED = re.compile(r"'[=+\-@\t\r]")


def _unescaped(cell: str) -> str:
    """A cell without the sign by which the template keeps it from being a formula."""
    return cell[1:] if _ESCAPED.match(cell) else cell
