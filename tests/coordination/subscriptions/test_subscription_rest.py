"""A Subscription over HTTP: made, read, found, changed, asked how it stands, deleted."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from desk import entry, fresh
from subscriber import Subscriber, subscription

from fhir.subscription.topics import Topic
from fhir.validation import accept

pytest_plugins = ["subscriber_fixture"]
GP = "gp"


async def ask(
    subscriber: Subscriber, method: str, path: str, body: Any = None, role: str = GP, **more: Any
) -> httpx.Response:
    return await subscriber.night.desk.ask(role, method, f"/fhir/{path}", body, **more)


async def made(subscriber: Subscriber, topic: Topic = Topic.CAPACITY) -> dict[str, Any]:
    body = subscription(topic, subscriber.night.receiver.url, headers=("X-Sleutel: geheim",))
    answer = await ask(subscriber, "POST", "Subscription", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"].endswith(f"/Subscription/{found['id']}/_history/1")
    return found


async def test_its_whole_life_over_http(subscriber: Subscriber) -> None:
    one = await made(subscriber)
    assert one["status"] == "requested"
    path = f"Subscription/{one['id']}"
    assert await subscriber.once() == 1
    answer = await ask(subscriber, "GET", path)
    accept(answer.content, "Subscription")
    assert (answer.json()["status"], answer.headers["etag"]) == ("active", 'W/"2"')
    assert answer.json()["channel"]["header"] == ["X-Sleutel: geheim"]
    assert (await ask(subscriber, "GET", path, role="coordinator")).status_code == 404
    body = answer.json() | {"reason": "Iets anders"}
    stale = await ask(subscriber, "PUT", path, body, headers={"if-match": 'W/"1"'})
    assert stale.status_code == 412
    answer = await ask(subscriber, "PUT", path, body, headers={"if-match": 'W/"2"'})
    assert (answer.status_code, answer.json()["status"]) == (200, "requested"), answer.text
    assert await subscriber.once() == 1
    answer = await ask(subscriber, "GET", f"{path}/_history/2")
    assert (answer.status_code, answer.json()["reason"]) == (200, "Verwijzingen volgen")
    history = (await ask(subscriber, "GET", f"{path}/_history")).json()
    assert [entry["resource"]["meta"]["versionId"] for entry in history["entry"]] == [
        "4", "3", "2", "1",
    ]  # fmt: skip
    assert (await ask(subscriber, "DELETE", path)).status_code == 204
    assert (await ask(subscriber, "GET", path)).status_code == 410
    assert (await ask(subscriber, "DELETE", path)).status_code in {204, 410}
    assert (await ask(subscriber, "GET", f"{path}/$status")).status_code == 410
    of_type = (await ask(subscriber, "GET", "Subscription/_history")).json()
    mine = [one for one in of_type["entry"] if one["request"]["url"].endswith(body["id"])]
    assert [one["request"]["method"] for one in mine] == ["DELETE"], "what it said is forgotten"


async def test_status_and_events_are_asked_by_get_and_post(subscriber: Subscriber) -> None:
    one = await made(subscriber)
    await subscriber.once()
    for _ in range(3):
        await subscriber.reported((await subscriber.services())[0]["id"])
    await subscriber.all()
    path = f"Subscription/{one['id']}"
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "id", "valueId": "x"}]}
    for answer in (
        await ask(subscriber, "GET", f"{path}/$status"),
        await ask(subscriber, "POST", f"{path}/$status", parameters),
    ):
        assert answer.status_code == 200, answer.text
        accept(answer.content, "Bundle")
        body = answer.json()
        said = {each["name"]: each for each in body["entry"][0]["resource"]["parameter"]}
        assert (body["type"], said["status"]["valueCode"]) == ("searchset", "active")
        assert said["events-since-subscription-start"]["valueString"] == "3"
        assert said["subscription"]["valueReference"]["reference"].endswith(path)
    since = {
        "resourceType": "Parameters",
        "parameter": [{"name": "eventsSinceNumber", "valueString": "2"}],
    }
    for answer, numbers in (
        (await ask(subscriber, "GET", f"{path}/$events"), ["1", "2", "3"]),
        (await ask(subscriber, "GET", f"{path}/$events?eventsUntilNumber=2"), ["1", "2"]),
        (await ask(subscriber, "POST", f"{path}/$events", since), ["2", "3"]),
    ):
        assert answer.status_code == 200, answer.text
        accept(answer.content, "Bundle")
        told = [
            each["part"][0]["valueString"]
            for each in answer.json()["entry"][0]["resource"]["parameter"]
            if each["name"] == "notification-event"
        ]
        assert told == numbers
    for bad in ("$events?eventsSinceNumber=-1", "$events?eventsSinceNumber=%C2%B2"):
        assert (await ask(subscriber, "GET", f"{path}/{bad}")).status_code == 400
    other = await ask(subscriber, "GET", f"{path}/$events", role="provider")
    assert other.status_code == 404
    assert (await ask(subscriber, "GET", "Patient/x/$status")).status_code == 404


async def test_ones_own_are_found_and_no_others(subscriber: Subscriber) -> None:
    one = await made(subscriber)
    await made(subscriber, Topic.TASK)
    found = (await ask(subscriber, "GET", "Subscription")).json()
    assert found["total"] == 2
    found = (await ask(subscriber, "GET", f"Subscription?_id={one['id']}")).json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == [one["id"]]
    found = (await ask(subscriber, "GET", "Subscription?status=active")).json()
    assert found["total"] == 0
    await subscriber.once()
    found = (await ask(subscriber, "GET", "Subscription?status=active")).json()
    assert found["total"] == 2
    found = (await ask(subscriber, "GET", "Subscription", role="coordinator")).json()
    assert found["total"] == 0


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("endpoint", "http://10.1.2.3/in"),
        ("payload", "application/fhir+xml"),
        ("header", ["Host: elders.example"]),
        ("type", "websocket"),
    ],
)
async def test_what_is_not_offered_is_a_422_that_names_the_element(
    subscriber: Subscriber, place: str, value: Any
) -> None:
    body = subscription(Topic.TASK, subscriber.night.receiver.url)
    body["channel"][place] = value
    answer = await ask(subscriber, "POST", "Subscription", body)
    assert answer.status_code == 422, answer.text
    (issue,) = answer.json()["issue"]
    assert issue["expression"][0].startswith(f"Subscription.channel.{place}")
    assert json.dumps(value) not in answer.text


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_it_may_be_made_changed_and_refused_in_a_bundle(
    subscriber: Subscriber, kind: str
) -> None:
    body = subscription(Topic.TASK, subscriber.night.receiver.url)

    async def sent(resource: dict[str, Any], **request: str) -> httpx.Response:
        one = {"fullUrl": f"urn:uuid:{uuid4()}", "resource": resource, "request": request}
        bundle = {"resourceType": "Bundle", "type": kind, "entry": [one]}
        return await subscriber.night.desk.ask(GP, "POST", "/fhir", bundle)

    answer = await sent(body, method="POST", url="Subscription")
    assert answer.json()["entry"][0]["response"]["status"].startswith("201"), answer.text
    assert await subscriber.once() == 1
    (one,) = (await ask(subscriber, "GET", "Subscription")).json()["entry"]
    found = one["resource"]
    path = f"Subscription/{found['id']}"
    answer = await sent(found | {"reason": "anders"}, method="PUT", url=path, ifMatch='W/"2"')
    assert answer.json()["entry"][0]["response"]["status"].startswith("200"), answer.text
    assert (await ask(subscriber, "GET", path)).json()["reason"] == "anders"
    answer = await sent(
        subscription(Topic.TASK, "http://10.0.0.1/"), method="POST", url="Subscription"
    )
    told = answer.json() if answer.status_code == 200 else {"entry": []}
    assert answer.status_code == 422 or told["entry"][0]["response"]["status"].startswith("422")
    assert (await ask(subscriber, "GET", "Subscription")).json()["total"] == 1


async def test_a_referral_with_a_subscription_in_it_is_refused_and_told_why(
    subscriber: Subscriber,
) -> None:
    bundle = fresh("elv-low")
    bundle["entry"].append(entry(subscription(Topic.TASK, subscriber.night.receiver.url)))
    answer = await subscriber.night.desk.ask(GP, "POST", "/fhir", bundle)
    assert answer.status_code == 422, answer.text
    assert "send it apart" in answer.text
    kept = "SELECT count(*) FROM resource WHERE type = 'Subscription'"
    assert await subscriber.night.desk.value(kept) == 0
