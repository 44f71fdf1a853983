"""An organisation describes its own services; everyone may read them; matching follows at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from desk import Desk, fresh

from capacity.profile import profile_of
from capacity.profile_check import check
from coordination.app import Service as Process
from coordination.demo.region import Region
from coordination.live import Live

pytest_plugins = ["desk_fixture"]


NEW = "NOT (id = ANY($1::uuid[]))"
CLEARED = (
    f"DELETE FROM capacity_report WHERE {NEW.replace('id', 'service_id', 1)}",
    f"DELETE FROM capacity WHERE {NEW.replace('id', 'service_id', 1)}",
    f"DELETE FROM service WHERE {NEW}",
)
"""Leaves the region as it was, for the tests of the next module."""


@pytest.fixture(scope="module", autouse=True)
async def cleared(desk: Desk, region: Region) -> AsyncIterator[None]:
    yield
    known = [UUID(one.id) for one in region.services]
    for statement in CLEARED:
        await desk.rows(statement, known)


def bed(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Herstelbedden Proefhof",
        "unit": "bed",
        "kinds": ["elv-low"],
        "site": {"name": "Proefhof", "pc4": "7901"},
    } | changes


def team(**changes: Any) -> dict[str, Any]:
    return bed(unit="hour/week", kinds=["nursing-planned"], municipalities=["hoogeveen"], **changes)


async def put(
    desk: Desk,
    body: Any,
    service: str | None = None,
    *,
    match: str | None = None,
    organisation: str | None = None,
    role: str = "provider",
) -> httpx.Response:
    headers = {"if-none-match": "*"} if match is None else {"if-match": match}
    return await desk.ask(
        role,
        "PUT",
        f"/api/services/{service or uuid4()}",
        body,
        organisation=organisation,
        headers=headers,
    )


def faults(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {fault["path"] for fault in answer.json()["errors"]}


async def test_a_service_that_is_described_is_read_back_and_can_be_sent_again(desk: Desk) -> None:
    sent = bed(
        kinds=["elv-low", "elv-high"],
        payers=["zvw"],
        insurers=["9991"],
        requirements=["oxygen", "closed-ward"],
        wishes=["garden"],
        sexes=["female"],
        age_from=60,
        age_to=99,
        admission=[
            {"days": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "17:30"},
            {"days": [6], "opens": "22:00", "closes": "24:00"},
        ],
        notice_hours=2.5,
        closed_only=True,
        languages=["pl", "nds"],
        guarantee=True,
        converts=[{"kind": "respite", "hours": 6}],
    )
    made = await put(desk, sent)
    assert made.status_code == 200, made.text
    shown = made.json()
    read = await desk.ask("gp", "GET", f"/api/services/{shown['id']}")
    assert (read.json(), read.headers["etag"]) == (shown, made.headers["etag"])
    assert shown["site"]["subregion"] == shown["subregion"] == "hoogeveen"
    profile = shown["profile"]
    for name, value in sent.items():
        if name != "site":
            told = profile[name]
            assert (sorted(told) if name in {"kinds", "requirements", "languages"} else told) == (
                sorted(value) if name in {"kinds", "requirements", "languages"} else value
            ), name
    again = await put(desk, profile, shown["id"], match=made.headers["etag"])
    assert again.json() == shown


async def test_every_service_of_the_region_can_be_sent_again_as_it_is_shown(
    desk: Desk, region: Region
) -> None:
    changed = [one for one in region.services if one.converts or one.notice_hours]
    for service in (*region.services[::12], *changed):
        path = f"/api/services/{service.id}"
        before = await desk.ask("provider", "GET", path)
        again = await put(
            desk,
            before.json()["profile"],
            service.id,
            match=before.headers["etag"],
            organisation=service.organisation,
        )
        assert again.status_code == 200, again.text
        assert again.json() == before.json()


async def test_a_team_goes_to_its_postcodes_and_those_of_its_municipalities(desk: Desk) -> None:
    made = await put(desk, team(area=["9401"], response_minutes=None, levels=[3, 5]))
    assert made.status_code == 200, made.text
    area = made.json()["profile"]["area"]
    assert "9401" in area
    assert "7901" in area
    assert len(area) > 10


async def test_a_new_service_has_nothing_free_until_it_reports_and_is_then_matched(
    desk: Desk, service: Process
) -> None:
    made = (await put(desk, bed(requirements=["oxygen"]))).json()
    where, owner = made["id"], made["organisation"]
    shown = await desk.get(f"/api/capacity/{where}")
    assert (shown["version"], shown["free"], shown["freshness"]) == (0, None, "stale")
    live = service.parts.live
    for _ in range(100):
        if live.supply.service(where):
            break
        await asyncio.sleep(0.02)
    assert live.supply.service(where)
    sent = await desk.refer(fresh("elv-low"))
    left = await desk.get(f"/api/referrals/{sent.id}/matches")
    assert [r["code"] for x in left["excluded"] if x["service"] == where for r in x["reasons"]][
        -1
    ] == "not-reported"
    reported = await desk.ask(
        "provider",
        "PUT",
        f"/api/capacity/{where}",
        {"unit": "bed", "staffed": 4, "occupied": 1},
        organisation=owner,
        headers={"if-match": '"0"'},
    )
    assert reported.status_code == 200, reported.text
    found = await desk.get(f"/api/referrals/{sent.id}/matches")
    assert where in {one["service"] for one in found["matches"]} | {
        one["service"]
        for one in found["excluded"]
        if all(reason["code"] != "not-reported" for reason in one["reasons"])
    }
    hours = team()
    refused = await put(desk, hours, where, match=f'"{made["version"]}"', organisation=owner)
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["path"] == "unit"
    ended = await put(
        desk, bed(active=False), where, match=f'"{made["version"]}"', organisation=owner
    )
    assert ended.status_code == 200


async def test_every_process_hears_of_a_service_that_was_added_or_changed(
    desk: Desk, service: Process
) -> None:
    other = Live(service.parts.database, desk.url)
    async with other.running():
        made = (await put(desk, bed())).json()
        assert await heard(other, made["id"], "Herstelbedden Proefhof")
        match = f'"{made["version"]}"'
        await put(desk, bed(name="Nieuwe naam"), made["id"], match=match)
        assert await heard(other, made["id"], "Nieuwe naam")


async def heard(live: Live, service: str, name: str) -> bool:
    for _ in range(200):
        known = live.supply.service(service)
        if known is not None and known.name == name:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_until_the_first_report_the_unit_may_change(desk: Desk) -> None:
    made = (await put(desk, bed())).json()
    changed = await put(desk, team(), made["id"], match=f'"{made["version"]}"')
    assert changed.status_code == 200, changed.text
    assert (await desk.get(f"/api/capacity/{made['id']}"))["unit"] == "hour/week"


async def test_a_site_is_made_once_and_named_by_its_id_or_its_name_and_postcode(
    desk: Desk,
) -> None:
    first = (await put(desk, bed(site={"name": "Eenmalig", "pc4": "7921"}))).json()
    same = (await put(desk, bed(site={"name": " Eenmalig ", "pc4": "7921"}))).json()
    by_id = (await put(desk, bed(site={"id": first["site"]["id"]}))).json()
    assert first["site"] == same["site"] == by_id["site"]
    both = await asyncio.gather(
        *(put(desk, bed(site={"name": "Tegelijk", "pc4": "7921"})) for _ in range(4))
    )
    assert len({one.json()["site"]["id"] for one in both}) == 1
    other = await put(desk, bed(site={"id": str(uuid4())}))
    assert faults(other) == {"site.id"}


async def test_a_site_outside_drenthe_says_where_it_lies(desk: Desk) -> None:
    assert faults(await put(desk, bed(site={"name": "Verre Hof", "pc4": "7772"}))) == {
        "site.latitude",
        "site.longitude",
        "site.subregion",
    }
    there = {
        "name": "Verre Hof",
        "pc4": "7772",
        "latitude": 52.57,
        "longitude": 6.62,
        "subregion": "hardenberg",
    }
    made = await put(desk, bed(site=there))
    assert made.json()["subregion"] == "hardenberg"
    moved = await put(desk, bed(site=there | {"latitude": 52.6}))
    assert faults(moved) == {"site"}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "x\u0000"}, "name"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["elv-low", "zorghotel"]}, "kinds[1]"),
        ({"kinds": ["nursing-planned"]}, "kinds[0]"),
        ({"kinds": ["seh"]}, "kinds[0]"),
        ({"site": {"name": "Hof", "pc4": "79011"}}, "site.pc4"),
        ({"site": {"pc4": "7901"}}, "site.name"),
        ({"site": {"name": "Hof", "pc4": "7901", "subregion": "assen"}}, "site.subregion"),
        ({"site": {"name": "Hof", "pc4": "7901", "latitude": 52.7}}, "site.longitude"),
        (
            {"site": {"name": "Hof", "pc4": "7901", "latitude": 2.7, "longitude": 6.4}},
            "site.latitude",
        ),
        ({"area": ["7901"]}, "area"),
        ({"payers": ["zvw", "gemeente"]}, "payers[1]"),
        ({"insurers": ["333"]}, "insurers[0]"),
        ({"requirements": ["oxygen", "oxigen"]}, "requirements[1]"),
        ({"wishes": ["sauna"]}, "wishes[0]"),
        ({"sexes": ["vrouw"]}, "sexes[0]"),
        ({"languages": ["nl"]}, "languages[0]"),
        ({"languages": ["Pools"]}, "languages[0]"),
        ({"age_from": -1}, "age_from"),
        ({"age_to": 17}, "age_to"),
        ({"notice_hours": -0.5}, "notice_hours"),
        ({"levels": [3]}, "levels"),
        ({"response_minutes": 30}, "response_minutes"),
        ({"closed_only": True}, "closed_only"),
        ({"converts": [{"kind": "elv-low", "hours": 2}]}, "converts[0].kind"),
        ({"converts": [{"kind": "grz", "hours": -2}]}, "converts[0].hours"),
        ({"admission": [{"days": [], "opens": "08:00", "closes": "17:00"}]}, "admission[0].days"),
        (
            {"admission": [{"days": [1, 8], "opens": "08:00", "closes": "17:00"}]},
            "admission[0].days[1]",
        ),
        (
            {"admission": [{"days": [1], "opens": "8 uur", "closes": "17:00"}]},
            "admission[0].opens",
        ),
        (
            {"admission": [{"days": [1], "opens": "22:00", "closes": "06:00"}]},
            "admission[0].closes",
        ),
    ],
)
async def test_what_cannot_be_true_of_beds_is_refused_where_it_is_wrong(
    desk: Desk, changes: dict[str, Any], path: str
) -> None:
    before = await desk.value("SELECT count(*) FROM service")
    sites = await desk.value("SELECT count(*) FROM site")
    answer = await put(desk, bed(**changes))
    assert faults(answer) == {path}
    assert all(fault["message"] for fault in answer.json()["errors"])
    assert await desk.value("SELECT count(*) FROM service") == before
    assert await desk.value("SELECT count(*) FROM site") == sites


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"municipalities": []}, "area"),
        ({"municipalities": ["Amsterdam"]}, "municipalities[0]"),
        ({"area": ["7901", "1012"]}, "area[1]"),
        ({"levels": [1, 3]}, "levels[0]"),
        ({"kinds": ["nursing-unplanned"], "response_minutes": 0}, "response_minutes"),
        ({"guarantee": True}, "guarantee"),
        ({"converts": [{"kind": "grz", "hours": 2}]}, "converts"),
    ],
)
async def test_what_cannot_be_true_of_a_team_is_refused_where_it_is_wrong(
    desk: Desk, changes: dict[str, Any], path: str
) -> None:
    assert path in faults(await put(desk, team() | changes))


async def test_every_fault_is_told_at_once(desk: Desk) -> None:
    wrong = bed(kinds=["x"], wishes=["y", "garden", "z"], age_from=200)
    assert faults(await put(desk, wrong)) == {
        "kinds[0]",
        "wishes[0]",
        "wishes[2]",
        "age_from",
        "age_to",
    }


async def test_a_body_of_another_form_is_refused_with_its_element(desk: Desk) -> None:
    for body, path in (
        (bed(capacity=4), ""),
        (bed(unit="bedden"), "unit"),
        (bed(age_from="60"), "age_from"),
        (b"{", None),
    ):
        answer = await put(desk, body)
        assert answer.status_code == 400, answer.text
        if path is not None:
            assert answer.json()["errors"][0]["path"] == path


async def test_only_the_organisation_itself_describes_its_services(
    desk: Desk, region: Region
) -> None:
    service = region.services[0]
    other = next(
        one.id
        for one in region.organisations
        if one.kind == "care-provider" and one.id != service.organisation
    )
    body = bed()
    answer = await put(desk, body, service.id, match='"x"', organisation=other)
    assert answer.status_code == 403
    answer = await put(desk, body, service.id, organisation=other)
    assert answer.status_code == 403
    assert (await put(desk, body, role="coordinator")).status_code == 403


async def test_a_change_names_what_it_changes_and_an_addition_that_it_is_new(desk: Desk) -> None:
    made = (await put(desk, bed())).json()
    path = f"/api/services/{made['id']}"
    assert (await desk.ask("provider", "PUT", path, bed())).status_code == 428
    both = {"if-match": f'"{made["version"]}"', "if-none-match": "*"}
    assert (await desk.ask("provider", "PUT", path, bed(), headers=both)).status_code == 428
    named = {"if-none-match": '"x"'}
    assert (await desk.ask("provider", "PUT", path, bed(), headers=named)).status_code == 400
    assert (await put(desk, bed(), made["id"])).status_code == 412
    assert (await put(desk, bed(), made["id"], match='"x"')).status_code == 412
    assert (await put(desk, bed(), match='"x"')).status_code == 404
    changed = await put(desk, bed(name="Anders"), made["id"], match=f'"{made["version"]}"')
    assert changed.json()["profile"]["name"] == "Anders"
    late = await put(desk, bed(name="Te laat"), made["id"], match=f'"{made["version"]}"')
    assert late.status_code == 412


async def test_of_many_who_change_one_service_at_once_one_does(desk: Desk) -> None:
    made = (await put(desk, bed())).json()
    answers = await asyncio.gather(
        *(
            put(desk, bed(name=f"Naam {n}"), made["id"], match=f'"{made["version"]}"')
            for n in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_of_many_who_add_one_service_at_once_one_does(desk: Desk) -> None:
    name = str(uuid4())
    answers = await asyncio.gather(*(put(desk, bed(), name) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_services_are_read_page_by_page_and_by_kind_place_and_organisation(
    desk: Desk, region: Region
) -> None:
    told, mark = [], ""
    while mark is not None:
        page = await desk.get(f"/api/services?kind=elv-high&size=7&next={mark}")
        assert len(page["items"]) <= 7
        told += [one["id"] for one in page["items"]]
        mark = page["next"]
    there = {one.id for one in region.services if "elv-high" in one.kinds}
    assert len(told) == len(set(told))
    assert there <= set(told)
    owner = region.services[0].organisation
    own = await desk.get(f"/api/services?organisation={owner}&subregion=hoogeveen&size=200")
    assert {one["organisation"] for one in own["items"]} == {owner}
    assert {one["subregion"] for one in own["items"]} == {"hoogeveen"}
    assert (await desk.get(f"/api/services?organisation={uuid4()}"))["items"] == []


async def test_organisations_are_read_with_their_numbers(desk: Desk, region: Region) -> None:
    found = await desk.get("/api/organisations?kind=hospital&size=200", role="provider")
    assert {one["id"] for one in found["items"]} >= {
        one.id for one in region.organisations if one.kind == "hospital"
    }
    assert all(one["ura"] and one["agb"] and one["subregion"] for one in found["items"])
    near = await desk.get("/api/organisations?subregion=emmen&size=2")
    assert len(near["items"]) == 2
    rest = await desk.get(f"/api/organisations?subregion=emmen&next={near['next']}")
    assert rest["items"]
    assert {one["subregion"] for one in (*near["items"], *rest["items"])} == {"emmen"}


@pytest.mark.parametrize(
    "query",
    [
        "services?kind=zorghotel",
        "services?subregion=utrecht",
        "services?size=0",
        "services?next=x",
        "services?organisation=x",
        "organisations?kind=bakery",
        "organisations?subregion=utrecht",
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(desk: Desk, query: str) -> None:
    answer = await desk.ask("coordinator", "GET", f"/api/{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"]


async def test_who_reads_and_changes_services_is_written_down(desk: Desk) -> None:
    made = await put(desk, bed())
    name = made.json()["id"]
    rows = await desk.rows(
        "SELECT action, outcome, detail::text AS detail FROM audit WHERE entity = $1",
        f"service/{name}",
    )
    assert [(row["action"], row["outcome"]) for row in rows] == [("change-service", "done")]
    for path, entity, action in (
        (f"services/{name}", f"service/{name}", "read-service"),
        ("services", "service", "read-service"),
        ("organisations", "organisation", "read-service"),
    ):
        mark = uuid4().hex
        await desk.ask("gp", "GET", f"/api/{path}", headers={"x-request-id": mark})
        rows = await desk.rows("SELECT entity, action FROM audit WHERE request_id = $1", mark)
        assert [(row["entity"], row["action"]) for row in rows] == [(entity, action)]


async def test_an_unknown_service_is_not_found(desk: Desk) -> None:
    assert (await desk.ask("gp", "GET", f"/api/services/{uuid4()}")).status_code == 404


def test_the_profile_of_every_demo_service_is_without_fault(region: Region) -> None:
    for service in region.services:
        assert check(profile_of(service)) == []
