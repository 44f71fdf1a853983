"""Which columns of a CSV hold what: the mapping of one data set of patients.

A mapping is a TOML file; docs/safety.md describes it, danish.toml is an example. A column that the
set lacks is left out: what it would hold is then unknown for everyone.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name of the column for each fact, in the header of the CSV.

    Attributes:
        age: whole years; 75.0 is 75.
        respiration: breaths a minute.
        saturation: SpO2, percent.
        systolic: mmHg.
        diastolic: mmHg.
        pulse: beats a minute.
        consciousness: A, C, V, P or U.
        gcs: Glasgow Coma Scale, 3 to 15, where there is no ACVPU.
        temperature: in ``temperature_unit`` of the mapping.
        on_oxygen: extra oxygen, one of ``yes`` or ``no`` of the mapping.
        scale2: a clinician has set a target saturation of 88-92%, idem.
    """

    age: str | None = None
    respiration: str | None = None
    saturation: str | None = None
    systolic: str | None = None
    diastolic: str | None = None
    pulse: str | None = None
    consciousness: str | None = None
    gcs: str | None = None
    temperature: str | None = None
    on_oxygen: str | None = None
    scale2: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happened to people, by which a screen is judged.

    Attributes:
        title: how tables call it.
        column: where it stands.
        positive: the values that mean that it happened.
        negative: the values that mean that it did not; empty: every other value.
    """

    title: str
    column: str
    positive: frozenset[str]
    negative: frozenset[str] = frozenset()


class Comparator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody else's triage of the same people.

    Attributes:
        title: how tables call it.
        column: where it stands.
        acute: the values that mean acute; every other value does not.
    """

    title: str
    column: str
    acute: frozenset[str]


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One data set.

    Attributes:
        title: how the report calls it.
        source: where it comes from, with its licence.
        columns: of the facts.
        outcomes: by a short name.
        comparator: if somebody else triaged the same people.
        missing: what an empty cell may look like; a missing cell is unknown.
        yes: values that mean yes, for oxygen and scale 2.
        no: values that mean no.
        temperature_unit: UCUM, ``Cel`` or ``[degF]``.
        delimiter: between cells.
    """

    title: str
    source: str
    columns: Columns
    outcomes: dict[str, Outcome]
    comparator: Comparator | None = None
    missing: frozenset[str] = frozenset({"", "NA", "NaN", "nan", "NULL", "null"})
    yes: frozenset[str] = frozenset({"1", "1.0", "true", "True", "yes", "ja"})
    no: frozenset[str] = frozenset({"0", "0.0", "false", "False", "no", "nee"})
    temperature_unit: str = "Cel"
    delimiter: str = ","


class MappingError(Exception):
    """A mapping that can't be used; the text says what to change."""


def read_mapping(path: Path) -> Mapping:
    """Read a mapping.

    Raises:
        MappingError: a key that we don't know, one that is missing, or an impossible value.
    """
    try:
        mapping = msgspec.toml.decode(path.read_bytes(), type=Mapping)
    except msgspec.DecodeError as fault:
        raise MappingError(f"{path.name}: {fault}") from None
    if mapping.temperature_unit not in {"Cel", "[degF]"}:
        raise MappingError(
            f"{path.name}: temperature_unit is Cel or [degF], not {mapping.temperature_unit}"
        )
    if mapping.columns.gcs and mapping.columns.consciousness:
        raise MappingError(f"{path.name}: give consciousness (ACVPU) or gcs, not both")
    if not mapping.outcomes:
        raise MappingError(f"{path.name}: without an outcome nothing can be judged")
    return mapping
