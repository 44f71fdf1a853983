"""The fixture that takes away named beds, for every test module that names this one as a plugin."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from desk import Desk


@pytest.fixture(scope="module")
async def no_beds_left(desk: Desk) -> AsyncIterator[None]:
    """Leaves no bed by name, and room everywhere, for the tests of the next module."""
    yield
    await desk.rows("DELETE FROM bed")
    await desk.rows(
        "UPDATE capacity SET total = used + closed + held + reserved + 2, conflict = false,"
        " stop_reason = NULL, stop_until = NULL WHERE source LIKE 'organisation/%'"
    )
