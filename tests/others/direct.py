"""The service in this process without HTTP: requests as an ASGI server would hand them over."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from urllib.parse import unquote

import asyncpg
import msgspec
from conftest import TokenFor
from hostile_requests import Asked

from coordination.app import Service
from coordination.settings import Settings

PATIENCE = 20.0  # seconds: whatever is sent, it is answered by then
TABLES = ("person", "referral", "resource", "offer", "capacity_report")
WRITTEN = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


class Direct:
    """A service and the loop that it runs on, for tests that are not asynchronous.

    Args:
        settings: of the service.
        url: of its database.
        token: makes bearer tokens.
    """

    def __init__(self, settings: Settings, url: str, token: TokenFor) -> None:
        self.token = token
        self.runner = asyncio.Runner()
        self._done = asyncio.Event()
        self.runner.run(self._start(settings, url))

    async def _start(self, settings: Settings, url: str) -> None:
        self.service = Service(settings, url)
        self.side = await asyncpg.connect(url)
        started = asyncio.Event()

        async def live() -> None:  # one task from start to end, as Litestar's lifespan asks
            async with self.service.litestar.lifespan():
                started.set()
                await self._done.wait()

        self._life = asyncio.create_task(live())
        await asyncio.wait(
            {self._life, asyncio.create_task(started.wait())}, return_when="FIRST_COMPLETED"
        )

    def close(self, last: str) -> None:
        """Stops it, after one last statement."""

        async def stop() -> None:
            await self.side.execute(last)
            await self.side.close()
            self._done.set()
            await self._life

        self.runner.run(stop())
        self.runner.close()

    def routes(self, below: str) -> list[tuple[str, str]]:
        """Method and path of every route below an address, as the service itself has them."""
        return sorted(
            (method, route.path)
            for route in self.service.litestar.routes
            if route.path.startswith(below)
            for method in getattr(route, "methods", ())
        )

    def written(self) -> tuple[int, ...]:
        """How many rows there are of what a request may write."""
        return tuple(self.runner.run(self.side.fetchrow(WRITTEN)))

    def ask(self, asked: Asked) -> Answer:
        """The answer to a request."""
        return self.runner.run(self._ask(asked))

    async def _ask(self, asked: Asked) -> Answer:
        headers = {"authorization": f"Bearer {self.token(asked.role)}", "host": "naober.test"}
        headers |= asked.headers | {"content-length": str(len(asked.body))}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": asked.method,
            "scheme": "http",
            "path": unquote(asked.path),
            "raw_path": asked.path.encode(),
            "root_path": "",
            "query_string": asked.query.encode(),
            "headers": [(name.encode(), value.encode("utf-8")) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("naober.test", 80),
        }
        messages: list[Any] = []
        bodies = iter([{"type": "http.request", "body": asked.body, "more_body": False}])
        gone = asyncio.Event()

        async def receive() -> Any:
            for body in bodies:
                return body
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            messages.append(message)

        async with asyncio.timeout(PATIENCE):
            await cast("Any", self.service.app)(scope, receive, send)
        start = next(one for one in messages if one["type"] == "http.response.start")
        return Answer(
            start["status"],
            {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]},
            b"".join(one.get("body", b"") for one in messages if one["type"][-4:] == "body"),
        )
