"""The fixture of the subscriber, for test modules that name this one in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from night import Night
from subscriber import Subscriber

from coordination.demo.region import Region

pytest_plugins = ["night_fixture"]


@pytest.fixture
async def subscriber(night: Night, region: Region) -> AsyncIterator[Subscriber]:
    """A night in which nobody has subscribed yet, and nothing has changed."""
    for table in ("notification", "subscription", "change"):
        await night.desk.rows(f"DELETE FROM {table}")
    await night.desk.rows("DELETE FROM past WHERE of = 'subscription'")
    one = Subscriber(night, region)
    yield one
    await one.out.close()
