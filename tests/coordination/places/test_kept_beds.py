"""A bed that is kept for who is back in hospital is not given away by a report without it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from desk import Desk, fresh

from coordination.app import Service
from coordination.permissions import Actor, Role
from coordination.places import staying

pytest_plugins = ["desk_fixture"]

HOSPITAL = {"to": "hospital"}
DAY = timedelta(hours=24)


async def report(desk: Desk, offer: dict[str, Any], used: float, **more: Any) -> dict[str, Any]:
    """The organisation reports by PUT, on what it reads; how its service stands then."""
    path, own = f"/api/capacity/{offer['service']}", {"organisation": offer["organisation"]}
    seen = await desk.get(path, "provider", **own)
    size = ("staffed", "occupied") if seen["unit"] == "bed" else ("contracted", "committed")
    body = {size[0]: 4, size[1]: used} | more
    etag = {"if-match": f'"{seen["version"]}"'}
    answer = await desk.ask("provider", "PUT", path, body, headers=etag, **own)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def bulk(desk: Desk, offer: dict[str, Any], **figures: Any) -> dict[str, Any]:
    """The organisation reports among many; how its service stands then."""
    line, own = {"service": offer["service"]} | figures, {"organisation": offer["organisation"]}
    answer = await desk.ask("provider", "POST", "/api/capacity/reports", line, **own)
    assert answer.status_code == 200, answer.text
    (told,) = answer.json()["lines"]
    return dict(told["after"])


async def counted(desk: Desk, kind: str = "elv-low", used: float = 4) -> dict[str, Any]:
    """Someone who has arrived, and whom a report of the organisation counts since."""
    sent = await desk.refer(fresh(kind))
    offer = await desk.offered(sent.id)
    for step in ("accept", "start"):
        assert (await desk.reply(offer, step)).status_code == 200
    shown = await report(desk, offer, used)
    assert (shown["reserved"], shown["conflict"]) == (0, False)
    return offer | {"referral": sent.id}


async def leave(desk: Desk, offer: dict[str, Any]) -> None:
    assert (await desk.reply(offer, "leave", HOSPITAL)).status_code == 200


async def test_a_report_without_the_kept_bed_leaves_it_reserved(desk: Desk) -> None:
    offer = await counted(desk)
    await leave(desk, offer)
    shown = await report(desk, offer, 3)
    assert (shown["reserved"], shown["free"], shown["conflict"]) == (1, 0, False)
    other = await desk.refer(fresh("elv-low"))
    refused = await desk.offer(other.id, offer["service"])
    assert refused.status_code == 409
    assert "full" in refused.text
    # Who is back is in none of these figures yet: the bed stays theirs until the next report.
    assert (await desk.reply(offer, "return")).status_code == 200
    assert (await desk.figures(offer["service"]))["reserved"] == 1
    shown = await report(desk, offer, 4)
    assert (shown["reserved"], shown["free"], shown["conflict"]) == (0, 0, False)


async def test_so_does_each_report_after_it_and_a_second_stay_in_hospital(desk: Desk) -> None:
    offer = await counted(desk)
    await leave(desk, offer)
    for _ in range(2):
        assert (await report(desk, offer, 3))["reserved"] == 1
    await desk.reply(offer, "return")
    await leave(desk, offer)
    assert (await desk.figures(offer["service"]))["reserved"] == 1
    assert (await report(desk, offer, 3))["reserved"] == 1
    assert (await report(desk, offer, 3, as_of=datetime.now(UTC).isoformat()))["reserved"] == 1


async def test_many_reports_at_once_leave_it_reserved_too(desk: Desk) -> None:
    offer = await counted(desk)
    await leave(desk, offer)
    shown = await bulk(desk, offer, staffed=4, occupied=3)
    assert (shown["reserved"], shown["free"]) == (1, 0)
    assert (await report(desk, offer, 3))["reserved"] == 1


@pytest.mark.parametrize("how", ["one", "many"])
async def test_a_report_of_before_the_person_left_counts_them(desk: Desk, how: str) -> None:
    offer = await counted(desk)
    before = datetime.now(UTC).isoformat()
    await leave(desk, offer)
    if how == "one":
        shown = await report(desk, offer, 4, as_of=before)
    else:
        shown = await bulk(desk, offer, staffed=4, occupied=4, as_of=before)
    assert (shown["reserved"], shown["conflict"]) == (0, False)
    between = datetime.now(UTC).isoformat()
    await desk.reply(offer, "return")
    assert (await report(desk, offer, 3, as_of=between))["reserved"] == 1
    assert (await report(desk, offer, 4))["reserved"] == 0


@pytest.mark.parametrize("how", ["end", "clock"])
async def test_a_bed_that_is_no_longer_kept_is_free(desk: Desk, service: Service, how: str) -> None:
    offer = await counted(desk)
    await leave(desk, offer)
    await report(desk, offer, 3)
    if how == "end":
        assert (await desk.reply(offer, "end", {"destination": "hospital"})).status_code == 200
    else:
        await desk.rows(
            "UPDATE offer SET kept_until = now() - interval '1 s' WHERE id = $1::text::uuid",
            offer["id"],
        )
        database, this = service.parts.database, UUID(offer["id"])
        await database.transact(lambda tx: staying.give_up(tx, this))
    assert (await desk.figures(offer["service"]))["reserved"] == 0
    shown = await report(desk, offer, 3)
    assert (shown["reserved"], shown["free"]) == (0, 1)


async def test_a_report_from_a_clock_ahead_of_ours_counts_who_was_there(desk: Desk) -> None:
    offer = await counted(desk)
    ahead = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    await report(desk, offer, 4, as_of=ahead)
    bodies = {"leave": HOSPITAL, "end": {"destination": "home"}}
    for step in ("leave", "return", "leave", "end"):
        before = await desk.figures(offer["service"])
        assert (await desk.reply(offer, step, bodies.get(step))).status_code == 200
        assert await desk.figures(offer["service"]) == before
        assert (await report(desk, offer, 4, as_of=ahead))["reserved"] == 0


async def test_a_kept_bed_that_is_counted_as_occupied_shows_as_a_conflict(desk: Desk) -> None:
    offer = await counted(desk)
    await leave(desk, offer)
    shown = await report(desk, offer, 4)
    assert (shown["reserved"], shown["free"], shown["conflict"]) == (1, 0, True)
    assert "1 accepted and not counted in it" in shown["conflict_text_en"]
    assert "1 toegezegd maar niet meegeteld" in shown["conflict_text"]
    assert (await report(desk, offer, 3))["conflict"] is False


async def test_hours_stay_promised_to_who_is_in_hospital(desk: Desk) -> None:
    offer = await counted(desk, "nursing-planned", used=3.5)
    await leave(desk, offer)
    assert (await bulk(desk, offer, contracted=4, committed=3.5))["reserved"] == 0
    await desk.reply(offer, "return")
    assert (await report(desk, offer, 3.5))["reserved"] == 0


async def test_a_report_that_waits_for_who_leaves_reserves_the_bed(
    desk: Desk, service: Service
) -> None:
    """It comes while the step is not committed, and is as of a moment after it."""
    offer = await counted(desk)
    left, go = asyncio.Event(), asyncio.Event()
    they = Actor("test", Role.PROVIDER, UUID(offer["organisation"]), request="test")

    async def slowly(tx: Any) -> None:
        await staying.leave(tx, they, UUID(offer["id"]), DAY)
        left.set()
        await go.wait()

    leaving = asyncio.create_task(service.parts.database.transact(slowly))
    await left.wait()
    reporting = asyncio.create_task(report(desk, offer, 3))
    await asyncio.sleep(0.5)
    assert not reporting.done()
    go.set()
    await leaving
    shown = await reporting
    assert (shown["reserved"], shown["free"]) == (1, 0)
