"""How an interaction answers: media type, version and time of a resource, and of a bundle.

https://hl7.org/fhir/R4/http.html#mime-type, https://hl7.org/fhir/R4/http.html#versioning
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from coordination.edge import FHIR_MEDIA
from coordination.errors import Refused, Wrong
from coordination.parts import AnyRequest

_READ = frozenset({"application/fhir+json", "application/json", "text/json"})


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    """A FHIR answer."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Response(content, status_code=status, media_type=FHIR_MEDIA, headers=headers or {})


async def body_of(request: AnyRequest) -> bytes:
    """The body of a request that is FHIR as JSON.

    Raises:
        Refused: UNSUPPORTED_MEDIA for another Content-Type.
    """
    media = request.headers.get("content-type", "application/fhir+json").partition(";")[0]
    if media.strip().lower() not in _READ:
        raise Refused(
            Wrong.UNSUPPORTED_MEDIA, "Send FHIR as JSON: Content-Type application/fhir+json."
        )
    return await request.body()
