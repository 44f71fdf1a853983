"""The service as a process of its own on a free port, for tests that need a real socket."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from conftest import CACHE, ROOT
from msgspec import Struct

READY = 30.0  # seconds
STOPPED = 15.0  # seconds
POOL = 2  # connections: fewer than the streams that the tests keep open


class Served(Struct, frozen=True):
    """A running service.

    Attributes:
        url: where it listens.
        process: the process itself.
        log: the file with all that it said.
    """

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextlib.contextmanager
def serving(url: str, keys_file: Path) -> Iterator[Served]:
    """Starts ``naober serve`` on the database of the tests, and stops it by a signal."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = CACHE / f"served-{port}.log"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("NAOBER_")
    } | {
        "NAOBER_DATABASE_URL": url,
        "NAOBER_KEYS": str(keys_file),
        "NAOBER_PORT": str(port),
        "NAOBER_POOL": str(POOL),
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "coordination", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process, log)
        yield Served(address, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPPED)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    assert "Traceback" not in log.read_text()
    assert '"level": "error"' not in log.read_text()
    log.unlink()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + READY
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/health/ready").status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the service does not answer; it said:\n{log.read_text()[-2000:]}")
