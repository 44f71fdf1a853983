"""A resource as a search shows it: whole, its summary, or some of its elements.

https://hl7.org/fhir/R4/search.html#summary. Elements that must be there, and those that change
the meaning of the others, always stay: a request without its ``doNotPerform`` says the opposite.
"""

from __future__ import annotations

from functools import cache

import msgspec

from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - fhir/ is where it may
from fhir.search.query import Query
from fhir.stamping import parts_of

_TAGS = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ENCODE = msgspec.json.Encoder().encode

_SUBSETTED = _ENCODE(
    {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "SUBSETTED",
        "display": "subsetted",
    }
)
"""The tag by which nobody takes a part for the whole and stores it."""

_MODIFIERS = frozenset(
    {
        "active",
        "clinicalStatus",
        "deceased",
        "doNotPerform",
        "implicitRules",
        "improvementNotation",
        "intent",
        "link",
        "modifierExtension",
        "scope",
        "status",
        "verificationStatus",
    }
)
"""Modifier elements of the types that are searched, by the official definitions."""
_ALWAYS = _MODIFIERS | {"resourceType", "id", "meta"}


class _Elements(msgspec.Struct, frozen=True):
    """Of one type, by JSON name.

    Attributes:
        base: for each element its own name, or that of its choice: valueString is of value.
        required: base names of those that must be there.
        summary: base names of those of the summary.
    """

    base: dict[str, str]
    required: frozenset[str]
    summary: frozenset[str]


def shown(body: bytes, query: Query) -> bytes:
    """A resource as its search asks for it; the rest byte for byte as it is.

    Args:
        body: of a resource of the query's type, or of one that is included: ``_elements`` is
            for the query's type alone.
        query: what is asked.
    """
    if query.elements is None and query.summary in {"false", "count"}:
        return body
    parts = parts_of(body)
    kind = msgspec.json.decode(parts["resourceType"], type=str)
    if query.summary == "data":
        parts.pop("text", None)
    else:
        if query.elements is not None and kind != query.kind:
            return body
        parts = _some(parts, kind, query)
    meta = parts_of(parts.get("meta", msgspec.Raw(b"{}")))
    tags = _TAGS(meta.get("tag", msgspec.Raw(b"[]")))
    tagged = {**meta, "tag": [*tags, msgspec.Raw(_SUBSETTED)]}
    first = {"resourceType": parts.pop("resourceType"), "id": parts.pop("id", None)}
    parts.pop("meta", None)
    known = {name: value for name, value in first.items() if value is not None}
    return _ENCODE({**known, "meta": tagged, **parts})


def _some(parts: dict[str, msgspec.Raw], kind: str, query: Query) -> dict[str, msgspec.Raw]:
    elements = _elements_of(kind)
    if query.elements is not None:
        asked = frozenset(query.elements)
    elif query.summary == "text":
        asked = frozenset({"text"})
    else:
        asked = elements.summary
    kept = asked | elements.required | _ALWAYS
    return {
        name: value
        for name, value in parts.items()
        # ``_birthDate`` stays with birthDate; an element by its own name and that of its choice.
        if (plain := name.removeprefix("_")) in kept or elements.base.get(plain) in kept
    }


@cache
def _elements_of(kind: str) -> _Elements:
    base: dict[str, str] = {}
    required = set()
    model = get_fhir_model_class(kind)
    for field in model.model_fields.values():
        marked = field.json_schema_extra
        if not isinstance(marked, dict) or field.alias is None:
            continue
        name = str(marked.get("one_of_many", field.alias))
        base[field.alias] = name
        needed = ("element_required", "one_of_many_required")
        if field.is_required() or any(marked.get(each) for each in needed):
            required.add(name)
    summary = {base.get(name, name) for name in model.summary_elements_sequence()}
    return _Elements(base, frozenset(required), frozenset(summary))
