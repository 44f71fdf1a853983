"""What tests stand on: a real PostgreSQL with the demo region, and the service in front of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import msgspec
import numpy as np  # noqa: F401 - see below
import pytest

from coordination import logs
from coordination.app import Service
from coordination.auth.keys import Keys, load
from coordination.auth.tokens import Tokens
from coordination.db import embedded, migrate
from coordination.db.engine import Database, connect
from coordination.demo import seed
from coordination.demo.actors import actor
from coordination.demo.region import Region
from coordination.permissions import Role
from coordination.settings import Settings

# numpy is imported above, though nothing here uses it: else the first proposal imports it in its
# thread, and a ``pytest.approx`` that looks meanwhile finds half of it.

logs.configure("warning")

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "tests"
SEED = 2030

TokenFor = Callable[..., str]


@pytest.fixture(scope="session")
def keys_file() -> Path:
    """The keys of the tests."""
    load(CACHE / "keys.json")
    return CACHE / "keys.json"


@pytest.fixture(scope="session")
def keys(keys_file: Path) -> Keys:
    return load(keys_file)


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """A fresh database on the embedded server, with the tables; gone afterwards."""
    name = f"naober_test_{os.getpid()}"
    with embedded.running(CACHE / "data") as place:
        address = place.url(name)
        asyncio.run(make_database(address))
        yield address
        asyncio.run(drop_database(place.url("postgres"), name))


async def make_database(address: str) -> None:
    """A database with the tables and nothing in it."""
    await migrate.create_database(address)
    engine = connect(address, 1)
    await migrate.migrate(engine)
    await engine.dispose()
    connection = await asyncpg.connect(address)
    name = await connection.fetchval("SELECT current_database()")
    # Nobody waits for the disk: no test is of what a crash of the server itself would lose.
    await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    await connection.close()


async def drop_database(server: str, name: str) -> None:
    """Takes a database away, over a connection to another one of the same server."""
    connection = await asyncpg.connect(server)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture(scope="session")
def region(url: str) -> Region:
    """The demo region, written to the database without anyone who waits."""

    async def fill() -> Region:
        database = Database(connect(url, 1))
        try:
            return await seed.seed_region(database, SEED, datetime.now(UTC))
        finally:
            await database.close()

    return asyncio.run(fill())


@pytest.fixture(scope="session")
def token(region: Region, keys: Keys) -> TokenFor:
    """``token("gp")``: a bearer token of a role, at the first organisation or the one named."""
    tokens = Tokens(keys)

    def issue(role: str, organisation: str | None = None) -> str:
        who, _ = actor(Role(role), region.organisations, organisation)
        return tokens.issue(who, datetime.now(UTC), timedelta(hours=2))

    return issue


@pytest.fixture(scope="session")
def settings(keys_file: Path) -> Settings:
    return Settings(data=str(CACHE / "data"), keys=str(keys_file), pool=8)


@pytest.fixture(scope="session")
async def service(settings: Settings, url: str, region: Region) -> AsyncIterator[Service]:  # noqa: ARG001 - there must be one
    """One process of the service, in this process."""
    running = Service(settings, url)
    started, done = asyncio.Event(), asyncio.Event()

    async def run() -> None:  # one task from start to end, as Litestar's lifespan asks
        async with running.litestar.lifespan():
            started.set()
            await done.wait()

    task = asyncio.create_task(run())
    await asyncio.wait({task, asyncio.create_task(started.wait())}, return_when="FIRST_COMPLETED")
    yield running
    done.set()
    await task


@pytest.fixture(scope="session")
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to the service; a fault of ours is an answer with status 500, as over a socket."""
    transport = httpx.ASGITransport(app=cast("Any", service.app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://naober.test") as session:
        yield session


@pytest.fixture
def as_role(token: TokenFor) -> Callable[..., dict[str, str]]:
    """``as_role("gp")``: the header that signs a request."""

    def header(role: str, organisation: str | None = None) -> dict[str, str]:
        return {"authorization": f"Bearer {token(role, organisation)}"}

    return header


def scenario(name: str) -> Any:
    """A referral Bundle of tests/scenarios, decoded."""
    return msgspec.json.decode((ROOT / "tests" / "scenarios" / f"{name}.json").read_bytes())
