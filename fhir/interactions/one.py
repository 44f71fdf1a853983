"""One resource as the answer to a read: whole or in part, or that it did not change.

https://hl7.org/fhir/R4/http.html#read, https://hl7.org/fhir/R4/search.html#summary
"""

from __future__ import annotations

import msgspec
from litestar import Response

from coordination.parts import AnyRequest
from coordination.records.shelf import Found
from fhir.interactions.answer import answer, stamps
from fhir.interactions.asked import LAYOUT, laid_out, of_address, of_nobody
from fhir.interactions.conditions import unchanged
from fhir.interactions.preferred import strict
from fhir.search.asked import ask
from fhir.search.faults import unknown
from fhir.search.query import Query
from fhir.search.shown import shown

_PARTS = ("_summary", "_elements")
_KNOWN = LAYOUT | set(_PARTS)


class Part(msgspec.Struct, frozen=True):
    """How much of a resource is asked, and how it is laid out.

    Attributes:
        query: that says which elements; None for all of it.
        pretty: whether it is laid out for a reader.
    """

    query: Query | None
    pretty: bool


def part_of(request: AnyRequest, kind: str) -> Part:
    """What a read asks, before anything is looked up.

    Raises:
        FhirRefused: "invalid" for a parameter that a read does not have.
    """
    given = of_address(request)
    of_nobody(given, kind)
    pretty = laid_out(given)
    for name, _ in given:
        if name not in _KNOWN and strict(request):
            raise unknown(name, f"is none of a read; known: {', '.join(_PARTS)}.")
    chosen = [pair for pair in given if pair[0] in _PARTS]
    return Part(ask(kind, chosen, personal=False, strict=True) if chosen else None, pretty)


def one(request: AnyRequest, found: Found, part: Part, *, conditional: bool) -> Response[bytes]:
    """The answer to a read.

    Args:
        request: says which version the reader has.
        found: the resource.
        part: how much of it is asked.
        conditional: whether a version tells all; else the resource is sent again.
    """
    if conditional and unchanged(request, found):
        return answer(b"", 304, stamps(found))
    body = found.body if part.query is None else shown(found.body, part.query)
    return answer(body, headers=stamps(found), pretty=part.pretty)
