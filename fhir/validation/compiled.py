"""What is compiled of R4: at start what referrals carry, and all of it once something rare comes.

All 146 types at start would take each process 1.3 seconds and 50 MB more, nearly all of it for
models of types that may never come.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from fhir.validation.checks import rules_of
from fhir.validation.compile import any_of, compile_structs
from fhir.validation.rules.words import Rule
from fhir.validation.shape import Shape
from fhir.validation.shapes import COMPILED, read_shapes
from fhir.validation.type_names import EVERYDAY

RARE = frozenset(COMPILED) - frozenset(EVERYDAY)
"""Types that are compiled when the first of them comes."""


class Compiled(msgspec.Struct, frozen=True):
    """What judges resources.

    Attributes:
        shapes: what types are made of, by the shape's name.
        rules: of each shape.
        decoders: by resource type; None for any.
    """

    shapes: dict[str, Shape]
    rules: dict[str, tuple[Rule, ...]]
    decoders: dict[str | None, msgspec.json.Decoder[Any]]


def compiled(kind: str | None) -> Compiled:
    """What judges a resource of a type, where nothing rare is in it."""
    return _everything() if kind in RARE else _everyday()


def compiled_for(tree: Any) -> Compiled:
    """What judges a resource that is plain JSON already, whatever is in it."""
    return _everyday() if RARE.isdisjoint(_types_in(tree)) else _everything()


@cache
def _everyday() -> Compiled:
    return _of(EVERYDAY)


@cache
def _everything() -> Compiled:
    return _of(COMPILED)


def _of(kinds: tuple[str, ...]) -> Compiled:
    shapes = read_shapes(kinds)
    structs = compile_structs(shapes, kinds)
    decoders: dict[str | None, msgspec.json.Decoder[Any]] = {
        name: msgspec.json.Decoder(structs[name]) for name in kinds
    }
    decoders[None] = msgspec.json.Decoder(any_of([structs[name] for name in kinds]))
    return Compiled(shapes, {name: rules_of(each) for name, each in shapes.items()}, decoders)


def _types_in(tree: Any) -> set[str]:
    """All that is called a resourceType, wherever it stands."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            told = value.get("resourceType")
            if isinstance(told, str):
                found.add(told)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found
