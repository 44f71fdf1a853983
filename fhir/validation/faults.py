"""The walker: every fault of a body that the decoder refused, each with its place and its cure.

Slow on purpose and capped: it runs on refusal, and on bodies in which something stands that the
decoder can't judge (see ``fhir/validation/__init__.py``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from fhir.outcome import MORE_FAULTS, MOST_ISSUES, Issue, IssueType
from fhir.validation.place import Place, named, order, said
from fhir.validation.references import contained_in, mentioned, types_of
from fhir.validation.rules.words import Rule
from fhir.validation.seen import View
from fhir.validation.shape import RESOURCE, Element, Shape
from fhir.validation.shapes import COMPILED

_ROOT = Place("The resource", "$this")


class Walker:
    """Lists faults of plain JSON against the shapes."""

    def __init__(self, shapes: dict[str, Shape], rules: dict[str, tuple[Rule, ...]]) -> None:
        self._shapes = shapes
        self._rules = rules
        self._found: dict[tuple[str, str, str], Issue] = {}
        self._entries: dict[str, str] = {}
        self._around: dict[str, str] = {}

    @property
    def issues(self) -> list[Issue]:
        """What was found, in the order of the paths: at most 100, the last one says of more."""
        found = list(self._found.values())
        shown = sorted(found[:MOST_ISSUES], key=lambda one: order(one.expression[0]))
        if len(found) > MOST_ISSUES:
            shown[-1] = MORE_FAULTS
        return shown

    def resource(
        self, value: Any, place: Place | None, expected: str | None = None, *, within: bool = False
    ) -> None:
        """Walk a resource; its type is what its resourceType says.

        Args:
            value: plain JSON.
            place: where it stands; None for the whole body.
            expected: the type that it must have, or None for any.
            within: whether it is contained in another one.
        """
        here = place or _ROOT
        if not isinstance(value, dict):
            self._add(here, "structure", "not-an-object", "expected a resource, an object")
            return
        told = value.get("resourceType")
        if not isinstance(told, str):
            problem = "expected resourceType, a text that names the type"
            self._add(here, "structure", "resource-type", problem)
            return
        here = place or Place(named(told) or _ROOT.shown, named(told) or _ROOT.path)
        if told not in COMPILED:
            problem = f"resourceType {named(told) or 'of another form'} is not one of R4 (4.0.1)"
            self._add(here, *_UNKNOWN, problem)
        elif expected and told != expected:
            self._add(here, *_UNKNOWN, f"expected a {expected}, not a {told}")
        elif within:
            self._object(self._shapes[told], value, here)
        else:
            self._whole(told, value, here)

    def _whole(self, kind: str, value: dict[str, Any], place: Place) -> None:
        """A resource that is contained in no other, with what it contains itself."""
        if kind == "Bundle" and not self._entries:
            self._entries = types_of(value)
        outer, self._around = self._around, contained_in(value)
        self._object(self._shapes[kind], value, place)
        inner = value.get("contained")
        mentions = mentioned(value)
        for number, one in enumerate(inner if isinstance(inner, list) else ()):
            if not isinstance(one, dict) or "id" not in one or str(one["id"]) in mentions:
                continue
            if "" not in mentioned(one):  # it may refer to what is around it
                problem = "a contained resource is referred to, by #id"
                self._add(place.below("contained").at(number), "invariant", "dom-3", problem)
        self._around = outer

    def _object(self, shape: Shape, value: dict[str, Any], place: Place) -> None:
        before = len(self._found)
        if not value.keys() - {"resourceType"} and not shape.resource:
            self._add(place, "structure", "empty", "an object may not be empty; leave it out")
        for name, inner in value.items():
            element = shape.elements.get(name)
            if element is not None:
                self._element(element, inner, value, place.below(name, element.step))
            elif not (shape.resource and name == "resourceType"):
                self._unknown(shape, name, place)
            if self._full:
                return
        self._missing(shape, value, place)
        if shape.base == "Reference":
            self._reference(shape, value.get("reference"), place.below("reference"))
        self._apply(shape, value, place, broken=len(self._found) > before)

    @property
    def _full(self) -> bool:
        return len(self._found) > MOST_ISSUES

    def _unknown(self, shape: Shape, name: str, place: Place) -> None:
        known = named(name)
        problem = f"{shape.base} has no element {known or 'of such a name'}; leave it out"
        where = place.below(known) if known else place
        self._add(where, "structure", "unknown-element", problem)

    def _missing(self, shape: Shape, value: dict[str, Any], place: Place) -> None:
        """What must be there; a primitive that may stand behind its extension has a rule."""
        names = [one.name for one in shape.elements.values() if one.required]
        names += [name for name in shape.needed if f"_{name}" not in shape.elements]
        for name in names:
            if name not in value:
                self._add(place.below(name), "required", "missing", f"{name} is missing; send it")

    def _apply(self, shape: Shape, value: dict[str, Any], place: Place, *, broken: bool) -> None:
        view = View(value)
        for rule in self._rules[shape.name]:
            try:
                faults = rule.fault(view)
            except (AttributeError, TypeError, ValueError, KeyError):
                if not broken:
                    raise
                continue  # what the rule reads is broken and told already
            for fault in (faults or "").splitlines():
                self._break(fault, place)

    def _break(self, fault: str, place: Place) -> None:
        """Adds what a rule said; it starts with its key, and the place below this one."""
        head, _, sentence = fault.partition(": ")
        key, _, below = head.partition(" ")
        if key == "required":
            below = sentence.split()[0].removesuffix("[x]")
        code, details = _KINDS.get(key, ("invariant", key))
        self._add(place.below(below) if below else place, code, details, sentence)

    def _element(self, element: Element, value: Any, owner: dict[str, Any], place: Place) -> None:
        if not element.many:
            self._one(element, value, place)
            return
        if not isinstance(value, list):
            self._add(place, "structure", "not-an-array", "expected an array: put it in [ ]")
            return
        if not value:
            self._add(place, "structure", "empty", "an array may not be empty; leave it out")
        for number, item in enumerate(value):
            if item is None and _partner_has(element.name, owner, number):
                continue
            self._one(element, item, place.at(number))
            if self._full:
                return

    def _one(self, element: Element, value: Any, place: Place) -> None:
        if value is None:
            self._add(place, "structure", "null", "null is no value; leave it out")
        elif element.primitive is not None:
            try:
                msgspec.convert(value, element.primitive.type)
            except msgspec.ValidationError:
                coded = bool(element.primitive.codes)
                sent = "this code" if coded and isinstance(value, str) and value else said(value)
                problem = f"{sent} is not valid: expected {element.primitive.expected}"
                code: IssueType = "code-invalid" if coded else "value"
                self._add(place, code, code, problem)
        elif element.shape == RESOURCE:
            self.resource(value, place, within=element.name == "contained")
        elif not isinstance(value, dict):
            problem = f"expected an object: {self._shapes[str(element.shape)].base}"
            self._add(place, "structure", "not-an-object", problem)
        else:
            self._object(self._shapes[str(element.shape)], value, place)

    def _reference(self, shape: Shape, reference: Any, place: Place) -> None:
        """ref-1, and what a reference within this body really refers to."""
        if not isinstance(reference, str):
            return
        if reference.startswith("#"):
            kind = self._around.get(reference[1:])
            if kind is None:
                problem = "there is no contained resource with this id"
                self._add(place, "invariant", "ref-1", problem)
        else:
            kind = self._entries.get(reference)
        if kind and shape.targets and kind not in shape.targets:
            expected = " or ".join(sorted(shape.targets))
            problem = f"a reference to a {named(kind)} is not valid: expected one to {expected}"
            self._add(place, "value", "value", problem)

    def _add(self, place: Place, code: IssueType, details: str, problem: str) -> None:
        told = f"{place.shown}: {problem}."
        self._found.setdefault(
            (place.path, details, told),
            Issue(code=code, details=details, diagnostics=told, expression=(place.path,)),
        )


_UNKNOWN: tuple[IssueType, str] = ("not-supported", "resource-type")

_KINDS: dict[str, tuple[IssueType, str]] = {
    "required": ("required", "missing"),
    "choice": ("structure", "choice"),
    "array": ("structure", "array"),
    "binding": ("code-invalid", "code-invalid"),
}


def _partner_has(name: str, owner: dict[str, Any], number: int) -> bool:
    """Whether a null in a primitive array stands for what its extension array has, or so back."""
    partner = owner.get(name[1:] if name.startswith("_") else f"_{name}")
    return isinstance(partner, list) and number < len(partner) and partner[number] is not None
