"""When the database drops its connections the service says so, and goes on when it is back."""

from __future__ import annotations

import asyncio
from typing import Any

from desk import Desk, fresh

pytest_plugins = ["desk_fixture"]


async def cut(desk: Desk) -> None:
    """Ends every connection of the service, as a failover does."""
    await desk.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def test_requests_on_a_lost_connection_are_refused_kindly_and_the_next_succeed(
    desk: Desk,
) -> None:
    await asyncio.gather(*(desk.get("/api/worklist") for _ in range(16)))
    await cut(desk)
    answers = [await desk.ask("coordinator", "GET", "/api/worklist") for _ in range(20)]
    assert {one.status_code for one in answers} <= {200, 503}
    assert [one.status_code for one in answers[-5:]] == [200] * 5
    for one in answers:
        if one.status_code == 503:
            assert one.headers["retry-after"]
            assert one.json()["type"] == "urn:naober:problem:unavailable"
    sent = await desk.refer(fresh("elv-low"))
    assert await desk.offered(sent.id)


async def test_an_intake_that_loses_its_connection_left_nothing_or_all(desk: Desk) -> None:
    before = await desk.value("SELECT count(*) FROM referral")
    sending = [
        asyncio.create_task(desk.ask("gp", "POST", "/fhir", fresh("elv-low"))) for _ in range(24)
    ]
    await asyncio.sleep(0.03)
    await cut(desk)
    codes = [(await one).status_code for one in sending]
    assert set(codes) <= {200, 503}
    stored = await desk.value("SELECT count(*) FROM referral") - before
    assert stored >= codes.count(200)
    halves: list[Any] = await desk.rows(
        "SELECT r.id FROM referral r LEFT JOIN advice a ON a.referral_id = r.id WHERE a.id IS NULL"
    )
    assert halves == []
    for _ in range(20):
        await desk.ask("gp", "GET", "/api/worklist")


async def test_it_listens_again_by_itself(desk: Desk) -> None:
    await cut(desk)
    for _ in range(60):
        ready = await desk.client.get("/health/ready")
        if ready.status_code == 200:
            break
        await asyncio.sleep(0.1)
    assert ready.json()["checks"] == {"database": "ok", "supply": "ok", "notices": "ok"}
