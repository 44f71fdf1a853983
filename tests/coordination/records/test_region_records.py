"""Organisations, sites, services and beds of the region are read, found and followed on FHIR."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from desk import Desk, fresh
from reported_on_fhir import (
    NOBODY,
    bed,
    beds,
    etag,
    measures,
    named,
    one,
    post,
    put,
    valid,
    with_status,
)
from reported_on_fhir import status as status_of

from coordination.demo.region import Region
from coordination.ids import new_id
from fhir.codes import KIND, URA
from fhir.region.capacity_codes import PC4, SERVICE_ID, SITE_ID
from triage.need import Kind

pytest_plugins = ["desk_fixture", "no_beds_fixture"]
pytestmark = pytest.mark.usefixtures("no_beds_left")


async def found(desk: Desk, path: str, role: str = "gp", **more: Any) -> list[dict[str, Any]]:
    """Every resource that a search finds, page by page, each of them valid."""
    everything: list[dict[str, Any]] = []
    path = f"/fhir/{path}"
    while path:
        bundle = await desk.get(path, role, **more)
        everything += [entry["resource"] for entry in bundle.get("entry", [])]
        path = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), "")
    for each in everything:
        valid(each)
    return everything


def ids(resources: list[dict[str, Any]]) -> set[str]:
    return {one["id"] for one in resources}


async def test_every_organisation_site_and_service_is_found_once(
    desk: Desk, region: Region
) -> None:
    for kind, ours in (
        ("Organization", region.organisations),
        ("HealthcareService", region.services),
    ):
        everything = await found(desk, f"{kind}?_count=60")
        assert len(everything) == len(ids(everything))
        assert {one.id for one in ours} <= ids(everything)
    sites = await found(desk, "Location?_count=100&identifier=" + quote(f"{SITE_ID}|"))
    assert {one.id for one in region.sites} <= ids(sites)


async def test_services_are_found_by_what_they_are(desk: Desk, region: Region) -> None:
    service = next(each for each in region.services if each.area)
    assert ids(await found(desk, f"HealthcareService?_id={service.id}")) == {service.id}
    number = quote(f"{SERVICE_ID}|{service.id}")
    assert ids(await found(desk, f"HealthcareService?identifier={number}")) == {service.id}
    for search, fitting in (
        (
            f"organization=Organization/{service.organisation}",
            {each.id for each in region.services if each.organisation == service.organisation},
        ),
        (
            f"location={service.site}&active=true",
            {each.id for each in region.services if each.site == service.site and each.active},
        ),
        (
            f"service-type={quote(f'{KIND}|elv-low')}",
            {each.id for each in region.services if Kind.ELV_LOW in each.kinds},
        ),
        (
            f"coverage-area:identifier={quote(f'{PC4}|{min(service.area)}')}",
            {each.id for each in region.services if min(service.area) in each.area},
        ),
        (
            "characteristic=oxygen",
            {each.id for each in region.services if "oxygen" in each.offers},
        ),
    ):
        assert ids(await found(desk, f"HealthcareService?_count=100&{search}")) >= fitting, search
        others = {each.id for each in region.services} - fitting
        assert not ids(await found(desk, f"HealthcareService?_count=100&{search}")) & others


async def test_an_organisation_is_found_by_number_and_name_and_read(
    desk: Desk, region: Region
) -> None:
    ours = next(one for one in region.organisations if one.ura)
    for search in (f"identifier={quote(f'{URA}|{ours.ura}')}", f"name:exact={quote(ours.name)}"):
        assert ours.id in ids(await found(desk, f"Organization?{search}"))
    read = valid(await desk.get(f"/fhir/Organization/{ours.id}", "gp"))
    assert (read["name"], read["meta"]["versionId"]) == (ours.name, "1")
    assert (await desk.ask("gp", "GET", f"/fhir/Organization/{NOBODY}")).status_code == 404


async def test_an_organisation_that_was_sent_is_its_sender_s_beside_those_of_the_region(
    desk: Desk,
) -> None:
    system, value = "https://praktijk.example", uuid4().hex
    sent = {
        "resourceType": "Organization",
        "identifier": [{"system": system, "value": value}],
        "name": "Praktijk Voorbeeldhof",
    }
    bundle = fresh("elv-low")
    bundle["entry"].append(
        {
            "fullUrl": f"urn:uuid:{uuid4()}",
            "resource": sent,
            "request": {"method": "POST", "url": "Organization"},
        }
    )
    place = (await desk.refer(bundle)).places[-1]
    search = f"Organization?identifier={quote(f'{system}|{value}')}"
    assert [one["id"] for one in await found(desk, search)] == [place[1]]
    everything = await found(desk, "Organization?_count=9")
    assert place[1] in ids(everything)
    assert len(everything) == len(ids(everything)) > 10
    assert (await desk.get(f"/fhir/Organization/{place[1]}", "gp"))["name"] == sent["name"]
    assert not await found(desk, search, "provider")


async def test_pages_in_the_order_of_change_hold_each_once_while_reports_come_in(
    desk: Desk,
) -> None:
    service = await one(desk)
    seen: list[str] = []
    path = "/fhir/HealthcareService?_sort=_lastUpdated&_count=50"
    while path:
        bundle = await desk.get(path, "gp")
        moments = [entry["resource"]["meta"]["lastUpdated"] for entry in bundle["entry"]]
        assert moments == sorted(moments)
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        path = links.get("next", "")
        if len(seen) == 50:
            await post(desk, service, measures(beds(service, 12, 7)))
    assert {one for one in seen if seen.count(one) > 1} <= {service["service"]}
    assert seen[-1] == service["service"]


async def test_a_service_keeps_what_its_figures_were(desk: Desk) -> None:
    service = await one(desk)
    path = f"HealthcareService/{service['service']}"
    before = await etag(desk, path)
    began = datetime.now(UTC)
    stop = with_status(service, "no-capacity", "Griep.")
    answer = await put(desk, service, path, stop, if_match=before)
    assert answer.status_code == 200, answer.text
    number = int(before.strip('W/"'))
    was = valid(await desk.get(f"/fhir/{path}/_history/{number}", "gp"))
    now = valid(await desk.get(f"/fhir/{path}/_history/{number + 1}", "gp"))
    assert (status_of(was)[0], status_of(now)) == ("capacity", ("no-capacity", "Griep."))
    assert now == valid(await desk.get(f"/fhir/{path}", "gp"))
    assert (await desk.ask("gp", "GET", f"/fhir/{path}/_history/99999")).status_code == 404
    history = await desk.get(f"/fhir/{path}/_history?_count=2", "gp")
    versions = [entry["resource"]["meta"]["versionId"] for entry in history["entry"]]
    assert versions == [str(number + 1), str(number)]
    since = quote(began.isoformat())
    changed = await desk.get(f"/fhir/HealthcareService/_history?_since={since}", "gp")
    assert service["service"] in {entry["resource"]["id"] for entry in changed["entry"]}
    later = quote((datetime.now(UTC) + timedelta(minutes=1)).isoformat())
    empty = await desk.get(f"/fhir/HealthcareService/_history?_since={later}", "gp")
    assert not empty.get("entry")
    figures = valid(
        await desk.get(f"/fhir/MeasureReport/{service['service']}/_history/{number}", "gp")
    )
    assert figures["meta"]["versionId"] == str(number)
    await put(desk, service, path, with_status(service, "capacity"), if_match=f'W/"{number + 1}"')


async def test_another_description_is_another_version_and_the_old_one_is_kept(desk: Desk) -> None:
    service = await one(desk)
    path = f"HealthcareService/{service['service']}"
    before = await desk.get(f"/fhir/{path}", "gp")
    began = datetime.now(UTC)
    await desk.rows(
        'UPDATE service SET profile = (profile::jsonb || \'{"name": "Anders"}\')::json'
        " WHERE id = $1::text::uuid",
        service["service"],
    )
    after = await desk.get(f"/fhir/{path}", "gp")
    number = before["meta"]["versionId"]
    assert (after["name"], int(after["meta"]["versionId"])) == ("Anders", int(number) + 1)
    was = await desk.get(f"/fhir/{path}/_history/{number}", "gp")
    assert was["name"] == before["name"]
    since = quote(began.isoformat())
    changed = await desk.get(f"/fhir/HealthcareService/_history?_since={since}", "gp")
    assert service["service"] in {entry["resource"]["id"] for entry in changed["entry"]}


async def test_a_bed_keeps_every_version_and_is_found(desk: Desk) -> None:
    service = await one(desk)
    (identity,) = await named(desk, service, "U")
    path, body = bed(service, "O", identity)
    await put(desk, service, path, body, if_match='W/"1"')
    was = valid(await desk.get(f"/fhir/{path}/_history/1", "gp"))
    assert (was["operationalStatus"]["code"], was["meta"]["versionId"]) == ("U", "1")
    history = await desk.get(f"/fhir/{path}/_history", "gp")
    codes = [entry["resource"]["operationalStatus"]["code"] for entry in history["entry"]]
    assert codes == ["O", "U"]
    assert history["total"] == 2 if "total" in history else True
    assert identity in ids(await found(desk, "Location?operational-status=O&_count=100"))
    assert identity not in ids(await found(desk, "Location?operational-status=U&_count=100"))
    everything = await desk.get("/fhir/Location/_history?_count=2", "provider")
    assert [entry["resource"]["id"] for entry in everything["entry"]] == [identity, identity]


async def test_a_site_has_one_version(desk: Desk, region: Region) -> None:
    site = region.sites[0]
    path = f"/fhir/Location/{site.id}"
    assert await desk.get(path, "gp") == await desk.get(f"{path}/_history/1", "gp")
    history = await desk.get(f"{path}/_history", "gp")
    assert len(history["entry"]) == 1
    assert (await desk.ask("gp", "GET", f"{path}/_history/2")).status_code == 404


async def test_figures_of_now_are_found_with_the_reports_that_were_sent(desk: Desk) -> None:
    service = await one(desk)
    sent = (await post(desk, service, measures(beds(service, 12, 9)))).json()["id"]
    role = {"role": "provider", "organisation": service["organisation"]}
    own = await found(desk, "MeasureReport?_sort=-date&_count=40", **role)
    assert {sent, service["service"]} <= ids(own)
    assert len(own) == len(ids(own))
    assert sent not in ids(await found(desk, "MeasureReport?_count=100"))
    reporter = f"reporter=Organization/{service['organisation']}"
    reported = await found(desk, f"MeasureReport?_count=100&{reporter}")
    assert service["service"] in ids(reported)


async def test_who_may_read_capacity_searches_it_and_nobody_else(desk: Desk) -> None:
    for kind in ("HealthcareService", "Location", "MeasureReport", "Organization"):
        for role in ("gp", "coordinator", "provider", "analyst"):
            answer = await desk.ask(role, "GET", f"/fhir/{kind}?_count=1")
            assert answer.status_code == 200, answer.text
        answer = await desk.ask("privacy-officer", "GET", f"/fhir/{kind}")
        assert answer.status_code == 403


async def test_a_search_among_all_services_takes_milliseconds(desk: Desk) -> None:
    path = "/fhir/HealthcareService?service-type=elv-low&_count=20"
    await desk.get(path, "gp")
    began = perf_counter()
    for _ in range(5):
        await desk.get(path, "gp")
    assert (perf_counter() - began) / 5 < 0.25  # some ten on a quiet machine


async def test_a_service_is_found_with_its_place_and_organisation(
    desk: Desk, region: Region
) -> None:
    service = region.services[0]
    include = "_include=HealthcareService:location&_include=HealthcareService:organization"
    bundle = await desk.get(f"/fhir/HealthcareService?_id={service.id}&{include}", "gp")
    assert bundle["total"] == 1
    first, *along = bundle["entry"]
    assert (first["search"]["mode"], first["resource"]["id"]) == ("match", service.id)
    assert {entry["resource"]["id"] for entry in along} == {service.site, service.organisation}
    for entry in bundle["entry"]:
        valid(entry["resource"])


async def test_a_new_site_is_in_what_changed_since(desk: Desk) -> None:
    began = datetime.now(UTC)
    site = str(new_id())
    await desk.rows(
        "INSERT INTO site (id, organisation_id, name, pc4, subregion, latitude, longitude)"
        " SELECT $1::text::uuid, organisation_id, 'Nieuw', pc4, subregion, latitude, longitude"
        " FROM site WHERE organisation_id = $2::text::uuid LIMIT 1",
        site,
        (await one(desk))["organisation"],
    )
    since = quote((began - timedelta(seconds=1)).isoformat())
    changed = await desk.get(f"/fhir/Location/_history?_since={since}", "gp")
    assert site in {entry["resource"]["id"] for entry in changed["entry"]}
    await desk.rows("DELETE FROM site WHERE id = $1::text::uuid", site)
