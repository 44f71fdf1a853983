"""A subscription begins with a handshake, is its organisation's alone, and ends when it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from subscriber import HOSTS, Subscriber, extension, subscription

from coordination.errors import Refused, Wrong
from coordination.outbox.schedule import FEW_TRIES
from coordination.permissions import Actor
from coordination.records.shelf import Found, Page, Reader
from coordination.records.subscribed import SubscribedShelf
from coordination.subscriptions import subscribing, telling
from fhir.outcome import FhirRefused
from fhir.search.query import Query
from fhir.subscription.topics import Topic
from fhir.validation import accept

pytest_plugins = ["subscriber_fixture"]
SHELF = SubscribedShelf()


async def changed(
    subscriber: Subscriber, who: Actor, made: Found, version: int, **elements: Any
) -> Found:
    body = json.loads(made.body) | elements
    sent = msgspec.json.encode(body)
    return await subscriber.night.database.transact(
        lambda tx: subscribing.update(
            tx, who, str(made.id), sent, version, subscriber.vault, datetime.now(UTC),
            allowed=HOSTS,
        )
    )  # fmt: skip


async def removed(subscriber: Subscriber, who: Actor, made: Found) -> None:
    await subscriber.night.database.transact(
        lambda tx: subscribing.delete(tx, who, str(made.id), datetime.now(UTC))
    )


async def read(subscriber: Subscriber, who: Actor, made: Found) -> Found | None:
    reader = Reader(who, subscriber.vault, datetime.now(UTC))
    return await subscriber.night.database.transact(
        lambda tx: SHELF.read(tx, reader, "Subscription", str(made.id))
    )


async def test_it_is_requested_until_its_handshake_is_answered(subscriber: Subscriber) -> None:
    made = await subscriber.asked(
        subscriber.actor("gp"), Topic.TASK, headers=("Authorization: Bearer geheim",)
    )
    assert json.loads(made.body)["status"] == "requested"
    assert await subscriber.once() == 1
    (one,) = subscriber.told()
    assert one.kind == "handshake"
    assert one.headers["authorization"] == "Bearer geheim"
    assert one.headers["content-type"] == "application/fhir+json"
    assert one.headers["idempotency-key"] == one.body["id"]
    assert one.said["status"]["valueCode"] == "requested"
    assert one.said["events-since-subscription-start"]["valueString"] == "0"
    now = await read(subscriber, subscriber.actor("gp"), made)
    assert now is not None
    body = json.loads(now.body)
    assert (body["status"], now.version, body["meta"]["versionId"]) == ("active", 2, "2")
    accept(now.body, "Subscription")
    assert await subscriber.once() == 0


async def test_nothing_is_told_before_the_handshake(subscriber: Subscriber) -> None:
    made = await subscriber.asked(subscriber.actor("gp"), Topic.CAPACITY)
    subscriber.night.receiver.statuses = [500]
    await subscriber.once()
    await subscriber.reported((await subscriber.services())[0]["id"])
    assert await subscriber.once() == 0
    assert (await subscriber.row(made))["events"] == 0
    assert len(subscriber.night.receiver.got) == 1


async def test_a_handshake_that_fails_for_good_is_an_error_that_an_update_mends(
    subscriber: Subscriber,
) -> None:
    who = subscriber.actor("gp")
    made = await subscriber.asked(who, Topic.CAPACITY)
    for _ in range(FEW_TRIES):
        subscriber.night.receiver.statuses = [404]
        assert await subscriber.once() == 1
        await subscriber.due()
    assert await subscriber.once() == 0
    broken = await read(subscriber, who, made)
    assert broken is not None
    body = json.loads(broken.body)
    assert (body["status"], body["error"]) == ("error", "HTTP 404")
    await subscriber.reported((await subscriber.services())[0]["id"])
    assert await subscriber.once() == 0
    await changed(subscriber, who, broken, broken.version, status="requested")
    await subscriber.once()
    await subscriber.reported((await subscriber.services())[0]["id"])
    subscriber.night.receiver.forget()
    assert [one.number for one in await subscriber.all()] == [1]


async def test_an_update_asks_for_the_version_that_was_seen(subscriber: Subscriber) -> None:
    who = subscriber.actor("gp")
    made = await subscriber.active(who, Topic.TASK)
    for version in (1, 3):
        with pytest.raises(Refused) as refused:
            await changed(subscriber, who, made, version, reason="anders")
        assert refused.value.wrong is Wrong.STALE
    new = await changed(subscriber, who, made, 2, reason="anders")
    assert (new.version, json.loads(new.body)["reason"]) == (3, "anders")


async def test_what_waits_is_told_at_the_new_address_after_a_new_handshake(
    subscriber: Subscriber,
) -> None:
    who = subscriber.actor("gp")
    made = await subscriber.active(who, Topic.CAPACITY)
    service = (await subscriber.services())[0]["id"]
    subscriber.night.receiver.statuses = [503]
    await subscriber.reported(service)
    await subscriber.once()
    channel = json.loads(made.body)["channel"]
    channel["endpoint"] = subscriber.night.receiver.url + "/new"
    version = (await subscriber.row(made))["version"]
    await changed(subscriber, who, made, version, channel=channel)
    await subscriber.reported(service)
    subscriber.night.receiver.forget()
    await subscriber.due()
    told = await subscriber.all()
    assert {one.path for one in told} == {"/in/new"}
    assert [one.kind for one in told] == ["handshake", *["event-notification"] * 2]
    assert [one.number for one in told[1:]] == [1, 2]


async def test_off_and_its_end_stop_it_and_what_waits_is_given_up(subscriber: Subscriber) -> None:
    who = subscriber.actor("gp")
    service = (await subscriber.services())[0]["id"]
    for stop in ("off", "end"):
        made = await subscriber.active(who, Topic.CAPACITY)
        subscriber.night.receiver.statuses = [503]
        await subscriber.reported(service)
        await subscriber.once()
        if stop == "off":
            version = (await subscriber.row(made))["version"]
            await changed(subscriber, who, made, version, status="off")
        else:
            await subscriber.night.desk.rows(
                "UPDATE subscription SET ends_at = now() WHERE id = $1", made.id
            )
        subscriber.night.receiver.forget()
        await subscriber.due()
        await subscriber.reported(service)
        assert await subscriber.all() == []
        dead = [one["last_error"] for one in await subscriber.notifications(made) if one["dead_at"]]
        assert dead == ["off" if stop == "off" else "ended"]
        assert (await subscriber.row(made))["state"] == "off"


async def test_what_was_deleted_is_gone_and_forgotten(subscriber: Subscriber) -> None:
    who = subscriber.actor("gp")
    made = await subscriber.active(who, Topic.CAPACITY)
    await removed(subscriber, who, made)
    gone = await read(subscriber, who, made)
    assert gone is not None
    assert (gone.body, gone.method) == (b"", "DELETE")
    with pytest.raises(Refused) as refused:
        await removed(subscriber, who, made)
    assert refused.value.wrong is Wrong.GONE
    assert (await subscriber.row(made))["body"] == b""
    left = "SELECT count(*) FROM past WHERE of = 'subscription'"
    assert await subscriber.night.desk.value(left) == 0
    await subscriber.reported((await subscriber.services())[0]["id"])
    assert await subscriber.all() == []


async def test_nobody_else_sees_changes_or_deletes_it(subscriber: Subscriber) -> None:
    made = await subscriber.active(subscriber.actor("gp"), Topic.TASK)
    for other in (
        subscriber.actor("coordinator"),
        subscriber.actor("provider"),
        subscriber.actor("transfer-nurse"),
    ):
        assert await read(subscriber, other, made) is None
        with pytest.raises(Refused) as hidden:
            await changed(subscriber, other, made, 2)
        with pytest.raises(Refused) as kept:
            await removed(subscriber, other, made)
        assert {hidden.value.wrong, kept.value.wrong} == {Wrong.NOT_FOUND}
    with pytest.raises(Refused) as missing:
        await subscriber.night.database.transact(
            lambda tx: telling.status(
                tx, subscriber.actor("provider"), str(uuid4()), datetime.now(UTC)
            )
        )
    assert missing.value.detail == hidden.value.detail


async def test_an_analyst_may_not_subscribe(subscriber: Subscriber) -> None:
    with pytest.raises(Refused) as refused:
        await subscriber.asked(subscriber.actor("analyst"), Topic.CAPACITY)
    assert refused.value.wrong is Wrong.FORBIDDEN


async def test_versions_are_kept_and_found_newest_first(subscriber: Subscriber) -> None:
    who = subscriber.actor("gp")
    made = await subscriber.active(who, Topic.TASK)
    await changed(subscriber, who, made, 2, reason="anders")
    reader = Reader(who, subscriber.vault, datetime.now(UTC))
    transact = subscriber.night.database.transact

    async def page(count: int, after: str | None = None) -> Any:
        return await transact(
            lambda tx: SHELF.history(
                tx, reader, "Subscription", str(made.id), since=None, count=count, after=after
            )
        )

    whole = await page(10)
    assert [(one.version, json.loads(one.body)["status"]) for one in whole.found] == [
        (3, "requested"), (2, "active"), (1, "requested"),
    ]  # fmt: skip
    assert [one.method for one in whole.found] == ["PUT", "PUT", "POST"]
    first = await page(2)
    assert [one.version for one in (await page(2, first.after)).found] == [1]
    one = await transact(lambda tx: SHELF.version(tx, reader, "Subscription", str(made.id), 1))
    assert one is not None
    assert json.loads(one.body)["reason"] == "Verwijzingen volgen"
    assert (
        await transact(lambda tx: SHELF.version(tx, reader, "Subscription", str(made.id), 9))
        is None
    )


async def test_a_search_finds_ones_own_page_by_page(subscriber: Subscriber) -> None:
    who = subscriber.actor("gp")
    mine = [str((await subscriber.asked(who, Topic.TASK)).id) for _ in range(5)]
    await subscriber.asked(subscriber.actor("provider"), Topic.TASK)
    reader = Reader(who, subscriber.vault, datetime.now(UTC))
    found: list[str] = []
    after = None
    while True:
        query = Query(kind="Subscription", count=2, after=after)
        page = await subscriber.night.database.transact(
            lambda tx, q=query: SHELF.search(tx, reader, q)  # type: ignore[misc]
        )
        assert page.total == 5
        found += [str(one.id) for one in page.found]
        after = page.after
        if after is None:
            break
    assert found == mine[::-1]


@pytest.mark.parametrize("sort", [("_lastUpdated", False), ("_lastUpdated", True), ("_id", False)])
async def test_the_next_page_is_right_when_the_last_one_on_this_page_was_deleted(
    subscriber: Subscriber, sort: tuple[str, bool]
) -> None:
    who = subscriber.actor("gp")
    mine = [await subscriber.asked(who, Topic.TASK) for _ in range(4)]
    reader = Reader(who, subscriber.vault, datetime.now(UTC))

    async def page(after: str | None) -> Page:
        query = Query(kind="Subscription", count=2, after=after, sort=sort)
        return await subscriber.night.database.transact(lambda tx: SHELF.search(tx, reader, query))

    first = await page(None)
    await removed(subscriber, who, first.found[-1])
    rest = await page(first.after)
    told = [one.id for one in (*first.found, *rest.found)]
    ids = [one.id for one in mine]
    assert told == (ids[::-1] if sort[1] else ids)
    assert (rest.after, rest.total) == (None, 3)


@pytest.mark.parametrize(
    ("elements", "where"),
    [
        ({"status": "error"}, "status"),
        ({"criteria": "Task?status=requested"}, "criteria"),
        ({"end": "2020-01-01T00:00:00Z"}, "end"),
        ({"channel": {"type": "email"}}, "channel.type"),
    ],
)
async def test_what_is_not_offered_is_refused_with_its_place(
    subscriber: Subscriber, elements: dict[str, Any], where: str
) -> None:
    with pytest.raises(FhirRefused) as refused:
        await subscriber.asked(subscriber.actor("gp"), Topic.TASK, **elements)
    assert refused.value.kind == "unprocessable"
    assert f"Subscription.{where}" in {one.expression[0] for one in refused.value.issues}


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/in", "https://169.254.169.254/", "https://localhost/in", "ftp://x.example/"],
)
async def test_an_address_inside_the_house_is_refused(subscriber: Subscriber, address: str) -> None:
    body = msgspec.json.encode(subscription(Topic.TASK, address))
    with pytest.raises(FhirRefused) as refused:
        await subscriber.night.database.transact(
            lambda tx: subscribing.create(
                tx, subscriber.actor("gp"), body, subscriber.vault, datetime.now(UTC)
            )
        )
    assert refused.value.issues[0].details == "address-not-allowed"
    assert address not in refused.value.issues[0].diagnostics


async def test_one_too_many_is_refused(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribing, "MOST_SUBSCRIPTIONS", 1)
    await subscriber.asked(subscriber.actor("gp"), Topic.TASK)
    with pytest.raises(Refused) as refused:
        await subscriber.asked(subscriber.actor("gp"), Topic.TASK)
    assert refused.value.code == "too-many-subscriptions"


async def test_status_says_how_it_stands(subscriber: Subscriber) -> None:
    who = subscriber.actor("gp")
    made = await subscriber.active(who, Topic.CAPACITY)
    subscriber.night.receiver.statuses = [503]
    await subscriber.reported((await subscriber.services())[0]["id"])
    await subscriber.once()
    answer = await subscriber.night.database.transact(
        lambda tx: telling.status(tx, who, str(made.id), datetime.now(UTC))
    )
    accept(msgspec.json.encode(answer), "Bundle")
    said = {one["name"]: one for one in answer["entry"][0]["resource"]["parameter"]}
    assert said["status"]["valueCode"] == "error"
    assert said["type"]["valueCode"] == "query-status"
    assert said["events-since-subscription-start"]["valueString"] == "1"
    assert said["error"]["valueCodeableConcept"]["text"] == "HTTP 503"


async def test_every_deed_leaves_an_audit_row_without_the_address(subscriber: Subscriber) -> None:
    who = subscriber.actor("gp")
    made = await subscriber.active(who, Topic.TASK, headers=("Authorization: geheim",))
    await changed(subscriber, who, made, 2)
    await subscriber.night.database.transact(
        lambda tx: telling.status(tx, who, str(made.id), datetime.now(UTC))
    )
    await removed(subscriber, who, made)
    rows = await subscriber.night.desk.rows(
        "SELECT action, detail::text AS detail FROM audit WHERE entity = $1 ORDER BY id",
        f"Subscription/{made.id}",
    )
    assert [row["action"] for row in rows] == [
        "create-subscription", "change-subscription", "read-subscription-status",
        "delete-subscription",
    ]  # fmt: skip
    assert not any("127.0.0.1" in (row["detail"] or "") for row in rows)
    assert not any("geheim" in (row["detail"] or "") for row in rows)


async def test_a_sign_of_life_comes_when_nothing_else_did(subscriber: Subscriber) -> None:
    made = await subscriber.active(
        subscriber.actor("gp"),
        Topic.TASK,
        extensions=(extension("backport-heartbeat-period", valueUnsignedInt=60),),
    )
    assert await subscriber.once() == 0
    ahead = (await subscriber.row(made))["heartbeat_at"] - datetime.now(UTC)
    assert timedelta(seconds=50) < ahead <= timedelta(seconds=60)
    due = "UPDATE subscription SET heartbeat_at = now() - interval '1 second'"
    await subscriber.night.desk.rows(due)
    (one,) = await subscriber.all()
    assert (one.kind, one.said["status"]["valueCode"]) == ("heartbeat", "active")
    assert "notification-event" not in one.said
    subscriber.night.receiver.forget()
    subscriber.night.receiver.statuses = [500]
    await subscriber.night.desk.rows(due)
    assert await subscriber.once() == 1
    assert await subscriber.once() == 0, "a sign of life is not repeated"
    assert (await subscriber.row(made))["state"] == "error"
    await subscriber.night.desk.rows(due)
    assert await subscriber.once() == 1
    assert (await subscriber.row(made))["state"] == "active"
