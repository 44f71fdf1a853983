"""What a type alone can't say of a part, made into one function for each shape.

A referral bundle has some 180 parts to look at. So each shape gets a function without loops, in
which a rule stands behind the condition under which it can find anything: mostly nothing is
called at all, and a look takes a quarter of a microsecond. The rules themselves stay functions
that the walker uses too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import msgspec

from fhir.validation.primitives import Primitive
from fhir.validation.references import met
from fhir.validation.rules import RULES
from fhir.validation.rules.whole import contained
from fhir.validation.rules.words import Rule, needs_one_of, present
from fhir.validation.shape import Choice, Element, Shape

_PERSONAL = frozenset({"fullUrl", "reference"})
"""Elements that name one record: each time another value, and not ours to remember."""

_REPEATED = frozenset(
    {
        "Coding.display",
        "Quantity.unit",
        "QuestionnaireItem.linkId",
        "QuestionnaireResponseItem.linkId",
        "SimpleQuantity.unit",
    }
)
"""Texts out of a world as small as that of codes."""

_known: dict[Primitive, set[str | None]] = {}
"""Tokens that were right before, of each primitive type: systems, codes, profiles, units. The
same few come every time, and a look-up costs a fifth of a pattern."""

_MOST_KNOWN = 8192
_LONGEST_KNOWN = 128


def checked(shape: Shape) -> Callable[[Any], None] | None:
    """All that is looked at once a part is read, as its ``__post_init__``; None for nothing.

    The function raises ValueError for a fault.
    """
    names: dict[str, Any] = {"astuple": msgspec.structs.astuple}
    lines: list[str] = []
    for element in shape.elements.values():
        if element.primitive is not None and glanced(shape, element):
            name = element.attribute
            known = names[f"known_{name}"] = _known.setdefault(element.primitive, {None})
            names[f"learn_{name}"] = _learner(element.name, element.primitive, known)
            if element.many:
                lines.append(f"    if part.{name} and not known_{name}.issuperset(part.{name}):")
                lines.append(f"        learn_{name}(*part.{name})")
            else:
                lines.append(f"    if part.{name} not in known_{name}:")
                lines.append(f"        learn_{name}(part.{name})")
    if shape.targets:
        names["met"], names["targets"] = met.get, shape.targets
        lines.append("    if part.reference is not None and ':' in part.reference:")
        lines.append("        met().append((targets, part.reference))")
    for number, rule in enumerate(rules_of(shape)):
        names[f"fault_{number}"] = rule.fault
        lines.append(f"    if {rule.when} and (fault := fault_{number}(part)):")
        lines.append("        raise ValueError(fault)")
    if not lines:
        return None
    exec("def check(part):\n" + "\n".join(lines), names)  # noqa: S102 - of our own words only
    check: Callable[[Any], None] = names["check"]
    return check


def rules_of(shape: Shape) -> tuple[Rule, ...]:
    """Every rule that a type alone can't say, cheapest first."""
    rules = list(_needed(shape))
    rules += [_choice(shape, choice) for choice in shape.choices]
    rules += _aligned(shape)
    rules += RULES.get(shape.base, ())
    if "contained" in shape.elements:
        rules.append(contained)
    return tuple(rules)


def glanced(shape: Shape, element: Element) -> bool:
    """Whether the decoder leaves the pattern of an element to a look at what was right before."""
    if element.primitive is None or element.name in _PERSONAL:
        return False
    return element.primitive.token or f"{shape.base}.{element.name}" in _REPEATED


def _learner(name: str, primitive: Primitive, known: set[str | None]) -> Callable[..., None]:
    """What judges tokens by their pattern, and remembers those that are right."""

    def learn(*values: str | None) -> None:
        for value in values:
            try:
                msgspec.convert(value, primitive.type | None)
            except msgspec.ValidationError:
                raise ValueError(f"value: {name} is not {primitive.expected}") from None
        if len(known) > _MOST_KNOWN:
            known.intersection_update({None})
        known.update(value for value in values if value and len(value) < _LONGEST_KNOWN)

    return learn


def _needed(shape: Shape) -> Iterator[Rule]:
    """Required primitives, which may be behind their extension."""
    for name in shape.needed:
        if extension := shape.elements.get(f"_{name}"):
            attributes = shape.elements[name].attribute, extension.attribute
            yield needs_one_of(f"required: {name} is missing", *attributes)


def _aligned(shape: Shape) -> Iterator[Rule]:
    """Values and their extensions stand in two arrays, of which each place is one value."""
    for element in shape.elements.values():
        beside = shape.elements.get(f"_{element.name}")
        if element.many and element.primitive is not None and beside is not None:
            yield _in_step(element.name, element.attribute, beside.attribute)


def _in_step(name: str, one: str, other: str) -> Rule:
    def fault(part: Any) -> str | None:
        values, extensions = getattr(part, one), getattr(part, other)
        if values is None or extensions is None or len(values) == len(extensions):
            return None
        return f"array {name}: {name} and _{name} have as many places, filled out with null"

    return Rule(fault, present(other, one))


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

    def fault(part: Any) -> str | None:
        empty = get(part).count(None)
        if empty == one:
            return None
        if empty == none:
            return f"required: {choice.name} is missing" if choice.required else None
        present = {name.removesuffix("__ext") for name in every if getattr(part, name) is not None}
        if len(present) > 1:
            return f"choice: only one of {', '.join(sorted(present))} may be sent"
        return None

    if choice.required or shape.resource:
        return Rule(fault)
    # An answer is mostly its value and nothing else; of one element there can't be two.
    return Rule(fault, f"astuple(part).count(None) < {len(shape.elements) - 1}")
