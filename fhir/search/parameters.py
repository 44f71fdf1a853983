"""The search parameters of every type that is read, by type and name.

Names, kinds and elements are those of https://hl7.org/fhir/R4/searchparameter-registry.html (the
page of each type lists its own); test_search_parameters.py has them from the official
definitions. What no row names is not searched.

The rows of the tables: name (with ``!`` where the value is of a person, so that it stands in no
address), what it reads, the elements (``|`` between alternatives), and then, of a reference the
types to which a bare id may point, of a code the systems that its binding implies, below
http://hl7.org/fhir/.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec

from fhir.search import clinical_table, people_table, work_table

Kind = Literal["token", "reference", "date", "string", "uri"]
"""Search parameter types of FHIR: https://hl7.org/fhir/R4/valueset-search-param-type.html."""
Axis = Literal["written", "about", "changed"]
Reads = Literal[
    "token",  # Coding, CodeableConcept or Identifier
    "code",
    "boolean",
    "plain",  # a string that is compared whole
    "reference",
    "canonical",
    "uri",
    "string",
    "name",  # HumanName
    "postcode",  # a string of which the spaces don't count
    "day",  # a date that is stored hashed: it can be equal, not earlier or later
    "written",
    "about",
    "changed",
]

_KIND: dict[Reads, Kind] = {
    "token": "token",
    "code": "token",
    "boolean": "token",
    "plain": "token",
    "reference": "reference",
    "canonical": "reference",
    "uri": "uri",
    "string": "string",
    "name": "string",
    "postcode": "string",
    "day": "date",
    "written": "date",
    "about": "date",
    "changed": "date",
}
_AXES: dict[Reads, Axis] = {"written": "written", "about": "about", "changed": "changed"}
_ANYONE = ("Organization", "PractitionerRole", "Practitioner", "Patient", "RelatedPerson")
_BASE = "http://hl7.org/fhir/"
_BOOLEAN = "http://terminology.hl7.org/CodeSystem/special-values"


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of one type.

    Attributes:
        name: as in a query.
        reads: what stands in its elements, and how it becomes terms.
        paths: the elements, by their JSON names from the resource on; empty for what every
            resource has by itself.
        targets: of a reference, the types to which a bare id may point; other types can be
            named. One that is called ``patient`` finds references to a Patient only.
        systems: of a code, the systems that go without saying.
        personal: its values are of a person, and stand in no address.
        also: parameters of which all that is found by them is found by this one too.
    """

    name: str
    reads: Reads
    paths: tuple[tuple[str, ...], ...] = ()
    targets: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    personal: bool = False
    also: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The type that FHIR gives it."""
        return _KIND[self.reads]

    @property
    def axis(self) -> Axis | None:
        """Which of a resource's stretches of time it looks at; None where it is no such date."""
        return _AXES.get(self.reads)

    @property
    def chained(self) -> bool:
        """Whether ``name.identifier`` can be asked: patients are found by their number."""
        return self.reads == "reference" and "Patient" in self.targets and self.name in _CHAINED


_CHAINED = frozenset({"patient", "subject"})
_PARTS_OF_NAME = ("family", "given")

COMMON: Mapping[str, Parameter] = MappingProxyType(
    {
        "_id": Parameter(name="_id", reads="plain"),
        "_lastUpdated": Parameter(name="_lastUpdated", reads="changed"),
    }
)
"""What every type is searched by."""


def _row(row: str) -> Parameter:
    name, reads, *rest = row.split()
    paths = tuple(tuple(path.split(".")) for path in rest[0].split("|")) if rest else ()
    more = rest[1:]
    systems: tuple[str, ...] = ()
    if reads == "code":
        systems = tuple(_BASE + system for system in more[0].split("|"))
    elif reads == "boolean":
        systems = (_BOOLEAN,)
    elif "anyone" in more:
        more = [*(one for one in more if one != "anyone"), *_ANYONE]
    return Parameter(
        name=name.rstrip("!"),
        reads=reads,  # type: ignore[arg-type]  # a test looks at each
        paths=paths,
        targets=tuple(more) if reads in {"reference", "canonical"} else (),
        systems=systems,
        personal=name.endswith("!"),
    )


def _read(*tables: str) -> dict[str, Mapping[str, Parameter]]:
    found: dict[str, dict[str, Parameter]] = {}
    kind = ""
    for line in "\n".join(tables).splitlines():
        if line and not line.startswith(" "):
            kind = line.strip()
            found[kind] = {}
        elif line:
            one = _row(line)
            found[kind][one.name] = one
    for rows in found.values():
        if rows.keys() >= {"name", *_PARTS_OF_NAME} and rows["name"].reads == "name":
            rows["name"] = msgspec.structs.replace(rows["name"], also=_PARTS_OF_NAME)
    return {kind: MappingProxyType(rows) for kind, rows in sorted(found.items())}


PARAMETERS: Mapping[str, Mapping[str, Parameter]] = MappingProxyType(
    _read(work_table.TABLE, people_table.TABLE, clinical_table.TABLE)
)
"""By type, then by name, without those of ``COMMON``."""


@cache
def parameters_of(kind: str) -> Mapping[str, Parameter]:
    """All by which a type is searched, those that every type has first.

    Raises:
        KeyError: the type is not searched.
    """
    return MappingProxyType({**COMMON, **PARAMETERS[kind]})


@cache
def includes_of(kind: str) -> Mapping[str, tuple[str, ...]]:
    """What ``_include`` can be asked of a type: reference parameters, each with its targets.

    Only what a reference of the resource names by type and id is included.
    """
    rows = PARAMETERS[kind].values()
    return MappingProxyType({one.name: one.targets for one in rows if one.reads == "reference"})
