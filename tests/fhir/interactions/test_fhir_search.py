"""A search says what it used, keeps a person out of addresses, and goes on where it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from desk import Desk, bsn, first, fresh
from one_of_each import valid

from fhir.codes import BSN_SYSTEMS
from fhir.interactions.formats import FORM

pytest_plugins = ["desk_fixture"]
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


async def asked(
    desk: Desk, path: str, given: Iterable[tuple[str, str]] | str, role: str = "gp", **headers: str
) -> Any:
    """A search by form."""
    content = given if isinstance(given, str) else urlencode(list(given))
    return await desk.ask(
        role, "POST", f"/fhir/{path}/_search", content.encode(),
        headers={"content-type": FORM} | headers,
    )  # fmt: skip


def links(bundle: dict[str, Any]) -> dict[str, str]:
    return {one["relation"]: one["url"] for one in bundle["link"]}


def used(bundle: dict[str, Any]) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(links(bundle)["self"]).query)


def ids(bundle: dict[str, Any], mode: str = "match") -> list[str]:
    entries = bundle.get("entry", [])
    return [one["resource"]["id"] for one in entries if one["search"]["mode"] == mode]


async def test_the_self_link_says_what_was_used_and_finds_the_same(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    path = f"/fhir/Task?focus=ServiceRequest/{sent.id}&status=accepted,requested&_count=500"
    answer = await desk.ask("gp", "GET", path)
    bundle = answer.json()
    valid(bundle)
    assert ids(bundle) == [sent.id_of("Task")]
    assert bundle["total"] == 1
    assert dict(used(bundle)) == {
        "focus": f"ServiceRequest/{sent.id}",
        "status": "accepted,requested",
        "_count": "100",
    }
    again = await desk.ask("gp", "GET", links(bundle)["self"])
    assert again.json() == bundle
    entry = bundle["entry"][0]
    assert (await desk.ask("gp", "GET", entry["fullUrl"])).json() == entry["resource"]


async def test_what_is_not_known_is_refused_unless_the_asker_is_lenient(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    path = f"/fhir/Task?focus=ServiceRequest/{sent.id}&dragon=1"
    for headers in ({}, {"prefer": "handling=strict"}):
        refused = await desk.ask("gp", "GET", path, headers=headers)
        assert refused.status_code == 400
        assert "dragon" in refused.json()["issue"][0]["diagnostics"]
    answer = await desk.ask("gp", "GET", path, headers={"prefer": "handling=lenient"})
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    valid(bundle)
    assert ids(bundle) == [sent.id_of("Task")]
    assert used(bundle) == [("focus", f"ServiceRequest/{sent.id}")]
    outcome = next(one for one in bundle["entry"] if one["search"]["mode"] == "outcome")
    assert "dragon" in outcome["resource"]["issue"][0]["diagnostics"]


async def test_a_form_and_an_address_ask_together(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    task, patient = sent.id_of("Task"), sent.id_of("Patient")
    answer = await asked(desk, "Task", [("patient", patient), ("_id", task)])
    assert ids(answer.json()) == [task]
    both = await desk.ask(
        "gp", "POST", f"/fhir/Task/_search?patient={patient}", urlencode({"_id": task}).encode(),
        headers={"content-type": FORM},
    )  # fmt: skip
    assert ids(both.json()) == [task]
    assert dict(used(both.json())) == {"patient": patient, "_id": task}
    other = await desk.ask(
        "gp", "POST", f"/fhir/Task/_search?_id={patient}", urlencode({"_id": task}).encode(),
        headers={"content-type": FORM},
    )  # fmt: skip
    assert ids(other.json()) == []
    empty = await desk.ask("gp", "POST", "/fhir/Task/_search", b"", headers={"content-type": FORM})
    assert empty.status_code == 200, empty.text


@pytest.mark.parametrize("media", ["application/fhir+json", "text/plain", "multipart/form-data"])
async def test_a_form_in_another_format_is_refused(desk: Desk, media: str) -> None:
    answer = await asked(desk, "Task", "status=requested", **{"content-type": media})
    assert answer.status_code == 415
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("content", ["status=%ff", "&".join(["status=x"] * 101), "status=%00"])
async def test_a_form_that_can_not_be_read_is_refused(desk: Desk, content: str) -> None:
    for answer in (
        await asked(desk, "Task", content),
        await desk.ask("gp", "GET", f"/fhir/Task?{content}"),
    ):
        assert answer.status_code == 400, answer.text
        assert answer.json()["resourceType"] == "OperationOutcome"


async def test_a_person_is_found_by_form_and_stands_in_no_address(desk: Desk) -> None:
    person = bsn()
    bundle = fresh("elv-low", person)
    first(bundle, "Patient")["name"] = [{"family": "Geheimink", "given": ["Trijntje"]}]
    first(bundle, "Patient")["birthDate"] = "1941-05-06"
    sent = await desk.refer(bundle)
    patient = sent.id_of("Patient")
    asking = {
        "Patient": [
            ("identifier", f"{BSN}|{person}"),
            ("identifier", person),
            ("family", "Geheimink"),
            ("name", "Trijntje"),
            ("birthdate", "1941-05-06"),
        ],
        "Task": [("patient.identifier", f"{BSN}|{person}")],
        "ServiceRequest": [("patient.identifier", f"{BSN}|{person}")],
    }
    for kind, ways in asking.items():
        for name, value in ways:
            secret = value.rpartition("|")[2]
            answer = await asked(desk, kind, [(name, value), ("_count", "100")])
            assert answer.status_code == 200, answer.text
            found = answer.json()
            valid(found)
            wanted = {"Patient": patient, "Task": sent.id_of("Task")}.get(kind, sent.id)
            assert wanted in ids(found), (kind, name)
            assert dict(used(found)) == {name: "***", "_count": "100"}
            assert secret not in str(links(found))
            refused = await desk.ask("gp", "GET", f"/fhir/{kind}?{name}={quote(value)}")
            assert refused.status_code == 400, (kind, name)
            assert secret not in refused.text
            assert "_search" in refused.json()["issue"][0]["diagnostics"]


async def test_the_next_link_of_a_person_tells_nothing_and_goes_on(desk: Desk) -> None:
    person = bsn()
    first_of = await desk.refer(fresh("elv-low", person))
    tasks = {first_of.id_of("Task")}
    for _ in range(2):
        tasks.add((await desk.refer(fresh("elv-low", person))).id_of("Task"))
    given = [("patient.identifier", f"{BSN}|{person}"), ("_count", "1")]
    page = (await asked(desk, "Task", given)).json()
    seen = ids(page)
    while "next" in links(page):
        following = links(page)["next"]
        assert person not in following
        assert {name for name, _ in parse_qsl(urlsplit(following).query)} == {"_page"}
        page = await desk.get(following, "gp")
        assert person not in str(page["link"])
        seen += ids(page)
    assert len(seen) == len(set(seen))
    assert set(seen) == tasks


async def test_next_links_stay_right_while_data_changes(desk: Desk) -> None:
    role = "transfer-nurse"
    before = {(await desk.refer(fresh("elv-low"), role)).id for _ in range(5)}
    page = await desk.get("/fhir/ServiceRequest?_count=2&status=active", role)
    seen = ids(page)
    while "next" in links(page):
        await desk.refer(fresh("elv-low"), role)  # newest first: it comes before this page
        page = await desk.get(links(page)["next"], role)
        seen += ids(page)
        assert dict(used(page))["status"] == "active"
        if len(seen) > 40:
            break
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


async def test_a_next_link_is_for_who_asked_and_for_nothing_else(desk: Desk) -> None:
    for _ in range(2):
        await desk.refer(fresh("elv-low"))
    page = await desk.get("/fhir/Task?_count=1", "gp")
    following = links(page)["next"]
    mark = following.partition("_page=")[2]
    others = [
        ("transfer-nurse", following),
        ("gp", following + "x"),
        ("gp", following.replace("/Task?", "/ServiceRequest?")),
        ("gp", f"{following}&status=completed"),
        ("gp", f"{following}&_page={mark}"),
        ("gp", "/fhir/Task?_page=x"),
        ("gp", "/fhir/Task?_page="),
        ("gp", f"/fhir/Task?_page={mark[:-8]}"),
    ]
    for role, url in others:
        answer = await desk.ask(role, "GET", url)
        assert answer.status_code == 400, url
        assert "_page" in answer.json()["issue"][0]["diagnostics"]
    fine = await desk.ask("gp", "GET", f"{following}&_pretty=true")
    assert fine.status_code == 200
    again = await desk.ask("gp", "GET", links(fine.json())["self"])
    assert ids(again.json()) == ids(fine.json())


async def test_an_answer_can_be_less_than_everything(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    path = f"/fhir/ServiceRequest?_id={sent.id}"
    count = await desk.get(f"{path}&_summary=count", "gp")
    assert (count["total"], "entry" in count) == (1, False)
    valid(count)
    some = (await desk.get(f"{path}&_elements=authoredOn", "gp"))["entry"][0]["resource"]
    whole = await desk.get(f"/fhir/ServiceRequest/{sent.id}", "gp")
    assert some["authoredOn"] == whole["authoredOn"]
    assert some.keys() < whole.keys()
    assert some["meta"]["tag"][0]["code"] == "SUBSETTED"
    text = await desk.get(f"/fhir/ServiceRequest/{sent.id}?_summary=text", "gp")
    assert text["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert text.keys() < whole.keys()
    wrong = await desk.ask("gp", "GET", f"/fhir/ServiceRequest/{sent.id}?status=active")
    assert wrong.status_code == 400
    lenient = await desk.ask(
        "gp", "GET", f"/fhir/ServiceRequest/{sent.id}?status=active",
        headers={"prefer": "handling=lenient"},
    )  # fmt: skip
    assert lenient.status_code == 200


async def test_what_is_pointed_at_comes_along_when_asked(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    query = f"Task?_id={sent.id_of('Task')}&_include=Task:focus&_include=Task:patient"
    bundle = await desk.get(f"/fhir/{query}", "gp")
    valid(bundle)
    assert ids(bundle) == [sent.id_of("Task")]
    assert sorted(ids(bundle, "include")) == sorted([sent.id, sent.id_of("Patient")])
    assert bundle["total"] == 1


def test_there_is_a_number_to_look_for() -> None:
    assert BSN in BSN_SYSTEMS
