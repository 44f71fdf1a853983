"""Shapes made into msgspec struct types: the decoder that checks a resource while it reads it.

The structs live in a module of their own that is made here, because types that hold each other
are found by name. What a type alone can't say (a primitive or its extension, one of a choice,
an invariant) goes into ``__post_init__``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import attrgetter, or_
from types import GenericAlias, ModuleType
from typing import Annotated, Any, ForwardRef

import msgspec

from fhir.primitives import NOT_EMPTY
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
        if check := checked(shape):
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
        kind = NOT_EMPTY if _glanced(element) else element.primitive.type
    else:
        shape = str(element.shape)
        kind = structs.get(shape) or ForwardRef(names.get(shape, RESOURCE))
    if element.holed:
        kind = kind | None
    if element.many:
        return Annotated[GenericAlias(list, (kind,)), msgspec.Meta(min_length=1)]
    return kind


def checked(shape: Shape) -> Callable[[Any], None] | None:
    """All that is looked at once a part is read, as its ``__post_init__``; None for nothing."""
    tokens = _tokens(shape)
    rules = (*_listed_tokens(shape), *rules_of(shape))
    if tokens is None:
        return _ruled(rules) if rules else None
    return _ruled_with_tokens(shape, tokens, rules)


def _ruled(rules: tuple[Rule, ...]) -> Callable[[Any], None]:
    def check(part: Any) -> None:
        for rule in rules:
            if fault := rule(part):
                raise ValueError(fault)

    return check


def _ruled_with_tokens(
    shape: Shape, tokens: Callable[[Any], tuple[str | None, ...]], rules: tuple[Rule, ...]
) -> Callable[[Any], None]:
    known = _known.issuperset

    def check(part: Any) -> None:
        if not known(values := tokens(part)):
            _learn(shape, part, values)
        for rule in rules:
            if fault := rule(part):
                raise ValueError(fault)

    return check


def rules_of(shape: Shape) -> tuple[Rule, ...]:
    """Every rule that a type alone can't say, cheapest first."""
    rules = list(_needed(shape))
    rules += [_choice(shape, choice) for choice in shape.choices]
    rules += RULES.get(shape.base, ())
    if "contained" in shape.elements:
        rules.append(contained)
    return tuple(rules)


_PERSONAL = frozenset({"fullUrl", "reference"})
"""Elements that name one record: each time another value, and not ours to remember."""


def _glanced(element: Element) -> bool:
    """Whether the decoder leaves the pattern of an element to a look at what was right before."""
    token = element.primitive is not None and element.primitive.token
    return token and element.name not in _PERSONAL


def _tokens(shape: Shape) -> Callable[[Any], tuple[str | None, ...]] | None:
    """What fetches the tokens of a part that the decoder only saw not to be empty."""
    names = [e.attribute for e in shape.elements.values() if _glanced(e) and not e.many]
    # The first one twice, so that there are always two and a tuple comes back.
    return attrgetter(names[0], *names) if names else None


def _listed_tokens(shape: Shape) -> Iterator[Rule]:
    for element in shape.elements.values():
        if _glanced(element) and element.many:
            yield _listed(shape, attrgetter(element.attribute))


_known: set[str | None] = {None}
"""Tokens that were right before: code systems, codes, profiles, units. The same few come every
time, and one look-up in C for a whole part costs less than one pattern for one of its texts."""

_MOST_KNOWN = 8192
_LONGEST_KNOWN = 128


def _listed(shape: Shape, get: Callable[[Any], list[str | None] | None]) -> Rule:
    known = _known.issuperset

    def rule(part: Any) -> str | None:
        values = get(part)
        if values is not None and not known(values):
            _learn(shape, part, values)
        return None

    return rule


def _learn(shape: Shape, part: Any, values: Iterable[str | None]) -> None:
    """Remember tokens that are new here and right.

    Raises:
        ValueError: one of them is not right.
    """
    if fault := _exact(shape, part):
        raise ValueError(fault)
    if len(_known) > _MOST_KNOWN:
        _known.intersection_update({None})
    _known.update(value for value in values if value and len(value) < _LONGEST_KNOWN)


def _exact(shape: Shape, part: Any) -> str | None:
    """The fault of a part with a token that is new here, by the patterns themselves."""
    for element in shape.elements.values():
        value = getattr(part, element.attribute)
        if element.primitive is None or value is None or not _glanced(element):
            continue
        for each in value if element.many else (value,):
            try:
                msgspec.convert(each, element.primitive.type | None)
            except msgspec.ValidationError:
                return f"value: {element.name} is not {element.primitive.expected}"
    return None


def _needed(shape: Shape) -> Iterator[Rule]:
    """Required primitives, which may be behind their extension."""
    names = [name for name in shape.needed if f"_{name}" in shape.elements]
    if not names:
        return
    attributes = [shape.elements[name].attribute for name in names]
    get = attrgetter(attributes[0], *attributes)

    def rule(part: Any) -> str | None:
        if None in get(part):
            for name in names:
                pair = shape.elements[name].attribute, shape.elements[f"_{name}"].attribute
                if all(getattr(part, attribute) is None for attribute in pair):
                    return f"required: {name} is missing"
        return None

    yield rule


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
