"""A report of capacity: whole, by its own organisation, never older, never at odds with holds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from capacity_reports import ago, beds, fitting, hours, one, put
from desk import Desk, fresh

pytest_plugins = ["desk_fixture"]


async def test_a_report_replaces_the_figures_and_gives_a_new_etag(desk: Desk) -> None:
    service = await one(desk)
    before = await desk.ask("provider", "GET", f"/api/capacity/{service['service']}")
    answer = await put(desk, service, beds(12, 9, closed=1))
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["staffed"], shown["occupied"], shown["closed"], shown["free"]) == (12, 9, 1, 2)
    assert shown["freshness"] == "fresh"
    assert shown["source"] == f"organisation/{service['organisation']}"
    assert answer.headers["etag"] != before.headers["etag"]
    read = await desk.ask("coordinator", "GET", f"/api/capacity/{service['service']}")
    assert (read.json(), read.headers["etag"]) == (shown, answer.headers["etag"])
    valid = datetime.fromisoformat(shown["valid_until"]) - datetime.fromisoformat(shown["as_of"])
    assert valid == timedelta(hours=24)


async def test_hours_a_week_are_reported_to_the_quarter(desk: Desk) -> None:
    service = await one(desk, "nursing-planned")
    shown = (await put(desk, service, hours())).json()
    assert (shown["contracted"], shown["committed"], shown["free"]) == (400, 372.5, 27.5)


async def test_if_match_is_needed_and_must_be_the_newest(desk: Desk) -> None:
    service = await one(desk)
    old = (await put(desk, service, beds())).headers["etag"]
    assert (await put(desk, service, beds(), "")).status_code == 428
    assert (await put(desk, service, beds(11, 9))).status_code == 200
    late = await put(desk, service, beds(), old)
    assert late.status_code == 412
    for odd in ("*", "7777777", '"x"', '"-1"', '"99999999999"', 'W/"1"', '"1", "2"'):
        assert (await put(desk, service, beds(14, 9), odd)).status_code == 412, odd
    now = await desk.ask("provider", "GET", f"/api/capacity/{service['service']}")
    assert now.json()["staffed"] == 11


async def test_of_sixteen_reports_on_the_same_version_one_counts(desk: Desk) -> None:
    service = await one(desk)
    etag = (await put(desk, service, beds())).headers["etag"]
    answers = await asyncio.gather(*(put(desk, service, beds(12 + n), etag) for n in range(16)))
    assert sorted(one.status_code for one in answers) == [200] + [412] * 15
    won = next(one.json() for one in answers if one.status_code == 200)
    assert (await desk.get(f"/api/capacity/{service['service']}"))["staffed"] == won["staffed"]


async def test_only_the_organisation_itself_reports(desk: Desk) -> None:
    service = await one(desk)
    others = {each["organisation"] for each in (await desk.get("/api/capacity"))["items"]}
    stranger = service | {"organisation": min(others - {service["organisation"]})}
    assert (await put(desk, stranger, beds())).status_code == 403
    nowhere = "/api/capacity/0190a0a0-0000-7000-8000-000000000000"
    unknown = await desk.ask("provider", "PUT", nowhere, beds(), headers={"if-match": '"1"'})
    assert unknown.status_code == 404
    assert (await desk.ask("provider", "GET", nowhere)).status_code == 404


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("elv-high", beds(-1, 0), "staffed"),
    ("elv-high", beds(12, 9.5), "occupied"),
    ("elv-high", beds(12, 9, closed=4), "occupied"),
    ("elv-high", beds(12, 13), "occupied"),
    ("elv-high", beds(1e9, 1), "staffed"),
    ("elv-high", {"unit": "bed", "staffed": 12}, "occupied"),
    ("elv-high", beds(contracted=4), "contracted"),
    ("elv-high", hours(), "unit"),
    ("elv-high", beds(as_of=ago(hours=-1)), "as_of"),
    ("elv-high", beds(as_of="2026-01-01T10:00:00"), "as_of"),
    ("elv-high", beds(valid_until="2030-01-01T10:00:00"), "valid_until"),
    ("elv-high", beds(valid_until=ago(hours=1)), "valid_until"),
    ("elv-high", beds(valid_until=ago(days=-8)), "valid_until"),
    ("elv-high", beds(stop_until=ago(days=-1)), "stop_until"),
    ("elv-high", beds(stop_reason=""), "stop_reason"),
    ("elv-high", beds(stop_reason="x" * 201), "stop_reason"),
    ("elv-high", beds(stop_reason="griep", stop_until="2030-01-01T10:00:00"), "stop_until"),
    ("elv-high", beds(stop_reason="gr\x00iep"), "stop_reason"),
    ("elv-high", beds(stop_reason="griep", stop_until="9999-12-31T23:59:59-12:00"), "stop_until"),
    ("nursing-planned", hours(10, 11), "committed"),
    ("nursing-planned", hours(10, 1.001), "committed"),
    ("nursing-planned", beds(), "unit"),
]


@pytest.mark.parametrize(("kind", "body", "path"), BAD)
async def test_each_value_that_can_not_be_is_named(
    desk: Desk, kind: str, body: dict[str, Any], path: str
) -> None:
    service = await one(desk, kind)
    before = await desk.figures(service["service"])
    answer = await put(desk, service, body)
    assert answer.status_code == 422, answer.text
    assert path in {fault["path"] for fault in answer.json()["errors"]}
    assert await desk.figures(service["service"]) == before


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (beds(staffed="12"), "staffed"),
        (beds(staffed="NaN"), "staffed"),
        (beds(staffed=True), "staffed"),
        (beds(as_of=1_795_000_000), "as_of"),
        (beds(unit="beds"), "unit"),
        (beds(stop_reason=5), "stop_reason"),
    ],
)
async def test_a_value_of_another_type_is_not_read_as_if_it_were_right(
    desk: Desk, body: dict[str, Any], path: str
) -> None:
    service = await one(desk, "elv-high")
    before = await desk.figures(service["service"])
    answer = await put(desk, service, body)
    assert answer.status_code == 400, answer.text
    assert [fault["path"] for fault in answer.json()["errors"]] == [path]
    assert await desk.figures(service["service"]) == before


async def test_every_fault_is_told_at_once(desk: Desk) -> None:
    service = await one(desk)
    body = beds(-1, 9.5, as_of=ago(hours=-2), stop_reason="")
    answer = await put(desk, service, body)
    paths = {fault["path"] for fault in answer.json()["errors"]}
    assert paths >= {"staffed", "occupied", "as_of", "stop_reason"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"unit":"bed","staffed":NaN,"occupied":1}',
        b'{"unit":"bed","staffed":Infinity,"occupied":1}',
        b'{"unit":"bed","staffed":1e999,"occupied":1}',
        b'{"unit":"bed","staffed":"twelve","occupied":1}',
        b'{"unit":"bed","staffed":true,"occupied":1}',
        b'{"unit":"chair","staffed":12,"occupied":1}',
        b'{"unit":"bed","staffed":12,"occupied":1,"free":3}',
        b'{"unit":"bed","staffed":12,"occupied":1,"as_of":"yesterday"}',
        b'{"unit":"bed","staffed":12,"occupied":1,"as_of":[]}',
        b'{"unit":"bed","staffed":[12],"occupied":1}',
        b'{"unit":"bed","staffed":12,"occupied":1,"change":[]}',
        b'{"unit":"bed","change":{"occupied":"1"}}',
        b'{"unit":"bed","change":{"free":1}}',
        b'{"unit":"bed","staffed":12,"occupied":1,"slots":[]}',
        b'{"unit":"bed","staffed":12,"occupied":1,"releases":[{}]}',
        b'{"unit":"bed","staffed":12,"occupied":1,"stop_reason":"\\ud800"}',
        b'{"unit":"bed","staffed":' + b"9" * 500 + b',"occupied":1}',
        b"[" * 100_000,
        b'{"slots":' * 20_000,
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"",
        b"{",
    ],
)
async def test_what_can_not_be_read_is_refused(desk: Desk, body: bytes) -> None:
    answer = await put(desk, await one(desk), body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00+14:00", "1500-01-01T00:00:00Z"])
async def test_a_report_of_long_ago_is_older_than_what_is_here(desk: Desk, as_of: str) -> None:
    answer = await put(desk, await one(desk), beds(as_of=as_of))
    assert answer.status_code in {409, 422}, answer.text


async def test_an_older_report_is_refused_and_an_equal_one_taken(desk: Desk) -> None:
    service = await one(desk)
    as_of = ago(minutes=3)
    assert (await put(desk, service, beds(as_of=as_of))).status_code in {200, 409}
    newest = datetime.now(UTC)
    assert (await put(desk, service, beds(as_of=newest.isoformat()))).status_code == 200
    older = await put(desk, service, beds(as_of=as_of))
    assert older.status_code == 409
    assert older.json()["errors"][0]["path"] == "as_of"
    assert (await put(desk, service, beds(as_of=newest.isoformat()))).status_code == 200


async def accepted(desk: Desk, service: dict[str, Any]) -> dict[str, Any]:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id, service)
    assert (await desk.reply(offer, "accept")).status_code == 200
    return offer


async def test_a_place_stays_reserved_until_a_report_that_is_newer_than_it(desk: Desk) -> None:
    service = await fitting(desk)
    start = datetime.now(UTC)
    first = await put(desk, service, beds(12, 9, as_of=start.isoformat()))
    assert first.status_code == 200, first.text
    await accepted(desk, service)
    between = await put(desk, service, beds(12, 9, as_of=(start).isoformat()))
    assert between.status_code == 200
    assert (between.json()["reserved"], between.json()["free"]) == (1, 2)
    newer = await put(desk, service, beds(12, 10))
    assert (newer.json()["reserved"], newer.json()["free"]) == (0, 2)


async def test_withdrawing_what_a_report_already_counts_frees_nothing(desk: Desk) -> None:
    service = await fitting(desk)
    offer = await accepted(desk, service)
    await put(desk, service, beds(12, 10))
    before = await desk.figures(service["service"])
    assert (await desk.reply(offer, "withdraw", role="coordinator")).status_code == 200
    assert await desk.figures(service["service"]) == before


async def test_holding_a_place_leaves_the_etag_as_it_is(desk: Desk) -> None:
    service = await fitting(desk)
    etag = (await put(desk, service, beds())).headers["etag"]
    sent = await desk.refer(fresh("elv-low"))
    await desk.offered(sent.id, service)
    read = await desk.ask("provider", "GET", f"/api/capacity/{service['service']}")
    assert (read.headers["etag"], read.json()["held"]) == (etag, 1)
    again = await put(desk, service, beds(), etag)
    assert (again.status_code, again.json()["held"]) == (200, 1)


async def test_what_is_past_its_validity_is_unknown_and_never_offered(desk: Desk) -> None:
    service = await fitting(desk)
    await put(desk, service, beds())
    sent = await desk.refer(fresh("elv-low"))
    await desk.rows(
        "UPDATE capacity SET valid_until = now() - interval '1 second',"
        " as_of = as_of - interval '1 day' WHERE service_id = $1::text::uuid",
        service["service"],
    )
    shown = await desk.get(f"/api/capacity/{service['service']}")
    assert (shown["freshness"], shown["free"]) == ("stale", None)
    assert (await desk.offer(sent.id, service["service"])).status_code == 409
    matches = await desk.get(f"/api/referrals/{sent.id}/matches")
    assert service["service"] not in {each["service"] for each in matches["matches"]}
    why = next(each for each in matches["excluded"] if each["service"] == service["service"])
    assert why["reasons"][0]["code"]
    assert (await put(desk, service, beds())).status_code == 200
    assert (await desk.offer(sent.id, service["service"])).status_code == 201


async def test_a_stop_keeps_everyone_out_until_it_ends(desk: Desk) -> None:
    service = await fitting(desk)
    sent = await desk.refer(fresh("elv-low"))
    stop = beds(stop_reason="norovirus", stop_until=ago(days=-2))
    assert (await put(desk, service, stop)).json()["stop_reason"] == "norovirus"
    refused = await desk.offer(sent.id, service["service"])
    assert refused.status_code == 409
    assert refused.json()["errors"]
    assert (await put(desk, service, beds())).json()["stop_reason"] is None
    assert (await desk.offer(sent.id, service["service"])).status_code == 201


async def test_more_promised_than_there_is_shows_as_a_conflict_until_it_is_solved(
    desk: Desk,
) -> None:
    service = await fitting(desk)
    await put(desk, service, beds(12, 9))
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id, service)
    full = await put(desk, service, beds(12, 12))
    assert full.status_code == 200
    assert (full.json()["conflict"], full.json()["free"], full.json()["held"]) == (True, 0, 1)
    other = await desk.refer(fresh("elv-low"))
    assert (await desk.offer(other.id, service["service"])).status_code == 409
    assert (await desk.figures(service["service"]))["conflict"]
    await desk.reply(offer, "withdraw", role="coordinator")
    shown = await desk.get(f"/api/capacity/{service['service']}")
    assert (shown["conflict"], shown["held"]) == (False, 0)
    assert not (await desk.figures(service["service"]))["conflict"]


async def test_accepting_in_a_conflict_is_possible_and_stays_visible(desk: Desk) -> None:
    service = await fitting(desk)
    await put(desk, service, beds(12, 9))
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id, service)
    await put(desk, service, beds(12, 12))
    assert (await desk.reply(offer, "accept")).status_code == 200
    shown = await desk.get(f"/api/capacity/{service['service']}")
    assert (shown["conflict"], shown["held"], shown["reserved"]) == (True, 0, 1)


async def test_every_report_is_kept(desk: Desk) -> None:
    service = await one(desk, place=1)
    told = (
        "SELECT count(*) FROM audit WHERE action = 'report-capacity' AND entity = $1",
        f"capacity/{service['service']}",
    )
    before = await desk.value(*told)
    for staffed in (20, 21, 22):
        assert (await put(desk, service, beds(staffed, 9))).status_code == 200
    rows = await desk.rows(
        "SELECT total, version FROM capacity_report WHERE service_id = $1::text::uuid"
        " ORDER BY id DESC LIMIT 3",
        service["service"],
    )
    assert [int(row["total"]) for row in rows] == [22, 21, 20]
    assert [row["version"] - rows[2]["version"] for row in rows] == [2, 1, 0]
    assert await desk.value(*told) == before + 3


async def test_the_list_is_filtered(desk: Desk) -> None:
    everything = (await desk.get("/api/capacity"))["items"]
    some = (await desk.get("/api/capacity?kind=grz&subregion=emmen"))["items"]
    assert some == [
        each for each in everything if "grz" in each["kinds"] and each["subregion"] == "emmen"
    ]
    own = everything[0]["organisation"]
    mine = (await desk.get(f"/api/capacity?organisation={own}"))["items"]
    assert mine == [each for each in everything if each["organisation"] == own]


async def test_reports_and_holds_at_once_keep_the_sum_right(desk: Desk) -> None:
    service = await fitting(desk)
    await put(desk, service, beds(30, 9))
    sent = await asyncio.gather(*(desk.refer(fresh("elv-low")) for _ in range(8)))

    async def place(referral: str) -> None:
        answer = await desk.offer(referral, service["service"])
        assert answer.status_code == 201, answer.text
        offer = answer.json() | {"organisation": service["organisation"]}
        assert (await desk.reply(offer, "accept")).status_code == 200

    async def report() -> None:
        for _ in range(6):
            etag = (await desk.get(f"/api/capacity/{service['service']}"))["version"]
            answer = await put(desk, service, beds(30, 9, as_of=as_of), f'"{etag}"')
            assert answer.status_code in {200, 412}, answer.text

    as_of = datetime.now(UTC).isoformat()
    assert (await put(desk, service, beds(30, 9, as_of=as_of))).status_code == 200
    await asyncio.gather(*(place(each.id) for each in sent), report(), report())
    final = await put(desk, service, beds(30, 9, as_of=as_of))
    assert (final.json()["held"], final.json()["reserved"]) == (0, 8)


async def test_the_figures_survive_being_decoded(desk: Desk) -> None:
    answer = await desk.ask("coordinator", "GET", "/api/capacity")
    items = msgspec.json.decode(answer.content)["items"]
    assert len({item["service"] for item in items}) == len(items) == 97
    assert all(item["free"] is None or item["free"] >= 0 for item in items)


async def test_a_report_that_overtakes_an_acceptance_does_not_include_it(desk: Desk) -> None:
    """The acceptance began first and had to wait; the report says what was true before it."""
    service = await fitting(desk)
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id, service)
    async with desk.db.transaction():
        await desk.rows("SELECT 1 FROM referral WHERE id = $1::text::uuid FOR UPDATE", sent.id)
        waits = asyncio.create_task(desk.reply(offer, "accept"))
        await asyncio.sleep(0.2)
        assert (await put(desk, service, beds(12, 9))).status_code == 200
    assert (await waits).status_code == 200
    assert (await desk.figures(service["service"]))["reserved"] == 1
    assert (await desk.reply(offer, "withdraw", role="coordinator")).status_code == 200
    assert (await desk.figures(service["service"]))["reserved"] == 0


async def test_a_report_by_a_clock_that_is_ahead_does_not_include_what_comes_after_it(
    desk: Desk,
) -> None:
    service = await fitting(desk)
    ahead = beds(12, 9, as_of=ago(minutes=-4))
    assert (await put(desk, service, ahead)).status_code == 200
    offer = await accepted(desk, service)
    again = await put(desk, service, ahead)
    assert (again.status_code, again.json()["reserved"]) == (200, 1)
    await desk.reply(offer, "withdraw", role="coordinator")
    assert (await desk.figures(service["service"]))["reserved"] == 0
    await desk.rows(
        "UPDATE capacity SET as_of = now() - interval '1 second' WHERE service_id = $1::text::uuid",
        service["service"],
    )
