"""The composition root: makes the parts and hands them over; the only file that knows everyone."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from importlib.metadata import version

import structlog
from litestar import Litestar, Request, Response
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from capacity import region
from coordination import clockwork, edge
from coordination.api import ROUTES as API
from coordination.auth.keys import load
from coordination.auth.tokens import Tokens
from coordination.auth.vault import Vault
from coordination.db.engine import Database, connect
from coordination.errors import Fault, Refused, Wrong
from coordination.gate import Gate
from coordination.live import Live
from coordination.outbox import alerts, notices, relay
from coordination.outbox.addresses import hosts
from coordination.outbox.webhook import Webhooks
from coordination.parts import ACTOR, Parts
from coordination.referrals import what_if
from coordination.settings import Settings
from coordination.subscriptions.notifying import Notifier
from coordination.throttle import Throttle
from coordination.web import ROUTES as WEB
from coordination.web import templates
from fhir import validation
from fhir.interactions.addresses import allow
from fhir.interactions.claimed import Unclaimed
from fhir.outcome import FhirRefused
from fhir.outcome_words import language_of
from fhir.routes import ROUTES as FHIR
from triage import protocol

log = structlog.get_logger(__name__)


class Service:
    """One process of Naober.

    Args:
        settings: as read at start.
        url: address of the database.
    """

    def __init__(self, settings: Settings, url: str) -> None:
        keys = load(settings.keys_file)
        database = Database(connect(url, settings.pool))
        choices = region.load(settings.region)
        live = Live(database, url, choices)
        database.announce = live.announce
        self.parts = Parts(
            settings,
            database,
            live,
            protocol.load(),
            Vault(keys),
            Tokens(keys),
            choices,
        )
        self._channels = alerts.channels(settings, self.parts.vault)
        self._notifier = Notifier(self.parts.vault, settings.public_url)
        self.litestar = self._litestar()
        paths = [route.path for route in self.litestar.routes]
        throttle = Throttle(settings.rate)
        self.app = Gate(self.litestar, self.parts.tokens, database, throttle, paths)

    def _litestar(self) -> Litestar:
        return Litestar(
            [*API, *FHIR, *WEB],
            dependencies={"parts": self.parts.as_dependency(), "actor": ACTOR},
            exception_handlers={
                Refused: _refused,
                FhirRefused: _refused,
                HTTPException: _http,
                Exception: _fault,
            },
            lifespan=[self._running],
            openapi_config=OpenAPIConfig(
                title="Naober",
                version=version("naober"),
                path="/openapi.json",
                render_plugins=[JsonRenderPlugin(path="/")],
                components=Components(
                    security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}
                ),
                security=[{"bearer": []}],
                use_handler_docstrings=True,
            ),
            template_config=templates(),
            request_max_body_size=self.parts.settings.body_limit,
            on_app_init=[_quiet],
            state=State({"public_url": self.parts.settings.public_url.rstrip("/")}),
            debug=False,
        )

    @contextlib.asynccontextmanager
    async def _running(self, _app: Litestar) -> AsyncIterator[None]:
        """What runs beside the requests, from the first to the last."""
        validation.warm()
        what_if.warm(self.parts.protocol)
        # What is made by now stays for good: keep the collector from walking it again and
        # again, and let it look less often, for requests free what they make by themselves.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        parts = self.parts
        work = [
            clockwork.run(parts.database, parts.live, parts.region),
            alerts.run(parts.database, self._channels),
            notices.run(
                parts.database, self._notifier, Webhooks(hosts(parts.settings.alert_hosts))
            ),
        ]
        if parts.settings.outbox_url:
            work.append(relay.run(parts.database, parts.settings.outbox_url))
        async with parts.live.running():
            tasks = [asyncio.create_task(one) for one in work]
            log.info("serving", protocol=parts.protocol.name.version)
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        await parts.database.close()
        log.info("stopped")


AnyRequest = Request[None, None, State]


def _quiet(config: AppConfig) -> AppConfig:
    """Litestar's own log lines would repeat ours, with paths and stack traces."""
    config.logging_config = None
    return config


def _refused(request: AnyRequest, error: Refused | FhirRefused) -> Response[bytes]:
    if request.scope["path"].startswith("/fhir"):
        told_in = language_of(request.headers.get("accept-language"))
        return Response(
            edge.outcome(error, told_in),
            status_code=edge.status(error),
            media_type=edge.FHIR_MEDIA,
            headers=_again(error),
        )
    told = edge.as_refused(error) if isinstance(error, FhirRefused) else error
    return Response(
        edge.problem(told),
        status_code=edge.status(told),
        media_type=edge.PROBLEM_MEDIA,
        headers=_again(told),
    )


def _again(error: Refused | FhirRefused) -> dict[str, str] | None:
    away = isinstance(error, Refused) and error.wrong is Wrong.UNAVAILABLE
    return {"Retry-After": "2"} if away else None


_NO_ROUTE = frozenset({Wrong.NOT_FOUND, Wrong.METHOD_NOT_ALLOWED})


def _http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What Litestar refuses itself: routes, methods, parameters and bodies."""
    wrong = edge.BY_STATUS.get(error.status_code, Wrong.INVALID)
    faults: tuple[Fault, ...] = ()
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        faults = tuple(
            Fault(str(one.get("key", "")), str(one.get("message", ""))) for one in error.extra
        )
    detail = {
        Wrong.NOT_FOUND: "There is nothing at this address.",
        Wrong.METHOD_NOT_ALLOWED: "This address does not take this method, but those of Allow. What"
        " is done on FHIR stands in /fhir/metadata; nothing is updated or deleted by a condition.",
        Wrong.TOO_LARGE: f"The body is larger than the {request.app.request_max_body_size} bytes"
        " that are taken here.",
    }.get(wrong, "The request can't be read; see errors." if faults else "It can't be read.")
    if isinstance(error, Unclaimed):
        detail = error.detail
    headers = error.headers or {}
    if wrong in _NO_ROUTE and request.scope["path"].startswith("/fhir"):
        try:
            headers = allow(request.scope["path"])
        except Refused as nothing:
            return _refused(request, nothing)
    answer = _refused(request, Refused(wrong, detail, faults=faults))
    for name, value in headers.items():
        answer.headers[name] = value
    return answer


def _fault(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Ours. Only the type and place are logged: a message may hold a person's data."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    log.error(
        "fault",
        error=type(error).__name__,
        file=frame.tb_frame.f_code.co_filename.rpartition("/")[2] if frame else None,
        line=frame.tb_lineno if frame else None,
        cause=type(error.__cause__).__name__ if error.__cause__ else None,
    )
    return _refused(
        request,
        Refused(Wrong.FAULT, "Something went wrong here; nothing was stored. Name the request id."),
    )
