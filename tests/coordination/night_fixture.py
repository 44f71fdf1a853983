"""The fixture of the night, for every test module that names this one in ``pytest_plugins``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest
from conftest import CACHE, SEED, TokenFor, drop_database, make_database
from desk import Desk
from night import Night
from receivers import Mailbox, Receiver

from coordination.app import Service
from coordination.db import embedded
from coordination.db.engine import Database, connect
from coordination.demo import seed
from coordination.outbox import alerts
from coordination.settings import Settings


@pytest.fixture(scope="session")
def night_url(url: str) -> Iterator[str]:  # noqa: ARG001 - the server that runs already
    """A database of our own: what another test leaves in the outbox is no concern of ours."""
    name = f"naober_night_{os.getpid()}"
    with embedded.running(CACHE / "data") as place:
        address = place.url(name)
        asyncio.run(make_database(address))
        asyncio.run(_fill(address))
        yield address
        asyncio.run(drop_database(place.url("postgres"), name))


async def _fill(address: str) -> None:
    database = Database(connect(address, 1))
    await seed.seed_region(database, SEED, datetime.now(UTC))
    await database.close()


@pytest.fixture(scope="session")
async def one_night(night_url: str, token: TokenFor, keys_file: Path) -> AsyncIterator[Night]:
    async with Receiver().serving() as receiver, Mailbox().serving() as mailbox:
        settings = Settings(
            data=str(CACHE / "data"),
            keys=str(keys_file),
            pool=8,
            alert_hosts="127.0.0.1",
            mail_server=f"smtp://127.0.0.1:{mailbox.port}",
            mail_from="Naober <alarm@naober.example>",
        )
        service = Service(settings, night_url)
        connection = await asyncpg.connect(night_url)
        out = alerts.channels(settings, service.parts.vault)
        transport = httpx.ASGITransport(app=cast("Any", service.app), raise_app_exceptions=False)
        async with (
            service.parts.live.running(),
            httpx.AsyncClient(transport=transport, base_url="http://naober.test") as client,
        ):
            desk = Desk(client, token, connection, night_url)
            yield Night(desk, service, out, receiver, mailbox)
        await out.close()
        await connection.close()
        await service.parts.database.close()


@pytest.fixture
async def night(one_night: Night) -> Night:
    """A night on which nobody has been alerted yet, nor asked to be."""
    await one_night.desk.rows("DELETE FROM delivery")
    await one_night.desk.rows("DELETE FROM contact")
    await one_night.desk.rows("UPDATE outbox SET spread_at = now() WHERE spread_at IS NULL")
    one_night.receiver.forget()
    one_night.mailbox.forget()
    return one_night
