"""The gate that every request passes: who asks, under which id, and what became of it.

Refused unless it knows who asks. It stands around the whole application, so that no route
can be added that forgets it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram
from structlog.contextvars import bind_contextvars, clear_contextvars

from coordination.arriving import whole
from coordination.auth.tokens import Tokens
from coordination.db import audit
from coordination.db.engine import Database
from coordination.errors import Refused, Wrong
from coordination.host import check_host
from coordination.ids import new_id
from coordination.permissions import Actor
from coordination.throttle import Throttle
from coordination.turned_away import Throttled, turn_away
from fhir.claims import CLAIMS
from fhir.search.privacy import tells_number

OPEN = frozenset(
    {"/health/live", "/health/ready", "/openapi.json", "/fhir/metadata", "/signin", "/favicon.ico"}
)
OPEN_FOLDER = "/static/"
COOKIE = "naober"
RECORDED = frozenset({401, 403, 404})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOGETHER = 10  # times the rate of one caller that all of one organisation may make together
_METHODS = SAFE | {"POST", "PUT", "PATCH", "DELETE"}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
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
        paths: of the routes: of what a refused caller asked, the log names their words alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        tokens: Tokens,
        database: Database,
        throttle: Throttle,
        paths: Collection[str] = (),
    ) -> None:
        self._throttle = throttle
        self._words = CLAIMS.keys() | {word for path in paths for word in path.split("/")}
        self._app = app
        self._tokens = tokens
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on with its actor in ``scope["actor"]``, or refuses it."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)  # lifespan; there are no web sockets
            return
        method = scope["method"] if scope["method"] in _METHODS else "other"
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
            actor = self._let_in(scope, headers, method, began)
            if actor is not None:
                actor = msgspec.structs.replace(actor, request=request_id)
            check_host(scope["headers"])
            scope["actor"] = actor  # type: ignore[typeddict-unknown-key]
            arriving = receive if method in SAFE else whole(receive)  # streams end when they like
            await self._app(scope, arriving, answer)
        except Refused as error:
            await turn_away(error, path, headers, answer)
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

    def _let_in(
        self, scope: HTTPScope, headers: dict[bytes, bytes], method: str, now: float
    ) -> Actor | None:
        """The actor of a request that may pass; None on an open route.

        Raises:
            Refused: as ``_who``; THROTTLED for who asks too often, known or not.
        """
        try:
            actor = self._who(headers, scope["path"], method)
        except Refused:
            client = scope["client"]
            if seconds := self._throttle.wait(f"@{client[0] if client else ''}", now):
                raise Throttled(seconds) from None
            raise
        if actor is not None:
            all_of_them = str(actor.organisation)
            seconds = self._throttle.wait(all_of_them, now, TOGETHER) or self._throttle.wait(
                f"{all_of_them}/{actor.id}", now
            )
            if seconds:
                raise Throttled(seconds)
        return actor

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
                self._database,
                actor,
                request,
                f"{method} {self._without_values(path)}",
                str(status),
            )
        except Exception as error:  # noqa: BLE001 - the refusal stands, recorded or not
            log.warning("refusal not recorded", error=type(error).__name__)

    def _without_values(self, path: str) -> str:
        """A path of which only our words and ids remain: a caller may have put anything in it."""
        parts = path.split("/")[:8]
        return "/".join(
            one if not one or one in self._words or _UUID.fullmatch(one) else "…" for one in parts
        )


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
    return text if _REQUEST_ID.fullmatch(text) and not tells_number(text) else None


def _session(headers: dict[bytes, bytes]) -> str | None:
    raw = headers.get(b"cookie")
    if raw is None:
        return None
    try:
        morsel = SimpleCookie(raw.decode("latin-1")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None
