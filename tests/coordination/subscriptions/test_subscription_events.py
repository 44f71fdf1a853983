"""Who is told of what: every change of a topic, numbered, and never what one may not read."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from desk import fresh
from subscriber import Subscriber

from coordination.db.engine import Database, connect
from coordination.outbox import notices
from coordination.permissions import Actor
from coordination.records.shelf import Found
from coordination.subscriptions import subscribing
from fhir.codes import REASON, TASK_CODE
from fhir.subscription.topics import Topic
from fhir.validation import accept

pytest_plugins = ["subscriber_fixture"]


class Placed:
    """A referral with an offer at a service, and what it is called."""

    def __init__(self, referral: str, task: str, offer: dict[str, Any]) -> None:
        self.request = f"ServiceRequest/{referral}"
        self.task = f"Task/{task}"
        self.offer = offer
        self.offered = f"Task/{offer['id']}"


async def placed(subscriber: Subscriber) -> Placed:
    desk = subscriber.night.desk
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    task = await desk.value("SELECT task_id::text FROM referral WHERE id = $1", UUID(sent.id))
    return Placed(sent.id, task, offer)


async def told(subscriber: Subscriber) -> list[str]:
    """What the subscriber of each path was told, as ``path focus``, in order; then forgotten."""
    found = [
        f"{one.path.removeprefix('/in/')} {one.focus.removeprefix('https://naober.example/fhir/')}"
        for one in await subscriber.all()
    ]
    subscriber.night.receiver.forget()
    return found


def other(subscriber: Subscriber, kind: str, known: str) -> str:
    """Another organisation of a kind."""
    return next(
        one.id for one in subscriber.region.organisations if one.kind == kind and one.id != known
    )


async def test_a_referral_is_told_to_who_sent_it_and_to_the_desk_and_to_no_other_referrer(
    subscriber: Subscriber,
) -> None:
    gp = subscriber.actor("gp")
    stranger = subscriber.actor("gp", other(subscriber, "gp-practice", str(gp.organisation)))
    for path, who in (
        ("gp", gp),
        ("desk", subscriber.actor("coordinator")),
        ("stranger", stranger),
        ("nurse", subscriber.actor("transfer-nurse")),
        ("provider", subscriber.actor("provider")),
    ):
        for topic in (Topic.TASK, Topic.SERVICE_REQUEST):
            await subscriber.active(who, topic, path=f"/{path}")
    sent = await subscriber.night.desk.refer(fresh("elv-low"))
    task = await subscriber.night.desk.value(
        "SELECT task_id::text FROM referral WHERE id = $1", UUID(sent.id)
    )
    found = await told(subscriber)
    assert {one for one in found if sent.id in one or task in one} == set(found)
    assert set(found) == {
        f"{path} {focus}"
        for path in ("gp", "desk")
        for focus in (f"ServiceRequest/{sent.id}", f"Task/{task}")
    }


async def test_a_provider_is_told_of_what_it_is_asked_and_of_the_person_once_it_accepts(
    subscriber: Subscriber,
) -> None:
    desk = subscriber.night.desk
    sent = await desk.refer(fresh("elv-low"))
    asked, *rest = await desk.matches(sent.id)
    elsewhere = next(
        one["organisation"] for one in rest if one["organisation"] != asked["organisation"]
    )
    await subscriber.all()
    for path, organisation in (("asked", asked["organisation"]), ("elsewhere", elsewhere)):
        who = subscriber.actor("provider", organisation)
        for topic in (Topic.TASK, Topic.SERVICE_REQUEST):
            await subscriber.active(who, topic, path=f"/{path}")
    offer = await desk.offered(sent.id, asked)
    assert await told(subscriber) == [f"asked Task/{offer['id']}"]
    await desk.reply(offer, "accept")
    found = await told(subscriber)
    task = await desk.value("SELECT task_id::text FROM referral WHERE id = $1", UUID(sent.id))
    assert set(found) == {
        f"asked Task/{offer['id']}",
        f"asked Task/{task}",
        f"asked ServiceRequest/{sent.id}",
    }
    await desk.reply(offer, "withdraw", role="coordinator")
    assert await told(subscriber) == [f"asked Task/{offer['id']}"], "it lost the right to the rest"


async def test_what_waits_is_told_without_its_name_once_it_is_theirs_no_longer(
    subscriber: Subscriber,
) -> None:
    desk, receiver = subscriber.night.desk, subscriber.night.receiver
    sent = await desk.refer(fresh("elv-low"))
    asked, *_ = await desk.matches(sent.id)
    await subscriber.all()
    who = subscriber.actor("provider", asked["organisation"])
    made = await subscriber.active(who, Topic.SERVICE_REQUEST)
    offer = await desk.offered(sent.id, asked)
    await desk.reply(offer, "accept")
    receiver.statuses = [503]
    await subscriber.once()
    assert [one.focus for one in subscriber.told()] == [
        f"https://naober.example/fhir/ServiceRequest/{sent.id}"
    ]
    receiver.forget()
    await desk.reply(offer, "withdraw", role="coordinator")
    await subscriber.due()
    later = await subscriber.all()
    assert [one.number for one in later] == list(range(1, len(later) + 1))
    for one in later:
        assert "focus" not in one.event
        assert sent.id not in json.dumps(one.body)
    own = {"role": "provider", "organisation": asked["organisation"]}
    for path in (
        f"/fhir/Subscription/{made.id}/$events",
        f"/api/subscriptions/{made.id}/notifications",
    ):
        assert sent.id not in json.dumps(await desk.get(path, **own))


async def test_a_coordinator_is_told_of_its_sub_regions_and_no_others(
    subscriber: Subscriber,
) -> None:
    desk = subscriber.actor("coordinator")
    for region in ("hoogeveen", "emmen"):
        who = Actor(desk.id, desk.role, desk.organisation, frozenset({region}), "of-a-test")
        await subscriber.active(who, Topic.SERVICE_REQUEST, path=f"/{region}")
    sent = await subscriber.night.desk.refer(fresh("elv-low"))
    subregion = await subscriber.night.desk.value(
        "SELECT subregion FROM referral WHERE id = $1", UUID(sent.id)
    )
    assert subregion == "hoogeveen"
    assert await told(subscriber) == [f"hoogeveen ServiceRequest/{sent.id}"]
    await subscriber.night.desk.rows(
        "UPDATE referral SET subregion = NULL, version = version + 1 WHERE id = $1", UUID(sent.id)
    )
    assert set(await told(subscriber)) == {
        f"{one} ServiceRequest/{sent.id}" for one in ("hoogeveen", "emmen")
    }


async def test_capacity_is_told_to_everyone_who_may_read_it_and_a_hold_is_no_news(
    subscriber: Subscriber,
) -> None:
    for role in ("gp", "provider", "coordinator"):
        await subscriber.active(subscriber.actor(role), Topic.CAPACITY, path=f"/{role}")
    service = (await subscriber.services())[0]["id"]
    await subscriber.reported(service)
    assert set(await told(subscriber)) == {
        f"{role} HealthcareService/{service}" for role in ("gp", "provider", "coordinator")
    }
    for held in (1, -1):
        await subscriber.night.desk.rows(
            "UPDATE capacity SET held = held + $1 WHERE total - used - closed - reserved >= 2", held
        )
    assert await told(subscriber) == []


async def test_capacity_is_filtered_by_service_organisation_and_kind(
    subscriber: Subscriber,
) -> None:
    services = await subscriber.services()
    first = services[0]
    another = next(
        one
        for one in services
        if one["organisation_id"] != first["organisation_id"]
        and not set(one["kinds"]) & set(first["kinds"])
    )
    kind = first["kinds"][0]
    for path, one in (
        ("id", f"HealthcareService?_id={first['id']}"),
        ("organisation", f"HealthcareService?organization=Organization/{first['organisation_id']}"),
        ("kind", f"HealthcareService?service-type={kind},none"),
        ("both", f"HealthcareService?service-type={kind}&_id={another['id']}"),
    ):
        await subscriber.active(subscriber.actor("gp"), Topic.CAPACITY, one, path=f"/{path}")
    for each in (first, another):
        await subscriber.reported(each["id"])
    assert set(await told(subscriber)) == {
        f"{path} HealthcareService/{first['id']}" for path in ("id", "organisation", "kind")
    }


async def test_tasks_are_filtered_by_owner_status_and_what_they_are_part_of(
    subscriber: Subscriber,
) -> None:
    desk = subscriber.night.desk
    sent = await desk.refer(fresh("elv-low"))
    asked = (await desk.matches(sent.id))[0]
    task = await desk.value("SELECT task_id::text FROM referral WHERE id = $1", UUID(sent.id))
    await subscriber.all()
    coordinator = subscriber.actor("coordinator")
    provider = subscriber.actor("provider", asked["organisation"])
    for path, who, one in (
        ("owner", coordinator, f"Task?owner=HealthcareService/{asked['service']}"),
        ("requested", coordinator, "Task?status=requested"),
        ("part", coordinator, f"Task?part-of=Task/{task}"),
        ("focus", coordinator, f"Task?focus=https://x.example/fhir/ServiceRequest/{sent.id}"),
        ("own-part", provider, f"Task?part-of={task}"),
    ):
        await subscriber.active(who, Topic.TASK, one, path=f"/{path}")
    offer = await desk.offered(sent.id, asked)
    # The offer was declined by the time that anyone looks: each change has its own state.
    await desk.reply(offer, "decline", {"reason": "other"})
    mine = [one for one in await told(subscriber) if offer["id"] in one]
    assert sorted(mine) == sorted(
        [f"{path} Task/{offer['id']}" for path in ("owner", "part", "focus")] * 2
        + [f"requested Task/{offer['id']}"]
    ), "who does not know the person can't tell of whom it is asked either"


async def test_events_are_numbered_without_gaps_however_many_spread_them(
    subscriber: Subscriber,
) -> None:
    made = [await subscriber.active(subscriber.actor("gp"), Topic.CAPACITY) for _ in range(3)]
    services = [one["id"] for one in (await subscriber.services())[:5]]
    others = [Database(connect(subscriber.night.desk.url, 3)) for _ in range(3)]
    now = datetime.now(UTC)
    for _ in range(6):
        await asyncio.gather(
            *(subscriber.reported(one) for one in services),
            *(notices.once(each, subscriber.notifier, subscriber.out, now) for each in others),
        )
    for each in others:
        while await notices.once(each, subscriber.notifier, subscriber.out, now):
            pass
    for each in others:
        await each.close()
    for one in made:
        numbers = [each.number for each in subscriber.told() if _of(each.body) == str(one.id)]
        assert sorted(numbers) == list(range(1, 31))
        assert numbers == sorted(numbers), "in order"
    keys = [each.headers["idempotency-key"] for each in subscriber.told()]
    assert len(keys) == len(set(keys)) == 90


def _of(body: dict[str, Any]) -> str:
    said = body["entry"][0]["resource"]["parameter"][0]
    return str(said["valueReference"]["reference"]).rpartition("/")[2]


async def test_nobody_subscribed_costs_no_more_than_taking_the_changes_out(
    subscriber: Subscriber,
) -> None:
    for one in (await subscriber.services())[:3]:
        await subscriber.reported(one["id"])
    assert await subscriber.once() == 0
    assert await subscriber.night.desk.value("SELECT count(*) FROM change") == 0
    assert await subscriber.night.desk.value("SELECT count(*) FROM notification") == 0


async def test_a_notification_is_valid_and_holds_ids_and_nothing_else(
    subscriber: Subscriber,
) -> None:
    await subscriber.active(subscriber.actor("gp"), Topic.TASK)
    await subscriber.active(subscriber.actor("gp"), Topic.TASK, content="empty", path="/empty")
    bundle = fresh("elv-low")
    sent = await subscriber.night.desk.refer(bundle)
    full, empty = sorted(await subscriber.all(), key=lambda one: one.path)
    for one, raw in zip(subscriber.told(), subscriber.night.receiver.bodies, strict=True):
        accept(raw, "Bundle")
        assert one.body["type"] == "history"
    task = await subscriber.night.desk.value(
        "SELECT task_id::text FROM referral WHERE id = $1", UUID(sent.id)
    )
    assert full.focus == f"https://naober.example/fhir/Task/{task}"
    (entry,) = full.body["entry"][1:]
    assert entry == {
        "fullUrl": full.focus,
        "request": {"method": "GET", "url": f"Task/{task}"},
        "response": {"status": "200"},
    }
    assert "focus" not in empty.event
    assert len(empty.body["entry"]) == 1
    assert task not in json.dumps(empty.body)
    allowed = {"subscription", "topic", "status", "type", "events-since-subscription-start"}
    assert set(full.said) == allowed | {"notification-event"}


@pytest.mark.parametrize("role", ["gp", "provider"])
async def test_who_takes_a_subscription_over_is_told_what_they_may_read(
    subscriber: Subscriber, role: str
) -> None:
    """The rights are those of who asked last: a colleague's do not stay behind."""
    desk = subscriber.actor("coordinator")
    made: Found = await subscriber.active(desk, Topic.SERVICE_REQUEST)
    narrow = Actor("other", subscriber.actor(role).role, desk.organisation, frozenset(), "test")
    await subscriber.night.database.transact(
        lambda tx: subscribing.update(
            tx, narrow, str(made.id), made.body, 2, subscriber.vault, datetime.now(UTC),
            allowed=frozenset({"127.0.0.1"}),
        )
    )  # fmt: skip
    await subscriber.once()
    subscriber.night.receiver.forget()
    await subscriber.night.desk.refer(fresh("elv-low"))
    assert await subscriber.all() == []


