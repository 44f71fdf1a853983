"""The gate that every request passes: who asks, under which id, and what became of it.

Refused unless it knows who asks. It stands around the whole application, so that no route
can be added that forgets it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram
from structlog.contextvars import bind_contextvars, clear_contextvars

from coordination import edge
from coordination.auth.tokens import Tokens
from coordination.db import audit
from coordination.db.engine import Database
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Actor
from coordination.throttle import Throttle
from fhir.outcome_words import language_of

OPEN = frozenset(
    {"/health/live", "/health/ready", "/openapi.json", "/fhir/metadata", "/signin", "/favicon.ico"}
)
OPEN_FOLDER = "/static/"
COOKIE = "naober"
RECORDED = frozenset({401, 403, 404})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TELLS_NOTHING = re.compile(r"[A-Za-z]{1,30}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PAGE_PREFIXES = ("/api/", "/fhir", "/health/", "/metrics", "/events", "/static/")
_AREAS = ("api", "fhir", "health", "metrics", "events")  # few: each is a label of the metrics

REQUESTS = Counter("naober_requests_total", "Requests by area and status.", ("area", "status"))
SECONDS = Histogram("naober_request_seconds", "Time to answer, in seconds, by area.", ("area",))
log = structlog.get_logger("naober.request")


class Gate:
    """ASGI middleware around the application.

    Args:
        app: the application.
        tokens: reads bearer tokens.
        database: where refusals are recorded.
        throttle: counts the requests of each caller.
    """

    def __init__(
        self, app: ASGIApp, tokens: Tokens, database: Database, throttle: Throttle
    ) -> None:
        self._throttle = throttle
        self._app = app
        self._tokens = tokens
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on with its actor in ``scope["actor"]``, or refuses it."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)  # lifespan; there are no web sockets
            return
        method: str = scope["method"]
        began = time.perf_counter()
        headers = dict(scope["headers"])
        path: str = scope["path"]
        request_id = _given(headers.get(b"x-request-id")) or str(new_id())
        correlation = _given(headers.get(b"x-correlation-id"))
        area = next((one for one in _AREAS if path.startswith(one, 1)), "pages")
        clear_contextvars()
        bind_contextvars(request=request_id, correlation=correlation)
        actor: Actor | None = None
        answered = 500

        async def answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = message["status"]
                extra = [(b"x-request-id", request_id.encode())]
                if correlation:
                    extra.append((b"x-correlation-id", correlation.encode()))
                if area != "pages":  # those say it themselves; files may be kept
                    extra.append((b"cache-control", b"no-store"))
                message["headers"] = [*message["headers"], *extra, *_SECURITY]
                if answered in RECORDED and path not in OPEN:
                    await self._record(actor, request_id, method, path, answered)
            await send(message)

        try:
            actor = self._who(headers, path, method)
            if actor is not None:
                actor = msgspec.structs.replace(actor, request=request_id)
                if seconds := self._throttle.wait(f"{actor.organisation}/{actor.id}", began):
                    raise _Throttled(seconds)
            scope["actor"] = actor  # type: ignore[typeddict-unknown-key]
            await self._app(scope, receive, answer)
        except Refused as error:
            await _refuse(error, path, headers, answer)
        finally:
            spent = time.perf_counter() - began
            REQUESTS.labels(area, str(answered)).inc()
            SECONDS.labels(area).observe(spent)
            # What went well is counted, and told only to who asks for debug.
            tell = log.debug if answered < 400 else log.info  # noqa: PLR2004 - HTTP
            tell(
                "answered",
                method=method,
                area=area,
                status=answered,
                milliseconds=round(spent * 1000, 2),
                role=actor.role.value if actor else None,
            )

    def _who(self, headers: dict[bytes, bytes], path: str, method: str) -> Actor | None:
        """The actor of a request; None on an open route.

        Raises:
            Refused: UNAUTHENTICATED; FORBIDDEN for a form sent from another site.
        """
        now = datetime.now(UTC)
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and token:
            return None if _open(path) else self._tokens.read(token.strip(), now)
        if _open(path):
            return None
        session = _session(headers)
        if session is None:
            raise Refused(
                Wrong.UNAUTHENTICATED,
                "Send an Authorization header with a bearer token, or sign in.",
            )
        if method not in SAFE and headers.get(b"sec-fetch-site", b"same-origin") not in {
            b"same-origin",
            b"none",
        }:
            raise Refused(Wrong.FORBIDDEN, "A signed-in session is only used from our own pages.")
        return self._tokens.read(session, now)

    async def _record(
        self, actor: Actor | None, request: str, method: str, path: str, status: int
    ) -> None:
        try:
            await audit.record_refusal(
                self._database, actor, request, f"{method} {_without_values(path)}", str(status)
            )
        except Exception as error:  # noqa: BLE001 - the refusal stands, recorded or not
            log.warning("refusal not recorded", error=type(error).__name__)


_POLICY = (
    b"default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none';"
    b" object-src 'none'"
)
_SECURITY: list[tuple[bytes, bytes]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", _POLICY),
]


def _open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_FOLDER)


def _given(value: bytes | None) -> str | None:
    """An id that the caller gave, if it can do no harm in a log or header."""
    if value is None:
        return None
    text = value.decode("latin-1")
    return text if _REQUEST_ID.fullmatch(text) else None


def _session(headers: dict[bytes, bytes]) -> str | None:
    raw = headers.get(b"cookie")
    if raw is None:
        return None
    try:
        morsel = SimpleCookie(raw.decode("latin-1")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _without_values(path: str) -> str:
    """A path of which only known words and ids remain: a caller may have put anything in it."""
    parts = path.split("/")[:8]
    return "/".join(one if not one or _TELLS_NOTHING.fullmatch(one) else "…" for one in parts)


class _Throttled(Refused):
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


async def _refuse(
    error: Refused, path: str, headers: dict[bytes, bytes], send: Callable[[Message], object]
) -> None:
    """Answers a request that does not get past the gate."""
    status, body = edge.status(error), edge.problem(error)
    media = edge.PROBLEM_MEDIA
    extra: list[tuple[bytes, bytes]] = []
    if path.startswith("/fhir"):
        language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
        body, media = edge.outcome(error, language), edge.FHIR_MEDIA
    elif not path.startswith(_PAGE_PREFIXES) and b"text/html" in headers.get(b"accept", b""):
        status, body, extra = 303, b"", [(b"location", b"/signin")]
    if isinstance(error, _Throttled):
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
