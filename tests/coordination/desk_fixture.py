"""The fixture of the desk, for every test module that names this one in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from conftest import TokenFor
from desk import Desk


@pytest.fixture(scope="session")
async def desk(client: httpx.AsyncClient, token: TokenFor, url: str) -> AsyncIterator[Desk]:
    connection = await asyncpg.connect(url)
    yield Desk(client, token, connection, url)
    await connection.close()
