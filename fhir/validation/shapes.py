"""The R4B models read as plain shapes, and beside them what R4 has and those models have not.

The one place that looks inside fhir.resources. Both the compiled decoder and the walker that
lists faults are made from these shapes, so they cannot disagree about an element.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

import msgspec

from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - fhir/ is where it may
from fhir.validation import bindings
from fhir.validation.primitives import PRIMITIVES, Primitive, one_of, reference_to, type_among
from fhir.validation.r4_types import Kind, r4_types
from fhir.validation.shape import RESOURCE, Choice, Element, Shape
from fhir.validation.type_names import RESOURCE_TYPES

COMPILED = tuple(one for one in RESOURCE_TYPES if one not in {"DomainResource", RESOURCE})
"""Every type of R4 of which there are resources."""

_ABSTRACT = frozenset({"DomainResource", RESOURCE})
_INSTEAD = {"Extension": ("extension",), "ParametersParameter": ("resource", "part")}
"""What may stand instead of the value, one of them always (ext-1; inv-1 of Parameters)."""


class _Read(msgspec.Struct, frozen=True):
    """An element, with what its type must know of it.

    Attributes:
        needed: a primitive of which it or its extension must be there.
        group: the choice that it is one of; empty for none.
        one_needed: whether one of the choice must be there.
    """

    element: Element
    needed: bool = False
    group: str = ""
    one_needed: bool = False


def read_shapes(
    kinds: tuple[str, ...] = COMPILED, known: Mapping[str, Shape] | None = None
) -> dict[str, Shape]:
    """Every shape that resource types need, by name; parts come first.

    Args:
        kinds: the types.
        known: shapes that were read before.
    """
    shapes = dict(known or {})
    reader = _Reader(shapes)
    for name in kinds:
        reader.named(name)
    return shapes


class _Reader:
    """Reads one resource type and whatever it is made of, depth first."""

    def __init__(self, shapes: dict[str, Shape]) -> None:
        self.shapes = shapes
        self.open: set[str] = set()

    def named(self, kind: str, targets: frozenset[str] = frozenset()) -> str:
        """Read a type by its name in R4, and return its shape's name."""
        if kind == bindings.SIMPLE_QUANTITY:
            return self.read(get_fhir_model_class("Quantity"), base=kind)
        whole = r4_types().whole.get(kind)
        return self.read(get_fhir_model_class(whole or kind), targets, kind if whole else "")

    def read(self, model: Any, targets: frozenset[str] = frozenset(), base: str = "") -> str:
        """Read a model (a reference with what it may be to), and return its shape's name.

        ``base`` is the name that rules go by, where that is not the model's own.
        """
        base = base or model.__resource_type__
        if base in _ABSTRACT:
            return RESOURCE
        name = f"{base}({'|'.join(sorted(targets))})" if targets else base
        if name in self.shapes or name in self.open:
            return str(name)
        self.open.add(name)
        found = [*self._modelled(model, base, targets), *self._listed(base)]
        groups: dict[str, list[_Read]] = {}
        for one in found:
            if one.group:
                groups.setdefault(one.group, []).append(one)
        steps = {one.element.attribute: one.group for one in found if one.group}
        self.shapes[name] = Shape(
            name=name,
            base=base,
            resource=model.has_resource_base(),
            elements={one.element.name: _spoken(one.element, steps) for one in found},
            needed=tuple(one.element.name for one in found if one.needed),
            choices=tuple(_choice(base, group, each) for group, each in groups.items()),
            targets=targets,
        )
        return str(name)

    def _modelled(self, model: Any, base: str, targets: frozenset[str]) -> Iterator[_Read]:
        """The elements of a model that R4 has."""
        for alias, field in _fields(model, base):
            extra = field.json_schema_extra or {}
            yield _Read(
                self._element(base, alias, field, extra, targets),
                needed=bool(extra.get("element_required")),
                group=extra.get("one_of_many") or "",
                one_needed=bool(extra.get("one_of_many_required")),
            )

    def _listed(self, base: str) -> Iterator[_Read]:
        """The elements that our own list has of a type."""
        for kind in r4_types().kinds.get(base, ()):
            if not kind.kind[0].islower():
                shape = self._part(kind)
                needed = kind.required and not kind.choice
                element = Element(name=kind.name, many=kind.many, shape=shape, required=needed)
                yield _Read(element, group=kind.choice, one_needed=kind.required)
                continue
            primitive = one_of(kind.codes) if kind.codes else PRIMITIVES[kind.kind]
            yield _Read(
                Element(name=kind.name, many=kind.many, primitive=primitive),
                needed=kind.required and not kind.choice,
                group=kind.choice,
                one_needed=kind.required,
            )
            beside = self.named("FHIRPrimitiveExtension")
            yield _Read(Element(name=f"_{kind.name}", many=kind.many, shape=beside))

    def _part(self, kind: Kind) -> str:
        if kind.part:
            return self.read(get_fhir_model_class(kind.kind), base=kind.part)
        return self.named(kind.kind, kind.targets)

    def _element(
        self, base: str, alias: str, field: Any, extra: dict[str, Any], targets: frozenset[str]
    ) -> Element:
        many, kind = _unwrap(field.annotation)
        path = f"{base}.{alias}"
        if hasattr(kind, "get_model_klass"):
            model = kind.get_model_klass()
            inner: frozenset[str] = frozenset()
            if model.__resource_type__ == "Reference":
                named = bindings.TARGETS.get(path) or extra.get("enum_reference_types") or ()
                inner = frozenset() if RESOURCE in named else frozenset(named)
            simple = bindings.SIMPLE_QUANTITY if path in bindings.SIMPLE else ""
            return Element(
                name=alias,
                many=many,
                shape=self.read(model, inner, simple),
                required=field.is_required(),
            )
        return Element(
            name=alias,
            many=many,
            primitive=_primitive(path, kind, extra, targets),
        )


