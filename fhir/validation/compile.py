"""Shapes made into msgspec struct types: the decoder that checks a resource while it reads it.

The structs live in a module of their own that is made here, because types that hold each other
are found by name. What a type alone can't say (a primitive or its extension, one of a choice,
an invariant) goes into ``__post_init__``, see ``fhir/validation/checks.py``.
"""

from __future__ import annotations

import sys
from functools import reduce
from operator import or_
from types import GenericAlias, ModuleType
from typing import Annotated, Any, ForwardRef

import msgspec

from fhir.validation.checks import checked, glanced
from fhir.validation.primitives import NOT_EMPTY
from fhir.validation.shape import RESOURCE, Element, Shape

_MODULE = "fhir.compiled"


def compile_structs(
    shapes: dict[str, Shape], kinds: tuple[str, ...]
) -> dict[str, type[msgspec.Struct]]:
    """A struct type for every shape, by the shape's name.

    Args:
        shapes: parts before what is made of them, where they don't hold each other.
        kinds: the resource types that may stand where any may.
    """
    module = ModuleType(f"{_MODULE}_{len(kinds)}")
    sys.modules[module.__name__] = module
    structs: dict[str, type[msgspec.Struct]] = {}
    names = {name: f"S{number}" for number, name in enumerate(shapes)}
    for name, shape in shapes.items():
        fields: list[Any] = []
        for element in shape.elements.values():
            kind = _type(shape, element, structs, names)
            # A required primitive without an extension to hide behind: ``Extension.url``.
            bare = element.name in shape.needed and f"_{element.name}" not in shape.elements
            required = element.required or bare
            fields.append((element.attribute, kind, *(() if required else (None,))))
        namespace = {}
        if check := checked(shape):
            namespace["__post_init__"] = check
        structs[name] = msgspec.defstruct(
            names[name],
            fields,
            module=module.__name__,
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
    setattr(module, RESOURCE, any_of([structs[name] for name in kinds]))
    return structs


def any_of(structs: list[type[msgspec.Struct]]) -> Any:
    """The union of struct types, told apart by their tag."""
    return reduce(or_, structs)


def _type(
    shape: Shape,
    element: Element,
    structs: dict[str, type[msgspec.Struct]],
    names: dict[str, str],
) -> Any:
    kind: Any
    if element.primitive is not None:
        kind = NOT_EMPTY if glanced(shape, element) else element.primitive.type
    else:
        inner = str(element.shape)
        kind = structs.get(inner) or ForwardRef(names.get(inner, RESOURCE))
    if element.holed:
        kind = kind | None
    if element.many:
        return Annotated[GenericAlias(list, (kind,)), msgspec.Meta(min_length=1)]
    return kind
