"""One resource as the answer to a read: whole or in part, or that it did not change.

https://hl7.org/fhir/R4/http.html#read, https://hl7.org/fhir/R4/search.html#summary
"""

from __future__ import annotations

from litestar import Response

from coordination.parts import AnyRequest
from coordination.records.shelf import Found
from fhir.interactions.answer import answer, stamps
from fhir.interactions.asked import LAYOUT, laid_out, of_address
from fhir.interactions.conditions import unchanged
from fhir.interactions.preferred import strict
from fhir.search.asked import ask
from fhir.search.faults import unknown
from fhir.search.shown import shown

_PARTS = ("_summary", "_elements")
_KNOWN = LAYOUT | set(_PARTS)


def one(request: AnyRequest, found: Found, *, conditional: bool) -> Response[bytes]:
    """The answer to a read.

    Args:
        request: says how much of it is asked, and which version the reader has.
        found: the resource.
        conditional: whether a version tells all; else the resource is sent again.

    Raises:
        FhirRefused: "invalid" for a parameter that a read does not have.
    """
    given = of_address(request)
    pretty = laid_out(given)
    if conditional and unchanged(request, found):
        return answer(b"", 304, stamps(found))
    body = found.body
    for name, _ in given:
        if name not in _KNOWN and strict(request):
            raise unknown(name, f"is none of a read; known: {', '.join(_PARTS)}.")
    chosen = [pair for pair in given if pair[0] in _PARTS]
    if chosen:
        body = shown(body, ask(found.type, chosen, personal=False, strict=True))
    return answer(body, headers=stamps(found), pretty=pretty)
