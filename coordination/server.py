"""Runs one process of the service behind uvicorn until it is told to stop."""

from __future__ import annotations

import contextlib
import socket
import sys

import uvicorn

from coordination.app import Service
from coordination.heads import Careful
from coordination.live import Live
from coordination.settings import Settings

NOT_STARTED = 3  # uvicorn's own exit status


class Server(uvicorn.Server):
    """uvicorn, which waits for the requests in hand when it stops: streams have to end first.

    Args:
        config: of uvicorn.
        live: whose streams end.
    """

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, and then waits for the other requests."""
        self._live.ending.set()
        await super().shutdown(sockets)


def serve(settings: Settings, url: str) -> None:
    """Serves until SIGINT or SIGTERM, and lets requests in hand finish.

    Args:
        settings: host and port among them.
        url: address of the database.
    """
    service = Service(settings, url)
    config = uvicorn.Config(
        service.app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="on",
        http=Careful,
        ws="none",
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
    )
    server = Server(config, service.parts.live)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(NOT_STARTED)
