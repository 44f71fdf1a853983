"""The walker: every fault of a body that the decoder refused, each with its path.

Slow on purpose and capped: it runs on refusal, and on bodies in which something stands that the
decoder can't judge (see ``fhir/validation/__init__.py``). Paths have the JSON's own element names.
"""

from __future__ import annotations

import keyword
from typing import Any

import msgspec

from fhir.outcome import MOST_ISSUES, Issue, IssueType
from fhir.validation.rules.words import Rule
from fhir.validation.shapes import COMPILED, RESOURCE, Element, Shape

_INSTEAD_OF_TEXT = 40


class View:
    """A JSON object read through attributes, as the rules read a struct."""

    __slots__ = ("_data",)

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def __getattr__(self, name: str) -> Any:
        if name.endswith("__ext"):
            name = f"_{name.removesuffix('__ext')}"
        elif name.endswith("_") and keyword.iskeyword(name[:-1]):
            name = name[:-1]
        return _seen(self._data.get(name))


def _seen(value: Any) -> Any:
    if isinstance(value, dict):
        return View(value)
    if isinstance(value, list):
        return [_seen(item) for item in value]
    return value


class Walker:
    """Lists faults of plain JSON against the shapes.

    Attributes:
        issues: what was found, at most 100.
    """

    def __init__(self, shapes: dict[str, Shape], rules: dict[str, tuple[Rule, ...]]) -> None:
        self._shapes = shapes
        self._rules = rules
        self.issues: list[Issue] = []

    def resource(self, value: Any, path: str, expected: str | None = None) -> None:
        """Walk a resource; its type is what its resourceType says.

        Args:
            value: plain JSON.
            path: where it stands; empty for the whole body.
            expected: the type that it must have, or None for any.
        """
        if not isinstance(value, dict):
            self._add(path or "$", "structure", "not-an-object", "expected a resource, an object")
            return
        told = value.get("resourceType")
        if not isinstance(told, str):
            problem = "expected resourceType, a text that names the type"
            self._add(path or "$", "structure", "resource-type", problem)
        elif told not in COMPILED:
            problem = f"resourceType {_short(told)} is not taken here"
            self._add(f"{path}.resourceType".lstrip("."), *_UNKNOWN, problem)
        elif expected and told != expected:
            self._add(path or told, *_UNKNOWN, f"expected a {expected}, not a {told}")
        else:
            here = path or told
            self._object(self._shapes[told], value, here)
            self._local_references(value, here)

    def _object(self, shape: Shape, value: dict[str, Any], path: str) -> None:
        before = len(self.issues)
        if not value.keys() - {"resourceType"} and not shape.resource:
            self._add(path, "structure", "empty", "an object may not be empty; leave it out")
        for name, inner in value.items():
            element = shape.elements.get(name)
            here = f"{path}.{name.removeprefix('_')}"
            if element is not None:
                self._element(element, inner, value, here)
            elif not (shape.resource and name == "resourceType"):
                known = f"{shape.base} has no element {_short(name)}; leave it out"
                self._add(here[: len(path) + 65], "structure", "unknown-element", known)
            if len(self.issues) >= MOST_ISSUES:
                return
        for element in shape.elements.values():
            if element.required and element.name not in value:
                self._missing(f"{path}.{element.name}", element.name)
        for name in shape.needed:
            if name not in value and f"_{name}" not in shape.elements:
                self._missing(f"{path}.{name}", name)
        self._apply(shape, value, path, broken=len(self.issues) > before)

    def _missing(self, path: str, name: str) -> None:
        self._add(path, "required", "missing", f"{name} is missing; send it")

    def _apply(self, shape: Shape, value: dict[str, Any], path: str, *, broken: bool) -> None:
        view = View(value)
        for rule in self._rules[shape.name]:
            try:
                fault = rule.fault(view)
            except (AttributeError, TypeError, ValueError, KeyError):
                if not broken:
                    raise
                continue  # what the rule reads is broken and told already
            if fault:
                key, _, sentence = fault.partition(": ")
                code, details = _KINDS.get(key, ("invariant", key))
                where = f"{path}.{sentence.split()[0]}" if key == "required" else path
                self._add(where.removesuffix("[x]"), code, details, sentence)

    def _element(self, element: Element, value: Any, owner: dict[str, Any], path: str) -> None:
        if not element.many:
            self._one(element, value, path)
            return
        if not isinstance(value, list):
            self._add(path, "structure", "not-an-array", "expected an array: put it in [ ]")
            return
        if not value:
            self._add(path, "structure", "empty", "an array may not be empty; leave it out")
        for number, item in enumerate(value):
            if item is None and _partner_has(element.name, owner, number):
                continue
            self._one(element, item, f"{path}[{number}]")
            if len(self.issues) >= MOST_ISSUES:
                return

    def _one(self, element: Element, value: Any, path: str) -> None:
        if value is None:
            self._add(path, "structure", "null", "null is no value; leave it out")
        elif element.primitive is not None:
            try:
                msgspec.convert(value, element.primitive.type)
            except msgspec.ValidationError:
                problem = f"{_short(value)} is not valid: expected {element.primitive.expected}"
                coded = element.primitive.expected.startswith("one of ")
                code: IssueType = "code-invalid" if coded else "value"
                self._add(path, code, code, problem)
        elif element.shape == RESOURCE:
            self.resource(value, path)
        elif not isinstance(value, dict):
            self._add(path, "structure", "not-an-object", f"expected an object: {element.shape}")
        else:
            self._object(self._shapes[str(element.shape)], value, path)

    def _local_references(self, value: dict[str, Any], path: str) -> None:
        """ref-1 and dom-3: every #reference finds its contained resource, and the reverse."""
        if ".contained[" in path:
            return  # told for the resource around it
        contained = value.get("contained")
        inner = contained if isinstance(contained, list) else []
        ids = {str(item["id"]): item for item in inner if isinstance(item, dict) and "id" in item}
        references, mentions = local_references(value)
        for missing in sorted(references - ids.keys() - {""}):
            problem = f"#{missing[:64]} refers to a contained resource that is not there"
            self._add(path, "invariant", "ref-1", problem)
        for unused in sorted(ids.keys() - mentions):
            if "" not in local_references(ids[unused])[0]:  # it may refer to what is around it
                problem = f"contained resource {unused[:64]} is never referred to"
                self._add(path, "invariant", "dom-3", problem)

    def _add(self, path: str, code: IssueType, details: str, problem: str) -> None:
        if len(self.issues) < MOST_ISSUES:
            self.issues.append(
                Issue(
                    code=code,
                    details=details,
                    diagnostics=f"{path}: {problem}.",
                    expression=(path,),
                )
            )


