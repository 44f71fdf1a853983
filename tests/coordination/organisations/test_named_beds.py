"""The figures of a service with named beds follow from them, and promises are kept apart."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from desk import Desk, fresh
from reported_on_fhir import (
    NOBODY,
    OUTCOME,
    audited,
    bed,
    etag,
    issues,
    matched,
    named,
    one,
    put,
    valid,
    with_status,
)

from coordination.app import Service
from coordination.db.beds import unsettled
from coordination.organisations.naming_beds import settle

pytest_plugins = ["desk_fixture", "no_beds_fixture"]
pytestmark = pytest.mark.usefixtures("no_beds_left")


async def test_the_figures_of_a_service_follow_from_its_beds(desk: Desk) -> None:
    service = await one(desk, "elv-high", 1)
    first, *_ = await named(desk, service, "UUOOCHIK")
    figures = await desk.figures(service["service"])
    assert (figures["total"], figures["used"], figures["closed"]) == (8, 2, 4)
    path, body = bed(service, "O", first, name="Bed 1")
    answer = await put(desk, service, path, body, if_match='W/"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"')
    assert valid(answer.json()).items() >= body.items()
    after = await desk.figures(service["service"])
    assert (after["used"], after["version"]) == (3, figures["version"] + 1)
    assert await desk.get(f"/fhir/{path}", "gp") == answer.json()
    assert set(await audited(desk, path)) == {"report-capacity", "read-capacity"}
    gone = await put(
        desk, service, path, body | {"status": "inactive"}, if_match='W/"2"', **OUTCOME
    )
    assert "7 named beds" in issues(gone)[0]["diagnostics"]
    reports = await desk.value(
        "SELECT count(*) FROM capacity_report WHERE service_id = $1::text::uuid AND version > $2",
        service["service"],
        int(figures["version"]),
    )
    assert reports == 2


async def test_beds_never_count_in_who_is_still_to_come(desk: Desk) -> None:
    """A bed says who lies in it: one that is free, but promised, is not free twice."""
    referral, service = await matched(desk)
    (ours, *_) = await named(desk, service, "UOO")
    offer = await desk.offered(referral, service)
    assert (await desk.reply(offer, "accept")).status_code == 200
    for code in ("U", "U"):
        path, body = bed(service, code, ours)
        answer = await put(desk, service, path, body, if_match=await etag(desk, path))
        assert answer.status_code == 200
        shown = await desk.get(f"/api/capacity/{service['service']}")
        assert (shown["occupied"], shown["reserved"], shown["free"]) == (2, 1, 0)
        assert shown["conflict"] is False
    assert (await desk.reply(offer, "start")).status_code == 200
    path, body = bed(service, "O", ours)
    answer = await put(desk, service, path, body, if_match=await etag(desk, path))
    shown = await desk.get(f"/api/capacity/{service['service']}")
    assert (shown["occupied"], shown["reserved"], shown["free"]) == (3, 0, 0)


async def test_a_status_leaves_what_is_reserved_as_it_is(desk: Desk) -> None:
    referral, service = await matched(desk)
    await named(desk, service, "UUO")
    offer = await desk.offered(referral, service)
    await desk.reply(offer, "accept")
    await named(desk, service, "UUO")
    path = f"HealthcareService/{service['service']}"
    for body in (with_status(service, "no-capacity", "Griep."), with_status(service, "capacity")):
        before = await desk.figures(service["service"])
        answer = await put(desk, service, path, body, if_match=await etag(desk, path))
        assert answer.status_code == 200, answer.text
        after = await desk.figures(service["service"])
        assert after == before | {"version": before["version"] + 1}
        assert after["reserved"] == 1
    await desk.reply(offer, "withdraw", role="coordinator")


async def test_a_promise_that_ends_gives_its_bed_back(service: Service, desk: Desk) -> None:
    """Without a word of any bed: the clock sees that nobody is to come any more."""
    referral, match = await matched(desk)
    await named(desk, match, "UO")
    offer = await desk.offered(referral, match)
    await desk.reply(offer, "accept")
    await named(desk, match, "UO")
    database, key = service.parts.database, UUID(match["service"])
    assert key not in await database.transact(lambda tx: unsettled(tx, 100))
    await desk.reply(offer, "withdraw", role="coordinator")
    assert key in await database.transact(lambda tx: unsettled(tx, 100))
    await database.transact(lambda tx: settle(tx, key))
    assert (await desk.figures(match["service"]))["reserved"] == 0


async def test_who_has_arrived_keeps_a_place_until_a_bed_says_where(
    service: Service, desk: Desk
) -> None:
    """Between the word that someone is there and that of the bed, the place is not free."""
    referral, match = await matched(desk)
    (ours, other) = await named(desk, match, "UO")
    offer = await desk.offered(referral, match)
    await desk.reply(offer, "accept")
    path, body = bed(match, "O", other)
    await put(desk, match, path, body, if_match=await etag(desk, path))
    assert (await desk.reply(offer, "start")).status_code == 200
    database, key = service.parts.database, UUID(match["service"])
    await database.transact(lambda tx: settle(tx, key))
    shown = await desk.get(f"/api/capacity/{match['service']}")
    assert (shown["occupied"], shown["reserved"], shown["free"]) == (1, 1, 0)
    path, body = bed(match, "O", ours)
    await put(desk, match, path, body, if_match=await etag(desk, path))
    shown = await desk.get(f"/api/capacity/{match['service']}")
    assert (shown["occupied"], shown["reserved"], shown["free"]) == (2, 0, 0)


async def test_who_is_back_from_hospital_keeps_a_place_until_a_bed_is_reported(
    service: Service, desk: Desk
) -> None:
    referral, match = await matched(desk)
    (ours, *_) = await named(desk, match, "UO")
    offer = await desk.offered(referral, match)
    for step in ("accept", "start"):
        await desk.reply(offer, step)
    database, key = service.parts.database, UUID(match["service"])

    async def reported(code: str) -> None:
        path, body = bed(match, code, ours)
        await put(desk, match, path, body, if_match=await etag(desk, path))

    async def reserved() -> float:
        await database.transact(lambda tx: settle(tx, key))
        return (await desk.figures(match["service"]))["reserved"]

    await reported("O")
    assert await reserved() == 0
    await desk.reply(offer, "leave", {"to": "hospital"})
    await reported("U")
    assert await reserved() == 1
    await desk.reply(offer, "return")
    await desk.rows(
        "UPDATE offer SET started_at = now() - interval '1 day' WHERE id = $1::text::uuid",
        offer["id"],
    )
    assert await reserved() == 1
    await reported("O")
    assert await reserved() == 0


async def test_a_bed_that_is_given_to_another_is_a_conflict_that_shows(desk: Desk) -> None:
    referral, service = await matched(desk)
    (ours, *_) = await named(desk, service, "UO")
    offer = await desk.offered(referral, service)
    assert (await desk.reply(offer, "accept")).status_code == 200
    path, body = bed(service, "O", ours)
    answer = await put(desk, service, path, body, if_match=await etag(desk, path), **OUTCOME)
    (issue,) = issues(answer)
    assert (issue["severity"], "promised" in issue["diagnostics"]) == ("warning", True)
    version = (await desk.figures(service["service"]))["version"]
    told = await desk.rows(
        "SELECT payload::text AS payload FROM outbox WHERE topic = 'capacity.conflict'"
    )
    assert {"service": service["service"], "version": version} in [
        json.loads(row["payload"]) for row in told
    ]
    await desk.reply(offer, "withdraw", role="coordinator")


async def test_beds_that_change_at_the_same_time_are_all_counted(desk: Desk) -> None:
    service = await one(desk, "elv-high", 1)
    ids = await named(desk, service, "UUUUUUUU")
    before = (await desk.figures(service["service"]))["version"]
    answers = await asyncio.gather(
        *(put(desk, service, *bed(service, "O", each), if_match='W/"1"') for each in ids),
        *(put(desk, service, *bed(service, "U")) for _ in range(8)),
    )
    assert {each.status_code for each in answers} == {200, 201}
    figures = await desk.figures(service["service"])
    assert (figures["total"], figures["used"], figures["version"]) == (16, 8, before + 16)


async def test_of_sixteen_that_name_the_same_bed_one_creates_it(desk: Desk) -> None:
    service = await one(desk, "elv-high", 1)
    await named(desk, service, "")
    path, body = bed(service)
    answers = await asyncio.gather(
        *(put(desk, service, path, body, if_none_match="*") for _ in range(16))
    )
    assert sorted(each.status_code for each in answers) == [201] + [412] * 15
    assert (await desk.figures(service["service"]))["total"] == 1


async def test_a_bed_is_changed_on_the_version_that_was_read(desk: Desk) -> None:
    service = await one(desk, "elv-high", 1)
    (ours,) = await named(desk, service, "U")
    path, body = bed(service, "O", ours)
    assert (await put(desk, service, path, body)).status_code == 428
    assert (await put(desk, service, path, body, if_none_match="*")).status_code == 412
    assert (await put(desk, service, path, body, if_match='W/"2"')).status_code == 412
    assert (await put(desk, service, path, body, if_none_match='W/"1"')).status_code == 400
    new, unknown = bed(service)
    assert (await put(desk, service, new, unknown, if_match='W/"1"')).status_code == 412
    assert (await desk.figures(service["service"]))["used"] == 0


async def test_a_bed_stays_with_its_service_and_its_site(desk: Desk) -> None:
    service, other = await one(desk, "elv-high", 1), None
    items = (await desk.get(f"/api/capacity?organisation={service['organisation']}"))["items"]
    other = next(
        item for item in items if item["unit"] == "bed" and item["service"] != service["service"]
    )
    (ours,) = await named(desk, service, "U")
    path, body = bed(other, "U", ours)
    moved = await put(desk, service, path, body, if_match='W/"1"')
    assert moved.status_code == 422
    assert "inactive" in issues(moved)[0]["diagnostics"]
    path, body = bed(service, partOf={"reference": f"Location/{NOBODY}"})
    assert (await put(desk, service, path, body)).status_code == 422
    site = (await desk.get(f"/fhir/HealthcareService/{service['service']}", "gp"))["location"][0]
    valid(await desk.get(f"/fhir/{site['reference']}", "gp"))
    path, body = bed(service, "U", site["reference"].rpartition("/")[2])
    assert (await put(desk, service, path, body)).status_code == 409
    team = await one(desk, "nursing-planned")
    assert (await put(desk, team, *bed(team))).status_code == 422
    nowhere = service | {"service": NOBODY}
    assert (await put(desk, service, *bed(nowhere))).status_code == 422
    path, body = bed(service, identity=str(uuid4()).upper())
    assert (await put(desk, service, path, body)).status_code == 400


async def test_no_bed_is_promised_twice_while_beds_are_reported(desk: Desk) -> None:
    """Offers and accepts race with the reports of four free beds: at most four people come."""
    referral, service = await matched(desk)
    ids = await named(desk, service, "UUUU")
    others = [(await desk.refer(fresh("elv-low"))).id for _ in range(7)]

    async def place(one_of: str) -> dict[str, Any] | None:
        answer = await desk.offer(one_of, service["service"])
        if answer.status_code != 201:
            assert answer.status_code == 409, answer.text
            return None
        offer: dict[str, Any] = answer.json() | {"organisation": service["organisation"]}
        assert (await desk.reply(offer, "accept")).status_code == 200
        return offer

    async def report(identity: str) -> None:
        for version in range(1, 5):
            sent = bed(service, "U", identity)
            answer = await put(desk, service, *sent, if_match=f'W/"{version}"')
            assert answer.status_code == 200, answer.text

    done = await asyncio.gather(
        *(place(one_of) for one_of in (referral, *others)), *(report(each) for each in ids)
    )
    offers = [one_of for one_of in done if one_of is not None]
    assert len(offers) == 4
    shown = await desk.get(f"/api/capacity/{service['service']}")
    assert (shown["staffed"], shown["reserved"], shown["held"], shown["free"]) == (4, 4, 0, 0)
    assert shown["conflict"] is False
    for offer in offers:
        await desk.reply(offer, "withdraw", role="coordinator")
