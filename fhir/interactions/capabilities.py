"""Capabilities: open to all.

https://hl7.org/fhir/R4/http.html#capabilities
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version

import msgspec
from litestar import Response, route

from coordination.parts import AnyRequest
from fhir.capability import statement
from fhir.interactions.addresses import LOOK
from fhir.interactions.answer import answer, base_of

SINCE = "2026-11-22"


@route("/fhir/metadata", http_method=LOOK, sync_to_thread=False, include_in_schema=False)
def capabilities(request: AnyRequest) -> Response[bytes]:
    """What this server does."""
    return answer(_written(base_of(request)))


@lru_cache(maxsize=16)  # the base is what the caller calls us
def _written(base: str) -> bytes:
    return msgspec.json.encode(statement(base, SINCE, version("naober")))
