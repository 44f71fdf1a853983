"""The fixture of a sender, for every test module that names this one in ``pytest_plugins``."""

from __future__ import annotations

import pytest
from desk import Desk
from sender import Sender
from served import Served


@pytest.fixture(scope="module")
def sender(desk: Desk, served: Served) -> Sender:
    return Sender(desk, served)
