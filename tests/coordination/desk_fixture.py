"""The fixture of the desk, for every test module that names this one in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from clearing import CLEARED
from conftest import TokenFor
from desk import Desk

from coordination.demo.region import Region
from coordination.live import CHANNEL

FIGURES = """
UPDATE capacity SET total = $2::float8, used = $3::float8, closed = $4::float8, as_of = $5,
  valid_until = $6, stop_reason = $7, stop_until = $8, releases = $9, source = 'demo'
WHERE service_id = $1
"""
PROFILE = "UPDATE service SET profile = $2 WHERE id = $1"
SLOTS = """
INSERT INTO capacity_slot (service_id, shift, total, used, as_of) VALUES ($1, $2, $3, $4, $5)
"""


@pytest.fixture(scope="module")
async def desk(
    client: httpx.AsyncClient, token: TokenFor, url: str, region: Region
) -> AsyncIterator[Desk]:
    connection = await asyncpg.connect(url)
    client.cookies.clear()  # who signed in before is a stranger here
    yield Desk(client, token, connection, url)
    await connection.execute(CLEARED)
    await as_at_first(connection, region)
    await connection.close()


async def as_at_first(connection: asyncpg.Connection[Any], region: Region) -> None:
    """Gives every service of the demo the description and figures that it began with."""
    await connection.executemany(
        PROFILE,
        [
            (one.id, msgspec.json.encode(one, order="deterministic").decode())
            for one in region.services
        ],
    )
    await connection.executemany(
        FIGURES,
        [
            (
                one.service, one.staffed or one.contracted, one.occupied or one.committed,
                one.closed, one.as_of, one.valid_until, one.stop_reason, one.stop_until,
                msgspec.json.encode(one.releases).decode() if one.releases else None,
            )
            for one in region.counters
        ],
    )  # fmt: skip
    await connection.executemany(
        SLOTS,
        [
            (one.service, shift.value, slots.total, slots.used, one.as_of)
            for one in region.counters
            for shift, slots in one.slots.items()
        ],
    )
    await connection.execute(f"NOTIFY {CHANNEL}, 'capacity'")
