"""What is claimed to be created and updated is, once and on the version that was seen."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from desk import Desk
from one_of_each import valid
from reported_on_fhir import bed, beds, measures, one
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
    "Task": {"status": "requested", "intent": "order", "focus": {"display": "iets anders"}},
}
"""What makes of a referral's own resources plain ones, that ask for no care."""


def another(there: dict[str, dict[str, Any]], kind: str) -> tuple[dict[str, Any], str]:
    """A resource of a type that is nobody's yet, and the condition by which it is found."""
    if kind == "Subscription":
        return subscription(Topic.TASK, "https://subscriber.example/told"), ""
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
    headers = {"if-none-exist": condition or "status=requested"}
    made = await desk.ask(method="POST", path=path, body=body, headers=headers, **who)
    if not claims[kind]["conditionalCreate"]:
        assert made.status_code == 400, made.text
        made = await desk.ask(method="POST", path=path, body=body, **who)
        assert made.status_code == 201, made.text
        return
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


@pytest.mark.parametrize("kind", [kind for kind in UPDATED if kind in CAPACITY])
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
