"""The answer to a request that does not get past the gate, in the form of the side it asked."""

from __future__ import annotations

from collections.abc import Callable

from litestar.types import Message

from coordination import edge
from coordination.errors import Refused, Wrong
from fhir.outcome_words import language_of

PAGE_PREFIXES = ("/api/", "/fhir", "/health/", "/metrics", "/events", "/static/")
"""What is no page for a person."""


class Throttled(Refused):
    """Too many requests of one caller.

    Args:
        seconds: after which one may pass.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(
            Wrong.THROTTLED,
            f"You ask too much in a short time: go on in {seconds} s (Retry-After). Who follows"
            " many referrals subscribes to them instead of asking again and again.",
        )
        self.seconds = seconds


async def turn_away(
    error: Refused, path: str, headers: dict[bytes, bytes], send: Callable[[Message], object]
) -> None:
    """Answers a request that does not get past the gate."""
    status, body = edge.status(error), edge.problem(error)
    media = edge.PROBLEM_MEDIA
    extra: list[tuple[bytes, bytes]] = []
    if path.startswith("/fhir"):
        language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
        body, media = edge.outcome(error, language), edge.FHIR_MEDIA
    elif not path.startswith(PAGE_PREFIXES) and b"text/html" in headers.get(b"accept", b""):
        status, body, extra = 303, b"", [(b"location", b"/signin")]
    if isinstance(error, Throttled):
        extra.append((b"retry-after", str(error.seconds).encode()))
    if status == 401:  # noqa: PLR2004 - HTTP
        extra.append((b"www-authenticate", b'Bearer realm="naober"'))
    start: Message = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", media.encode()),
            (b"content-length", str(len(body)).encode()),
            *extra,
        ],
    }
    await send(start)  # type: ignore[misc]
    await send({"type": "http.response.body", "body": body, "more_body": False})  # type: ignore[misc]
