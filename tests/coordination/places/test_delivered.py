"""The duty to deliver: what was asked of a service, and what it gave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from desk import Desk, fresh

pytest_plugins = ["desk_fixture"]


async def tally(desk: Desk, service: dict[str, Any], since: datetime) -> dict[str, Any]:
    at = quote(since.isoformat())
    found = await desk.get(f"/api/delivered?since={at}&organisation={service['organisation']}")
    assert datetime.fromisoformat(found["since"]) == since
    own = [one for one in found["items"] if one["service"] == service["service"]]
    assert len(own) <= 1
    return dict(own[0]) if own else {}


async def test_each_answer_counts_once_and_what_the_desk_took_back_does_not(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    await desk.room(service["service"], 20)
    since = datetime.now(UTC)
    assert await tally(desk, service, since) == {}

    async def asked(*steps: tuple[str, str, Any]) -> dict[str, Any]:
        one = await desk.refer(fresh("elv-low"))
        offer = await desk.offered(one.id, service)
        for step, role, body in steps:
            answer = await desk.reply(offer, step, body, role)
            assert answer.status_code == 200, (step, answer.text)
        return offer

    soon = {"starts_at": (since + timedelta(days=1)).isoformat()}
    accept, start = ("accept", "provider", None), ("start", "provider", None)
    back = ("withdraw", "coordinator", None)
    await asked(accept, start)
    await asked(accept, start, ("end", "provider", {"destination": "home"}))
    await asked(accept)
    await asked(accept, back)
    await asked(("decline", "provider", {"reason": "at-capacity"}))
    await asked(("decline", "provider", {"reason": "at-capacity"}))
    await asked(("queue", "provider", None), ("decline", "provider", {"reason": "other"}))
    await asked(("counter", "provider", soon), back)
    await asked(("counter", "provider", soon), ("agree", "coordinator", None), start)
    await asked(back)
    await asked(("queue", "provider", None))
    await asked()
    late = await asked()
    await desk.rows(
        "UPDATE offer SET state = 'expired' WHERE id = $1::text::uuid", late["id"]
    )  # as the clock does; what it holds is no part of this
    found = await tally(desk, service, since)
    assert found.pop("name")
    assert found == {
        "service": service["service"],
        "organisation": service["organisation"],
        "offered": 10,
        "accepted": 5,
        "declined": {"at-capacity": 2, "other": 1},
        "expired": 1,
        "other_date": 1,
        "delivered": 3,
        "to_come": 1,
        "taken_back": 1,
        "share": 0.375,
    }


async def test_everyone_who_sees_capacity_sees_what_is_delivered(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    await desk.reply(offer, "decline", {"reason": "other"})
    for role in ("coordinator", "gp", "analyst", "provider", "transfer-nurse"):
        found = (await desk.get("/api/delivered", role))["items"]
        assert offer["service"] in {one["service"] for one in found}, role
        assert sent.id not in str(found)
    assert (await desk.ask("privacy-officer", "GET", "/api/delivered")).status_code == 403


@pytest.mark.parametrize(
    "since",
    [
        "2026-11-01T00:00:00",
        "1999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+12:00",
        "9999-12-31T23:59:59-12:00",
        "yesterday",
        "",
    ],
)
async def test_a_moment_that_says_nothing_is_refused(desk: Desk, since: str) -> None:
    answer = await desk.ask("analyst", "GET", f"/api/delivered?since={quote(since)}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"]


async def test_it_counts_a_period_of_a_year_at_most_and_says_which(desk: Desk) -> None:
    now = datetime.now(UTC)
    usual = datetime.fromisoformat((await desk.get("/api/delivered"))["since"])
    assert abs(now - timedelta(days=90) - usual) < timedelta(minutes=1)
    year = quote((now - timedelta(days=365)).isoformat())
    assert (await desk.ask("analyst", "GET", f"/api/delivered?since={year}")).is_success
    longer = quote((now - timedelta(days=367)).isoformat())
    refused = await desk.ask("analyst", "GET", f"/api/delivered?since={longer}")
    assert refused.status_code == 400
    assert refused.json()["errors"] == [
        {"path": "since", "message": "at most 366 days ago, with a time zone"}
    ]
