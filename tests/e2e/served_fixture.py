"""The fixture of the service, for every test module that names this one in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served, serving

from coordination.demo.region import Region


@pytest.fixture(scope="session")
def served(url: str, keys_file: Path, region: Region) -> Iterator[Served]:  # noqa: ARG001 - there must be one
    with serving(url, keys_file) as one:
        yield one
