"""Every version that was shown can be read again, and followed from a moment on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from desk import Desk, fresh
from one_of_each import valid

pytest_plugins = ["desk_fixture"]
NOBODY = "0190a0a0-0000-7000-8000-000000000000"


def links(bundle: dict[str, Any]) -> dict[str, str]:
    return {one["relation"]: one["url"] for one in bundle["link"]}


def versions(bundle: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (one["resource"]["id"], one["resource"]["meta"]["versionId"])
        for one in bundle.get("entry", [])
    ]


@pytest.fixture(scope="module")
async def changed(desk: Desk) -> tuple[str, list[dict[str, Any]]]:
    """The address of a ServiceRequest, and what it showed after each step, newest first."""
    sent = await desk.refer(fresh("elv-low"))
    path = f"/fhir/ServiceRequest/{sent.id}"
    shown = [await desk.get(path, "gp")]
    offer = await desk.offered(sent.id)
    shown.append(await desk.get(path, "gp"))
    await desk.reply(offer, "accept")
    shown.append(await desk.get(path, "gp"))
    return path, shown[::-1]


async def test_a_history_has_every_version_that_was_shown(
    desk: Desk, changed: tuple[str, list[dict[str, Any]]]
) -> None:
    path, shown = changed
    bundle = await desk.get(f"{path}/_history", "gp")
    valid(bundle)
    assert (bundle["type"], bundle["total"]) == ("history", len(shown))
    assert [one["resource"] for one in bundle["entry"]] == shown
    methods = [one["request"]["method"] for one in bundle["entry"]]
    assert methods == [*["PUT"] * (len(shown) - 1), "POST"]
    assert bundle["entry"][-1]["request"]["url"] == "ServiceRequest"
    for one in bundle["entry"]:
        version = one["resource"]["meta"]["versionId"]
        assert one["response"]["etag"] == f'W/"{version}"'
        read = await desk.ask("gp", "GET", f"{path}/_history/{version}")
        assert read.json() == one["resource"]
        assert read.headers["etag"] == one["response"]["etag"]


async def test_a_version_is_read_by_its_location(desk: Desk) -> None:
    made = await desk.ask("gp", "POST", "/fhir/Patient", {"resourceType": "Patient"})
    read = await desk.ask("gp", "GET", made.headers["location"])
    assert read.status_code == 200, read.text
    assert read.json() == made.json()


async def test_a_history_is_paged_and_counted(
    desk: Desk, changed: tuple[str, list[dict[str, Any]]]
) -> None:
    path, shown = changed
    url: str | None = f"{path}/_history?_count=1"
    seen = []
    while url:
        bundle = await desk.get(url, "gp")
        assert len(bundle["entry"]) == 1
        assert links(bundle)["self"].endswith(url.partition("/fhir")[2])
        seen.append(bundle["entry"][0]["resource"])
        url = links(bundle).get("next")
    assert seen == shown


@pytest.mark.parametrize("kind", ["Patient", "Task", "ServiceRequest"])
async def test_a_type_is_followed_from_a_moment_on(desk: Desk, kind: str) -> None:
    await desk.refer(fresh("elv-low"))
    since = datetime.now(UTC)
    sent = await desk.refer(fresh("elv-low"))
    new = sent.id_of(kind)
    moment = since.isoformat().replace("+00:00", "Z")
    for said in (moment, quote(since.isoformat()), since.isoformat()):
        bundle = await desk.get(f"/fhir/{kind}/_history?_since={said}", "gp")
        assert versions(bundle) == [(new, "1")]
    valid(bundle)
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    none = await desk.get(f"/fhir/{kind}/_history?_since={later}", "gp")
    assert "entry" not in none
    valid(none)


async def test_a_type_is_followed_page_by_page_without_a_gap(desk: Desk) -> None:
    since = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    made = [(await desk.refer(fresh("elv-low"))).id for _ in range(3)]
    url: str | None = f"/fhir/ServiceRequest/_history?_since={since}&_count=2"
    seen = []
    while url:
        bundle = await desk.get(url, "gp")
        seen += versions(bundle)
        url = links(bundle).get("next")
    assert seen == [(one, "1") for one in reversed(made)]


async def test_nobody_follows_what_is_not_theirs(
    desk: Desk, changed: tuple[str, list[dict[str, Any]]]
) -> None:
    path, _ = changed
    for address in (f"{path}/_history", f"{path}/_history/1"):
        assert (await desk.ask("transfer-nurse", "GET", address)).status_code == 404
    mine = path.rpartition("/")[2]
    bundle = await desk.get("/fhir/ServiceRequest/_history?_count=100", "transfer-nurse")
    assert mine not in {identity for identity, _ in versions(bundle)}


@pytest.mark.parametrize(
    ("address", "status", "hint"),
    [
        ("ServiceRequest/_history?_at=2026-01-01", 400, "_since"),
        ("ServiceRequest/_history?_since=yesterday", 400, "time zone"),
        ("ServiceRequest/_history?_since=2026-01-01", 400, "time zone"),
        ("ServiceRequest/_history?_since=2026-01-01T00:00:00", 400, "time zone"),
        ("ServiceRequest/_history?_since=9999-12-31T23:59:59-14:00", 400, "time zone"),
        ("ServiceRequest/_history?_since=", 400, "time zone"),
        ("ServiceRequest/_history?_count=0", 400, "whole number"),
        ("ServiceRequest/_history?_count=many", 400, "whole number"),
        ("ServiceRequest/_history?_count=1&_count=2", 400, "once"),
        ("ServiceRequest/_history?_page=x", 400, "_page"),
        ("ServiceRequest/_history?status=active", 400, "history"),
        (f"ServiceRequest/{NOBODY}/_history", 404, "no such"),
        (f"ServiceRequest/{NOBODY}/_history/1", 404, "no such"),
        ("ServiceRequest/x/_history", 404, "no such"),
        ("ServiceRequest/x/_history/x", 404, "no such"),
        ("Dragon/_history", 404, "CapabilityStatement"),
        ("_history", 404, ""),
    ],
)
async def test_what_can_not_be_followed_is_refused_with_a_hint(
    desk: Desk, address: str, status: int, hint: str
) -> None:
    answer = await desk.ask("gp", "GET", f"/fhir/{address}")
    assert answer.status_code == status, answer.text
    assert hint in answer.json()["issue"][0]["diagnostics"]


@pytest.mark.parametrize("number", ["0", "99", "-1", "1.0", "9" * 30, "²"])
async def test_a_version_that_never_was_is_not_there(
    desk: Desk, changed: tuple[str, list[dict[str, Any]]], number: str
) -> None:
    path, _ = changed
    answer = await desk.ask("gp", "GET", f"{path}/_history/{quote(number)}")
    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"
