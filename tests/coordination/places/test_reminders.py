"""An organisation hears in time, and once, that its figure is about to go stale."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from desk import Desk, fresh
from serving import Process

from capacity.region import Clocks
from coordination.app import Service
from coordination.db.engine import Transaction
from coordination.places import reminding

pytest_plugins = ["desk_fixture"]
USUAL = Clocks()


@pytest.fixture(scope="module", autouse=True)
async def fresh_figures(desk: Desk) -> AsyncIterator[None]:
    """Every figure is fresh for a week, and as it was afterwards."""
    await desk.rows(
        "CREATE TEMP TABLE before AS SELECT service_id, as_of, valid_until FROM capacity"
    )
    await desk.rows(
        "UPDATE capacity SET as_of = now() - interval '1 hour', reminded = NULL,"
        " valid_until = now() + interval '7 days'"
    )
    await desk.rows("DELETE FROM outbox WHERE topic = 'capacity.reminder'")
    yield
    await desk.rows(
        "UPDATE capacity c SET as_of = b.as_of, valid_until = b.valid_until, reminded = version"
        " FROM before b WHERE b.service_id = c.service_id"
    )


@pytest.fixture
async def figure(desk: Desk) -> dict[str, Any]:
    """A service that nobody was reminded of, with its organisation."""
    row = (
        await desk.rows(
            "SELECT c.service_id::text AS service, s.organisation_id::text AS organisation"
            " FROM capacity c JOIN service s ON s.id = c.service_id"
            " WHERE c.reminded IS NULL AND c.unit = 'bed' ORDER BY c.service_id LIMIT 1"
        )
    )[0]
    return dict(row)


async def valid(desk: Desk, service: str, since: float, until: float) -> None:
    """Sets as_of and valid_until of a figure, in hours from now."""
    await desk.rows(
        "UPDATE capacity SET as_of = now() + make_interval(secs => $2::float8 * 3600),"
        " valid_until = now() + make_interval(secs => $3::float8 * 3600)"
        " WHERE service_id = $1::text::uuid",
        service,
        since,
        until,
    )


async def remind(service: Service, chosen: Clocks = USUAL) -> list[UUID]:
    """Looks once, as the clock does; of which services it reminded."""

    async def work(tx: Transaction) -> list[UUID]:
        return await reminding.remind(tx, chosen, 100)

    return await service.parts.database.transact(work)


async def reminders(desk: Desk, service: str) -> list[str]:
    """To whom reminders of a service left."""
    rows = await desk.rows(
        "SELECT recipient::text FROM outbox WHERE topic = 'capacity.reminder'"
        " AND payload->>'service' = $1 AND payload->>'valid_until' IS NOT NULL",
        service,
    )
    return [row["recipient"] for row in rows]


async def test_a_figure_that_is_good_for_long_is_not_asked_for(
    desk: Desk, service: Service, figure: dict[str, Any]
) -> None:
    await valid(desk, figure["service"], -20, 2.1)
    await remind(service)
    assert await reminders(desk, figure["service"]) == []


async def test_a_reminder_leaves_once_two_hours_before_a_figure_goes_stale(
    desk: Desk, service: Service, figure: dict[str, Any]
) -> None:
    await valid(desk, figure["service"], -22, 1.9)
    await asyncio.gather(*(remind(service) for _ in range(4)))
    await remind(service)
    assert await reminders(desk, figure["service"]) == [figure["organisation"]]
    audited = await desk.value(
        "SELECT count(*) FROM audit WHERE action = 'remind' AND entity = $1",
        f"capacity/{figure['service']}",
    )
    assert audited == 1


async def test_a_figure_of_an_hour_is_asked_for_at_half_of_it(
    desk: Desk, service: Service, figure: dict[str, Any]
) -> None:
    await valid(desk, figure["service"], -0.4, 0.6)
    await remind(service)
    assert await reminders(desk, figure["service"]) == []
    await valid(desk, figure["service"], -0.6, 0.4)
    await remind(service)
    assert len(await reminders(desk, figure["service"])) == 1


async def test_how_long_before_is_for_the_region_to_choose(
    desk: Desk, service: Service, figure: dict[str, Any]
) -> None:
    await valid(desk, figure["service"], -20, 4)
    await remind(service)
    assert await reminders(desk, figure["service"]) == []
    await remind(service, Clocks(remind_hours=5))
    assert len(await reminders(desk, figure["service"])) == 1


async def test_a_newer_report_is_reminded_of_anew(
    desk: Desk, service: Service, figure: dict[str, Any]
) -> None:
    await valid(desk, figure["service"], -23, 1)
    await remind(service)
    path = f"/api/capacity/{figure['service']}"
    etag = (await desk.ask("provider", "GET", path)).headers["etag"]
    now = datetime.now(UTC)
    body = {
        "unit": "bed",
        "staffed": 9,
        "occupied": 5,
        "as_of": now.isoformat(),
        "valid_until": (now + timedelta(hours=12)).isoformat(),
    }
    put = await desk.ask(
        "provider",
        "PUT",
        path,
        body,
        organisation=figure["organisation"],
        headers={"if-match": etag},
    )
    assert put.status_code == 200, put.text
    await remind(service)
    assert len(await reminders(desk, figure["service"])) == 1
    await valid(desk, figure["service"], -11, 1)
    await remind(service)
    assert len(await reminders(desk, figure["service"])) == 2


async def test_a_figure_that_went_stale_while_nobody_looked_is_still_asked_for(
    desk: Desk, service: Service, figure: dict[str, Any]
) -> None:
    await valid(desk, figure["service"], -30, -6)
    await remind(service)
    assert len(await reminders(desk, figure["service"])) == 1


async def test_of_two_processes_one_reminds_of_each(
    desk: Desk, service: Service, keys_file: Path
) -> None:
    rows = await desk.rows(
        "UPDATE capacity SET as_of = now() - interval '23 hours', version = version + 1,"
        " valid_until = now() + interval '1 hour' RETURNING service_id::text AS service"
    )
    services = [row["service"] for row in rows]
    before = {one: len(await reminders(desk, one)) for one in services}
    second = Process(desk.url, keys_file)
    try:
        await second.ready()
        await asyncio.gather(*(remind(service) for _ in range(6)))
        began = time.monotonic()
        while await desk.value("SELECT count(*) FROM capacity WHERE reminded <> version"):
            assert time.monotonic() - began < 15
            await asyncio.sleep(0.1)
    finally:
        await second.stop()
    assert {one: len(await reminders(desk, one)) - before[one] for one in services} == (
        dict.fromkeys(services, 1)
    )


async def asked(desk: Desk, urgency: str, share: float) -> str:
    """An open offer of an urgency, of whose time a share has passed."""
    offer = await desk.offered((await desk.refer(fresh("elv-low"))).id)
    await desk.rows(
        "UPDATE offer SET need = jsonb_set(need::jsonb, '{urgency}', to_jsonb($2::text))::json,"
        " created_at = now() - make_interval(secs => 600 * $3::float8),"
        " expires_at = now() + make_interval(secs => 600 * (1 - $3::float8))"
        " WHERE id = $1::text::uuid",
        offer["id"],
        urgency,
        share,
    )
    identity: str = offer["id"]
    return identity


async def nudge(service: Service) -> int:
    """Looks once, as the clock does."""

    async def work(tx: Transaction) -> int:
        return await reminding.nudge(tx, 100)

    return await service.parts.database.transact(work)


async def test_an_urgent_question_is_asked_again_once_at_half_of_its_time(
    desk: Desk, service: Service
) -> None:
    early, late = await asked(desk, "U2", 0.4), await asked(desk, "U2", 0.6)
    calm, answered = await asked(desk, "U3", 0.6), await asked(desk, "U1", 0.4)
    organisation = await desk.value(
        "SELECT organisation_id::text FROM offer WHERE id = $1::text::uuid", answered
    )
    await desk.reply({"id": answered, "organisation": organisation}, "accept")
    await desk.rows(
        "UPDATE offer SET created_at = now() - interval '1 hour' WHERE id = $1::text::uuid",
        answered,
    )
    await asyncio.gather(*(nudge(service) for _ in range(4)))
    assert await nudge(service) == 0
    told = await desk.rows(
        "SELECT payload->>'offer' AS offer, recipient = (SELECT organisation_id FROM offer"
        " WHERE id = (payload->>'offer')::uuid) AS theirs FROM outbox"
        " WHERE topic = 'offer.reminder' AND payload->>'offer' = ANY($1)",
        [early, late, calm, answered],
    )
    assert [(row["offer"], row["theirs"]) for row in told] == [(late, True)]
