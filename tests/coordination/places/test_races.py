"""Sixteen writers over two processes want the last place: one has it, and every figure is exact."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk import Desk, answers_of, fresh
from probe import WRITERS, Probe
from serving import Process

pytest_plugins = ["desk_fixture"]

QUICK = pytest.param(20, id="20 rounds")
LONG = pytest.param(1_000, id="1000 rounds", marks=pytest.mark.long)
ROUNDS = pytest.mark.parametrize("rounds", [QUICK, LONG])


@pytest.fixture(scope="module")
async def clients(desk: Desk, keys_file: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two processes of the service, each with connections of its own."""
    processes = [Process(desk.url, keys_file) for _ in range(2)]
    try:
        yield [(await one.ready()).client for one in processes]
    finally:
        for one in processes:
            await one.stop()


async def probe(
    desk: Desk, clients: list[httpx.AsyncClient], kind: str, *answers: dict[str, Any]
) -> Probe:
    """Sixteen people who need the same, and the service that fits them best."""

    async def refer(n: int) -> str:
        bundle = fresh(kind)
        answers_of(bundle).extend(answers)
        return (await desk.refer(bundle, client=clients[n % 2])).id

    referrals = await asyncio.gather(*(refer(n) for n in range(WRITERS)))
    service = (await desk.matches(referrals[0]))[0]
    return Probe(desk, clients, service, referrals)


async def race(probe: Probe, rounds: int) -> None:
    """One has the last of what there is in every round, and gives it back."""
    desk, service = probe.desk, probe.service["service"]
    before = await desk.figures(service)
    for _ in range(rounds):
        outcome = await probe.holds()
        assert outcome.statuses == {201: 1, 409: WRITERS - 1}
        assert await probe.wrong() == []
        assert (await probe.reply(0, outcome.won[0], "withdraw")).status_code == 200
    assert await desk.figures(service) == before
    standing = await desk.value(
        "SELECT count(*) FROM offer WHERE service_id = $1::text::uuid AND state = 'requested'"
        " AND referral_id = ANY($2::text[]::uuid[])",
        service,
        probe.referrals,
    )
    assert standing == 0


@ROUNDS
async def test_one_of_sixteen_has_the_last_bed(
    desk: Desk, clients: list[httpx.AsyncClient], rounds: int
) -> None:
    probed = await probe(desk, clients, "elv-low")
    await desk.room(probed.service["service"], 1)
    await race(probed, rounds)


@ROUNDS
async def test_one_of_sixteen_has_the_last_hours_of_a_team(
    desk: Desk, clients: list[httpx.AsyncClient], rounds: int
) -> None:
    probed = await probe(desk, clients, "nursing-planned")
    hours = await desk.value(
        "SELECT need->>'hours_per_week' FROM referral WHERE id = $1::text::uuid",
        probed.referrals[0],
    )
    await desk.room(probed.service["service"], float(hours) * 1.9)
    await race(probed, rounds)


@ROUNDS
async def test_one_of_sixteen_has_the_last_visit_of_the_morning(
    desk: Desk, clients: list[httpx.AsyncClient], rounds: int
) -> None:
    morning = {"linkId": "visits-morning", "answer": [{"valueInteger": 1}]}
    probed = await probe(desk, clients, "nursing-planned", morning)
    service = probed.service["service"]
    await desk.room(service, 500)
    await desk.rows(
        "INSERT INTO capacity_slot (service_id, shift, total, used) VALUES"
        " ($1::text::uuid, 'morning', 4, 3) ON CONFLICT (service_id, shift) DO UPDATE"
        " SET total = 4, used = 3, held = 0, reserved = 0",
        service,
    )
    await race(probed, rounds)


@ROUNDS
async def test_whatever_is_done_at_once_with_the_last_bed_nobody_has_it_twice(
    desk: Desk, clients: list[httpx.AsyncClient], rounds: int
) -> None:
    """One gives the place back, three accept from the waiting list, ten ask, two report."""
    probed = await probe(desk, clients, "elv-low")
    service = probed.service["service"]
    await desk.room(service, 1)
    before = await desk.figures(service)
    queued: dict[int, dict[str, Any]] = {}
    freed = 0
    for _ in range(rounds):
        for writer in {0, 1, 2} - queued.keys():
            queued[writer] = await held(probed, writer)
            assert (await probed.reply(0, queued[writer], "queue")).status_code == 200
        last = await held(probed, 3)
        figures, now = await desk.figures(service), datetime.now(UTC)
        answers = await asyncio.gather(
            probed.reply(0, last, "withdraw"),
            *(probed.reply(n, queued[n], "accept") for n in range(3)),
            *(probed.hold(n) for n in range(4, 14)),
            *(probed.report(n, figures, now) for n in (14, 15)),
        )
        withdrawn, accepted, asked, reported = (
            [one.status_code for one in part]
            for part in (answers[:1], answers[1:4], answers[4:14], answers[14:])
        )
        assert withdrawn == [200]
        assert sorted(reported) in ([200, 200], [200, 412])  # the same report twice is one
        assert set(accepted) <= {200, 409}
        assert set(asked) <= {201, 409}
        assert accepted.count(200) + asked.count(201) <= 1
        assert await probed.wrong() == []
        for n, status in enumerate(accepted):
            if status == 200:
                last = queued.pop(n)
        for answer in answers[4:14]:
            if answer.status_code == 201:
                last = probed.named(answer.json())
        freed += accepted.count(200) + asked.count(201)
        assert (await probed.reply(1, last, "withdraw")).status_code == 200
        after = await desk.figures(service)
        assert (after["held"], after["reserved"]) == (before["held"], before["reserved"])
    assert freed > 0, "nobody ever had the place that was given back"


async def held(probed: Probe, writer: int) -> dict[str, Any]:
    """The place, held for one writer: nothing was left stuck by the round before."""
    answer = await probed.hold(writer)
    assert answer.status_code == 201, answer.text
    return probed.named(answer.json())
