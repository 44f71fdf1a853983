"""A second, real process of the service: ``naober serve`` on a free port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
from conftest import ROOT


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Process:
    """One process that serves a database.

    Args:
        url: of the database.
        keys: file with the keys, the same as the tests' own.
        more: other settings.
    """

    def __init__(self, url: str, keys: Path, **more: str) -> None:
        self.port = free_port()
        clean = {name: value for name, value in os.environ.items() if name[:7] != "NAOBER_"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coordination", "serve"],
            cwd=ROOT,
            env=clean
            | {
                "NAOBER_DATABASE_URL": url,
                "NAOBER_KEYS": str(keys),
                "NAOBER_PORT": str(self.port),
                "NAOBER_POOL": "8",
                "NAOBER_LOG_LEVEL": "warning",
            }
            | more,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", timeout=30, limits=httpx.Limits()
        )

    async def ready(self) -> Process:
        """Waits until it can do its work."""
        for _ in range(600):  # the machine may be busy with other tests
            assert self.process.poll() is None, "it stopped by itself"
            try:
                if (await self.client.get("/health/ready")).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
        raise AssertionError("it never got ready")

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is tidied."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    async def stop(self) -> int:
        """SIGTERM, as an operator would; its exit code."""
        await self.client.aclose()
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(15)
