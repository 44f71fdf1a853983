"""Whose row of a capacity sheet it is, and of which cell a fault is."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from capacity.problem import Problem
from capacity.sheet.columns import HEADERS
from capacity.sheet.reading import SheetRow
from capacity.supply import Service

_SHOWN: Final = 60
"""Characters of a cell that a fault repeats."""


class CellFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one cell.

    Attributes:
        row: its number as the spreadsheet shows it.
        column: its letter, or "" for the row as a whole.
        name: what the sheet calls the column, or the field where it has no such column.
        value: what stands in the cell; empty where it is missing.
        text: what is wrong and the cure, in Dutch.
        text_en: the same in English.
    """

    row: int
    column: str
    name: str
    value: str
    text: str
    text_en: str


def service_of(row: SheetRow, own: Sequence[Service]) -> Service | Problem:
    """The service that a row names, by its id or else by its exact name.

    Args:
        row: as it was read.
        own: the services of the organisation.
    """
    given, name = row.cells.get("id", ""), row.cells.get("name", "")
    if not given and _is_id(name):
        given, name = name, ""
    if given:
        found = [one for one in own if _is_id(given) and one.id == str(uuid.UUID(given))]
        if not found:
            return _not_yours("id")
        if name and _same(name) != _same(found[0].name):
            return _NOT_ITS_NAME
        return found[0]
    if not name:
        return _NAMELESS
    found = [one for one in own if _same(one.name) == _same(name)]
    if len(found) == 1:
        return found[0]
    return _SEVERAL if found else _not_yours("name")


def _not_yours(field: str) -> Problem:
    return Problem(
        field,
        "is no service of your organisation: copy the id or the name from the template",
        "is geen dienst van uw organisatie: neem het id of de naam over uit het voorbeeldbestand",
    )


_NOT_ITS_NAME = Problem(
    "name",
    "is not the name of the service with this id: were the rows sorted apart?",
    "is niet de naam van de dienst met dit id: is één kolom apart gesorteerd?",
)
_NAMELESS = Problem("name", "is missing: name the service", "ontbreekt: noem de dienst")
_SEVERAL = Problem(
    "name",
    "is the name of several services: fill in the id too",
    "is de naam van meer diensten: vul ook het id in",
)


def fault_of(row: SheetRow, problem: Problem) -> CellFault:
    """A problem of a row's report as a fault of the cell that it is about."""
    field = problem.path.partition("[")[0].replace("service", "name")
    if field == "slots":  # as a whole: the first of its cells that says anything
        field = next(one for one in row.cells if one.startswith("slots.") and row.cells[one])
    at, name = row.columns.get(field, ("", HEADERS.get(field, (field,))[0]))
    return CellFault(
        row=row.number,
        column=at,
        name=name,
        value=row.cells.get(field, "")[:_SHOWN],
        text=problem.message_nl or problem.message,
        text_en=problem.message,
    )


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _same(name: str) -> str:
    """A name as it is compared: to the letter, whatever way its accents are written."""
    return unicodedata.normalize("NFC", " ".join(name.split()))
