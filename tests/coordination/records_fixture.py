"""The fixture of the world of records, for test modules that name it in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from conftest import drop_database, make_database
from records_world import World

from coordination.auth.keys import Keys
from coordination.auth.vault import Vault
from coordination.db.engine import Database, connect


@pytest.fixture(scope="module")
async def world(url: str, keys: Keys) -> AsyncIterator[World]:
    address = urlsplit(url)
    name = f"{address.path[1:]}_records"
    own = address._replace(path=f"/{name}").geturl()
    await make_database(own)
    database = Database(connect(own, 4))
    made = World(database, Vault(keys))
    await made.settle()
    yield made
    await database.close()
    await drop_database(url, name)
