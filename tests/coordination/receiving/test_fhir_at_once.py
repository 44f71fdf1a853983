"""Parts that are sent at the same moment, over several connections, are all of one referral."""

from __future__ import annotations

import asyncio
from typing import Any

from desk import Desk, entry, fresh
from fhir_parts import parts, post, posted, put, reading, request_of, told

pytest_plugins = ["desk_fixture"]

TIMES = 8


def asking(referral: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "focus": {"reference": f"ServiceRequest/{referral}"},
    }


async def loose(desk: Desk, ids: list[str]) -> int:
    found: int = await desk.value(
        "SELECT count(*) FROM resource WHERE id = ANY($1::uuid[]) AND referral_id IS NULL", ids
    )
    return found


async def test_no_part_is_left_behind_when_its_request_comes_at_the_same_moment(
    desk: Desk,
) -> None:
    for _ in range(TIMES):
        bundle, patient = await posted(desk)
        request = request_of(bundle, patient)
        observed = [reading("8867-4", 70 + at, "/min", patient) for at in range(6)]
        answers = await asyncio.gather(
            *(post(desk, one) for one in observed[:3]),
            post(desk, request),
            *(post(desk, one) for one in observed[3:]),
        )
        assert {one.status_code for one in answers} == {201}
        assert await loose(desk, [one.json()["id"] for one in answers]) == 0


async def test_of_all_that_start_a_request_at_once_one_does(desk: Desk) -> None:
    for _ in range(TIMES):
        bundle, patient = await posted(desk)
        referral, _ = await told(desk, request_of(bundle, patient, status="draft"))
        held = await desk.get(f"/fhir/ServiceRequest/{referral}", "gp")
        before = await desk.counts()
        answers = await asyncio.gather(
            *(post(desk, asking(referral)) for _ in range(3)),
            *(put(desk, held | {"status": "active"}, 'W/"1"') for _ in range(3)),
        )
        statuses = [one.status_code for one in answers]
        assert set(statuses) <= {200, 201, 409, 412}, [one.text for one in answers]
        after = await desk.counts()
        assert after["referral"] == before["referral"] + 1
        shown = await desk.get(f"/fhir/Task?focus=ServiceRequest/{referral}", "gp")
        states = {one["resource"]["status"] for one in shown["entry"]}
        assert states == {"accepted"}, "who follows one of them sees how it is"
        read = await desk.get(f"/fhir/ServiceRequest/{referral}", "gp")
        assert read["status"] == "active"


async def test_what_is_created_on_a_condition_is_created_once(desk: Desk) -> None:
    for _ in range(TIMES):
        patient, *_ = parts(fresh("elv-low"))
        number = patient["identifier"][0]
        condition = f"identifier={number['system']}|{number['value']}"
        whole: dict[str, Any] = {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [entry(patient)],
        }
        whole["entry"][0]["request"]["ifNoneExist"] = condition
        answers = await asyncio.gather(
            *(post(desk, patient, **{"if-none-exist": condition}) for _ in range(6)),
            *(desk.ask("gp", "POST", "/fhir", whole) for _ in range(2)),
        )
        alone = [one.status_code for one in answers[:6]]
        assert set(alone) <= {200, 201}, alone
        again = await post(desk, patient, **{"if-none-exist": condition})
        assert again.status_code == 200, "no two of them"
