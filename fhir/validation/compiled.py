"""What is compiled of R4: at start what referrals carry, and other types as they come.

All 146 types at start would take each process 1.3 seconds and 50 MB more, nearly all of it for
models of types that may never come. A new one takes some 0.2 seconds, once.
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


class _Grown:
    """The last that was compiled with rare types, and which those are."""

    rare: frozenset[str] = frozenset()
    compiled: Compiled


def compiled(kind: str | None) -> Compiled:
    """What judges a resource of a type, where nothing rare is in it."""
    return _with(RARE & {kind or ""})


def compiled_for(tree: Any) -> Compiled:
    """What judges a resource that is plain JSON already, whatever is in it."""
    return _with(RARE & _types_in(tree))


def _with(rare: frozenset[str]) -> Compiled:
    if not rare:
        return _everyday()
    if not rare <= _Grown.rare:
        met = _Grown.rare | rare
        _Grown.compiled = _of((*EVERYDAY, *sorted(met)), _everyday().shapes)
        _Grown.rare = met
    return _Grown.compiled


@cache
def _everyday() -> Compiled:
    return _of(EVERYDAY, {})


def _of(kinds: tuple[str, ...], known: dict[str, Shape]) -> Compiled:
    shapes = read_shapes(kinds, known)
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
