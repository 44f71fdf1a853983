"""A caller may make so many requests a minute, and is told when it may go on."""

from __future__ import annotations

from typing import Any, cast

import httpx
from conftest import TokenFor

from coordination.app import Service
from coordination.gate import Gate
from coordination.throttle import MOST_CALLERS, Throttle


def test_a_minutes_worth_may_come_at_once_and_then_evenly() -> None:
    throttle = Throttle(60)
    assert [throttle.wait("one", 0.0) for _ in range(60)] == [0] * 60
    assert throttle.wait("one", 0.0) == 1
    assert throttle.wait("one", 1.0) == 0
    assert throttle.wait("one", 1.0) == 1
    assert throttle.wait("another", 1.0) == 0


def test_a_refused_request_does_not_make_one_wait_longer() -> None:
    throttle = Throttle(6)
    while not throttle.wait("one", 0.0):
        pass
    assert {throttle.wait("one", 0.0) for _ in range(100)} == {10}
    assert throttle.wait("one", 10.0) == 0


def test_without_a_rate_there_is_no_limit() -> None:
    throttle = Throttle(0)
    assert not any(throttle.wait("one", 0.0) for _ in range(10_000))


def test_many_callers_do_not_fill_the_memory() -> None:
    throttle = Throttle(6)
    for number in range(3 * MOST_CALLERS):
        throttle.wait(str(number), number / 1000)
    assert len(throttle._full_at) <= MOST_CALLERS


async def test_who_asks_too_often_is_told_when_to_come_back(
    service: Service, token: TokenFor
) -> None:
    parts = service.parts
    gate = Gate(service.litestar, parts.tokens, parts.database, Throttle(6))
    given = {"authorization": f"Bearer {token('gp', None)}"}
    transport = httpx.ASGITransport(app=cast("Any", gate))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for path in ("/api/worklist", "/fhir/Patient/1"):
            answers = [await client.get(path, headers=given) for _ in range(7)]
            last = answers[-1]
            assert last.status_code == 429
            assert 1 <= int(last.headers["retry-after"]) <= 10
        assert last.json()["resourceType"] == "OperationOutcome"
        assert last.json()["issue"][0]["code"] == "throttled"
        assert (await client.get("/health/live")).status_code == 200
