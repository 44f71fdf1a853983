"""How an interaction answers: media type, version and time of a resource, and how it is laid out.

https://hl7.org/fhir/R4/http.html#mime-type, https://hl7.org/fhir/R4/http.html#versioning
"""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime
from typing import Any

import msgspec
from litestar import Response

from coordination.edge import FHIR_MEDIA
from coordination.parts import AnyRequest
from coordination.records.shelf import Found
from fhir.interactions.formats import check_content
from fhir.outcome_words import Language, language_of


def answer(
    body: Any, status: int = 200, headers: dict[str, str] | None = None, *, pretty: bool = False
) -> Response[bytes]:
    """A FHIR answer, laid out for a reader where that is asked (``_pretty``)."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    if pretty and content:
        content = msgspec.json.format(content, indent=2)
    return Response(content, status_code=status, media_type=FHIR_MEDIA, headers=headers or {})


def stamps(found: Found) -> dict[str, str]:
    """The headers that say which version of a resource this is, and since when."""
    return {
        "ETag": f'W/"{found.version}"',
        "Last-Modified": format_datetime(found.updated.astimezone(UTC), usegmt=True),
    }


def base_of(request: AnyRequest) -> str:
    """The base of the FHIR side, without a slash at its end.

    As the operator says that others reach it; else as the caller calls it.
    """
    return f"{request.app.state.public_url or str(request.base_url).rstrip('/')}/fhir"


def language(request: AnyRequest) -> Language:
    """The language of ours that the caller likes best."""
    return language_of(request.headers.get("accept-language"))


async def body_of(request: AnyRequest) -> bytes:
    """The body of a request that is FHIR as JSON.

    Raises:
        Refused: UNSUPPORTED_MEDIA for another Content-Type.
    """
    check_content(request)
    return await request.body()