async def test_whoever_is_told_of_something_can_read_it(subscriber: Subscriber) -> None:
    desk = subscriber.night.desk
    sent = await desk.refer(fresh("elv-low"))
    asked, *rest = await desk.matches(sent.id)
    elsewhere = next(one for one in rest if one["organisation"] != asked["organisation"])[
        "organisation"
    ]
    who = {
        "gp": ("gp", None),
        "nurse": ("transfer-nurse", None),
        "desk": ("coordinator", None),
        "asked": ("provider", asked["organisation"]),
        "elsewhere": ("provider", elsewhere),
    }
    await subscriber.all()
    for path, (role, organisation) in who.items():
        for topic in Topic:
            await subscriber.active(subscriber.actor(role, organisation), topic, path=f"/{path}")
    offer: dict[str, Any] = {}
    seen = set()
    for step in ("offer", "accept", "start", "end"):
        if step == "offer":
            offer = await desk.offered(sent.id, asked)
        else:
            await desk.reply(offer, step, {"destination": "home"} if step == "end" else None)
        for line in await told(subscriber):
            path, focus = line.split()
            role, organisation = who[path]
            answer = await desk.ask(role, "GET", f"/fhir/{focus}", organisation=organisation)
            assert answer.status_code == 200, (step, line, answer.text)
            seen.add((path, focus.partition("/")[0]))
    person = {"Task", "ServiceRequest"}
    assert {kind for path, kind in seen if path == "asked"} >= person
    assert not {kind for path, kind in seen if path in {"nurse", "elsewhere"}} & person


