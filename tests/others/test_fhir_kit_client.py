"""A GP's system built on fhir-kit-client refers somebody, and follows it until there is a place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from desk import first, resources
from nodejs import fetched, node
from sender import Sender, number

pytest_plugins = ["desk_fixture", "served_fixture", "sender_fixture"]
pytestmark = fetched
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
async def story(sender: Sender) -> Mapping[str, Any]:
    """What the script saw, by step; the desk acts as soon as it has referred."""
    bundle = sender.referral()
    script = await asyncio.create_subprocess_exec(
        *node("refer.mjs"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    given = {
        "url": sender.url,
        "token": sender.token,
        "bundle": bundle,
        "taskNumber": number(bundle, "Task"),
    }
    assert script.stdin
    assert script.stdout
    script.stdin.write(msgspec.json.encode(given))
    script.stdin.close()
    steps: dict[str, Any] = {"sent": bundle}
    async with asyncio.timeout(PATIENCE):
        async for line in script.stdout:
            step = msgspec.json.decode(line)
            steps[step.pop("step")] = step
            if "referred" in steps and "offer" not in steps:
                request = steps["referred"]["places"]["ServiceRequest"]
                steps["offer"] = await sender.placed_with(request)
        assert await script.wait() == 0, list(steps)
    return steps


async def test_fhir_kit_client_reads_back_what_it_referred(story: Mapping[str, Any]) -> None:
    assert story["metadata"]["version"] == "4.0.1"
    assert story["referred"]["type"] == "transaction-response"
    assert story["read"] == {
        "identifier": first(story["sent"], "ServiceRequest")["identifier"],
        "name": first(story["sent"], "Patient")["name"],
    }


async def test_fhir_kit_client_follows_its_task_until_there_is_a_place(
    story: Mapping[str, Any],
) -> None:
    task = story["referred"]["places"]["Task"]
    assert story["found"]["tasks"] == [task]
    assert story["followed"]["stage"] == "accepted"


async def test_fhir_kit_client_changes_a_patient_and_reads_what_it_was(
    story: Mapping[str, Any],
) -> None:
    assert story["changed"] == {
        "etag": 'W/"1"',
        "unchanged": 304,
        "version": "2",
        "stale": 412,
        "gender": [first(story["sent"], "Patient")["gender"], "unknown"],
        "history": ["2", "1"],
    }


async def test_fhir_kit_client_reads_all_of_a_search_page_by_page(
    story: Mapping[str, Any],
) -> None:
    seen = story["paged"]["seen"]
    assert len(seen) == len(set(seen)) == len(list(resources(story["sent"], "Observation"))) > 4


async def test_fhir_kit_client_is_told_why_it_is_refused(story: Mapping[str, Any]) -> None:
    for name, status, code in (("unknown", 404, "not-found"), ("invalid", 422, "code-invalid")):
        refused = story["refused"][name]
        assert refused["status"] == status
        assert refused["outcome"]["resourceType"] == "OperationOutcome"
        assert refused["outcome"]["issue"][0]["code"] == code
