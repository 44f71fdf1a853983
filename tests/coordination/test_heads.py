"""A head without an end fills no memory, and holds no connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from serving import Process

from coordination.demo.region import Region
from coordination.heads import Careful

START = b"GET /health/live HTTP/1.1\r\nHost: naober.test\r\n"


@pytest.fixture(scope="module")
async def process(url: str, keys_file: Path, region: Region) -> AsyncIterator[Process]:
    assert region.services
    one = await Process(url, keys_file).ready()
    yield one
    await one.stop()


async def said(process: Process, *parts: bytes) -> bytes:
    """What comes back after these parts, sent one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        return await asyncio.wait_for(reader.read(4_000), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_head_that_goes_on_and_on_is_the_end_of_a_connection(process: Process) -> None:
    many = [b"X-A: " + b"a" * 30_000 + b"\r\n"] * 6
    one = [b"X-A: ", *[b"a" * 30_000] * 6]
    address = [b"GET /", *[b"a" * 30_000] * 6]
    for parts in ((START, *many), (START, *one), address):
        answer = await said(process, *parts)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    ordinary = (START, b"X-A: " + b"a" * 30_000 + b"\r\n", b"\r\n")
    assert (await said(process, *ordinary)).startswith(b"HTTP/1.1 200 ")


async def test_a_body_is_no_head(process: Process) -> None:
    start = b"POST /fhir HTTP/1.1\r\nHost: naober.test\r\nContent-Length: 300000\r\n\r\n"
    both = (start + b" " * 150_000, b" " * 150_000 + START, b"\r\n")
    assert (await said(process, *both)).startswith(b"HTTP/1.1 401 ")


class Hasty(Careful):
    patience = 0.1


async def greet(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    assert (await receive())["type"] == "http.request"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"."})


async def test_a_head_that_stays_away_is_waited_for_no_longer_than_a_time() -> None:
    assert Careful.patience <= 60
    server = uvicorn.Server(
        uvicorn.Config(greet, http=Hasty, lifespan="off", log_config=None, port=0)
    )
    served = asyncio.create_task(server.serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.01)
    place = server.servers[0].sockets[0].getsockname()[:2]
    for part in (b"", START, START + b"\r\n" + START):
        reader, writer = await asyncio.open_connection(*place)
        began = time.monotonic()
        writer.write(part)
        answer = await asyncio.wait_for(reader.read(), 10)
        assert answer.startswith(b"HTTP/1.1 200 ") is (b"\r\n\r\n" in part)
        assert time.monotonic() - began < 5
        writer.close()
        await writer.wait_closed()
    server.should_exit = True
    await served
