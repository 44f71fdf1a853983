"""Health endpoints test what they claim."""

from __future__ import annotations

import asyncio

import httpx


async def test_a_service_with_a_database_and_supply_is_ready(client: httpx.AsyncClient) -> None:
    # Notices come over a connection of their own, which is made again when it was lost: a busy
    # machine may be in the middle of that. Not ready for seconds on end would be a fault.
    for _ in range(20):
        answer = await client.get("/health/ready")
        if answer.status_code == 200:
            break
        await asyncio.sleep(0.25)
    assert answer.json()["checks"] == {"database": "ok", "supply": "ok", "notices": "ok"}
    assert answer.status_code == 200


async def test_the_process_says_that_it_lives(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
