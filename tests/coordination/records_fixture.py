"""The fixture of the world of records, for test modules that name it in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest
from records_world import World

from coordination.auth.keys import Keys
from coordination.auth.vault import Vault
from coordination.db import migrate
from coordination.db.engine import Database, connect


@pytest.fixture(scope="module")
async def world(url: str, keys: Keys) -> AsyncIterator[World]:
    address = urlsplit(url)
    name = f"{address.path[1:]}_records"
    own = address._replace(path=f"/{name}").geturl()
    await migrate.create_database(own)
    engine = connect(own, 4)
    await migrate.migrate(engine)
    database = Database(engine)
    made = World(database, Vault(keys))
    await made.settle()
    yield made
    await database.close()
    server = await asyncpg.connect(url)
    await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await server.close()
