"""Capabilities: open to all.

https://hl7.org/fhir/R4/http.html#capabilities
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version

import msgspec
from litestar import Response, get

from coordination.parts import AnyRequest
from fhir.capability import statement
from fhir.interactions.answer import answer

SINCE = "2026-11-22"


@get("/fhir/metadata", sync_to_thread=False, include_in_schema=False)
def capabilities(request: AnyRequest) -> Response[bytes]:
    """What this server does."""
    return answer(_written(f"{request.base_url}fhir"))


@lru_cache(maxsize=16)  # the base is what the caller calls us
def _written(base: str) -> bytes:
    return msgspec.json.encode(statement(base, SINCE, version("naober")))
