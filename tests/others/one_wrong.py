"""Right resources with one thing wrong, in each way in which R4 JSON can be wrong."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[Any, Any]
"""What holds an element, and under which name or number."""

OTHERS: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, "", " ", "x", [], {}, [{}], ["x"], {"a": 1},
    {"reference": "Patient/1"}, {"coding": [{"code": "x"}]},
)  # fmt: skip
REFERENCES = (
    "Patient/1", "Organization/1", "Observation/1", "Dragon/1", "#x", "urn:uuid:x", "x",
    "http://a.example/Task/1",
)  # fmt: skip
MOMENTS = (
    "2026-02-30", "2026-13-01", "2026-1-1", "2026-01-01T10:00:00", "2026-01-01T25:00:00Z", "26",
    "2026-01-01T10:00Z", "10:00", "2026-01-01T10:00:00+01:00", "2026-01-01", "2026-02-29",
)  # fmt: skip
EXTENSIONS: tuple[Any, ...] = (
    {"url": "http://a.example"},
    {"valueString": "x"},
    {"url": "http://a.example", "valueString": "x", "extension": [{"url": "y", "valueCode": "z"}]},
    {"url": "http://a.example", "valueString": "x", "valueCode": "y"},
    {"url": "http://a.example", "valueCode": "y"},
    {"url": "a", "extension": []},
    {"url": "", "valueCode": "y"},
)
SAID: Any = {"extension": [{"url": "http://a.example", "valueCode": "x"}]}
BEHIND: tuple[Any, ...] = (SAID, {"id": "a"}, {}, {"extension": []}, "x", {"foo": 1})
CHOICE = re.compile(
    r"(value|effective|onset|abatement|deceased|multipleBirth|occurrence|performed|medication"
    r"|timing|asNeeded|product|content|reported|item|detail|due|start|bounds|dose|rate|answer"
    r"|event|scheduled|collected|quantity|serviced|allowed|time|born|age)([A-Z].*)"
)
VALUES: dict[str, Any] = {
    "Boolean": True, "String": "x", "Integer": 1, "DateTime": "2026-01-01", "Code": "x",
    "CodeableConcept": {"text": "x"}, "Quantity": {"value": 1}, "Period": {"start": "2026"},
    "Range": {"low": {"value": 1}}, "Reference": {"display": "x"}, "Date": "2026-01-01",
    "Uri": "http://a.example", "Decimal": 1.5, "Coding": {"code": "x"},
}  # fmt: skip
NAMES = ("nonsense", "fhir_comments", "value", "valueDragon", "_nonsense", "status", "code", "text")


def places(tree: Any) -> Iterator[Place]:
    """Every element of a resource, however deep."""
    todo = [tree]
    while todo:
        parent = todo.pop()
        for key in list(parent) if isinstance(parent, dict) else range(len(parent)):
            yield parent, key
            if isinstance(parent[key], dict | list):
                todo.append(parent[key])


def _one(draw: random.Random, tree: Any, fits: Callable[[Any, Any], bool]) -> Place | None:
    found = [(parent, key) for parent, key in places(tree) if fits(parent, key)]
    return draw.choice(found) if found else None


def _of_object(parent: Any, key: Any) -> bool:
    return isinstance(parent, dict) and key != "resourceType"


def _any(_: Any, __: Any) -> bool:
    return True


def _choice(_: Any, key: Any) -> bool:
    return isinstance(key, str) and CHOICE.fullmatch(key) is not None


def _primitive(parent: Any, key: Any) -> bool:
    return _of_object(parent, key) and isinstance(parent[key], str | int | float)


def _leave_out(_: random.Random, parent: Any, key: Any) -> None:
    del parent[key]


def _retype(draw: random.Random, parent: Any, key: Any) -> None:
    parent[key] = copy.deepcopy(draw.choice(OTHERS))


def _recode(draw: random.Random, parent: Any, key: Any) -> None:
    parent[key] = draw.choice(("bogus", "x y", " x", "final", "active", "order"))


def _refer(draw: random.Random, parent: Any, key: Any) -> None:
    parent[key] = draw.choice(REFERENCES)


def _empty(draw: random.Random, parent: Any, key: Any) -> None:
    parent[key] = copy.deepcopy(draw.choice(([], {}, "", [{}], [""])))


def _add(draw: random.Random, parent: Any, _: Any) -> None:
    parent[draw.choice(NAMES)] = copy.deepcopy(draw.choice(("x", {}, {"text": "x"}, ["x"])))


def _other_choice(draw: random.Random, parent: Any, key: Any) -> None:
    _second_choice(draw, parent, key)
    del parent[key]


def _second_choice(draw: random.Random, parent: Any, key: Any) -> None:
    name = CHOICE.fullmatch(key)
    assert name is not None
    kind = draw.choice([one for one in VALUES if name[1] + one not in parent])
    parent[name[1] + kind] = copy.deepcopy(VALUES[kind])


def _extend(draw: random.Random, parent: Any, _: Any) -> None:
    parent["extension"] = [copy.deepcopy(draw.choice(EXTENSIONS))]


def _hide(draw: random.Random, parent: Any, key: Any) -> None:
    del parent[key]
    parent[f"_{key}"] = copy.deepcopy(draw.choice(BEHIND))


def _stand_beside(draw: random.Random, parent: Any, key: Any) -> None:
    parent[f"_{key}"] = copy.deepcopy(draw.choice(BEHIND))


def _nothing(_: random.Random, parent: Any, key: Any) -> None:
    if isinstance(parent, list):
        parent.insert(0, None)
    else:
        parent[key] = None


def _wrap(_: random.Random, parent: Any, key: Any) -> None:
    parent[key] = [parent[key]]


def _unwrap(_: random.Random, parent: Any, key: Any) -> None:
    parent[key] = parent[key][0]


def _redate(draw: random.Random, parent: Any, key: Any) -> None:
    parent[key] = draw.choice(MOMENTS)


def _rename(draw: random.Random, parent: Any, key: Any) -> None:
    parent[draw.choice(("id", "status", "code", "extension", "contained", "x"))] = parent.pop(key)


Way = tuple[Callable[[Any, Any], bool], Callable[[random.Random, Any, Any], None]]
WAYS: dict[str, Way] = {
    "left out": (_any, _leave_out),
    "another type": (_any, _retype),
    "another code": (lambda parent, key: isinstance(parent[key], str), _recode),
    "another target": (lambda parent, key: key == "reference" and _primitive(parent, key), _refer),
    "empty": (_any, _empty),
    "unknown": (_of_object, _add),
    "another choice": (_choice, _other_choice),
    "two choices": (_choice, _second_choice),
    "extension": (_of_object, _extend),
    "hidden": (_primitive, _hide),
    "beside": (_primitive, _stand_beside),
    "null": (_any, _nothing),
    "in an array": (_any, _wrap),
    "out of an array": (lambda parent, key: bool(parent[key]) and isinstance(parent[key], list),
                        _unwrap),
    "another moment": (
        lambda parent, key: isinstance(parent[key], str) and parent[key][:4].isdigit(), _redate
    ),
    "renamed": (_of_object, _rename),
}  # fmt: skip
"""Where each may be done, and how."""


def mutants(
    draw: random.Random, resources: list[dict[str, Any]], each: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each way so often on resources of each type.

    Args:
        draw: what is drawn.
        resources: right ones.
        each: how often.

    Yields:
        The way, and the resource.
    """
    by_type: dict[str, list[dict[str, Any]]] = {}
    for one in resources:
        by_type.setdefault(one["resourceType"], []).append(one)
    for kind in sorted(by_type):
        for name, (fits, change) in WAYS.items():
            for _ in range(each):
                tree = copy.deepcopy(draw.choice(by_type[kind]))
                place = _one(draw, tree, fits)
                if place is not None:
                    change(draw, *place)
                    yield name, tree
