"""Who waits: the list and its order, what it says, and that the desk hears of a place once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from desk import Desk, form, fresh, yes_or_no
from serving import Process

from capacity.queue import Waiting, order
from coordination.app import Service
from coordination.places import rematching
from triage.need import Kind

pytest_plugins = ["desk_fixture"]
NOBODY = "0190a0a0-0000-7000-8000-000000000000"


@pytest.fixture(scope="module", autouse=True)
async def scarce(desk: Desk, service: Service) -> AsyncIterator[None]:
    """Nothing is free anywhere, and everything as it was afterwards."""
    await desk.rows(
        "CREATE TEMP TABLE before AS SELECT service_id, total, used, as_of, valid_until,"
        " stop_reason, conflict, releases FROM capacity"
    )
    await fill(desk, service)
    yield
    await desk.rows(
        "UPDATE capacity c SET total = b.total, used = b.used, as_of = b.as_of,"
        " valid_until = b.valid_until, stop_reason = b.stop_reason, conflict = b.conflict,"
        " releases = b.releases, held = 0, reserved = 0"
        " FROM before b WHERE b.service_id = c.service_id"
    )
    await desk.rows("UPDATE referral SET state = 'closed' WHERE waiting_since IS NOT NULL")
    await known(desk, service)


@pytest.fixture(autouse=True)
async def nobody_else_waits(desk: Desk) -> None:
    await desk.rows(
        "UPDATE referral SET state = 'closed' WHERE state NOT IN ('placed', 'closed', 'cancelled')"
    )


@pytest.fixture(scope="module")
async def second(desk: Desk, keys_file: Path) -> AsyncIterator[Process]:
    process = await Process(desk.url, keys_file).ready()
    yield process
    await process.stop()


async def known(desk: Desk, service: Service) -> None:
    """Waits until the snapshot is what the database says."""
    before = service.parts.live.supply
    await desk.rows("SELECT pg_notify('naober', 'capacity')")
    while service.parts.live.supply is before:  # noqa: ASYNC110 - a snapshot tells nobody
        await asyncio.sleep(0.02)


async def fill(desk: Desk, service: Service) -> None:
    await desk.rows(
        "UPDATE capacity SET total = used + closed + held + reserved, conflict = false,"
        " stop_reason = NULL, releases = NULL, as_of = now(),"
        " valid_until = now() + interval '1 day'"
    )
    await known(desk, service)


async def some_bed(desk: Desk, service: Service, kind: Kind = Kind.ELV_LOW) -> str:
    """A service in which the scenario of a kind fits once it has room."""
    sent = await desk.refer(fresh(kind))
    for one in service.parts.live.supply.services:
        if kind in one.kinds and not one.guarantee:
            await desk.room(one.id, 1)
    found = await desk.matches(sent.id)
    await desk.ask("gp", "POST", f"/api/referrals/{sent.id}/cancel", {"reason": "other"})
    await fill(desk, service)
    identity: str = found[0]["service"]
    return identity


async def room(desk: Desk, service: Service, identity: str, free: float) -> None:
    """Gives a service so much room, and lets every process know."""
    await desk.room(identity, free)
    await known(desk, service)


async def waits(desk: Desk, referral: str, **more: Any) -> dict[str, Any]:
    answer = await desk.ask("coordinator", "POST", f"/api/referrals/{referral}/wait", **more)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def someone(desk: Desk, kind: str = "elv-low") -> str:
    """Who waits from now on."""
    sent = await desk.refer(fresh(kind))
    await waits(desk, sent.id)
    return sent.id


async def state(desk: Desk, referral: str) -> str:
    found: str = (await desk.get(f"/api/referrals/{referral}"))["state"]
    return found


async def told(desk: Desk, referral: str) -> list[str]:
    """The services of which the desk was told for someone, oldest first."""
    rows = await desk.rows(
        "SELECT payload->>'service' AS service, recipient FROM outbox"
        " WHERE topic = 'waiting.place-found' AND payload->>'referral' = $1 ORDER BY created_at",
        referral,
    )
    assert all(row["recipient"] is None for row in rows)
    return [row["service"] for row in rows]


async def until(desk: Desk, referral: str, times: int) -> list[str]:
    """What was told, once that is so often."""
    began = time.monotonic()
    while len(found := await told(desk, referral)) < times:
        assert time.monotonic() - began < 10, found
        await asyncio.sleep(0.05)
    return found


async def look(service: Service) -> None:
    """Asks again for everyone, now."""
    supply, now = service.parts.live.supply, datetime.now(UTC)

    async def work(tx: Any) -> bool:
        return await rematching.rematch(tx, supply, None, now)

    while not await service.parts.database.transact(work):  # noqa: ASYNC110 - another looks
        await asyncio.sleep(0.05)


async def test_the_desk_puts_someone_on_the_list_and_takes_them_from_it(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    said = await waits(desk, sent.id)
    assert (said["state"], said["kind"], said["position"]) == ("waiting", "elv-low", 1)
    assert said["text"].startswith("1e: U")
    line = next(
        one for one in (await desk.get("/api/worklist"))["items"] if one["referral"] == sent.id
    )
    assert (line["state"], line["waiting_since"]) == ("waiting", said["waiting_since"])
    assert line["place_by"] == said["place_by"]
    assert (await waits(desk, sent.id))["waiting_since"] == said["waiting_since"]
    looked = "SELECT action FROM audit WHERE referral_id = $1 ORDER BY id DESC LIMIT 1"
    assert await desk.value(looked, UUID(sent.id)) == "read-waiting"

    path = f"/api/referrals/{sent.id}/stop-waiting"
    gone = await desk.ask("coordinator", "POST", path)
    assert (gone.status_code, gone.json()) == (200, {"referral": sent.id, "state": "triaged"})
    again = await desk.ask("coordinator", "POST", path)
    assert (again.status_code, again.json()["type"]) == (409, "urn:naober:problem:does-not-wait")
    view = await desk.get(f"/api/referrals/{sent.id}")
    assert view["waiting_since"] is None
    assert [one["event"] for one in view["history"]] == ["refer", "wait", "stop-waiting"]


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [("seh", 422, "not-placed-here"), ("gp-today", 422, "not-placed-here")],
)
async def test_who_needs_no_place_here_does_not_wait(
    desk: Desk, kind: str, status: int, said: str
) -> None:
    sent = await desk.refer(fresh(kind))
    answer = await desk.ask("coordinator", "POST", f"/api/referrals/{sent.id}/wait")
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, said)


async def test_who_is_not_known_enough_has_a_place_or_is_gone_does_not_wait(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    await desk.rows(
        "UPDATE referral SET status = 'provisional', state = 'needs-info'"
        " WHERE id = $1::text::uuid",
        sent.id,
    )
    answer = await desk.ask("coordinator", "POST", f"/api/referrals/{sent.id}/wait")
    assert (answer.status_code, "provisional" in answer.json()["detail"]) == (422, True)

    bed = await some_bed(desk, service)
    placed = await desk.refer(fresh("elv-low"))
    await room(desk, service, bed, 1)
    offer = await desk.offered(placed.id)
    await desk.reply(offer, "accept")
    cancelled = await desk.refer(fresh("elv-low"))
    await desk.ask("gp", "POST", f"/api/referrals/{cancelled.id}/cancel", {"reason": "other"})
    for referral, status in ((placed.id, 409), (cancelled.id, 409), (NOBODY, 404)):
        answer = await desk.ask("coordinator", "POST", f"/api/referrals/{referral}/wait")
        assert answer.status_code == status, answer.text
    await desk.reply(offer, "withdraw", role="coordinator")
    await fill(desk, service)


async def test_who_is_asked_for_somewhere_waits_meanwhile(desk: Desk, service: Service) -> None:
    bed = await some_bed(desk, service)
    referral = await someone(desk)
    await room(desk, service, bed, 1)
    offer = await desk.offered(referral)
    listed = (await desk.get("/api/waiting?kind=elv-low"))["items"]
    assert [(one["referral"], one["state"]) for one in listed] == [(referral, "offered")]
    await desk.reply(offer, "decline", {"reason": "care-too-complex"})
    assert await state(desk, referral) == "waiting"

    offer = await desk.offered(referral)
    path = f"/api/referrals/{referral}/stop-waiting"
    assert (await desk.ask("coordinator", "POST", path)).json()["state"] == "offered"
    await desk.reply(offer, "withdraw", role="coordinator")
    assert await state(desk, referral) == "triaged"
    await fill(desk, service)


async def test_who_is_on_the_list_of_a_service_only_is_shown_and_told_of_other_places(
    desk: Desk, service: Service
) -> None:
    bed = await some_bed(desk, service)
    sent = await desk.refer(fresh("elv-low"))
    await room(desk, service, bed, 1)
    offer = await desk.offered(sent.id)
    await fill(desk, service)
    assert (await desk.reply(offer, "queue")).status_code == 200
    (line,) = (await desk.get("/api/waiting"))["items"]
    assert (line["referral"], line["state"], line["position"]) == (sent.id, "waiting", 1)
    assert "wacht 0 minuten" in line["text"]
    path = f"/api/referrals/{sent.id}/stop-waiting"
    assert (await desk.ask("coordinator", "POST", path)).status_code == 409
    await waits(desk, sent.id)
    assert (await desk.ask("coordinator", "POST", path)).json()["state"] == "waiting"
    await room(desk, service, bed, 1)
    assert await until(desk, sent.id, 1) == [bed]
    await desk.reply(offer, "withdraw", role="coordinator")
    assert (await desk.get("/api/waiting"))["items"] == []
    await fill(desk, service)


async def test_a_place_that_was_declined_for_someone_is_told_for_who_comes_next(
    desk: Desk, service: Service
) -> None:
    bed = await some_bed(desk, service)
    ahead, behind = await someone(desk), await someone(desk)
    await room(desk, service, bed, 1)
    assert await until(desk, ahead, 1) == [bed]
    offer = await desk.offered(ahead)
    await desk.reply(offer, "decline", {"reason": "care-too-complex"})
    assert await until(desk, behind, 1) == [bed]
    await look(service)
    assert await told(desk, ahead) == [bed]
    await fill(desk, service)


async def test_the_list_is_in_order_and_says_why(desk: Desk) -> None:
    referrals = [await someone(desk) for _ in range(6)] + [await someone(desk, "grz")]
    for referral, urgency, hours in zip(
        referrals, (4, 2, 4, 4, 3, 4, 5), (9, 40, 8, 8, 1, None, 1), strict=True
    ):
        await desk.rows(
            "UPDATE referral SET urgency = $2, place_by ="
            " date_trunc('hour', now()) + make_interval(hours => $3)"
            " WHERE id = $1::text::uuid",
            referral,
            urgency,
            hours,
        )
    await desk.rows(
        "UPDATE referral SET waiting_since = now() - interval '5 hours' WHERE id = $1::text::uuid",
        referrals[3],
    )
    page = await desk.get("/api/waiting")
    items = page["items"]
    expected = [referrals[n] for n in (1, 4, 3, 2, 0, 5)]
    assert [one["referral"] for one in items] == [*expected, referrals[6]]
    assert [one["position"] for one in items] == [1, 2, 3, 4, 5, 6, 1]
    assert page["next"] is None
    assert items[2]["text"].startswith("3e: U4, moet voor ")
    assert items[2]["text"].endswith("wacht 5 uur, na nummer 2: die is dringender")
    assert items[3]["text"].endswith("na nummer 3: die wacht langer")
    assert items[4]["text_en"].endswith("after no. 4: that needs a place sooner")
    assert items[0]["open_now"] == items[0]["expected"] == []
    assert "na nummer" not in items[6]["text"]

    rows = await desk.rows(
        "SELECT id, urgency, place_by, waiting_since FROM referral WHERE state = 'waiting'"
        " AND kind = 'elv-low'"
    )
    pure = sorted(
        (
            Waiting(
                id=str(row["id"]),
                urgency=row["urgency"],
                place_by=row["place_by"],
                since=row["waiting_since"],
            )
            for row in rows
        ),
        key=order,
    )
    assert [one.id for one in pure] == expected


async def test_the_list_comes_in_pages_and_each_person_once(desk: Desk) -> None:
    for kind in ("elv-low", "grz", "elv-low", "nursing-planned", "elv-low"):
        await someone(desk, kind)
    await desk.rows("UPDATE referral SET place_by = NULL WHERE state = 'waiting' AND kind = 'grz'")
    whole = (await desk.get("/api/waiting"))["items"]
    assert [one["kind"] for one in whole] == ["elv-low"] * 3 + ["grz", "nursing-planned"]
    found: list[str] = []
    mark: str | None = ""
    while mark is not None:
        page = await desk.get(f"/api/waiting?size=2&next={mark}")
        found += [one["referral"] for one in page["items"]]
        mark = page["next"]
    assert found == [one["referral"] for one in whole]
    for bad in ("x", "!", "gaZh", mark or "a" * 300):
        answer = await desk.ask("coordinator", "GET", f"/api/waiting?next={bad}")
        assert answer.status_code == 400, bad


async def test_a_coordinator_sees_the_own_sub_regions_and_places_count_everyone(
    desk: Desk,
) -> None:
    first, last = await someone(desk), await someone(desk)
    await desk.rows(
        "UPDATE referral SET subregion = 'elders', urgency = 1 WHERE id = $1::text::uuid", first
    )
    await desk.rows(
        "UPDATE referral SET subregion = 'emmen', urgency = 2 WHERE id = $1::text::uuid", last
    )
    (line,) = (await desk.get("/api/waiting"))["items"]
    assert (line["referral"], line["position"]) == (last, 2)
    assert [one["referral"] for one in (await desk.get("/api/waiting?subregion=emmen"))["items"]]
    assert (await desk.get("/api/waiting?subregion=assen"))["items"] == []
    for query, status in (("subregion=elders", 403), ("kind=nonsense", 400), ("size=0", 400)):
        answer = await desk.ask("coordinator", "GET", f"/api/waiting?{query}")
        assert answer.status_code == status, query


async def test_a_freed_bed_is_told_once_to_the_first_of_the_list(
    desk: Desk, service: Service
) -> None:
    bed = await some_bed(desk, service)
    late, soon = await someone(desk), await someone(desk)
    await desk.rows("UPDATE referral SET urgency = 1 WHERE id = $1::text::uuid", soon)
    await room(desk, service, bed, 1)
    assert await until(desk, soon, 1) == [bed]
    listed = {one["referral"]: one for one in (await desk.get("/api/waiting"))["items"]}
    assert listed[soon]["found"]
    assert listed[late]["found"] is None
    assert listed[late]["open_now"] == [bed]
    held = await desk.value("SELECT held FROM capacity WHERE service_id = $1::text::uuid", bed)
    assert held == 0
    assert await state(desk, soon) == "waiting"

    await look(service)
    assert (await told(desk, soon), await told(desk, late)) == ([bed], [])
    await room(desk, service, bed, 2)
    assert await until(desk, late, 1) == [bed]
    await look(service)
    assert (await told(desk, soon), await told(desk, late)) == ([bed], [bed])
    events = [one["event"] for one in (await desk.get(f"/api/referrals/{late}"))["history"]]
    assert events == ["refer", "wait", "find-place"]
    await fill(desk, service)


async def test_a_place_that_is_gone_and_comes_back_is_told_again(
    desk: Desk, service: Service
) -> None:
    bed = await some_bed(desk, service)
    referral = await someone(desk)
    await room(desk, service, bed, 1)
    await until(desk, referral, 1)
    await desk.rows(
        "UPDATE referral SET found_at = now() - interval '6 s' WHERE id = $1::text::uuid", referral
    )
    await fill(desk, service)
    await look(service)
    gone = "SELECT found_at FROM referral WHERE id = $1::text::uuid"
    assert await desk.value(gone, referral) is None
    await room(desk, service, bed, 1)
    assert await until(desk, referral, 2) == [bed, bed]
    await fill(desk, service)


async def test_of_two_processes_one_tells_and_no_more_people_than_places(
    desk: Desk, service: Service, second: Process
) -> None:
    bed = await some_bed(desk, service)
    people = [await someone(desk) for _ in range(5)]
    for _ in range(4):
        await fill(desk, service)
        await desk.rows("UPDATE referral SET found_at = NULL WHERE waiting_since IS NOT NULL")
        await desk.rows("DELETE FROM outbox WHERE topic = 'waiting.place-found'")
        assert (await desk.get("/health/ready", client=second.client))["status"]
        await room(desk, service, bed, 3)
        for referral in people[:3]:
            await until(desk, referral, 1)
        await asyncio.sleep(1.2)  # both have looked by now
        assert [len(await told(desk, one)) for one in people] == [1, 1, 1, 0, 0]
    await fill(desk, service)


async def test_new_facts_keep_someone_waiting_and_other_care_takes_them_from_the_list(
    desk: Desk,
) -> None:
    referral = await someone(desk)
    since = (await desk.get(f"/api/referrals/{referral}"))["waiting_since"]
    same = await desk.ask(
        "gp", "POST", f"/api/referrals/{referral}/answers", form(yes_or_no("isolation", value=True))
    )
    assert (same.status_code, same.json()["kind"]) == (200, "elv-low")
    view = await desk.get(f"/api/referrals/{referral}")
    assert (view["state"], view["waiting_since"]) == ("waiting", since)

    departed = await desk.ask(
        "coordinator",
        "POST",
        f"/api/referrals/{referral}/departures",
        {"reason": "other", "kind": "seh", "explanation": "Nu toch naar het ziekenhuis."},
    )
    assert departed.json()["state"] == "effective", departed.text
    view = await desk.get(f"/api/referrals/{referral}")
    assert (view["state"], view["waiting_since"], view["place_by"]) == ("triaged", None, None)
    assert (await desk.get("/api/waiting"))["items"] == []


async def test_when_nothing_is_free_the_ways_out_are_said_with_the_place_on_the_list(
    desk: Desk, service: Service
) -> None:
    await someone(desk)
    sent = await desk.refer(fresh("elv-low"))
    before = await desk.counts()
    found = await desk.get(f"/api/referrals/{sent.id}/alternatives")
    assert (found["kind"], found["free_now"]) == ("elv-low", [])
    (way,) = [one for one in found["ways"] if one["way"] == "waiting-list"]
    assert way["position"] == 2
    assert "komt deze persoon als 2e te staan" in way["text"]
    assert await desk.counts() == before
    assert await state(desk, sent.id) == "triaged"

    for one in service.parts.live.supply.services:
        if not one.guarantee and Kind.ELV_LOW not in one.kinds:
            await desk.room(one.id, 40)
    await known(desk, service)
    advice = (await desk.get(f"/api/referrals/{sent.id}"))["advice"]
    found = await desk.get(f"/api/referrals/{sent.id}/alternatives")
    by_way = {one["way"]: one for one in found["ways"]}
    assert by_way["bridging"]["kind"] == "nursing-planned"
    team = service.parts.live.supply.service(by_way["bridging"]["services"][0]["service"])
    assert team is not None
    assert Kind.NURSING_PLANNED in team.kinds
    assert {one["kind"] for one in found["ways"] if one["way"] == "other-kind"} <= set(
        advice["alternatives"]
    )
    assert all(one["text"] and one["text_en"] for one in found["ways"])

    await waits(desk, sent.id)
    made = await desk.ask(
        "coordinator",
        "POST",
        f"/api/referrals/{sent.id}/offers",
        {"service": team.id, "purpose": "bridge"},
    )
    assert made.status_code == 201, made.text
    listed = {one["referral"]: one for one in (await desk.get("/api/waiting"))["items"]}
    bridge = {"offer": made.json()["id"], "service": team.id, "state": "requested"}
    assert (listed[sent.id]["state"], listed[sent.id]["bridge"]) == ("waiting", bridge)
    await fill(desk, service)


async def test_what_is_expected_is_said_in_the_list_and_among_the_ways_out(
    desk: Desk, service: Service
) -> None:
    bed = await some_bed(desk, service)
    await desk.rows(
        "UPDATE capacity SET used = used + 1, total = total + 1, releases = json_build_array("
        " json_build_object('at', now() + interval '3 hours', 'amount', 1))"
        " WHERE service_id = $1::text::uuid",
        bed,
    )
    await known(desk, service)
    referral = await someone(desk)
    (line,) = (await desk.get("/api/waiting"))["items"]
    assert [one["service"] for one in line["expected"]] == [bed]
    ways = (await desk.get(f"/api/referrals/{referral}/alternatives"))["ways"]
    (way,) = [one for one in ways if one["way"] == "expected"]
    assert way["services"][0]["service"] == bed
    assert way["at"] == way["services"][0]["at"] == line["expected"][0]["at"]
    await desk.rows("UPDATE capacity SET releases = NULL WHERE service_id = $1::text::uuid", bed)
    await fill(desk, service)


async def test_the_guarantee_of_each_sub_region_is_told(desk: Desk, service: Service) -> None:
    items = (await desk.get("/api/guarantee"))["items"]
    assert [one["subregion"] for one in items] == ["assen", "emmen", "hoogeveen", "meppel"]
    kept = {one.id for one in service.parts.live.supply.register.guarantees}
    assert {bed["service"] for one in items for bed in one["beds"]} == kept
    assert not any(one["free_now"] for one in items)
    for bed in kept:
        await desk.room(bed, 1)
    await known(desk, service)
    items = (await desk.get("/api/guarantee"))["items"]
    assert [one["free_now"] for one in items] == [bool(one["beds"]) for one in items]
    assert all(one["last_given"] is None or one["next_due"] for one in items)
    await fill(desk, service)


async def test_referrers_do_not_see_the_list(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    for method, path in (
        ("GET", "/api/waiting"),
        ("GET", "/api/guarantee"),
        ("POST", f"/api/referrals/{sent.id}/wait"),
        ("GET", f"/api/referrals/{sent.id}/alternatives"),
    ):
        assert (await desk.ask("gp", method, path)).status_code == 403, path
    assert UUID(sent.id)


async def test_who_is_on_the_list_of_a_service_only_stays_on_ours_when_new_facts_come(
    desk: Desk, service: Service
) -> None:
    """Else nobody would look for another place for them."""
    bed = await some_bed(desk, service)
    sent = await desk.refer(fresh("elv-low"))
    await room(desk, service, bed, 1)
    offer = await desk.offered(sent.id)
    await fill(desk, service)
    assert (await desk.reply(offer, "queue")).status_code == 200
    path = f"/api/referrals/{sent.id}/answers"
    same = await desk.ask("gp", "POST", path, form(yes_or_no("isolation", value=True)))
    assert (same.status_code, same.json()["kind"]) == (200, "elv-low")
    (line,) = (await desk.get("/api/waiting"))["items"]
    assert (line["referral"], line["state"]) == (sent.id, "waiting")
    await desk.reply(offer, "withdraw", role="coordinator")
