"""No Task that is stored asks something that nobody ever acts on: it is refused with the cure."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk, fresh
from fhir_parts import codes, post, posted, put, request_of, told

from fhir.codes import REASON, TASK_CODE

pytest_plugins = ["desk_fixture"]
NOBODY = "0198c000-0000-7000-8000-000000000000"


def coded(code: str) -> dict[str, Any]:
    return {"code": {"coding": [{"system": TASK_CODE, "code": code}]}}


def task(focus: str | None = None, **elements: Any) -> dict[str, Any]:
    about = {} if focus is None else {"focus": {"reference": focus}}
    return {"resourceType": "Task", "status": "requested", "intent": "order"} | about | elements


async def refused(desk: Desk, sent: dict[str, Any], role: str = "gp") -> tuple[str, str]:
    """The code and element of a refusal by which nothing was stored."""
    before = await desk.counts()
    answer = await post(desk, sent, role)
    assert answer.status_code == 422, answer.text
    assert await desk.counts() == before
    (issue,) = answer.json()["issue"]
    return codes(answer.json())[0], issue["expression"][0]


async def test_an_order_does_not_ask_a_service_and_says_what_does(desk: Desk) -> None:
    role = "coordinator"
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]["service"]
    asking = task(f"ServiceRequest/{sent.id}", owner={"reference": f"HealthcareService/{service}"})
    assert await refused(desk, asking | coded("fulfill"), role) == ("task-intent", "Task.intent")
    assert await refused(desk, asking, role) == ("task-intent", "Task.intent")
    plan = asking | {"intent": "plan"}
    assert await refused(desk, plan, role) == ("task-code", "Task.code")
    # As the refusals say:
    answer = await post(desk, plan | coded("fulfill"), "coordinator")
    assert answer.status_code == 201, answer.text
    assert answer.json()["businessStatus"]["coding"][0]["code"] == "requested"


async def test_a_service_that_a_referrer_names_is_a_wish_and_it_is_told_so(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    owner: dict[str, Any] = {"owner": {"reference": f"HealthcareService/{NOBODY}"}}
    following = task(f"ServiceRequest/{sent.id}", **owner, **coded("fulfill"))
    assert (await told(desk, following))[1] == ["followed", "owner-not-asked"]
    bundle, patient = await posted(desk)
    draft, _ = await told(desk, request_of(bundle, patient, status="draft"))
    starting = task(f"ServiceRequest/{draft}", **owner, **coded("fulfill"))
    said = (await told(desk, starting))[1]
    assert said[-1] == "owner-not-asked"
    assert (await desk.get(f"/api/referrals/{draft}", "gp"))["state"] == "triaged"


async def test_what_is_not_done_by_task_is_not_taken(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    for code in ("suspend", "change", "approve"):
        asking = task(f"Task/{sent.id_of('Task')}", **coded(code))
        assert await refused(desk, asking) == ("task-code", "Task.code")
    assert await refused(desk, task(**coded("fulfill"))) == ("focus-missing", "Task.focus")
    of_task = task(f"Task/{sent.id_of('Task')}", **coded("fulfill"))
    assert await refused(desk, of_task) == ("focus-missing", "Task.focus")


@pytest.mark.parametrize("role", ["coordinator", "transfer-nurse"])
async def test_a_referral_of_another_is_not_followed_by_ones_own_task(
    desk: Desk, role: str
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    for referral in (sent.id, NOBODY):
        asking = task(f"ServiceRequest/{referral}")
        assert await refused(desk, asking, role) == ("focus-unknown", "Task.focus")


async def test_a_request_that_is_over_is_not_started(desk: Desk) -> None:
    bundle, patient = await posted(desk)
    over, _ = await told(desk, request_of(bundle, patient, status="revoked"))
    assert await refused(desk, task(f"ServiceRequest/{over}")) == ("focus-over", "Task.focus")


async def test_what_is_refused_of_a_new_task_is_refused_of_one_that_was_kept(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]["service"]
    request = f"ServiceRequest/{sent.id}"
    owner: dict[str, Any] = {"owner": {"reference": f"HealthcareService/{service}"}}
    abort = {"reasonCode": {"coding": [{"system": REASON, "code": "patient-refuses"}]}}
    for becomes, status, code in (
        (task(request, **owner), 409, "followed-elsewhere"),
        (task(f"ServiceRequest/{NOBODY}"), 422, "focus-unknown"),
        (task(**coded("suspend")), 422, "task-code"),
        (task(**owner, **coded("fulfill")), 422, "focus-missing"),
        (task(f"Task/{sent.id_of('Task')}", **coded("abort"), **abort), 422, "task-new"),
        (task(intent="plan", **owner, **coded("fulfill")), 422, "task-new"),
    ):
        kept = (await post(desk, task(status="draft"))).json()
        before = await desk.counts()
        answer = await put(desk, becomes | {"id": kept["id"]})
        assert (answer.status_code, codes(answer.json())) == (status, [code]), answer.text
        assert await desk.counts() == before
        if code == "followed-elsewhere":
            assert f"Task/{sent.id_of('Task')}" in answer.text
