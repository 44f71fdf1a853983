"""Alerts reach who is to be woken: at least once, tried again, given up in sight, never by two."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from desk import bsn, first, fresh
from night import Night
from receivers import HANG, Receiver
from serving import Process

from coordination import offer_rules
from coordination.db import leases
from coordination.db.engine import Database, connect
from coordination.departure import DepartureState
from coordination.outbox import alerts
from coordination.outbox.schedule import FEW_TRIES, LONGEST_WAIT, TRIES, wait
from coordination.outbox.topics import TO_PROVIDERS, TO_THE_DESK, TOPICS

pytest_plugins = ["night_fixture"]


def _as_documented() -> Callable[[str, dict[str, str], bytes], bool]:
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    found: Callable[[str, dict[str, str], bytes], bool] = names["verified"]
    return found


GUIDE = (ROOT / "docs" / "alerts.md").read_text()
verified = _as_documented()
"""As a receiver does it who reads docs/alerts.md."""


async def test_an_offer_at_night_reaches_the_webhook_and_the_mailbox_without_a_person(
    night: Night,
) -> None:
    desk = night.desk
    number = bsn()
    bundle = fresh("elv-low", number)
    sent = await desk.refer(bundle)
    asked = (await desk.matches(sent.id))[0]
    own = asked["organisation"]
    hook = await night.contact(organisation=own)
    await night.contact("email", "nacht@huis.example", organisation=own)
    offer = await desk.offered(sent.id, asked)
    assert await night.once() == 2
    ((headers, body),) = night.receiver.got
    assert verified(hook["secret"], headers, night.receiver.bodies[0])
    assert not verified(hook["secret"], headers, night.receiver.bodies[0] + b" ")
    other = await night.contact(organisation=own, address=night.receiver.url + "/other")
    assert not verified(other["secret"], headers, night.receiver.bodies[0])
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == body["id"]
    assert body["topic"] == "offer.requested"
    assert body["payload"] == {
        "offer": offer["id"],
        "service": asked["service"],
        "purpose": "place",
    }
    assert datetime.fromisoformat(body["created"]).tzinfo is not None
    (letter,) = night.mailbox.letters
    assert night.mailbox.to == [["nacht@huis.example"]]
    text = letter.get_content()
    assert "vraagt u om een plek" in text
    patient = first(bundle, "Patient")
    secret = [number, patient["name"][0]["family"], patient["birthDate"], "Zuidwolde", sent.id]
    for whole in (letter.as_string(), json.dumps(night.receiver.got)):
        assert not [word for word in secret if word in whole]
    assert not re.search(r"https?:|www\.|href", letter.as_string())
    assert await night.once() == 0


async def test_the_desk_hears_of_what_is_for_nobody_in_particular(night: Night) -> None:
    await night.contact(role="coordinator", topics=["referral.received"])
    await night.contact(topics=["referral.received"], address=night.receiver.url + "/provider")
    sent = await night.desk.refer(fresh("elv-low"))
    assert await night.once() == 1
    assert night.receiver.paths == ["/in"]
    assert night.receiver.got[0][1]["payload"]["referral"] == sent.id


async def test_a_contact_hears_of_the_topics_it_asked_for_and_else_of_alerts(night: Night) -> None:
    sent = await night.desk.refer(fresh("elv-low"))
    asked = (await night.desk.matches(sent.id))[0]
    own = asked["organisation"]
    await night.contact(organisation=own, address=night.receiver.url + "/usual")
    for place, topic in (("taken-back", "offer.withdrawn"), ("expired", "offer.expired")):
        await night.contact(
            organisation=own, address=f"{night.receiver.url}/{place}", topics=[topic]
        )
    offer = await night.desk.offered(sent.id, asked)
    await night.desk.reply(offer, "withdraw", role="coordinator")
    while await night.once():
        pass
    told = {
        (path, body["topic"])
        for path, (_, body) in zip(night.receiver.paths, night.receiver.got, strict=True)
    }
    assert told == {
        ("/in/usual", "offer.requested"),
        ("/in/usual", "offer.withdrawn"),
        ("/in/taken-back", "offer.withdrawn"),
    }


async def test_a_contact_hears_nothing_of_what_was_before_it(night: Night) -> None:
    await night.desk.refer(fresh("elv-low"))
    await night.contact(role="coordinator", topics=["referral.received"])
    assert await night.once() == 0
    left = "SELECT count(*) FROM outbox WHERE spread_at IS NULL"
    assert await night.desk.value(left) == 0


async def test_what_was_spread_is_not_spread_again(night: Night) -> None:
    await night.contact(role="coordinator", topics=["referral.received"])
    await asyncio.gather(*(night.desk.refer(fresh("elv-low")) for _ in range(10)))
    await asyncio.gather(*(night.once() for _ in range(4)))
    await night.desk.rows("UPDATE outbox SET spread_at = NULL")
    await asyncio.gather(*(night.once() for _ in range(4)))
    assert await night.desk.value("SELECT count(*) FROM delivery") == 10
    assert len(night.receiver.got) == 10


async def test_what_is_not_taken_is_tried_again_ever_later_under_the_same_id(night: Night) -> None:
    delivery = await night.tested(await night.contact())
    night.receiver.statuses = [500, 429, 302]
    waits = []
    for _ in range(3):
        await night.due(delivery)
        assert await night.once() == 1
        assert await night.once() == 0
        waits.append(round((await night.row(delivery))["wait"].total_seconds()))
    assert waits == [5, 10, 20]
    (seen,) = await night.deliveries("waiting")
    assert (seen["error"], seen["attempts"]) == ("HTTP 302", 3)
    await night.due(delivery)
    await night.once()
    (seen,) = await night.deliveries("delivered")
    assert (seen["id"], seen["attempts"], seen["error"]) == (delivery, 4, None)
    assert {headers["webhook-id"] for headers, _ in night.receiver.got} == {delivery}
    assert len(night.receiver.got) == 4


async def test_a_receiver_that_is_away_costs_a_try_and_no_alert(night: Night) -> None:
    delivery = await night.tested(await night.contact(address="http://127.0.0.1:9/in"))
    await night.once()
    row = await night.row(delivery)
    assert (row["attempts"], row["last_error"], row["dead_at"]) == (1, "ConnectError", None)


def test_the_tries_last_a_night_and_the_few_some_minutes() -> None:
    assert [wait(number) for number in (1, 2, 3)] == [5, 10, 20]
    assert wait(10**9) == LONGEST_WAIT
    assert 18 < sum(wait(number) for number in range(1, TRIES)) / 3600 < 24
    assert 5 < sum(wait(number) for number in range(1, FEW_TRIES)) / 60 < 15


@pytest.mark.parametrize(
    ("status", "tries"), [(400, FEW_TRIES), (404, FEW_TRIES), (410, 1), (429, TRIES), (503, TRIES)]
)
async def test_an_alert_is_given_up_after_as_many_tries_as_the_answer_is_worth(
    night: Night, status: int, tries: int
) -> None:
    delivery = await night.tested(await night.contact())
    for before, dead in ((tries - 2, False), (tries - 1, True)):
        if before < 0:
            continue
        await night.desk.rows("UPDATE delivery SET attempts = $1", before)
        await night.due(delivery)
        night.receiver.statuses = [status]
        await night.once()
        row = await night.row(delivery)
        assert ((row["dead_at"] is not None), row["last_error"]) == (dead, f"HTTP {status}")
    await night.due(delivery)
    assert await night.once() == 0
    assert len((await night.desk.get("/api/contacts", "provider"))["items"]) == 1


async def test_a_dead_letter_is_seen_counted_and_sent_again_on_request(night: Night) -> None:
    contact = await night.contact()
    delivery = await night.tested(contact)
    again = f"/api/deliveries/{delivery}/resend"
    assert (await night.desk.ask("provider", "POST", again)).status_code == 409
    night.receiver.statuses = [410]
    await night.once()
    (seen,) = await night.deliveries("dead")
    assert (seen["id"], seen["contact"], seen["topic"]) == (delivery, contact["id"], "contact.test")
    assert (seen["error"], seen["next_attempt"]) == ("HTTP 410", None)
    assert seen["dead"] is not None
    assert await night.figure("naober_alerts_dead ") == 1
    answer = await night.desk.ask("provider", "POST", again)
    assert answer.status_code == 202, answer.text
    assert (answer.json()["state"], answer.json()["attempts"]) == ("waiting", 0)
    await night.once()
    assert [one["id"] for one in await night.deliveries("delivered")] == [delivery]
    assert await night.deliveries("dead") == []
    assert await night.figure("naober_alerts_dead ") == 0
    assert (await night.desk.ask("provider", "POST", again)).status_code == 409


async def test_tries_are_counted_by_what_came_of_them_and_waiting_is_in_sight(
    night: Night,
) -> None:
    def name(outcome: str) -> str:
        return f'naober_alerts_total{{channel="webhook",outcome="{outcome}"}}'

    before = {one: await night.figure(name(one)) for one in ("delivered", "failed", "dead")}
    delivery = await night.tested(await night.contact())
    night.receiver.statuses = [500, 410]
    await night.once()
    await night.desk.rows("UPDATE delivery SET created_at = now() - interval '1 hour'")
    assert 3600 <= await night.figure("naober_alerts_oldest_seconds") < 3700
    await night.due(delivery)
    await night.once()
    await night.tested((await night.desk.get("/api/contacts", "provider"))["items"][0])
    await night.once()
    for outcome, count in before.items():
        assert await night.figure(name(outcome)) == count + 1
    assert await night.figure("naober_alerts_oldest_seconds") == 0


async def test_what_waits_for_a_removed_contact_is_given_up(night: Night) -> None:
    contact = await night.contact()
    delivery = await night.tested(contact)
    await night.desk.ask("provider", "DELETE", f"/api/contacts/{contact['id']}")
    assert await night.once() == 0
    assert [one["error"] for one in await night.deliveries("dead")] == ["removed"]
    again = await night.desk.ask("provider", "POST", f"/api/deliveries/{delivery}/resend")
    assert again.status_code == 409
    assert await night.figure("naober_alerts_dead ") == 0
    assert night.receiver.got == []


async def test_several_processes_send_each_alert_once(night: Night) -> None:
    await night.contact(role="coordinator", topics=["referral.received"])
    await asyncio.gather(*(night.desk.refer(fresh("elv-low")) for _ in range(40)))
    others = [Database(connect(night.desk.url, 3)) for _ in range(3)]
    now = datetime.now(UTC)
    for _ in range(20):
        tried = await asyncio.gather(*(alerts.once(one, night.out, now) for one in others))
        if not any(tried):
            break
    for one in others:
        await one.close()
    ids = [headers["webhook-id"] for headers, _ in night.receiver.got]
    assert len(ids) == len(set(ids)) == 40


async def test_the_outcome_of_a_try_that_comes_too_late_changes_nothing(night: Night) -> None:
    delivery = await night.tested(await night.contact())
    take = partial(leases.lease, most=1, seconds=60.0)
    (late,) = await night.database.transact(take)
    assert await night.database.transact(take) == []
    await night.due(delivery)  # the lease has ended
    (newer,) = await night.database.transact(take)
    assert (newer.id, newer.attempts) == (late.id, 2)
    await night.database.transact(lambda tx: leases.failed(tx, late, "Late", 0.0, dead=True))
    assert (await night.row(delivery))["dead_at"] is None
    await night.database.transact(lambda tx: leases.delivered(tx, newer))
    await night.database.transact(lambda tx: leases.failed(tx, newer, "Late", 0.0, dead=True))
    row = await night.row(delivery)
    assert (row["dead_at"], row["last_error"]) == (None, None)
    assert row["delivered_at"] is not None


@pytest.fixture
async def hanging() -> AsyncIterator[Receiver]:
    async with Receiver().serving() as one:
        one.statuses = [HANG]
        yield one


async def test_a_process_that_is_killed_while_it_sends_loses_no_alert(
    night: Night, hanging: Receiver, keys_file: Path
) -> None:
    contact = await night.contact(address=hanging.url, topics=["offer.expired"])
    process = await Process(night.desk.url, keys_file, NAOBER_ALERT_HOSTS="127.0.0.1").ready()
    try:
        delivery = await night.tested(contact)
        for _ in range(200):
            if hanging.got:
                break
            await asyncio.sleep(0.05)
        assert await night.once() == 0, "two processes sent it at the same time"
    finally:
        process.kill()
        await process.client.aclose()
    assert len(hanging.got) == 1
    await night.due(delivery)  # as when the lease has ended
    assert await night.once() == 1
    assert [headers["webhook-id"] for headers, _ in hanging.got] == [delivery] * 2
    assert all(verified(contact["secret"], hanging.got[n][0], hanging.bodies[n]) for n in (0, 1))
    assert (await night.row(delivery))["delivered_at"] is not None


async def test_one_receiver_that_hangs_keeps_no_alert_from_another(
    night: Night, hanging: Receiver
) -> None:
    slow, quick = await night.contact(address=hanging.url), await night.contact()
    await night.tested(slow)
    settings = night.service.parts.settings
    out = alerts.channels(settings, night.service.parts.vault)
    running = asyncio.create_task(alerts.run(night.database, out))
    try:
        for _ in range(100):
            if hanging.got:
                break
            await asyncio.sleep(0.05)
        delivery = await night.tested(quick)
        for _ in range(100):
            if (await night.row(delivery))["delivered_at"]:
                break
            await asyncio.sleep(0.05)
        assert [body["id"] for _, body in night.receiver.got] == [delivery]
        assert len(await night.deliveries("waiting")) == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_every_topic_that_is_written_can_be_told() -> None:
    """Who adds a topic says what it means to a person, or nobody can ask for it."""
    written = {f"offer.{one}" for one in offer_rules.TOPICS.values()}
    written |= {f"departure.{one.value}" for one in DepartureState}
    for path in (ROOT / "coordination").rglob("*.py"):
        text = path.read_text()
        if "INSERT INTO outbox" in text:
            for insert in text.split("INSERT INTO outbox")[1:]:
                written |= set(re.findall(r"'([a-z]+\.[a-z-]+)'", insert[:700]))
    assert len(written) > 15
    assert written - set(TOPICS) == set()


def test_the_guide_names_every_topic_and_which_are_sent_by_default() -> None:
    told: dict[str, str] = {}
    for line in GUIDE.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 6 and (names := re.findall(r"`([a-z.-]+)`", cells[1])):
            family = ""  # of `offer.waiting`, `.accepted`: "offer"
            for name in names:
                family = name.partition(".")[0] or family
                told[family + name[name.index(".") :]] = cells[3]
    heard = {(True, False): "provider", (False, True): "desk", (True, True): "always"}
    assert told == {
        topic: heard.get((topic in TO_PROVIDERS, topic in TO_THE_DESK), "") for topic in TOPICS
    }


def test_a_letter_is_written_for_every_topic() -> None:
    for topic, letter in TOPICS.items():
        assert 5 < len(letter.subject) < 60, topic
        assert letter.text.endswith("."), topic
        assert max(len(sentence.split()) for sentence in letter.text.split(". ")) <= 20, topic
