"""Capabilities: open to all.

https://hl7.org/fhir/R4/http.html#capabilities
"""

from __future__ import annotations

from importlib.metadata import version

from litestar import Response, get

from coordination.parts import AnyRequest
from fhir.capability import statement
from fhir.interactions.answer import answer

SINCE = "2026-11-21"


@get("/fhir/metadata", sync_to_thread=False, include_in_schema=False)
def capabilities(request: AnyRequest) -> Response[bytes]:
    """What this server does."""
    return answer(statement(f"{request.base_url}fhir", SINCE, version("naober")))
