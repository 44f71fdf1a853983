"""Writes the sheet that an organisation fills in: its services with their newest figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from capacity.hours import AMSTERDAM
from capacity.report import figures_of
from capacity.sheet.columns import HEADERS
from capacity.supply import Counters, Service, Unit

_FORMULA: Final = frozenset("=+-@\t\r")


def template(services: Iterable[tuple[Service, Counters]], now: datetime) -> bytes:
    """A CSV file that Dutch Excel opens with a click: semicolons, and UTF-8 with its mark.

    ``Stand op`` and ``Geldig tot`` are left empty: then the moment of sending counts, and the
    usual validity. What is past is left out.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([names[0] for names in HEADERS.values()])
    for service, counters in services:
        cells = _cells(service, counters, now)
        writer.writerow([safe(cells.get(field, "")) for field in HEADERS])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{cell}" if cell[:1] in _FORMULA else cell


def _cells(service: Service, counters: Counters, now: datetime) -> dict[str, str]:
    """By field what the sheet says of a service."""
    unit = "bedden" if counters.unit is Unit.BED else "uren per week"
    cells = {"id": service.id, "name": service.name, "unit": unit}
    cells |= {name: _number(getattr(counters, name)) for name in figures_of(counters.unit)}
    if counters.stopped(now):
        cells["stop_reason"] = counters.stop_reason or ""
        if counters.stop_until is not None:
            cells["stop_until"] = _moment(counters.stop_until)
    cells["releases"] = " | ".join(
        f"{_number(one.amount)} op {_moment(one.at)}" for one in counters.coming(now)
    )
    for shift, slots in counters.slots.items():
        cells[f"slots.{shift}.total"] = str(slots.total)
        cells[f"slots.{shift}.used"] = str(slots.used)
    return cells


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _moment(moment: datetime) -> str:
    """As the wall clock shows it; with its offset where the clock shows it twice."""
    local = moment.astimezone(AMSTERDAM)
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        return local.isoformat(sep=" ", timespec="minutes")
    return f"{local:%d-%m-%Y %H:%M}"
