"""The status of a HealthcareService stops admissions or ends a stop, and makes up no figures."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from desk import Desk
from reported_on_fhir import (
    NOBODY,
    OUTCOME,
    beds,
    etag,
    issues,
    measures,
    one,
    post,
    put,
    status,
    valid,
    with_status,
)

pytest_plugins = ["desk_fixture", "no_beds_fixture"]
pytestmark = pytest.mark.usefixtures("no_beds_left")


async def test_a_status_stops_admissions_and_ends_the_stop(desk: Desk) -> None:
    service = await one(desk)
    await post(desk, service, measures(beds(service, 12, 9)))
    path = f"HealthcareService/{service['service']}"
    shown = valid(await desk.get(f"/fhir/{path}", "gp"))
    assert status(shown) == ("capacity", None)
    before = await desk.get(f"/api/capacity/{service['service']}")
    answer = await put(
        desk, service, path, with_status(service, "no-capacity", "Griep."),
        if_match=await etag(desk, path),
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert status(valid(answer.json())) == ("no-capacity", "Griep.")
    stopped = await desk.get(f"/api/capacity/{service['service']}")
    changed = {name for name, value in before.items() if stopped[name] != value}
    assert changed == {"version", "stop_reason"}, "a status makes up no figures"
    answer = await put(
        desk, service, path, with_status(service, "capacity"), if_match=answer.headers["etag"]
    )
    assert status(answer.json()) == ("capacity", None)
    plain = await put(
        desk, service, path, with_status(service, "no-capacity"), if_match=answer.headers["etag"]
    )
    code, reason = status(plain.json())
    assert (code, bool(reason)) == ("no-capacity", True)
    assert (await desk.get(f"/api/capacity/{service['service']}"))["stop_reason"] == reason
    await desk.room(service["service"], 2)


async def test_a_service_that_is_full_does_not_get_room_by_saying_so(desk: Desk) -> None:
    service = await one(desk)
    await post(desk, service, measures(beds(service, 12, 12)))
    path = f"HealthcareService/{service['service']}"
    before = await desk.figures(service["service"])
    answer = await put(
        desk, service, path, with_status(service, "capacity"),
        if_match=await etag(desk, path), **OUTCOME,
    )  # fmt: skip
    (issue,) = issues(answer)
    assert issue["severity"] == "warning"
    assert "nothing is free" in issue["diagnostics"]
    assert await desk.figures(service["service"]) == before
    shown = await desk.get(f"/fhir/{path}", "gp")
    assert status(shown) == ("no-capacity", None)
    answer = await put(desk, service, path, shown, if_match=f'W/"{shown["meta"]["versionId"]}"')
    assert answer.status_code == 200
    assert await desk.figures(service["service"]) == before, "full is not stopped"
    await desk.room(service["service"], 2)


async def test_a_status_needs_the_newest_version(desk: Desk) -> None:
    service = await one(desk)
    path = f"HealthcareService/{service['service']}"
    body = with_status(service, "no-capacity", "Griep.")
    assert (await put(desk, service, path, body)).status_code == 428
    for odd in ('W/"0"', "*", "3", '"1", "2"', 'W/"99999999999"'):
        assert (await put(desk, service, path, body, if_match=odd)).status_code == 412, odd
    tag = await etag(desk, path)
    created = await put(desk, service, path, body, if_match=tag, if_none_match="*")
    assert created.status_code == 412
    answers = await asyncio.gather(
        *(put(desk, service, path, body, if_match=tag) for _ in range(8))
    )
    assert sorted(each.status_code for each in answers) == [200] + [412] * 7
    await desk.room(service["service"], 2)


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"name": "Anders"}, 422, "HealthcareService.name"),
        ({"id": NOBODY}, 400, "HealthcareService.id"),
        ({"id": None}, 422, "HealthcareService.id"),
        ({"nonsense": 1}, 422, "HealthcareService.nonsense"),
        ({"extension": None}, 422, "HealthcareService.extension"),
    ],
)
async def test_what_is_no_status_is_refused_by_its_element(
    desk: Desk, change: dict[str, Any], code: int, path: str
) -> None:
    service = await one(desk)
    body = with_status(service, "no-capacity") | change
    where = f"HealthcareService/{service['service']}"
    answer = await put(desk, service, where, body, if_match=await etag(desk, where))
    assert answer.status_code == code, answer.text
    assert path in issues(answer)[0]["expression"][0]


async def test_a_waiting_list_and_a_long_reason_are_refused_with_the_cure(desk: Desk) -> None:
    service = await one(desk)
    path = f"HealthcareService/{service['service']}"
    tag = await etag(desk, path)
    for body, word in (
        (with_status(service, "waitlist"), "desk"),
        (with_status(service, "no-capacity", "x" * 201), "capacityNotes"),
    ):
        answer = await put(desk, service, path, body, if_match=tag)
        assert answer.status_code == 422, answer.text
        assert word in issues(answer)[0]["diagnostics"]
