"""A page holds no more than so many bytes, and its next link leads to all the rest."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from desk import Desk
from fhir_parts import codes, post

from coordination.records.paged import BYTES

pytest_plugins = ["desk_fixture"]

LARGE = 900_000
MANY = 12


def large(name: str) -> dict[str, Any]:
    """A Patient of almost a MiB."""
    return {"resourceType": "Patient", "name": [{"text": name, "family": "x" * LARGE}]}


@pytest.fixture(scope="module")
async def here(desk: Desk) -> tuple[str, list[str]]:
    """A time from which on twelve large Patients are here, and their ids."""
    made = [await post(desk, large(uuid4().hex)) for _ in range(MANY)]
    assert {one.status_code for one in made} == {201}
    return made[0].json()["meta"]["lastUpdated"], [one.json()["id"] for one in made]


async def pages(desk: Desk, path: str) -> list[dict[str, Any]]:
    """Every page, as its next links lead to it."""
    found, url = [], path
    while url:
        answer = await desk.ask("gp", "GET", url)
        assert answer.status_code == 200, answer.text[:500]
        assert len(answer.content) < BYTES + 1_000_000
        found.append(answer.json())
        url = next((one["url"] for one in found[-1]["link"] if one["relation"] == "next"), "")
    return found


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["resource"]["id"] for page in found for one in page["entry"]]


@pytest.mark.parametrize("sort", ["", "&_sort=_lastUpdated", "&_sort=-_lastUpdated"])
async def test_a_search_ends_a_page_before_it_grows_too_large(
    desk: Desk, here: tuple[str, list[str]], sort: str
) -> None:
    since, made = here
    found = await pages(desk, f"/fhir/Patient?_lastUpdated=ge{since}&_count=100{sort}")
    assert len(found) == 2
    assert ids(found) == (made if sort == "&_sort=_lastUpdated" else made[::-1])


async def test_a_history_of_a_type_ends_a_page_too(desk: Desk, here: tuple[str, list[str]]) -> None:
    since, made = here
    found = await pages(desk, f"/fhir/Patient/_history?_since={since}&_count=100")
    assert len(found) == 2
    assert ids(found) == made[::-1]


async def test_so_does_the_history_of_one_resource(desk: Desk) -> None:
    made = (await post(desk, large("0"))).json()
    for number in range(1, MANY):
        answer = await desk.ask(
            "gp", "PUT", f"/fhir/Patient/{made['id']}", large(str(number)) | {"id": made["id"]},
            headers={"if-match": f'W/"{number}"'},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text[:500]
    found = await pages(desk, f"/fhir/Patient/{made['id']}/_history?_count=100")
    texts = [one["resource"]["name"][0]["text"] for page in found for one in page["entry"]]
    assert texts == [str(number) for number in reversed(range(MANY))]
    assert [page["total"] for page in found] == [MANY, MANY]


@pytest.mark.parametrize("sort", ["", "&_sort=-_lastUpdated", "&_sort=_lastUpdated"])
async def test_what_is_merged_of_two_shelves_comes_once_and_in_order(desk: Desk, sort: str) -> None:
    large_one = {"resourceType": "Organization", "name": "x" * LARGE}
    made = [(await post(desk, large_one)).json()["id"] for _ in range(MANY)]
    found = await pages(desk, f"/fhir/Organization?_count=100{sort}")
    assert len(found) > 1
    told = ids(found)
    assert len(told) == len(set(told)) > MANY
    assert set(made) <= set(told)
    assert told == ids(await pages(desk, f"/fhir/Organization?_count=3{sort}"))


async def test_what_is_included_has_an_end_too_and_that_is_said(
    desk: Desk, here: tuple[str, list[str]]
) -> None:
    _, made = here
    for identity in made:
        subject = {"subject": {"reference": f"Patient/{identity}"}}
        note = {"resourceType": "Communication", "status": "completed", **subject}
        assert (await post(desk, note)).status_code == 201
    path = f"/fhir/Communication?_count={MANY}&_include=Communication:subject"
    answer = await desk.ask("gp", "GET", path)
    assert BYTES // 2 < len(answer.content) < BYTES + 1_000_000
    modes = [one["search"]["mode"] for one in answer.json()["entry"]]
    assert (modes.count("match"), modes.count("outcome")) == (MANY, 1)
    assert 1 < modes.count("include") < MANY
    assert codes(answer.json()["entry"][-1]["resource"]) == ["include-cut"]
