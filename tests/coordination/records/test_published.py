"""What is published of our own is read and found by whoever signed in, and is valid."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from desk import Desk, entry, fresh
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle

from coordination.permissions import Role
from fhir import codes
from fhir.form.questionnaire import URL, questionnaire_json
from fhir.profiles.names import TYPE_OF

pytest_plugins = ["desk_fixture"]
KINDS = ("Questionnaire", "StructureDefinition", "CodeSystem", "ValueSet")


async def found(desk: Desk, path: str, role: str = "gp") -> list[dict[str, Any]]:
    bundle = await desk.get(f"/fhir/{path}", role)
    assert bundle["total"] == len(bundle.get("entry", [])) or "next" in {
        link["relation"] for link in bundle["link"]
    }
    return [entry["resource"] for entry in bundle.get("entry", [])]


@pytest.mark.parametrize("kind", KINDS)
async def test_each_is_found_read_and_valid(desk: Desk, kind: str) -> None:
    everything = await found(desk, f"{kind}?_count=100")
    assert everything
    assert len({one["url"] for one in everything}) == len(everything)
    for one in everything:
        get_fhir_model_class(kind).model_validate(one)
        answer = await desk.ask("provider", "GET", f"/fhir/{kind}/{one['id']}")
        assert answer.json() == one
        assert answer.headers["etag"] == f'W/"{one["version"]}"'
        assert [one] == await found(desk, f"{kind}?url={one['url']}&status=active")
        assert one in await found(desk, f"{kind}?name={one['name']}&version={one['version']}")
        version = await desk.get(f"/fhir/{kind}/{one['id']}/_history/{one['version']}", "gp")
        assert version == one
    history = await desk.get(f"/fhir/{kind}/_history?_count=100", "gp")
    assert len(history["entry"]) == len(everything)
    assert (await desk.ask("gp", "GET", f"/fhir/{kind}/nothing")).status_code == 404
    assert (await desk.ask("gp", "GET", f"/fhir/{kind}/nothing/_history")).status_code == 404
    first = everything[0]["id"]
    assert (await desk.ask("gp", "GET", f"/fhir/{kind}/{first}/_history/99")).status_code == 404
    assert not await found(desk, f"{kind}?status=draft")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CLOCK}))
async def test_whoever_signed_in_reads_it_and_no_more_than_that(desk: Desk, role: Role) -> None:
    for kind in KINDS:
        assert await found(desk, f"{kind}?_count=1", role)
        history = await desk.get(f"/fhir/{kind}/_history?_count=1", role)
        assert len(history["entry"]) == 1
        missing = await desk.ask(role, "GET", f"/fhir/{kind}/{uuid4()}")
        assert missing.status_code == 404
    if role in {Role.ANALYST, Role.PRIVACY_OFFICER}:
        assert (await desk.ask(role, "GET", "/fhir/Task")).status_code == 403


async def test_a_questionnaire_that_was_sent_along_is_read_by_who_may_see_its_referral(
    desk: Desk,
) -> None:
    bundle = fresh("elv-low")
    own = {"resourceType": "Questionnaire", "status": "active"}
    bundle["entry"].append(entry(own, f"urn:uuid:{uuid4()}"))
    sent = await desk.refer(bundle)
    path = f"/fhir/Questionnaire/{sent.id_of('Questionnaire')}"
    for role, status in (
        ("gp", 200), ("coordinator", 200), ("transfer-nurse", 404), ("analyst", 404),
        ("privacy-officer", 404),
    ):  # fmt: skip
        for place in ("", "/_history", "/_history/1"):
            answer = await desk.ask(role, "GET", path + place)
            assert answer.status_code == status, (role, place)


async def test_the_form_is_there_by_the_address_that_forms_name(desk: Desk) -> None:
    assert await desk.get("/fhir/Questionnaire/referral", "gp") == json.loads(questionnaire_json())
    assert [one["url"] for one in await found(desk, "Questionnaire")] == [URL]


async def test_every_profile_and_code_system_that_is_used_is_published(desk: Desk) -> None:
    profiles = {one["url"] for one in await found(desk, "StructureDefinition?_count=100")}
    assert set(TYPE_OF) <= profiles
    systems = {one["url"]: one for one in await found(desk, "CodeSystem?_count=100")}
    assert {codes.KIND, codes.REASON, codes.REFERRAL_STATE, codes.OFFER_STATE} <= set(systems)
    for one in systems.values():
        for concept in one.get("concept", []):
            assert concept["display"]
            assert concept["designation"][0]["value"]
    for one in await found(desk, "ValueSet?_count=100"):
        for include in one["compose"]["include"]:
            known = {concept["code"] for concept in systems[include["system"]]["concept"]}
            assert {concept["code"] for concept in include.get("concept", [])} <= known


async def test_every_coding_of_the_form_is_published(desk: Desk) -> None:
    systems = {one["url"] for one in await found(desk, "CodeSystem?_count=100")}

    def used(item: dict[str, Any]) -> set[str]:
        own = {option["valueCoding"]["system"] for option in item.get("answerOption", [])}
        return own.union(*(used(one) for one in item.get("item", [])))

    asked = set().union(*(used(item) for item in json.loads(questionnaire_json())["item"]))
    ours = {one for one in asked if one.startswith(codes.NAMESPACE)}
    items = {one for one in ours if "/CodeSystem/" in one and one not in systems}
    assert not items, items


async def test_pages_of_what_is_published_hold_each_once(desk: Desk) -> None:
    seen = []
    path = "/fhir/CodeSystem?_count=7"
    while path:
        bundle = await desk.get(path, "gp")
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        path = links.get("next", "")
    assert len(seen) == len(set(seen)) == bundle["total"]
