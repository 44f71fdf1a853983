"""A MeasureReport becomes the figures of its services, all or none, and once."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from desk import Desk
from reported_on_fhir import (
    OUTCOME,
    at,
    audited,
    beds,
    hours,
    issues,
    matched,
    measures,
    one,
    post,
    results,
    valid,
)

pytest_plugins = ["desk_fixture", "no_beds_fixture"]
pytestmark = pytest.mark.usefixtures("no_beds_left")


async def test_a_measure_report_becomes_the_figures_of_its_services(desk: Desk) -> None:
    service = await one(desk)
    before = await desk.figures(service["service"])
    body = measures(beds(service, 11, 8), text={"status": "generated", "div":
        '<div xmlns="http://www.w3.org/1999/xhtml">Bedden</div>'})  # fmt: skip
    answer = await post(desk, service, body)
    assert answer.status_code == 201, answer.text
    kept = valid(answer.json())
    assert kept.items() >= body.items()
    assert results(kept) == {"counted"}
    after = await desk.figures(service["service"])
    assert (after["total"], after["used"], after["version"]) == (11, 8, before["version"] + 1)
    path = f"/fhir/MeasureReport/{kept['id']}"
    assert answer.headers["location"].endswith(f"{path}/_history/1")
    assert answer.headers["etag"] == 'W/"1"'
    assert await desk.get(path, "provider", organisation=service["organisation"]) == kept
    assert "report-capacity" in await audited(desk, f"MeasureReport/{kept['id']}")
    shown = await desk.get(f"/api/capacity/{service['service']}")
    assert shown["source"] == f"organisation/{service['organisation']}"
    stored = await desk.value("SELECT body FROM resource WHERE id = $1::text::uuid", kept["id"])
    assert b"voorbeeldhuis" not in stored


async def test_hours_and_beds_go_in_one_report_or_not_at_all(desk: Desk) -> None:
    team = await one(desk, "nursing-planned")
    items = (await desk.get(f"/api/capacity?organisation={team['organisation']}"))["items"]
    teams = [item for item in items if item["unit"] == "hour/week"]
    groups = [
        hours(each, figure, value)
        for each in teams
        for figure, value in (("contracted", 300), ("committed", 290.25))
    ]
    answer = await post(desk, team, measures(*groups))
    assert answer.status_code == 201, answer.text
    for each in teams:
        figures = await desk.figures(each["service"])
        assert (figures["total"], figures["used"]) == (300, 290.25)
    before = await desk.counts()
    wrong = measures(
        *groups[:-2], hours(teams[-1], "contracted", 10), hours(teams[-1], "committed", 11)
    )
    answer = await post(desk, team, wrong)
    assert answer.status_code == 422
    assert await desk.counts() == before


async def test_the_same_report_again_gives_the_first_back(desk: Desk) -> None:
    service = await one(desk)
    number = [{"system": "https://voorbeeldhuis.example/nr", "value": uuid4().hex}]
    for elements in ({}, {"identifier": number}):
        body = measures(beds(service, 12, 8), **elements)
        first = await post(desk, service, body)
        version = (await desk.figures(service["service"]))["version"]
        again = await post(desk, service, body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert (await desk.figures(service["service"]))["version"] == version
        assert issues(await post(desk, service, body, **OUTCOME))[0]["severity"] == "information"
    other = measures(beds(service, 12, 9), identifier=number)
    answer = await post(desk, service, other)
    assert answer.status_code == 409
    assert "identifier" in issues(answer)[0]["diagnostics"]


async def test_of_sixteen_that_send_the_same_report_at_once_one_counts(desk: Desk) -> None:
    service = await one(desk)
    body = measures(beds(service, 12, 7))
    before = (await desk.figures(service["service"]))["version"]
    answers = await asyncio.gather(*(post(desk, service, body) for _ in range(16)))
    assert sorted(each.status_code for each in answers) == [200] * 15 + [201]
    assert len({each.json()["id"] for each in answers}) == 1
    assert (await desk.figures(service["service"]))["version"] == before + 1


async def test_a_report_that_comes_late_is_kept_and_not_counted(desk: Desk) -> None:
    service = await one(desk)
    await post(desk, service, measures(beds(service, 12, 7)))
    before = await desk.figures(service["service"])
    moment = {"date": at(hours=1), "period": {"start": at(hours=1), "end": at(hours=1)}}
    late = measures(beds(service, 5, 5), **moment)
    answer = await post(desk, service, late)
    assert answer.status_code == 201
    assert results(answer.json()) == {"late"}
    assert await desk.figures(service["service"]) == before
    kept = await desk.value(
        "SELECT counted FROM capacity_report WHERE service_id = $1::text::uuid ORDER BY id DESC"
        " LIMIT 1",
        service["service"],
    )
    assert kept is False


async def test_what_was_promised_shows_as_a_conflict(desk: Desk) -> None:
    referral, service = await matched(desk)
    offer = await desk.offered(referral, service)
    figures = await desk.figures(service["service"])
    full = measures(beds(service, int(figures["total"]), int(figures["total"])))
    answer = await post(desk, service, full, **OUTCOME)
    (issue,) = issues(answer)
    assert (issue["severity"], "promised" in issue["diagnostics"]) == ("warning", True)
    assert (await desk.figures(service["service"]))["conflict"] == 1
    await desk.reply(offer, "withdraw", role="coordinator")


async def test_figures_leave_a_stop_as_it_is(desk: Desk) -> None:
    service = await one(desk)
    await desk.rows(
        "UPDATE capacity SET stop_reason = 'Griep.' WHERE service_id = $1::text::uuid",
        service["service"],
    )
    assert (await post(desk, service, measures(beds(service, 12, 7)))).status_code == 201
    shown = await desk.get(f"/api/capacity/{service['service']}")
    assert (shown["stop_reason"], shown["occupied"]) == ("Griep.", 7)
    await desk.room(service["service"], 2)


async def test_the_figures_of_a_service_are_read_as_a_measure_report(desk: Desk) -> None:
    service = await one(desk)
    await post(desk, service, measures(beds(service, 12, 9)))
    path = f"/fhir/MeasureReport/{service['service']}"
    for role in ("gp", "coordinator", "analyst", "provider"):
        report = valid(await desk.get(path, role))
        counts = [one.get("count") for one in report["group"][0]["population"]]
        assert counts == [12, 9, 0, 0, 0, 3]
    await desk.rows(
        "UPDATE capacity SET as_of = as_of - interval '3 days',"
        " valid_until = now() - interval '1 s' WHERE service_id = $1::text::uuid",
        service["service"],
    )
    stale = valid(await desk.get(path, "gp"))
    counts = [one.get("count") for one in stale["group"][0]["population"]]
    assert counts == [None, None, None, 0, 0, None]
    assert "read-capacity" in await audited(desk, path.removeprefix("/fhir/"))
    await desk.room(service["service"], 2)