async def test_a_task_that_is_kept_is_told_as_each_version_was_and_to_who_may_read_it(
    subscriber: Subscriber,
) -> None:
    desk = subscriber.night.desk
    gp = subscriber.actor("gp")
    one = await placed(subscriber)
    for step in ("accept", "start"):
        await desk.reply(one.offer, step)
    await subscriber.all()
    stranger = subscriber.actor("gp", other(subscriber, "gp-practice", str(gp.organisation)))
    asked = subscriber.actor("provider", one.offer["organisation"])
    about = f"focus={one.task}"
    for path, who, some in (
        ("all", gp, f"Task?{about}"),
        ("accepted", subscriber.actor("coordinator"), f"Task?{about}&status=accepted"),
        ("failed", asked, f"Task?{about}&status=failed,rejected"),
        ("stranger", stranger, "Task?status=requested,accepted,failed,draft"),
        ("drafts", subscriber.actor("coordinator"), "Task?status=draft"),
        ("own", gp, "Task?status=draft"),
    ):
        await subscriber.active(who, Topic.TASK, some, path=f"/{path}")
    abort = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": TASK_CODE, "code": "abort"}]},
        "focus": {"reference": one.task},
        "reasonCode": {"coding": [{"system": REASON, "code": "patient-refuses"}]},
    }
    made = (await desk.ask("gp", "POST", "/fhir/Task", abort)).json()
    why = {"coding": [{"system": REASON, "code": "arrived-already"}]}
    for status, more in (("accepted", {}), ("failed", {"statusReason": why})):
        now = await desk.get(f"/fhir/Task/{made['id']}")
        answer = await desk.ask(
            "coordinator", "PUT", f"/fhir/Task/{made['id']}", now | {"status": status} | more,
            headers={"if-match": f'W/"{now["meta"]["versionId"]}"'},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
    draft = abort | {"status": "draft", "code": {"text": "eigen werk"}, "focus": {"display": "x"}}
    own = (await desk.ask("gp", "POST", "/fhir/Task", draft)).json()
    # Nobody looked before all of it was done: each change has the state that it led to.
    told_of = await told(subscriber)
    assert sorted(told_of) == sorted(
        [
            *[f"all Task/{made['id']}"] * 3,
            f"accepted Task/{made['id']}",
            f"failed Task/{made['id']}",
            f"own Task/{own['id']}",
        ]
    )
