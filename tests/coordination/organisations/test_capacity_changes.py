"""Reports of changes, reports sent twice, visits by part of the day, releases, and the history."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from capacity_reports import ago, beds, fitting, hours, one, put
from desk import Desk, answers_of, fresh

pytest_plugins = ["desk_fixture"]


async def shown(desk: Desk, service: dict[str, Any]) -> Any:
    return await desk.get(f"/api/capacity/{service['service']}")


async def history(desk: Desk, service: dict[str, Any], query: str = "") -> Any:
    return await desk.get(
        f"/api/capacity/{service['service']}/reports{query}",
        "provider",
        organisation=service["organisation"],
    )


async def topics(desk: Desk, service: dict[str, Any]) -> list[str]:
    rows = await desk.rows(
        "SELECT topic FROM outbox WHERE payload->>'service' = $1 AND topic LIKE 'capacity.%'"
        " ORDER BY created_at, topic",
        service["service"],
    )
    return [row["topic"] for row in rows]


async def test_a_change_is_added_to_the_version_that_it_names(desk: Desk) -> None:
    service = await one(desk)
    etag = (await put(desk, service, beds(12, 9, stop_reason="griep"))).headers["etag"]
    answer = await put(desk, service, {"change": {"occupied": -1, "closed": 1}}, etag)
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert (now["staffed"], now["occupied"], now["closed"]) == (12, 8, 1)
    assert now["stop_reason"] == "griep"


async def test_a_change_of_hours_is_added_to_the_hundredth(desk: Desk) -> None:
    service = await one(desk, "nursing-planned")
    await put(desk, service, hours(400, 372.1))
    answer = await put(desk, service, {"unit": "hour/week", "change": {"committed": 0.2}})
    assert answer.json()["committed"] == 372.3


async def test_of_two_changes_on_one_version_one_counts(desk: Desk) -> None:
    service = await one(desk)
    etag = (await put(desk, service, beds(20, 9))).headers["etag"]
    answers = await asyncio.gather(
        *(put(desk, service, {"change": {"occupied": n}}, etag) for n in (1, 2, 3))
    )
    assert sorted(each.status_code for each in answers) == [200, 412, 412]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"change": {"occupied": -10}}, "change.occupied"),
        ({"change": {"occupied": 4}}, "change.occupied"),
        ({"change": {"occupied": 0.5}}, "change.occupied"),
        ({"change": {"committed": 1}}, "change.committed"),
        ({"change": {"occupied": -1}, "occupied": 3}, "occupied"),
        ({"occupied": 3}, "staffed"),
        ({}, "staffed"),
    ],
)
async def test_a_change_that_can_not_be_is_refused_by_name(
    desk: Desk, body: dict[str, Any], path: str
) -> None:
    service = await one(desk)
    await put(desk, service, beds(12, 9))
    before = await desk.figures(service["service"])
    answer = await put(desk, service, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["path"] == path
    assert await desk.figures(service["service"]) == before


@pytest.mark.parametrize(
    "body", [beds(12, 8), {"change": {"occupied": -1}}, beds(12, 8, as_of=ago(minutes=-4))]
)
async def test_a_report_whose_answer_was_lost_is_answered_again_and_counts_once(
    desk: Desk, body: dict[str, Any]
) -> None:
    service = await one(desk, place=3)
    etag = (await put(desk, service, beds(12, 9))).headers["etag"]
    first = await put(desk, service, body, etag)
    again = await put(desk, service, body, etag)
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"]
    assert len((await history(desk, service))["items"]) >= 2
    rows = await desk.value(
        "SELECT count(*) FROM capacity_report WHERE service_id = $1::text::uuid AND version >= $2",
        service["service"],
        first.json()["version"],
    )
    assert rows == 1


async def test_a_report_repeated_after_another_gets_the_figures_as_they_stand(desk: Desk) -> None:
    service = await one(desk)
    etag = (await put(desk, service, beds(12, 9))).headers["etag"]
    assert (await put(desk, service, beds(12, 8), etag)).status_code == 200
    assert (await put(desk, service, beds(12, 7))).status_code == 200
    again = await put(desk, service, beds(12, 8), etag)
    assert (again.status_code, again.json()["occupied"]) == (200, 7)
    assert (await put(desk, service, beds(12, 6), etag)).status_code == 412


async def test_the_same_content_on_another_version_is_a_report_of_its_own(desk: Desk) -> None:
    service = await one(desk)
    first = await put(desk, service, beds(12, 9))
    second = await put(desk, service, beds(12, 9))
    assert second.json()["version"] == first.json()["version"] + 1


async def test_one_report_at_sixteen_at_once_counts_once(desk: Desk) -> None:
    service = await one(desk)
    etag = (await put(desk, service, beds(12, 9))).headers["etag"]
    answers = await asyncio.gather(*(put(desk, service, beds(12, 8), etag) for _ in range(16)))
    assert {each.status_code for each in answers} == {200}
    assert len({each.headers["etag"] for each in answers}) == 1


SLOTS = {"morning": {"total": 12, "used": 9}, "evening": {"total": 6, "used": 6}}


ROOM = {shift: {"total": 40, "used": 3} for shift in ("morning", "evening", "night")}


async def test_visits_are_reported_by_part_of_the_day(desk: Desk) -> None:
    service = await one(desk, "nursing-planned")
    now = (await put(desk, service, hours(slots=SLOTS))).json()
    assert now["slots"]["morning"] == {
        "total": 12, "used": 9, "held": 0, "reserved": 0, "free": 3
    }  # fmt: skip
    assert now["slots"]["evening"]["free"] == 0
    assert list(now["slots"]) == ["morning", "evening"]
    items = (await desk.get("/api/capacity?kind=nursing-planned"))["items"]
    assert next(each for each in items if each["service"] == service["service"]) == now
    left = (await put(desk, service, hours(390))).json()
    assert left["slots"] == now["slots"]
    some = (await put(desk, service, hours(slots={"night": {"total": 2}}))).json()
    assert list(some["slots"]) == ["night"]
    none = (await put(desk, service, hours(slots={}))).json()
    assert "slots" not in none


@pytest.mark.parametrize(
    ("slots", "status", "path"),
    [
        ({"morning": {"total": 3, "used": 4}}, 422, "slots.morning.used"),
        ({"morning": {"total": -1}}, 422, "slots.morning.total"),
        ({"morning": {"total": 99_999}}, 422, "slots.morning.total"),
        ({"morning": {"total": 2.5}}, 400, "slots[...].total"),
        ({"noon": {"total": 3}}, 400, "slots"),
        ({"morning": {"total": 3, "free": 1}}, 400, "slots[...].free"),
    ],
)
async def test_visits_that_can_not_be_are_refused(
    desk: Desk, slots: dict[str, Any], status: int, path: str
) -> None:
    service = await one(desk, "nursing-planned")
    answer = await put(desk, service, hours(slots=slots))
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["path"] == path
    assert (await put(desk, await one(desk), beds(slots=SLOTS))).status_code == 422


def asks(**visits: int) -> dict[str, Any]:
    """Someone who needs nursing in parts of the day."""
    bundle = fresh("nursing-planned")
    answers_of(bundle).extend(
        {"linkId": f"visits-{shift}", "answer": [{"valueInteger": count}]}
        for shift, count in visits.items()
    )
    return bundle


async def team_with_visits(desk: Desk) -> dict[str, Any]:
    """A team that fits, with visits reported as of the moment in ``before``."""
    sent = await desk.refer(fresh("nursing-planned"))
    team = (await desk.matches(sent.id))[0]
    before = datetime.now(UTC).isoformat()
    answer = await put(desk, team, hours(as_of=before, slots=ROOM))
    assert answer.status_code == 200, answer.text
    return team | {"before": before}


async def accepted_visits(desk: Desk, team: dict[str, Any], **visits: int) -> None:
    sent = await desk.refer(asks(**visits))
    offer = await desk.offered(sent.id, team)
    held = (await shown(desk, team))["slots"]
    assert {shift: held[shift]["held"] for shift in visits} == visits
    assert (await desk.reply(offer, "accept")).status_code == 200


async def test_visits_accepted_after_the_as_of_stay_reserved(desk: Desk) -> None:
    team = await team_with_visits(desk)
    await accepted_visits(desk, team, morning=2)
    old = (await put(desk, team, hours(as_of=team["before"], slots=SLOTS))).json()
    assert (old["slots"]["morning"]["reserved"], old["slots"]["morning"]["free"]) == (2, 1)
    assert old["slots"]["evening"]["reserved"] == 0
    assert old["reserved"] > 0
    new = (await put(desk, team, hours(slots=SLOTS))).json()
    assert (new["slots"]["morning"]["reserved"], new["reserved"]) == (0, 0)


async def test_visits_that_were_promised_and_are_not_there_show_as_a_conflict(desk: Desk) -> None:
    team = await team_with_visits(desk)
    await accepted_visits(desk, team, evening=1)
    now = (await put(desk, team, hours(as_of=team["before"], slots=SLOTS))).json()
    assert now["conflict"] is True
    assert "in de avond" in now["conflict_text"]
    assert "in the evening" in now["conflict_text_en"]
    assert (await shown(desk, team))["conflict"] is True


async def test_a_report_without_visits_leaves_what_was_accepted_reserved(desk: Desk) -> None:
    team = await team_with_visits(desk)
    await accepted_visits(desk, team, morning=2)
    newer = (await put(desk, team, hours())).json()
    assert (newer["reserved"], newer["slots"]["morning"]["reserved"]) == (0, 2)


async def test_reports_of_visits_and_holds_at_once_keep_the_sum_right(desk: Desk) -> None:
    team = await team_with_visits(desk)
    sent = await asyncio.gather(*(desk.refer(asks(morning=1, night=2)) for _ in range(6)))
    report = hours(4_000, 372.5, as_of=team["before"], slots=ROOM)
    assert (await put(desk, team, report)).status_code == 200

    async def place(referral: str, *, accept: bool) -> None:
        answer = await desk.offer(referral, team["service"])
        assert answer.status_code == 201, answer.text
        if accept:
            offer = answer.json() | {"organisation": team["organisation"]}
            assert (await desk.reply(offer, "accept")).status_code == 200

    async def again() -> None:
        for _ in range(6):
            assert (await put(desk, team, report)).status_code in {200, 412}

    await asyncio.gather(
        *(place(each.id, accept=bool(n % 2)) for n, each in enumerate(sent)), again(), again()
    )
    for _ in range(2):
        slots = (await shown(desk, team))["slots"]
        assert (slots["morning"]["held"], slots["morning"]["reserved"]) == (3, 3)
        assert (slots["night"]["held"], slots["night"]["reserved"]) == (6, 6)
        await put(desk, team, report)


async def test_what_comes_free_is_kept_soonest_first_until_it_is_replaced(desk: Desk) -> None:
    service = await one(desk)
    late, soon = ago(days=-2), ago(hours=-5)
    releases = [{"at": late, "amount": 2}, {"at": soon, "amount": 1}]
    now = (await put(desk, service, beds(releases=releases))).json()
    assert [each["amount"] for each in now["releases"]] == [1, 2]
    assert (await put(desk, service, beds(12, 8))).json()["releases"] == now["releases"]
    assert "releases" not in (await put(desk, service, beds(12, 8, releases=[]))).json()
    assert "releases" not in await shown(desk, service)


@pytest.mark.parametrize(
    ("release", "path"),
    [
        ({"at": ago(hours=1), "amount": 1}, "releases[0].at"),
        ({"at": ago(days=-400), "amount": 1}, "releases[0].at"),
        ({"at": ago(hours=-1), "amount": 0}, "releases[0].amount"),
        ({"at": ago(hours=-1), "amount": 0.5}, "releases[0].amount"),
        ({"at": ago(hours=-1), "amount": -1}, "releases[0].amount"),
        ({"at": "2027-01-01T10:00:00", "amount": 1}, "releases[0].at"),
    ],
)
async def test_a_release_that_can_not_be_is_refused(
    desk: Desk, release: dict[str, Any], path: str
) -> None:
    answer = await put(desk, await one(desk), beds(releases=[release]))
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["path"] == path


async def test_a_field_that_follows_from_others_is_refused_with_the_cure(desk: Desk) -> None:
    answer = await put(desk, await one(desk), beds(free=15))
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "path": "free",
            "message": "is not known here; leave it out: what is free follows from the other"
            " figures and from what was promised",
        }
    ]


async def test_a_conflict_says_what_was_promised_and_the_desk_hears(desk: Desk) -> None:
    service = await fitting(desk)
    await put(desk, service, beds(12, 9))
    before = (await topics(desk, service)).count("capacity.conflict")
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id, service)
    now = (await put(desk, service, beds(12, 12))).json()
    assert "leaves 0 beds, but 1 were promised: 1 held" in now["conflict_text_en"]
    assert "laat 0 bedden over, maar er is 1 beloofd" in now["conflict_text"]
    assert (await topics(desk, service)).count("capacity.conflict") == before + 1
    await desk.reply(offer, "withdraw", role="coordinator")
    assert "conflict_text" not in await shown(desk, service)


@pytest.mark.parametrize("state", ["accepted", "completed", "away"])
async def test_whoever_arrived_after_the_as_of_still_takes_a_place(desk: Desk, state: str) -> None:
    service = await fitting(desk)
    before = datetime.now(UTC).isoformat()
    await put(desk, service, beds(12, 9, as_of=before))
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id, service)
    assert (await desk.reply(offer, "accept")).status_code == 200
    kept = "now()" if state == "away" else "NULL"
    await desk.rows(
        f"UPDATE offer SET state = $2, kept_until = {kept} WHERE id = $1::text::uuid",
        offer["id"],
        state,
    )
    between = await put(desk, service, beds(12, 9, as_of=before))
    assert between.json()["reserved"] == 1
    await desk.rows(
        "UPDATE offer SET state = 'ended', kept_until = NULL, destination = 'home'"
        " WHERE id = $1::text::uuid",
        offer["id"],
    )
    assert (await put(desk, service, beds(12, 9, as_of=before))).json()["reserved"] == 0


async def test_the_history_tells_every_report_the_newest_first(desk: Desk) -> None:
    service = await one(desk, "nursing-planned", 1)
    releases = [{"at": ago(days=-1), "amount": 4.5}]
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    stop = {"stop_reason": "ziekte", "stop_until": until}
    await put(desk, service, hours(100, 90))
    await put(desk, service, hours(101, 90, slots=SLOTS, releases=releases, **stop))
    await put(desk, service, hours(102, 90))
    newest, middle, oldest = (await history(desk, service, "?size=3"))["items"]
    assert [each["contracted"] for each in (newest, middle, oldest)] == [102, 101, 100]
    assert newest["version"] == middle["version"] + 1 == oldest["version"] + 2
    assert middle["stop_reason"] == "ziekte"
    assert middle["details"]["slots"]["morning"] == {"total": 12, "used": 9}
    assert middle["details"]["releases"][0]["amount"] == 4.5
    assert (newest["unit"], newest["counted"]) == ("hour/week", True)
    assert newest["source"] == f"organisation/{service['organisation']}"
    assert "details" not in newest


async def test_the_history_comes_in_pages(desk: Desk) -> None:
    service = await one(desk, place=2)
    for staffed in range(20, 25):
        assert (await put(desk, service, beds(staffed, 9))).status_code == 200
    seen: list[float] = []
    after = ""
    while len(seen) < 5:
        page = await history(desk, service, f"?size=2{after}")
        seen += [each["staffed"] for each in page["items"]]
        after = f"&next={page['next']}"
    assert seen[:5] == [24, 23, 22, 21, 20]
    for odd in ("x", "gaCh", "%00", "kwE", "zzzz"):
        path = f"/api/capacity/{service['service']}/reports?next={odd}"
        assert (await desk.ask("coordinator", "GET", path)).status_code == 400, odd


async def test_the_history_is_for_the_organisation_itself_and_the_desk(desk: Desk) -> None:
    service = await one(desk)
    path = f"/api/capacity/{service['service']}/reports"
    others = {each["organisation"] for each in (await desk.get("/api/capacity"))["items"]}
    stranger = min(others - {service["organisation"]})
    answers: dict[str, httpx.Response] = {
        "own": await desk.ask("provider", "GET", path, organisation=service["organisation"]),
        "desk": await desk.ask("coordinator", "GET", path),
        "stranger": await desk.ask("provider", "GET", path, organisation=stranger),
        "gp": await desk.ask("gp", "GET", path),
    }
    assert {name: each.status_code for name, each in answers.items()} == {
        "own": 200, "desk": 200, "stranger": 403, "gp": 403
    }  # fmt: skip


async def test_a_filter_that_names_what_does_not_exist_is_refused_with_what_does(
    desk: Desk,
) -> None:
    for query in ("kind=bed", "subregion=drente", "organisation=x"):
        answer = await desk.ask("coordinator", "GET", f"/api/capacity?{query}")
        assert answer.status_code == 400, answer.text
        assert answer.json()["errors"][0]["path"] == query.split("=")[0]
    refused = await desk.ask("coordinator", "GET", "/api/capacity?subregion=drente")
    told = refused.json()["errors"][0]["message"]
    assert all(one in told for one in ("assen", "emmen", "hoogeveen", "meppel"))
    nobody = "0190a0a0-0000-7000-8000-000000000000"
    assert await desk.get(f"/api/capacity?organisation={nobody}") == {"items": []}
