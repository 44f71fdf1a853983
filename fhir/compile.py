"""Shapes made into msgspec struct types: the decoder that checks a resource while it reads it.

The structs live in a module of their own that is made here, because types that hold each other
are found by name. What a type alone can't say (a primitive or its extension, one of a choice,
an invariant) goes into ``__post_init__``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import reduce
from operator import attrgetter, or_
from types import GenericAlias, ModuleType
from typing import Annotated, Any, ForwardRef

import msgspec

from fhir.rules import RULES
from fhir.rules.whole import contained
from fhir.rules.words import Rule
from fhir.shapes import COMPILED, RESOURCE, Choice, Element, Shape

_MODULE = "fhir.compiled"


def compile_structs(shapes: dict[str, Shape]) -> dict[str, type[msgspec.Struct]]:
    """A struct type for every shape, by the shape's name.

    Args:
        shapes: parts before what is made of them, where they don't hold each other.
    """
    module = ModuleType(_MODULE)
    sys.modules[_MODULE] = module
    structs: dict[str, type[msgspec.Struct]] = {}
    names = {name: f"S{number}" for number, name in enumerate(shapes)}
    for name, shape in shapes.items():
        fields: list[Any] = []
        for element in shape.elements.values():
            kind = _type(element, structs, names)
            # A required primitive without an extension to hide behind: ``Extension.url``.
            bare = element.name in shape.needed and f"_{element.name}" not in shape.elements
            required = element.required or bare
            fields.append((element.attribute, kind, *(() if required else (None,))))
        namespace = {}
        if check := checked(rules_of(shape)):
            namespace["__post_init__"] = check
        structs[name] = msgspec.defstruct(
            names[name],
            fields,
            module=_MODULE,
            namespace=namespace,
            rename={e.attribute: e.name for e in shape.elements.values() if e.attribute != e.name},
            tag_field="resourceType" if shape.resource else None,
            tag=shape.base if shape.resource else None,
            forbid_unknown_fields=True,
            omit_defaults=True,
            kw_only=True,
            gc=False,
        )
        setattr(module, names[name], structs[name])
    setattr(module, RESOURCE, any_of([structs[name] for name in COMPILED]))
    return structs


def any_of(structs: list[type[msgspec.Struct]]) -> Any:
    """The union of struct types, told apart by their tag."""
    return reduce(or_, structs)


def _type(element: Element, structs: dict[str, type[msgspec.Struct]], names: dict[str, str]) -> Any:
    kind: Any
    if element.primitive is not None:
        kind = element.primitive.type
    else:
        shape = str(element.shape)
        kind = structs.get(shape) or ForwardRef(names.get(shape, RESOURCE))
    if element.holed:
        kind = kind | None
    if element.many:
        return Annotated[GenericAlias(list, (kind,)), msgspec.Meta(min_length=1)]
    return kind


def checked(rules: tuple[Rule, ...]) -> Callable[[Any], None] | None:
    """The rules as one ``__post_init__``; None when there are none."""
    if not rules:
        return None
    if len(rules) == 1:
        (only,) = rules

        def check_one(part: Any) -> None:
            if fault := only(part):
                raise ValueError(fault)

        return check_one

    def check_all(part: Any) -> None:
        for rule in rules:
            if fault := rule(part):
                raise ValueError(fault)

    return check_all


def rules_of(shape: Shape) -> tuple[Rule, ...]:
    """Every rule that a type alone can't say, cheapest first."""
    rules = [_needed(shape, name) for name in shape.needed if f"_{name}" in shape.elements]
    rules += [_choice(shape, choice) for choice in shape.choices]
    rules += RULES.get(shape.base, ())
    if "contained" in shape.elements:
        rules.append(contained)
    return tuple(rules)


def _needed(shape: Shape, name: str) -> Rule:
    value = attrgetter(shape.elements[name].attribute)
    extension = attrgetter(shape.elements[f"_{name}"].attribute)

    def rule(part: Any) -> str | None:
        missing = value(part) is None and extension(part) is None
        return f"required: {name} is missing" if missing else None

    return rule


def _choice(shape: Shape, choice: Choice) -> Rule:
    """At most one of a choice, exactly one where it is required.

    A primitive and its extension count as one. All are fetched at once and the Nones counted
    in C; only a part with two present is looked at closer.
    """
    known = {element.attribute for element in shape.elements.values()}
    extensions = [f"{name}__ext" for name in choice.attributes if f"{name}__ext" in known]
    every = [*choice.attributes, *extensions]
    get = attrgetter(*every)
    none, one = len(every), len(every) - 1

    def rule(part: Any) -> str | None:
        empty = get(part).count(None)
        if empty == one:
            return None
        if empty == none:
            return f"required: {choice.name} is missing" if choice.required else None
        present = {name.removesuffix("__ext") for name in every if getattr(part, name) is not None}
        if len(present) > 1:
            return f"choice: only one of {', '.join(sorted(present))} may be sent"
        return None

    return rule
