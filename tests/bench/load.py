"""A small HTTP/1.1 client for load: keep-alive connections that each send one request at a time.

It costs about 20 µs a request, so that what is measured is the server and not the measuring.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Any

CONNECTIONS = 16


class Result:
    """What a load run gave: requests a second, and percentiles in milliseconds."""

    def __init__(self, spent: float, times: list[float], statuses: dict[int, int]) -> None:
        self.rate = len(times) / spent
        ordered = sorted(times)
        self.p50 = statistics.median(ordered) * 1000
        self.p99 = ordered[int(len(ordered) * 0.99)] * 1000
        self.statuses = statuses


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: Any = None
        self.buffer = bytearray()
        self.waiting: asyncio.Future[int] | None = None
        self.last = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = bytes(self.buffer[:head]).lower()
        at = lower.find(b"content-length:")
        end = lower.find(b"\r\n", at)
        length = int(lower[at + 15 : end if end > 0 else None])
        if len(self.buffer) < head + 4 + length:
            return
        status = int(self.buffer[9:12])
        self.last = bytes(self.buffer)
        self.buffer.clear()
        if self.waiting is not None:
            waiting, self.waiting = self.waiting, None
            waiting.set_result(status)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(exc or ConnectionError("closed"))

    def ask(self, request: bytes) -> asyncio.Future[int]:
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.waiting


def request(
    method: str, path: str, token: str, body: bytes = b"", headers: Sequence[str] = ()
) -> bytes:
    """A whole request as bytes."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "host: 127.0.0.1",
        f"authorization: Bearer {token}",
        f"content-length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def run(port: int, requests: Sequence[bytes], connections: int = CONNECTIONS) -> Result:
    """Sends every request once over so many connections."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    statuses: dict[int, int] = {}
    todo = iter(requests)

    async def work() -> None:
        _, protocol = await loop.create_connection(_Connection, "127.0.0.1", port)
        for one in todo:
            began = time.perf_counter()
            status = await protocol.ask(one)
            times.append(time.perf_counter() - began)
            statuses[status] = statuses.get(status, 0) + 1
        protocol.transport.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return Result(time.perf_counter() - began, times, statuses)
