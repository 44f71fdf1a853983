"""A guarantee bed is asked for only where nothing else fits, and once in so many hours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from desk import Desk, Sent, bsn, fresh

pytest_plugins = ["desk_fixture"]

KEPT = """
SELECT id::text AS service, organisation_id::text AS organisation, subregion FROM service
WHERE profile->>'guarantee' = 'true' AND $1 = ANY(kinds) ORDER BY id
"""


async def kept(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await desk.rows(KEPT, kind)]


async def nothing_else(desk: Desk, kind: str) -> None:
    """Every ordinary service of a kind is full, and every guarantee bed is free."""
    await desk.rows(
        "UPDATE capacity SET stop_reason = 'full', stop_until = NULL WHERE service_id IN"
        " (SELECT id FROM service WHERE profile->>'guarantee' IS DISTINCT FROM 'true')"
    )
    for one in await kept(desk, kind):
        await desk.room(one["service"], 3)


@pytest.fixture(autouse=True)
async def reopened(desk: Desk) -> Any:
    yield
    await desk.rows("UPDATE capacity SET stop_reason = NULL WHERE stop_reason = 'full'")


KIND = "elv-low"


async def urgent(desk: Desk) -> Sent:
    """Someone who must have a place within hours."""
    sent = await desk.refer(fresh(KIND, bsn()))
    await desk.rows(
        "UPDATE referral SET need = jsonb_set(need::jsonb, '{within_hours}', '12')::json"
        " WHERE id = $1::text::uuid",
        sent.id,
    )
    return sent


async def test_a_guarantee_bed_is_not_asked_for_while_anything_else_fits(desk: Desk) -> None:
    sent = await urgent(desk)
    bed = (await kept(desk, KIND))[0]
    await desk.room(bed["service"], 1)
    assert await desk.matches(sent.id)
    refused = await desk.offer(sent.id, bed["service"])
    assert refused.status_code == 409
    assert "guarantee-kept" in [one["path"] for one in refused.json()["errors"]]


async def test_each_sub_region_gives_one_in_so_many_hours_however_many_ask(desk: Desk) -> None:
    sent = [await urgent(desk) for _ in range(8)]
    await nothing_else(desk, KIND)
    beds = await kept(desk, KIND)
    bed = beds[0]
    before = await desk.figures(bed["service"])
    answers = await asyncio.gather(*(desk.offer(one.id, bed["service"]) for one in sent))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 7, answers[0].text
    codes = {fault["path"] for one in answers for fault in one.json().get("errors", [])}
    assert codes == {"guarantee-given"}
    assert (await desk.figures(bed["service"]))["held"] == before["held"] + 1
    others = {one["subregion"] for one in beds} - {bed["subregion"]}
    assert others
    other = next(one for one in beds if one["subregion"] in others)
    assert (await desk.offer(sent[0].id, other["service"])).status_code in {201, 409}
    won = next(one for one in answers if one.status_code == 201).json() | bed
    declined = await desk.reply(won, "decline", {"reason": "other"})
    assert declined.status_code == 200
    assert (await desk.offer(sent[1].id, bed["service"])).status_code == 201
