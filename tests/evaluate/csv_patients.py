"""Patients of a CSV as pictures: what a cell says is known, everything else stays unknown.

A missing cell is unknown. A value that can't be (a saturation of 400%, a temperature in
Fahrenheit where Celsius was promised, a word where a number stands) is unknown too, and counted:
it is never scored.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from columns import Mapping, MappingError

from triage.codes import Consciousness
from triage.picture import Picture
from triage.vocabulary import WORDS

FIELDS = {
    "age": "age",
    "respiration": "respiration_rate",
    "saturation": "oxygen_saturation",
    "systolic": "systolic",
    "diastolic": "diastolic",
    "pulse": "pulse",
    "consciousness": "consciousness",
    "gcs": "consciousness",
    "temperature": "temperature",
    "on_oxygen": "on_oxygen",
    "scale2": "hypercapnic_target",
}
"""The fact of each column."""


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """One row.

    Attributes:
        picture: what the row says.
        outcomes: by short name; None where the set does not say.
        other: whether somebody else's triage called it acute; None where it does not say.
    """

    picture: Picture
    outcomes: dict[str, bool | None]
    other: bool | None


class Patients(msgspec.Struct, frozen=True, kw_only=True):
    """Everyone in a file.

    Attributes:
        rows: one for each row of the file.
        faults: how often a cell could not be used, by column and why.
    """

    rows: tuple[Patient, ...]
    faults: Counter[tuple[str, str]]


class _UnusableError(Exception):
    """A cell that can't be used; the text says why."""


def read_patients(mapping: Mapping, path: Path) -> Patients:
    """Everyone in a CSV with a header.

    Raises:
        MappingError: the file lacks a column that the mapping names.
    """
    faults: Counter[tuple[str, str]] = Counter()
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, delimiter=mapping.delimiter)
        lacking = sorted(_named(mapping) - set(reader.fieldnames or ()))
        if lacking:
            raise MappingError(f"{path.name} has no column {', '.join(lacking)}")
        rows = tuple(_patient(mapping, row, faults) for row in reader)
    return Patients(rows=rows, faults=faults)


def _named(mapping: Mapping) -> set[str]:
    """Every column that a mapping names."""
    facts = set(msgspec.structs.asdict(mapping.columns).values()) - {None}
    others = {mapping.comparator.column} if mapping.comparator else set()
    return facts | others | {outcome.column for outcome in mapping.outcomes.values()}


def _patient(mapping: Mapping, row: dict[str, str], faults: Counter[tuple[str, str]]) -> Patient:
    facts: dict[str, Any] = {}
    for fact, column in msgspec.structs.asdict(mapping.columns).items():
        cell = _cell(mapping, row, column)
        if cell is None:
            continue
        try:
            facts[FIELDS[fact]] = _READ.get(fact, _number)(mapping, fact, cell)
        except _UnusableError as why:
            faults[column, str(why)] += 1
    outcomes: dict[str, bool | None] = {}
    for name, outcome in mapping.outcomes.items():
        said = _cell(mapping, row, outcome.column)
        known = said is not None and (said in outcome.positive or _denied(outcome.negative, said))
        if said is not None and not known:
            faults[outcome.column, "neither positive nor negative"] += 1
        outcomes[name] = said in outcome.positive if known else None
    triaged = mapping.comparator and _cell(mapping, row, mapping.comparator.column)
    other = triaged in mapping.comparator.acute if mapping.comparator and triaged else None
    return Patient(picture=Picture(**facts), outcomes=outcomes, other=other)


def _denied(negative: frozenset[str], said: str) -> bool:
    return said in negative if negative else True


def _cell(mapping: Mapping, row: dict[str, str], column: str | None) -> str | None:
    """What a cell says; None when it is missing, as are the last cells of a short row."""
    said = (row.get(column) or "").strip() if column else ""
    return None if said in mapping.missing else said


def _number(mapping: Mapping, fact: str, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        raise _UnusableError("not a number") from None
    if fact == "temperature" and mapping.temperature_unit == "[degF]":
        number = round((number - 32) * 5 / 9, 2)
    word = WORDS[FIELDS[fact]]
    if not word.low <= number <= word.high:  # nan is neither
        raise _UnusableError(f"not within {word.low:g} to {word.high:g}")
    return number


def _age(mapping: Mapping, fact: str, cell: str) -> int:
    return int(_number(mapping, fact, cell))


def _yes(mapping: Mapping, fact: str, cell: str) -> bool:
    del fact
    if cell not in mapping.yes | mapping.no:
        raise _UnusableError("neither yes nor no")
    return cell in mapping.yes


def _acvpu(mapping: Mapping, fact: str, cell: str) -> Consciousness:
    del mapping, fact
    try:
        return Consciousness(cell.upper())
    except ValueError:
        raise _UnusableError("not A, C, V, P or U") from None


def _glasgow(mapping: Mapping, fact: str, cell: str) -> Consciousness:
    """The Glasgow Coma Scale, read as our own Observations are: below 15 is not plainly alert."""
    del mapping, fact
    steps = ((15, Consciousness.ALERT), (13, Consciousness.CONFUSION), (9, Consciousness.VOICE))
    try:
        score = float(cell)
    except ValueError:
        raise _UnusableError("not a number") from None
    if score != int(score) or not 3 <= score <= 15:
        raise _UnusableError("not a whole number of 3 to 15")
    return next((level for least, level in steps if score >= least), Consciousness.PAIN)


_READ: dict[str, Callable[[Mapping, str, str], Any]] = {
    "age": _age,
    "consciousness": _acvpu,
    "gcs": _glasgow,
    "on_oxygen": _yes,
    "scale2": _yes,
}
"""How the facts that are no plain number are read."""
