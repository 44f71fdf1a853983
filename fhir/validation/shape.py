"""What a shape is: the elements of one type of FHIR, how many there are of each, and of what."""

from __future__ import annotations

import keyword

import msgspec

from fhir.validation.primitives import Primitive

RESOURCE = "Resource"
"""Name of the shape that stands for any resource."""


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a type.

    Attributes:
        name: as in the JSON.
        many: a list of them.
        primitive: the primitive it holds, or None.
        shape: the name of the shape that it holds, or None.
        required: at least one; a required primitive is in ``Shape.needed`` instead.
        step: its name in FHIRPath: of ``valueQuantity`` that is ``value``.
    """

    name: str
    many: bool
    primitive: Primitive | None = None
    shape: str | None = None
    required: bool = False
    step: str | None = None

    @property
    def attribute(self) -> str:
        """As in the struct (a Python word can't be one)."""
        return attribute(self.name)

    @property
    def holed(self) -> bool:
        """An array that may have nulls: of primitives, or of their extensions."""
        return self.many and (self.primitive is not None or self.name.startswith("_"))


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Elements of which at most one may be present, and one must if it is required."""

    name: str
    attributes: tuple[str, ...]
    required: bool


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One type: a resource, a data type or a part of a resource.

    Attributes:
        name: unique; references to different targets have each their own.
        base: the name that rules go by.
        resource: whether it is a resource, told by its resourceType.
        elements: by their name in the JSON.
        needed: names of the required primitives (or their extension).
        choices: the ``value[x]`` of the type.
        targets: of a reference, the types that it may be to; empty for any.
    """

    name: str
    base: str
    resource: bool
    elements: dict[str, Element]
    needed: tuple[str, ...]
    choices: tuple[Choice, ...]
    targets: frozenset[str] = frozenset()


def attribute(name: str) -> str:
    """The attribute of a struct for an element by its name in the JSON."""
    if name.startswith("_"):
        return f"{name[1:]}__ext"
    return f"{name}_" if keyword.iskeyword(name) else name
