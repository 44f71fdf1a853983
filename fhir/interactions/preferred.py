"""What a sender likes: to get back the resource, nothing or its outcome; and how strict to be.

https://hl7.org/fhir/R4/http.html#ops, https://hl7.org/fhir/R4/search.html#errors
"""

from __future__ import annotations

from litestar import Response

from coordination.parts import AnyRequest
from coordination.receiving.remarks import remark
from coordination.records.shelf import Found
from fhir.interactions.answer import answer, base_of, language, stamps
from fhir.outcome import Issue, operation_outcome


def preferred(
    request: AnyRequest,
    found: Found,
    issues: list[Issue],
    *,
    created: bool,
    located: bool,
) -> Response[bytes]:
    """The answer to a create or an update.

    Args:
        request: whose ``Prefer: return=`` says what it likes; the resource when it says nothing.
        found: the resource as it is now.
        issues: what became of it.
        created: whether it is there since this request.
        located: whether to say where it is.
    """
    headers = stamps(found)
    if located:
        place = f"{base_of(request)}/{found.type}/{found.id}"
        headers["Location"] = f"{place}/_history/{found.version}"
    status = 201 if created else 200
    said = likes(request)
    if "return=minimal" in said:
        return answer(b"", status, headers)
    if "return=operationoutcome" in said:
        return answer(
            operation_outcome(issues or [remark("stored")], language(request)), status, headers
        )
    return answer(found.body, status, headers)


def strict(request: AnyRequest) -> bool:
    """Whether what is not known in a search is refused: so, unless ``handling=lenient``.

    A misspelt parameter that is left out finds more than was asked, without anyone seeing it.
    """
    return "handling=lenient" not in likes(request)


def likes(request: AnyRequest) -> frozenset[str]:
    """What a request prefers (``Prefer``), in lower case: ``return=minimal``."""
    said = ",".join(request.headers.getall("prefer", []))
    return frozenset(part.strip().lower() for part in said.replace(";", ",").split(","))