_UNKNOWN: tuple[IssueType, str] = ("not-supported", "resource-type")

_KINDS: dict[str, tuple[IssueType, str]] = {
    "required": ("required", "missing"),
    "choice": ("structure", "choice"),
    "binding": ("code-invalid", "code-invalid"),
}


def _short(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= _INSTEAD_OF_TEXT else f"{text[:_INSTEAD_OF_TEXT]}..."


def _partner_has(name: str, owner: dict[str, Any], number: int) -> bool:
    """Whether a null in a primitive array stands for what its extension array has, or so back."""
    partner = owner.get(name[1:] if name.startswith("_") else f"_{name}")
    return isinstance(partner, list) and number < len(partner) and partner[number] is not None


def local_references(resource: Any) -> tuple[set[str], set[str]]:
    """The #ids that a resource refers to, and all that it mentions in any text.

    What stands in resources below it (in a Bundle or Parameters) is theirs and not counted;
    what is contained is.
    """
    references: set[str] = set()
    mentions: set[str] = set()
    waiting = [resource]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
            continue
        for name, inner in value.items() if isinstance(value, dict) else ():
            if isinstance(inner, dict | list):
                if name != "resource":
                    waiting.append(inner)
            elif isinstance(inner, str) and inner.startswith("#"):
                mentions.add(inner[1:])
                if name == "reference":
                    references.add(inner[1:])
    return references, mentions
