"""The fixture of the desk, for every test module that names this one in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from conftest import TokenFor
from desk import Desk

CLEARED = """
UPDATE offer SET state = 'withdrawn'
WHERE state IN ('requested', 'countered', 'waiting', 'accepted');
UPDATE offer SET state = 'ended', kept_until = NULL, destination = 'other'
WHERE state IN ('completed', 'away');
UPDATE capacity SET held = 0, reserved = 0, conflict = false;
UPDATE capacity_slot SET held = 0, reserved = 0, conflict = false;
UPDATE referral SET state = 'closed' WHERE state NOT IN ('placed', 'closed', 'cancelled');
"""
"""Leaves the worklist empty and every place free again, for the tests of the next module."""


@pytest.fixture(scope="module")
async def desk(client: httpx.AsyncClient, token: TokenFor, url: str) -> AsyncIterator[Desk]:
    connection = await asyncpg.connect(url)
    yield Desk(client, token, connection, url)
    await connection.execute(CLEARED)
    await connection.close()
