"""What subscribers were told is kept for so many days, and then forgotten in small batches."""

from __future__ import annotations

import re
from datetime import timedelta

from conftest import ROOT
from subscriber import Subscriber

from coordination import clockwork
from coordination.subscriptions.telling import KEPT, forget
from fhir.subscription.topics import Topic

pytest_plugins = ["subscriber_fixture"]


async def forgotten(subscriber: Subscriber, most: int = 100) -> int:
    return await subscriber.night.database.transact(lambda tx: forget(tx, most))


async def test_what_is_old_and_done_is_forgotten_and_what_waits_or_is_new_is_not(
    subscriber: Subscriber,
) -> None:
    gp, desk = subscriber.actor("gp"), subscriber.night.desk
    made = await subscriber.active(gp, Topic.CAPACITY)
    services = [one["id"] for one in (await subscriber.services())[:6]]
    for service in services:
        await subscriber.reported(service)
    assert len(await subscriber.all()) == 6
    age = (
        "UPDATE notification SET created_at = now() - $2::interval WHERE subscription_id = $1"
        " AND number = ANY($3)"
    )
    await desk.rows(age, made.id, KEPT + timedelta(minutes=1), [1, 2, 3, 4])
    await desk.rows(age, made.id, KEPT - timedelta(minutes=1), [5])
    dead = "UPDATE notification SET delivered_at = NULL, dead_at = {} WHERE number = $1"
    await desk.rows(dead.format("now()"), 2)
    await desk.rows(dead.format("NULL"), 3)
    assert await forgotten(subscriber, most=2) == 2, "the oldest first, so many at once"
    assert await forgotten(subscriber) == 1
    assert await forgotten(subscriber) == 0
    left = [one["number"] for one in await subscriber.notifications(made)]
    assert [one for one in left if one] == [3, 5, 6]
    path = f"/fhir/Subscription/{made.id}"
    told = (await desk.get(f"{path}/$events?eventsSinceNumber=1", "gp"))["entry"]
    assert len(told) == 1 + 3
    status = (await desk.get(f"{path}/$status", "gp"))["entry"][0]["resource"]["parameter"]
    said = {one["name"]: one for one in status}
    assert said["events-since-subscription-start"]["valueString"] == "6", "numbers go on"


async def test_a_clock_does_it_until_nothing_is_left(subscriber: Subscriber) -> None:
    made = await subscriber.active(subscriber.actor("gp"), Topic.CAPACITY)
    await subscriber.night.desk.rows(
        "INSERT INTO notification (id, subscription_id, kind, number, focus, created_at,"
        " next_attempt_at, delivered_at)"
        " SELECT gen_random_uuid(), $1, 'event-notification', n, 'Task/x',"
        " now() - interval '31 days', now(), now() FROM generate_series(1, $2::int) n",
        made.id, clockwork.MOST + 1,
    )  # fmt: skip
    parts = subscriber.night.service.parts
    clocks = clockwork.clocks(parts.database, parts.live, parts.region)
    (clock,) = (one for one in clocks if one.name == "notifications kept")
    assert [await clock.look(), await clock.look()] == [True, False]
    assert all(one["number"] is None for one in await subscriber.notifications(made))


def test_the_days_are_those_that_are_documented() -> None:
    text = (ROOT / "docs" / "subscriptions.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(\d+) days", text)) == {str(KEPT.days)}