def _named(model: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a model by the names of its elements."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def _fields(model: Any, base: str) -> Iterator[tuple[str, Any]]:
    """The elements of R4 by their names in the JSON, as the model describes them."""
    for alias, field in _named(model):
        if alias != "fhir_comments" and f"{base}.{alias.lstrip('_')}" not in bindings.NOT_R4:
            yield alias, field
    if base in bindings.ALSO:
        like, names = bindings.ALSO[base]
        found = _named(get_fhir_model_class(like))
        yield from ((alias, field) for alias, field in found if names.fullmatch(alias))


def _spoken(element: Element, steps: dict[str, str]) -> Element:
    """Gives an element of a choice, or its extension, the name that FHIRPath has for it."""
    step = steps.get(element.attribute.removesuffix("__ext"))
    return msgspec.structs.replace(element, step=step) if step else element


def _choice(base: str, group: str, found: list[_Read]) -> Choice:
    instead = _INSTEAD.get(base, ())
    return Choice(
        name=" or ".join((f"{group}[x]", *instead)),
        attributes=(*(one.element.attribute for one in found), *instead),
        required=found[0].one_needed or bool(instead),
    )


def _unwrap(annotation: Any) -> tuple[bool, Any]:
    """Whether an annotation is a list, and of what, without its optionality."""
    many = False
    while get_origin(annotation) is not None and not hasattr(annotation, "__metadata__"):
        many = many or get_origin(annotation) is list
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return many, annotation


def _primitive(path: str, kind: Any, extra: dict[str, Any], targets: frozenset[str]) -> Primitive:
    if path in bindings.FORMS:
        return bindings.FORMS[path]
    codes = bindings.CODES.get(path) or extra.get("enum_values")
    if codes and path not in bindings.UNBOUND:
        return one_of(tuple(codes))
    if path == "Reference.reference":
        return reference_to(targets) if targets else PRIMITIVES["uri"]
    if path == "Reference.type" and targets:
        return type_among(targets)
    return PRIMITIVES["boolean"] if kind is bool else _marked(kind)


def _marked(kind: Any) -> Primitive:
    """The primitive that a model's annotation names."""
    for mark in kind.__metadata__:
        name = type(mark).__name__
        name = "uuid" if name == "UuidVersion" else name[0].lower() + name[1:]
        if name in PRIMITIVES:
            return PRIMITIVES[name]
    raise TypeError(f"a primitive type that is not known here: {kind}")
