"""What is claimed to be created and updated is, once and on the version that was seen."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from desk import Desk
from one_of_each import referral, valid
from reported_on_fhir import bed, beds, measures, one, post, put
from subscriber import subscription

from fhir.claims import CLAIMS
from fhir.subscription.topics import Topic

pytest_plugins = ["desk_fixture", "claims_fixture"]
NOBODY = "0190a0a0-0000-7000-8000-000000000000"
CREATED = [kind for kind, one in CLAIMS.items() if "create" in one.interactions]
UPDATED = [kind for kind, one in CLAIMS.items() if "update" in one.interactions]
CAPACITY = ("HealthcareService", "Location", "MeasureReport")
"""Of which an organisation writes only what is its own."""
REQUESTS: dict[str, dict[str, Any]] = {
    "ServiceRequest": {"status": "draft", "intent": "plan"},
    "Task": {"status": "draft", "intent": "order", "focus": {"display": "iets anders"}},
}
"""What makes of a referral's own resources plain ones, that ask for no care."""


def another(there: dict[str, dict[str, Any]], kind: str) -> tuple[dict[str, Any], str]:
    """A resource of a type that is nobody's yet, and the condition by which it is found."""
    if kind == "Subscription":
        topic = Topic.SERVICE_REQUEST
        asked = subscription(topic, "https://subscriber.example/told")
        return asked, f"criteria={topic.canonical}"
    mark = uuid4().hex
    number: Any = {"system": "https://numbers.example", "value": mark}
    number = number if kind in {"Composition", "QuestionnaireResponse"} else [number]
    whole = {name: value for name, value in there[kind].items() if name not in {"id", "meta"}}
    made = whole | {"identifier": number} | REQUESTS.get(kind, {})
    for name in ("basedOn", "businessStatus", "partOf", "output", "contained"):
        made.pop(name, None)  # else it would be of the referral
    return made, f"identifier=https://numbers.example|{mark}"


@pytest.mark.parametrize("kind", CREATED)
async def test_what_is_claimed_to_be_created_is_and_on_a_condition_once(
    desk: Desk, there: dict[str, dict[str, Any]], claims: dict[str, dict[str, Any]], kind: str
) -> None:
    body, condition = another(there, kind)
    who: dict[str, Any] = {"role": "gp"}
    if kind == "MeasureReport":
        mine = await one(desk)
        body = measures(beds(mine, 12, 9)) | {"identifier": body["identifier"]}
        who = {"role": "provider", "organisation": mine["organisation"]}
    path = f"/fhir/{kind}"
    headers = {"if-none-exist": condition}
    assert claims[kind]["conditionalCreate"] is True
    if kind == "Subscription":
        for one_of_them in (await desk.get(f"{path}?{condition}", "gp")).get("entry", []):
            await desk.ask("gp", "DELETE", f"{path}/{one_of_them['resource']['id']}")
        for odd, status in (("status=", 400), ("nonsense=1", 400), ("?", 400)):
            refused = await desk.ask("gp", "POST", path, body, headers={"if-none-exist": odd})
            assert refused.status_code == status, (odd, refused.text)
    made = await desk.ask(method="POST", path=path, body=body, headers=headers, **who)
    assert made.status_code == 201, made.text
    valid(made.json())
    identity = made.json()["id"]
    again = await desk.ask(method="POST", path=path, body=body, headers=headers, **who)
    assert (again.status_code, again.json()["id"]) == (200, identity), again.text
    assert again.headers["location"] == made.headers["location"]
    if kind == "MeasureReport":  # the same number again is the same report, whatever is asked
        return
    twice = await desk.ask(method="POST", path=path, body=body, **who)
    assert twice.status_code == 201, twice.text
    several = await desk.ask(method="POST", path=path, body=body, headers=headers, **who)
    assert several.status_code == 412, several.text
    assert several.json()["issue"][0]["code"] == "multiple-matches"


