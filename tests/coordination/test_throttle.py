"""A caller may make so many requests a minute, and is told when it may go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import msgspec
from conftest import TokenFor

from coordination.app import Service
from coordination.gate import TOGETHER, Gate
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


def test_several_together_may_make_more() -> None:
    throttle = Throttle(6)
    assert [throttle.wait("all", 0.0, 2) for _ in range(12)] == [0] * 12
    assert throttle.wait("all", 0.0, 2) == 5


def gate_of(service: Service, rate: int) -> httpx.AsyncClient:
    """HTTP to a gate of its own, with nobody counted yet."""
    parts = service.parts
    gate = Gate(service.litestar, parts.tokens, parts.database, Throttle(rate))
    transport = httpx.ASGITransport(app=cast("Any", gate))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_an_organisation_does_not_get_more_by_more_names(
    service: Service, token: TokenFor
) -> None:
    actor = service.parts.tokens.read(token("gp", None), now := datetime.now(UTC))
    async with gate_of(service, 2) as client:
        statuses = []
        for number in range(TOGETHER + 5):
            another = msgspec.structs.replace(actor, id=f"gp-{number}")
            given = service.parts.tokens.issue(another, now, timedelta(minutes=1))
            headers = {"authorization": f"Bearer {given}", "x-forwarded-for": f"10.0.0.{number}"}
            answers = [await client.get("/fhir/Dragon", headers=headers) for _ in range(2)]
            statuses += [one.status_code for one in answers]
        assert statuses == [404] * 2 * TOGETHER + [429] * 10


async def test_who_is_not_known_is_refused_so_often_and_then_not_even_written_down(
    service: Service, token: TokenFor
) -> None:
    async with gate_of(service, 6) as client:
        for number in range(6):
            wrong = {"authorization": f"Bearer x{number}", "x-forwarded-for": f"10.0.0.{number}"}
            assert (await client.get("/fhir/Task", headers=wrong)).status_code == 401
        last = await client.get("/fhir/Task", headers={"x-request-id": "one-too-many"})
        assert last.status_code == 429
        assert last.headers["retry-after"]
        rows = "SELECT 1 FROM audit WHERE request_id = 'one-too-many'"
        assert await service.parts.database.transact(lambda tx: tx.rows(rows)) == []
        known = {"authorization": f"Bearer {token('gp', None)}"}
        assert (await client.get("/fhir/Dragon", headers=known)).status_code == 404


async def test_who_asks_too_often_is_told_when_to_come_back(
    service: Service, token: TokenFor
) -> None:
    given = {"authorization": f"Bearer {token('gp', None)}"}
    async with gate_of(service, 6) as client:
        for path in ("/api/worklist", "/fhir/Patient/1"):
            answers = [await client.get(path, headers=given) for _ in range(7)]
            last = answers[-1]
            assert last.status_code == 429
            assert 1 <= int(last.headers["retry-after"]) <= 10
        assert last.json()["resourceType"] == "OperationOutcome"
        assert last.json()["issue"][0]["code"] == "throttled"
        assert (await client.get("/health/live")).status_code == 200
