"""Many reports at once: all or none, the good ones, or a preview; in any order, twice, late."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from capacity_reports import ago, beds, fitting, hours, of_unit, reported_earlier
from desk import Desk, fresh

pytest_plugins = ["desk_fixture"]
MOMENT = timedelta(seconds=1)


@pytest.fixture(autouse=True)
async def earlier(desk: Desk) -> None:
    await reported_earlier(desk)


async def own(desk: Desk) -> list[dict[str, Any]]:
    """The services of the organisation that has the most, each with its newest figures."""
    items = (await desk.get("/api/capacity"))["items"]
    by: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        by.setdefault(item["organisation"], []).append(item)
    return max(by.values(), key=len)


async def send(
    desk: Desk, organisation: str, lines: list[Any], mode: str = "", **more: Any
) -> httpx.Response:
    body = b"\n".join(
        each if isinstance(each, bytes) else msgspec.json.encode(each) for each in lines
    )
    return await desk.ask(
        more.pop("role", "provider"),
        "POST",
        "/api/capacity/reports" + (f"?mode={mode}" if mode else ""),
        body,
        organisation=organisation,
        headers={"content-type": "application/x-ndjson"},
        **more,
    )


def line(service: dict[str, Any], **report: Any) -> dict[str, Any]:
    basis = beds(12, 9) if service["unit"] == "bed" else hours(400, 372.5)
    return {"service": service["service"]} | basis | report


async def staffed(desk: Desk, service: dict[str, Any]) -> Any:
    return (await desk.get(f"/api/capacity/{service['service']}"))["staffed"]


def statuses(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["status"] for each in answer.json()["lines"]]


async def test_all_services_of_an_organisation_are_reported_at_once(desk: Desk) -> None:
    services = await own(desk)
    counts = await desk.counts()
    answer = await send(desk, services[0]["organisation"], [line(each) for each in services])
    assert set(statuses(answer)) == {"stored"}
    told = answer.json()
    assert (told["mode"], told["stored"], told["refused"]) == ("all", len(services), 0)
    for sent, got in zip(services, told["lines"], strict=True):
        assert got["service"] == sent["service"]
        assert got["version"] == sent["version"] + 1
        assert got["before"]["version"] == sent["version"]
        now = await desk.get(f"/api/capacity/{sent['service']}")
        assert now == got["after"]
        assert now["source"] == f"organisation/{sent['organisation']}"
    after = await desk.counts()
    assert after["capacity_report"] - counts["capacity_report"] == len(services)


async def test_one_fault_and_nothing_is_stored_with_every_fault_named(desk: Desk) -> None:
    services = await of_unit(desk, "bed", 3)
    before = [await desk.figures(each["service"]) for each in services]
    counts = await desk.counts()
    answer = await send(
        desk,
        services[0]["organisation"],
        [line(services[0]), line(services[1], staffed=-1), b"", line(services[2], occupied=0.5)],
        "all",
    )
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["errors"]] == ["2.staffed", "4.occupied"]
    assert "2 of 3" in answer.json()["detail"]
    assert [await desk.figures(each["service"]) for each in services] == before
    assert await desk.counts() == counts


async def test_only_the_good_ones_are_stored_when_that_is_asked(desk: Desk) -> None:
    first, second = await of_unit(desk, "bed", 2)
    answer = await send(
        desk,
        first["organisation"],
        [line(first, staffed=31), line(second, staffed=-1), b"{", b'{"service":"x"}'],
        "good",
    )
    assert statuses(answer) == ["stored", "refused", "refused", "refused"]
    assert [each["errors"][0]["path"] for each in answer.json()["lines"][1:]] == [
        "staffed", "", "service"
    ]  # fmt: skip
    assert await staffed(desk, first) == 31
    assert await staffed(desk, second) != -1


async def test_a_preview_shows_old_and_new_and_stores_nothing(desk: Desk) -> None:
    first, second = await of_unit(desk, "bed", 2)
    figures = [await desk.figures(each["service"]) for each in (first, second)]
    counts = await desk.counts()
    answer = await send(
        desk, first["organisation"], [line(first, staffed=77), line(second, staffed=-1)], "preview"
    )
    assert statuses(answer) == ["stored", "refused"]
    shown = answer.json()["lines"][0]
    assert (shown["before"]["staffed"], shown["after"]["staffed"]) == (first["staffed"], 77)
    assert [await desk.figures(each["service"]) for each in (first, second)] == figures
    assert await desk.counts() == counts


async def test_lines_of_one_service_are_taken_in_the_order_of_their_as_of(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    assert statuses(await send(desk, service["organisation"], [line(service)])) == ["stored"]
    start = datetime.now(UTC)
    lines = [
        line(service, staffed=20 + n, as_of=(start + n * MOMENT).isoformat()) for n in (2, 0, 1)
    ]
    answer = await send(desk, service["organisation"], lines)
    assert statuses(answer) == ["stored"] * 3
    versions = [each["version"] for each in answer.json()["lines"]]
    assert versions == [versions[1] + 2, versions[1], versions[1] + 1]
    assert await staffed(desk, service) == 22
    kept = await desk.rows(
        "SELECT total FROM capacity_report WHERE service_id = $1::text::uuid"
        " ORDER BY id DESC LIMIT 3",
        service["service"],
    )
    assert [int(row["total"]) for row in kept] == [22, 21, 20]


async def test_a_late_report_is_kept_and_changes_nothing(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    await send(desk, service["organisation"], [line(service, as_of=ago(minutes=-3))])
    before = await desk.figures(service["service"])
    late = line(service, staffed=99, as_of=ago(hours=2))
    answer = await send(desk, service["organisation"], [late])
    assert statuses(answer) == ["late"]
    assert await desk.figures(service["service"]) == before
    path = f"/api/capacity/{service['service']}/reports"
    told = [each for each in (await desk.get(path))["items"] if each["staffed"] == 99]
    assert [each["counted"] for each in told] == [False]
    assert statuses(await send(desk, service["organisation"], [late])) == ["repeated"]


async def test_what_was_sent_before_is_known_again(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    org = service["organisation"]
    sent = line(service, staffed=41, as_of=ago(minutes=-4, seconds=-1))
    assert statuses(await send(desk, org, [sent, sent])) == ["stored", "repeated"]
    counts = await desk.counts()
    assert statuses(await send(desk, org, [sent])) == ["repeated"]
    assert await desk.counts() == counts
    newer = line(service, staffed=42, as_of=ago(minutes=-4, seconds=-2))
    assert statuses(await send(desk, org, [newer, sent])) == ["stored", "repeated"]
    assert await staffed(desk, service) == 42


async def test_a_line_with_a_version_counts_on_that_version_only(desk: Desk) -> None:
    (service,) = await of_unit(desk, "hour/week", 1)
    org = service["organisation"]
    version = (await desk.get(f"/api/capacity/{service['service']}"))["version"]
    change = {"service": service["service"], "change": {"committed": 1}}
    (no,) = (await send(desk, org, [change], "good")).json()["lines"]
    assert (no["status"], no["errors"][0]["path"]) == ("refused", "version")
    await send(desk, org, [line(service, version=version)])
    on = change | {"version": version + 1}
    assert statuses(await send(desk, org, [on])) == ["stored"]
    now = await desk.get(f"/api/capacity/{service['service']}")
    assert now["committed"] == 373.5
    assert statuses(await send(desk, org, [on])) == ["repeated"]
    other = line(service, version=version + 1)
    (stale,) = (await send(desk, org, [other], "good")).json()["lines"]
    assert (stale["status"], stale["errors"][0]["path"]) == ("refused", "version")
    late = on | {"version": now["version"], "as_of": ago(days=3)}
    (no,) = (await send(desk, org, [late], "good")).json()["lines"]
    assert (no["status"], no["errors"][0]["path"]) == ("refused", "as_of")
    too_much = change | {"version": now["version"], "change": {"committed": -1000}}
    (no,) = (await send(desk, org, [too_much], "good")).json()["lines"]
    assert no["errors"][0]["path"] == "change.committed"
    assert await desk.get(f"/api/capacity/{service['service']}") == now


async def test_changes_follow_each_other_within_one_request(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    org = service["organisation"]
    await send(desk, org, [line(service, as_of=ago(minutes=-4, seconds=-5))])
    version = (await desk.get(f"/api/capacity/{service['service']}"))["version"]
    start = datetime.now(UTC) + timedelta(minutes=4, seconds=10)
    lines = [
        {
            "service": service["service"],
            "version": version + n,
            "change": {"occupied": 1},
            "as_of": (start + n * MOMENT).isoformat(),
        }
        for n in range(3)
    ]
    assert statuses(await send(desk, org, lines)) == ["stored"] * 3
    assert (await desk.get(f"/api/capacity/{service['service']}"))["occupied"] == 12


async def test_slots_and_releases_come_with_many_too(desk: Desk) -> None:
    first, second = await of_unit(desk, "hour/week", 2)
    slots = {"night": {"total": 4, "used": 1}}
    releases = [{"at": ago(days=-2), "amount": 3.5}]
    lines = [line(first, slots=slots, as_of=ago(seconds=2)), line(first), line(second)]
    lines[2]["releases"] = releases
    answer = await send(desk, first["organisation"], lines)
    assert answer.status_code == 200, answer.text
    one, two = [await desk.get(f"/api/capacity/{each['service']}") for each in (first, second)]
    assert one["slots"]["night"]["free"] == 3
    assert two["releases"][0]["amount"] == 3.5
    assert "slots" not in two


async def test_what_was_accepted_after_the_as_of_stays_reserved(desk: Desk) -> None:
    service = await fitting(desk)
    org, before = service["organisation"], datetime.now(UTC).isoformat()
    service = await desk.get(f"/api/capacity/{service['service']}")
    assert statuses(await send(desk, org, [line(service, as_of=before)])) == ["stored"]
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id, service)
    assert (await desk.reply(offer, "accept")).status_code == 200
    full = line(service, as_of=before, occupied=12)
    answer = await send(desk, org, [full])
    after = answer.json()["lines"][0]["after"]
    assert (after["reserved"], after["conflict"]) == (1, True)
    assert "1 accepted and not counted in it" in after["conflict_text_en"]
    newest = await desk.value(
        "SELECT (payload->>'version')::int FROM outbox WHERE topic = 'capacity.conflict'"
        " AND payload->>'service' = $1 ORDER BY created_at DESC LIMIT 1",
        service["service"],
    )
    assert newest == after["version"]
    assert statuses(await send(desk, org, [line(service)])) == ["stored"]
    assert (await desk.figures(service["service"]))["reserved"] == 0


async def test_someone_elses_service_and_one_that_is_not_there_are_named(desk: Desk) -> None:
    mine, *_ = await of_unit(desk, "bed", 1)
    items = (await desk.get("/api/capacity"))["items"]
    theirs = next(each for each in items if each["organisation"] != mine["organisation"])
    nowhere = {"service": "0190a0a0-0000-7000-8000-000000000000"}
    before = await desk.figures(theirs["service"])
    answer = await send(desk, mine["organisation"], [line(theirs), line(mine) | nowhere], "good")
    assert statuses(answer) == ["refused", "refused"]
    first, second = (each["errors"][0] for each in answer.json()["lines"])
    assert first["path"] == second["path"] == "service"
    assert "another organisation" in first["message"]
    assert "no such service" in second["message"]
    assert await desk.figures(theirs["service"]) == before


BAD: list[bytes] = [
    b"[]",
    b"null",
    b"5",
    b'"x"',
    b"{",
    b"\xff\xfe",
    b'{"service": "\x00"}',
    b"[" * 5_000,
    b'{"service":' * 5_000,
    b'{"staffed": 12}',
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
async def test_a_line_that_can_not_be_read_is_refused_and_the_others_stand(
    desk: Desk, body: bytes
) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    answer = await send(desk, service["organisation"], [body, line(service)], "good")
    assert statuses(answer) == ["refused", "stored"]
    assert answer.json()["lines"][0]["errors"][0]["message"]


WRONG: list[tuple[bytes, str]] = [
    (b'"staffed":NaN,"occupied":1', ""),
    (b'"staffed":1e999,"occupied":1', ""),
    (b'"staffed":' + b"9" * 400 + b',"occupied":1', ""),
    (b'"staffed":1e30,"occupied":1', "staffed"),
    (b'"staffed":"12","occupied":1', "staffed"),
    (b'"staffed":12,"occupied":1,"free":3', "free"),
    (b'"staffed":12,"occupied":1,"version":"3"', "version"),
    (b'"staffed":12,"occupied":1,"version":0', "version"),
    (b'"staffed":12,"occupied":1,"version":1e12', "version"),
    (b'"staffed":12,"occupied":1,"version":4000000000', "version"),
    (b'"staffed":12,"occupied":1,"stop_reason":"\\ud800"', ""),
    (b'"staffed":12,"occupied":1,"releases":[{"at":"2027-01-01T10:00:00Z"}]', "releases[0]"),
    (b'"staffed":12,"occupied":1,"stop_reason":"a\\u0000b"', "stop_reason"),
    (b'"staffed":12,"occupied":1,"as_of":"2030-01-01T10:00:00Z"', "as_of"),
    (b'"staffed":12,"occupied":1,"as_of":"0001-01-01T00:00:00+14:00"', "as_of"),
    (b'"staffed":12,"occupied":1,"valid_until":"2020-01-01T10:00:00Z"', "valid_until"),
    (b'"staffed":12,"occupied":1,"slots":{"morning":{"total":1}}', "slots"),
]


@pytest.mark.parametrize(("rest", "path"), WRONG)
async def test_a_value_that_can_not_be_is_named_with_its_line(
    desk: Desk, rest: bytes, path: str
) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    body = b'{"service":"' + service["service"].encode() + b'",' + rest + b"}"
    before = await desk.figures(service["service"])
    answer = await send(desk, service["organisation"], [body])
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["path"].startswith(f"1.{path}" if path else "1")
    assert await desk.figures(service["service"]) == before


async def test_no_lines_at_all_are_no_fault(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    for body in ([], [b"\r\n", b"  "]):
        assert statuses(await send(desk, service["organisation"], body)) == []


async def test_a_hundred_thousand_lines_are_too_many(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    answer = await send(desk, service["organisation"], [b"{}"] * 100_000)
    assert answer.status_code == 413
    assert "at most 5,000 reports and this has 100,000" in answer.json()["detail"]


async def test_fifty_megabytes_are_refused_before_they_are_read(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    read = 0

    async def much() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(50):
            read += 1
            yield b"x" * 1_000_000

    for path in ("/api/capacity/reports", f"/api/capacity/{service['service']}"):
        read = 0
        header = {"authorization": f"Bearer {desk.token('provider', service['organisation'])}"}
        method = "POST" if path.endswith("reports") else "PUT"
        answer = await desk.client.request(
            method, path, content=much(), headers=header | {"if-match": '"1"'}
        )
        assert answer.status_code == 413, answer.text
        assert answer.json()["detail"]
        assert read <= 3
        said = header | {"content-length": "50000000", "if-match": '"1"'}
        answer = await desk.client.request(method, path, content=b"x", headers=said)
        assert answer.status_code == 413


async def test_five_thousand_lines_are_taken_in_one_go(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    org = service["organisation"]
    await send(desk, org, [line(service)])
    start = datetime.now(UTC) - timedelta(seconds=1)
    lines = [
        line(service, staffed=20 + n % 10, as_of=(start + timedelta(microseconds=n)).isoformat())
        for n in range(5_000)
    ]
    began = time.perf_counter()
    answer = await send(desk, org, lines)
    spent = time.perf_counter() - began
    assert set(statuses(answer)) <= {"stored", "late"}
    assert spent < 30
    assert set(statuses(await send(desk, org, lines))) == {"repeated"}


async def test_two_requests_with_the_same_services_do_not_wait_for_each_other_for_ever(
    desk: Desk,
) -> None:
    services = await own(desk)
    lines = [line(each) for each in services]
    answers = await asyncio.gather(
        *(
            send(desk, services[0]["organisation"], lines if n % 2 else lines[::-1])
            for n in range(8)
        )
    )
    assert {each.status_code for each in answers} == {200}


async def test_only_providers_report(desk: Desk) -> None:
    for role in ("coordinator", "gp", "analyst"):
        header = {"content-type": "application/x-ndjson"}
        answer = await desk.ask(role, "POST", "/api/capacity/reports", b"", headers=header)
        assert answer.status_code == 403
    service = (await own(desk))[0]
    assert (await send(desk, service["organisation"], [], "most")).status_code == 400
