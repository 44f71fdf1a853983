"""Reports of capacity for tests: services that have room, figures of theirs, and sending these."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from desk import Desk, fresh


def ago(**time: float) -> str:
    """A moment that was so long ago."""
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


def beds(staffed: Any = 12, occupied: Any = 9, **more: Any) -> dict[str, Any]:
    return {"unit": "bed", "staffed": staffed, "occupied": occupied} | more


def hours(contracted: Any = 400, committed: Any = 372.5, **more: Any) -> dict[str, Any]:
    return {"unit": "hour/week", "contracted": contracted, "committed": committed} | more


async def one(desk: Desk, kind: str = "elv-high", place: int = 0) -> dict[str, Any]:
    """A service that has room, by its place in the list of its kind."""
    items = (await desk.get(f"/api/capacity?kind={kind}"))["items"]
    found: dict[str, Any] = [item for item in items if item["freshness"] == "fresh"][place]
    return found


async def of_unit(desk: Desk, unit: str, count: int) -> list[dict[str, Any]]:
    """Services of one organisation that count in a unit."""
    items = [each for each in (await desk.get("/api/capacity"))["items"] if each["unit"] == unit]
    for item in items:
        same = [each for each in items if each["organisation"] == item["organisation"]]
        if len(same) >= count:
            return same[:count]
    raise AssertionError("no organisation with so many")


async def fitting(desk: Desk) -> dict[str, Any]:
    """The service where someone who was referred now fits best."""
    sent = await desk.refer(fresh("elv-low"))
    found: dict[str, Any] = (await desk.matches(sent.id))[0]
    return found


async def put(
    desk: Desk, service: dict[str, Any], body: Any, version: int | str | None = None
) -> httpx.Response:
    """Reports in place of the version that an ETag names; of the newest by default."""
    current = (await desk.get(f"/api/capacity/{service['service']}"))["version"]
    etag = f'"{current}"' if version is None else str(version)
    return await desk.ask(
        "provider",
        "PUT",
        f"/api/capacity/{service['service']}",
        body,
        organisation=service["organisation"],
        headers={"if-match": etag} if etag else {},
    )


async def reported_earlier(desk: Desk) -> None:
    """What stands was reported a while ago, whatever clock the test before had."""
    await desk.rows(
        "UPDATE capacity SET as_of = now() - interval '5 minutes',"
        " valid_until = now() + interval '1 day'"
    )
