"""Everything that the service sends out is valid to two judges that others wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest
from desk import Desk
from emitted import claimed, refusals, sent_out
from in_every_state import place_in_every_state
from judges import complaints
from nodejs import fetched

from fhir.codes import TASK_CODE
from fhir.subscription.notification import Event, Notice, NoticeKind, notification
from fhir.subscription.topics import Topic
from fhir.task.steps import STATES, Of

pytest_plugins = ["desk_fixture"]
pytestmark = fetched


@pytest.fixture(scope="module")
async def sent(desk: Desk) -> dict[str, bytes]:
    """Each answer by the request that got it; the same answer to another role once."""
    made = await place_in_every_state(desk)
    answers = {body: name async for name, body in sent_out(desk, made)}
    return {name: body for body, name in answers.items()}


async def test_every_resource_is_valid_to_both_judges(sent: dict[str, bytes]) -> None:
    assert complaints(list(sent.values())) == []


async def test_every_type_that_is_claimed_was_among_them(
    desk: Desk, sent: dict[str, bytes]
) -> None:
    statement = (await desk.client.get("/fhir/metadata")).json()
    seen = {one["resourceType"] for one in every_resource(sent)}
    assert claimed(statement).keys() - seen == set()


def every_resource(sent: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    """What was sent, and each entry of it."""
    for body in sent.values():
        resource = msgspec.json.decode(body)
        yield resource
        yield from (one["resource"] for one in resource.get("entry", ()) if "resource" in one)


def test_every_state_was_among_them(sent: dict[str, bytes]) -> None:
    requests, shown, aborts = set(), set(), set()
    for one in every_resource(sent):
        if one["resourceType"] == "ServiceRequest":
            requests.add(one["status"])
        elif one["resourceType"] == "Task" and "status" in one:
            if {"system": TASK_CODE, "code": "abort"} in one.get("code", {}).get("coding", ()):
                aborts.add(one["status"])
            codings = one.get("businessStatus", {}).get("coding", ())
            shown |= {(each["system"].rpartition("/")[2], each["code"]) for each in codings}
    wanted = {("referral-state", state) for state in STATES[Of.COORDINATION]}
    wanted |= {("offer-state", state) for state in (*STATES[Of.OFFER], "selected")}
    assert wanted - shown == set()
    assert set(STATES[Of.ABORT]) - aborts == set()
    assert requests >= {"active", "completed", "revoked"}


def test_every_kind_of_notification_is_valid_to_both_judges() -> None:
    moment = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    told = [Event(1, moment, "Task/7"), Event(2, moment, "HealthcareService/8")]
    bodies = [
        notification(
            Notice(
                id="63c28e8a-f402-43e4-beb2-75b1c0f6833f", subscription="s1", topic=Topic.TASK,
                state=state, kind=kind, events=2, at=moment, base=base, told=events,
                error=error,
            )
        )
        for kind in get_args(NoticeKind)
        for state in ("requested", "active", "error", "off")
        for base in ("", "https://naober.example/fhir")
        for events in ([], told)
        for error in (None, "ConnectError")
    ]  # fmt: skip
    assert complaints(bodies) == []


def test_both_judges_see_what_is_wrong() -> None:
    """Else their silence would say nothing."""
    page = {"resourceType": "Bundle", "type": "searchset"}
    task = {"resourceType": "Task", "status": "requested", "nonsense": 1}
    found = complaints([msgspec.json.encode(page | {"entry": [{"resource": task}]})])
    for judge in ("medplum", "fhirkit"):
        said = " ".join(one for one in found if one.startswith(judge))
        assert "nonsense" in said
        assert "intent" in said


def test_an_earlier_moment_in_a_later_zone_is_no_mistake_of_ours_and_a_later_one_is() -> None:
    task = {"resourceType": "Task", "status": "requested", "intent": "order"}
    task["lastModified"] = "2026-11-22T09:00:00Z"
    early, late = (
        msgspec.json.encode(task | {"id": name, "authoredOn": f"2026-11-22T10:00:00{zone}"})
        for name, zone in (("early", "+02:00"), ("late", "+00:00"))
    )
    (found,) = complaints([early, late])
    assert "Task/late" in found


async def test_every_refusal_is_valid_to_both_judges(desk: Desk) -> None:
    bodies = [body async for _, body in refusals(desk)]
    assert {msgspec.json.decode(body)["resourceType"] for body in bodies} >= {"OperationOutcome"}
    assert complaints(bodies) == []