@pytest.mark.parametrize("kind", [kind for kind in UPDATED if kind not in CAPACITY])
async def test_what_is_claimed_to_be_updated_is_on_the_version_that_was_seen(
    desk: Desk, there: dict[str, dict[str, Any]], claims: dict[str, dict[str, Any]], kind: str
) -> None:
    body, _ = another(there, kind)
    made = await desk.ask("gp", "POST", f"/fhir/{kind}", body)
    assert made.status_code == 201, made.text
    assert claims[kind]["versioning"] == "versioned-update"
    shown, tag = made.json(), made.headers["etag"]
    path = f"/fhir/{kind}/{shown['id']}"
    for headers, status in (({}, 428), ({"if-match": 'W/"99"'}, 412), ({"if-match": "x"}, 412)):
        refused = await desk.ask("gp", "PUT", path, shown, headers=headers)
        assert refused.status_code == status, refused.text
    other = shown | {"id": NOBODY}
    refused = await desk.ask("gp", "PUT", path, other, headers={"if-match": tag})
    assert refused.status_code == 400, refused.text
    nowhere = await desk.ask(
        "gp", "PUT", f"/fhir/{kind}/{NOBODY}", other, headers={"if-match": tag}
    )
    assert nowhere.status_code in {404, 405}
    changed = await desk.ask("gp", "PUT", path, shown, headers={"if-match": tag})
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == 'W/"2"'
    valid(changed.json())
    assert (await desk.get(path, "gp")) == changed.json()
    assert (await desk.get(f"{path}/_history/1", "gp"))["meta"]["versionId"] == "1"
    stale = await desk.ask("gp", "PUT", path, shown, headers={"if-match": tag})
    assert stale.status_code == 412


async def test_a_report_of_capacity_is_corrected_by_who_sent_it(desk: Desk) -> None:
    mine = await one(desk)
    number = [{"system": "https://numbers.example", "value": uuid4().hex}]
    made = await post(desk, mine, measures(beds(mine, 12, 9), identifier=number))
    shown, tag = made.json(), made.headers["etag"]
    path = f"MeasureReport/{shown['id']}"
    right = shown | {"group": [beds(mine, 12, 10)]}
    assert (await put(desk, mine, path, right)).status_code == 428
    assert (await put(desk, mine, path, right, if_match='W/"9"')).status_code == 412
    renumbered = right | {"identifier": [number[0] | {"value": "2"}]}
    refused = await put(desk, mine, path, renumbered, if_match=tag)
    assert refused.status_code == 422
    assert refused.json()["issue"][0]["details"]["coding"][0]["code"] == "identifier-locked"
    foreign = await desk.ask("gp", "PUT", f"/fhir/{path}", right, headers={"if-match": tag})
    assert foreign.status_code == 404
    answer = await put(desk, mine, path, right, if_match=tag)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"'), answer.text
    assert (await desk.figures(mine["service"]))["used"] == 10
    read = await desk.get(f"/fhir/{path}", "provider", organisation=mine["organisation"])
    assert read == answer.json()
    was = await desk.get(f"/fhir/{path}/_history/1", "provider", organisation=mine["organisation"])
    assert was == shown
    again = await post(desk, mine, shown)
    assert again.status_code == 409, "what was corrected is not the same again"
    await desk.room(mine["service"], 2)


@pytest.mark.parametrize("kind", ["HealthcareService", "Location", "MeasureReport"])
async def test_what_a_referrer_sent_of_services_and_places_it_updates_too(
    desk: Desk, kind: str
) -> None:
    sent = await desk.refer(referral())
    at = next(place for place in reversed(sent.places) if place[0] == kind)
    path = f"/fhir/{kind}/{at[1]}"
    held = await desk.ask("gp", "GET", path)
    changed = held.json() | {"language": "nl"}
    tag = {"if-match": held.headers["etag"]}
    for role, status in (("transfer-nurse", 404), ("coordinator", 403), ("gp", 200), ("gp", 412)):
        answer = await desk.ask(role, "PUT", path, changed, headers=tag)
        assert answer.status_code == status, answer.text
    assert (await desk.get(path, "gp"))["language"] == "nl"
    assert "language" not in await desk.get(f"{path}/_history/1", "gp")


@pytest.mark.parametrize("kind", ["HealthcareService", "Location"])
async def test_an_organisation_updates_what_tells_its_capacity(
    desk: Desk, claims: dict[str, dict[str, Any]], kind: str
) -> None:
    mine = await one(desk)
    own: dict[str, Any] = {"role": "provider", "organisation": mine["organisation"]}
    path = f"/fhir/{kind}/{mine['service']}"
    if kind == "Location":
        named = str(uuid4())
        place, body = bed(mine, "O", named)
        path = f"/fhir/{place}"
        created = await desk.ask(method="PUT", path=path, body=body, **own)
        assert claims[kind]["updateCreate"] is (created.status_code == 201)
    else:
        assert claims[kind]["updateCreate"] is False
        body = await desk.get(path, "gp")
    unconditional = await desk.ask(method="PUT", path=path, body=body, **own)
    assert unconditional.status_code == 428
    etag = (await desk.ask("gp", "GET", path)).headers["etag"]
    updated = await desk.ask(method="PUT", path=path, body=body, headers={"if-match": etag}, **own)
    assert updated.status_code == 200, updated.text
    valid(await desk.get(path, "gp"))
    await desk.rows("DELETE FROM bed")
    await desk.room(mine["service"], 2)
