"""What comes back after a change: the resource, nothing, or what became of it, as the sender likes.

https://hl7.org/fhir/R4/http.html#ops (the Prefer header)
"""

from __future__ import annotations

from litestar import Response

from coordination.parts import AnyRequest
from coordination.shelf import Found
from fhir.interactions.answer import answer
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
        issues: what became of it, at least one.
        created: whether it is there since this request.
        located: whether to say where it is.
    """
    headers = {"ETag": f'W/"{found.version}"'}
    if located:
        place = f"{request.base_url}fhir/{found.type}/{found.id}"
        headers["Location"] = f"{place}/_history/{found.version}"
    status = 201 if created else 200
    likes = {part.strip().lower() for part in request.headers.get("prefer", "").split(",")}
    if "return=minimal" in likes:
        return answer(b"", status, headers)
    if "return=operationoutcome" in likes:
        return answer(operation_outcome(issues), status, headers)
    return answer(found.body, status, headers)
