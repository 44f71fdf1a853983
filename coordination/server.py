"""Runs one process of the service behind uvicorn until it is told to stop."""

from __future__ import annotations

import uvicorn

from coordination.app import Service
from coordination.settings import Settings


def serve(settings: Settings, url: str) -> None:
    """Serves until SIGINT or SIGTERM, and lets requests in hand finish.

    Args:
        settings: host and port among them.
        url: address of the database.
    """
    service = Service(settings, url)
    uvicorn.run(
        service.app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="on",
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=65_536,
    )
