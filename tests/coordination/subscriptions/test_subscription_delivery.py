"""A notification arrives at least once and in order, whoever was away; what did not is in sight."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from receivers import HANG, Receiver
from serving import Process
from subscriber import HOSTS, Subscriber

from coordination.db import notices as rows
from coordination.outbox import notices, rounds
from coordination.outbox.notices import LEASE
from coordination.outbox.schedule import FEW_TRIES, TRIES
from coordination.outbox.webhook import TIMEOUT, Webhooks
from coordination.records.shelf import Found
from fhir.subscription.topics import Topic

pytest_plugins = ["subscriber_fixture"]


async def changed(subscriber: Subscriber, times: int = 1) -> None:
    service = (await subscriber.services())[0]["id"]
    for _ in range(times):
        await subscriber.reported(service)


async def active(subscriber: Subscriber, **more: Any) -> Found:
    return await subscriber.active(subscriber.actor("gp"), Topic.CAPACITY, **more)


async def listed(subscriber: Subscriber, made: Found, state: str) -> list[dict[str, Any]]:
    path = f"/api/subscriptions/{made.id}/notifications?state={state}"
    items: list[dict[str, Any]] = (await subscriber.night.desk.get(path, "gp"))["items"]
    return items


async def test_what_is_not_taken_is_tried_again_ever_later_under_the_same_id_and_number(
    subscriber: Subscriber,
) -> None:
    made = await active(subscriber)
    await changed(subscriber)
    subscriber.night.receiver.statuses = [500, 429, 302]
    waits = []
    for _ in range(3):
        assert await subscriber.once() == 1
        assert await subscriber.once() == 0
        (one,) = [each for each in await subscriber.notifications(made) if each["number"]]
        waits.append(round(one["wait"].total_seconds()))
        assert (await subscriber.row(made))["state"] == "error"
        await subscriber.due()
    assert waits == [5, 10, 20]
    await subscriber.once()
    assert (await subscriber.row(made))["state"] == "active"
    told = subscriber.told()
    assert len(told) == 4
    assert len({one.headers["idempotency-key"] for one in told}) == 1
    assert {one.number for one in told} == {1}


async def test_who_was_away_for_a_while_is_told_everything_in_order_when_it_is_back(
    subscriber: Subscriber,
) -> None:
    made = await active(subscriber)
    await changed(subscriber, 3)
    subscriber.night.receiver.statuses = [503] * 2
    assert await subscriber.once() == 1, "one at a time"
    await changed(subscriber, 2)
    assert await subscriber.once() == 0, "and nobody passes it"
    await subscriber.due()
    assert await subscriber.once() == 1
    subscriber.night.receiver.forget()
    await subscriber.due()
    assert [one.number for one in await subscriber.all()] == [1, 2, 3, 4, 5]
    assert (await subscriber.row(made))["error"] is None


async def test_an_event_that_nobody_takes_holds_up_later_ones_for_minutes_not_for_hours(
    subscriber: Subscriber,
) -> None:
    made = await active(subscriber)
    await changed(subscriber, 2)
    for tries in range(1, rows.PATIENT + 1):
        subscriber.night.receiver.statuses = [500]
        assert await subscriber.once() == 1
        assert {one.number for one in subscriber.told()} == {1}
        if tries < rows.PATIENT:
            await subscriber.due()
    subscriber.night.receiver.forget()
    # Once another arrives, the receiver is there, and the one that waits for hours is due again.
    assert [one.number for one in await subscriber.all()] == [2, 1]
    assert (await subscriber.row(made))["state"] == "active"


@pytest.mark.parametrize(
    ("status", "tries"), [(400, FEW_TRIES), (410, 1), (429, TRIES), (503, TRIES)]
)
async def test_it_is_given_up_after_as_many_tries_as_the_answer_is_worth_and_no_other_with_it(
    subscriber: Subscriber, status: int, tries: int
) -> None:
    made = await active(subscriber)
    await changed(subscriber, 2)
    await subscriber.once()
    subscriber.night.receiver.forget()
    await subscriber.night.desk.rows(
        "UPDATE notification SET attempts = $1 WHERE number = 2", tries - 1
    )
    subscriber.night.receiver.statuses = [status]
    await subscriber.due()
    await subscriber.once()
    (dead,) = await listed(subscriber, made, "dead")
    assert (dead["number"], dead["error"], dead["next_attempt"]) == (2, f"HTTP {status}", None)
    assert (await subscriber.row(made))["state"] == "error"
    await changed(subscriber)
    assert [one.number for one in await subscriber.all()][-1] == 3
    assert (await subscriber.row(made))["state"] == "active"


async def test_a_dead_letter_is_seen_and_sent_again_by_its_own_organisation_only(
    subscriber: Subscriber,
) -> None:
    desk = subscriber.night.desk
    made = await active(subscriber)
    await changed(subscriber)
    subscriber.night.receiver.statuses = [410]
    await subscriber.once()
    (dead,) = await listed(subscriber, made, "dead")
    assert (dead["kind"], dead["state"], dead["attempts"]) == ("event-notification", "dead", 1)
    assert dead["focus"].startswith("HealthcareService/")
    assert await subscriber.night.figure("naober_notifications_dead ") == 1
    path = f"/api/subscriptions/{made.id}/notifications"
    again = f"{path}/{dead['id']}/resend"
    for role in ("provider", "coordinator"):
        assert (await desk.ask(role, "GET", path)).status_code == 404
        assert (await desk.ask(role, "POST", again)).status_code == 404
    assert (await desk.ask("analyst", "GET", path)).status_code == 403
    answer = await desk.ask("gp", "POST", again)
    assert answer.status_code == 202, answer.text
    assert (answer.json()["state"], answer.json()["number"]) == ("waiting", 1)
    assert (await desk.ask("gp", "POST", again)).status_code == 409
    subscriber.night.receiver.forget()
    (one,) = await subscriber.all()
    assert (one.headers["idempotency-key"], one.number) == (dead["id"], 1)
    assert await listed(subscriber, made, "dead") == []
    assert [one["kind"] for one in await listed(subscriber, made, "delivered")] == [
        "event-notification",
        "handshake",
    ]
    kept = await desk.value("SELECT count(*) FROM audit WHERE action = 'resend-notification'")
    assert kept == 1


@pytest.fixture
async def hanging() -> AsyncIterator[Receiver]:
    async with Receiver().serving() as one:
        yield one


async def test_one_receiver_that_hangs_keeps_nothing_from_another(
    subscriber: Subscriber, hanging: Receiver
) -> None:
    slow = await active(subscriber, address=hanging.url)
    quick = await active(subscriber)
    hanging.forget()
    hanging.statuses = [HANG]
    await changed(subscriber, 3)
    out = Webhooks(HOSTS)
    running = asyncio.create_task(notices.run(subscriber.night.database, subscriber.notifier, out))
    try:
        for _ in range(100):
            told = [one for one in await subscriber.notifications(quick) if one["delivered_at"]]
            if len(told) == 4:
                break
            await asyncio.sleep(0.05)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [one["number"] for one in told] == [None, 1, 2, 3]
    assert len(hanging.got) == 1
    told = [one for one in await subscriber.notifications(slow) if one["delivered_at"]]
    assert [one["number"] for one in told] == [None]


async def test_a_process_that_is_killed_while_it_sends_loses_nothing(
    subscriber: Subscriber, keys_file: Path
) -> None:
    made = await active(subscriber)
    subscriber.night.receiver.statuses = [HANG]
    process = await Process(
        subscriber.night.desk.url, keys_file, NAOBER_ALERT_HOSTS="127.0.0.1"
    ).ready()
    try:
        await changed(subscriber, 2)
        for _ in range(200):
            if subscriber.night.receiver.got:
                break
            await asyncio.sleep(0.05)
        assert await subscriber.once() == 0, "two processes told it at the same time"
    finally:
        process.kill()
        await process.client.aclose()
    assert len(subscriber.night.receiver.got) == 1
    await subscriber.due()  # as when the lease has ended
    told = await subscriber.all()
    assert [one.number for one in told] == [1, 1, 2]
    assert told[0].headers["idempotency-key"] == told[1].headers["idempotency-key"]
    assert (await subscriber.row(made))["state"] == "active"


async def test_the_outcome_of_a_try_that_comes_too_late_changes_nothing(
    subscriber: Subscriber,
) -> None:
    made = await active(subscriber)
    await changed(subscriber)
    await subscriber.night.database.transact(subscriber.notifier.spread)
    take = partial(rows.lease, most=1, seconds=60.0)
    transact = subscriber.night.database.transact
    (late,) = await transact(take)
    assert await transact(take) == []
    await subscriber.due()
    (newer,) = await transact(take)
    assert (newer.id, newer.attempts) == (late.id, 2)
    await transact(lambda tx: rows.failed(tx, late, "Late", 0.0, dead=True))
    row = await subscriber.row(made)
    assert (row["state"], row["leased_until"]) == ("active", newer.leased_until)
    await transact(lambda tx: rows.delivered(tx, newer))
    await transact(lambda tx: rows.failed(tx, newer, "Late", 0.0, dead=True))
    assert [one["last_error"] for one in await subscriber.notifications(made)] == [None, None]
    assert (await subscriber.row(made))["leased_until"] is None


async def test_a_change_that_cannot_be_spread_holds_up_nothing_that_was(
    subscriber: Subscriber,
) -> None:
    await active(subscriber)
    await changed(subscriber)
    await subscriber.night.database.transact(subscriber.notifier.spread)
    await subscriber.night.desk.rows("UPDATE subscription SET filters = '{}'")
    await changed(subscriber)
    assert await subscriber.once() == 1
    assert [one.number for one in subscriber.told()] == [1]


async def test_an_address_that_is_allowed_no_longer_is_not_called(subscriber: Subscriber) -> None:
    made = await active(subscriber)
    await changed(subscriber)
    out = Webhooks(frozenset())
    await notices.once(subscriber.night.database, subscriber.notifier, out, datetime.now(UTC))
    await out.close()
    assert subscriber.night.receiver.got == []
    assert (await subscriber.row(made))["error"] == "AddressNotAllowed"


def test_a_lease_lasts_longer_than_a_try() -> None:
    assert LEASE > 2 * TIMEOUT
    assert rounds.ROOM > 1
