"""Everything that the service sends out is valid to two judges that others wrote."""

from __future__ import annotations

import msgspec
import pytest
from desk import Desk
from emitted import claimed, place_in_every_state, refusals, sent_out
from judges import complaints
from nodejs import fetched

pytest_plugins = ["desk_fixture"]
pytestmark = fetched


@pytest.fixture(scope="module")
async def sent(desk: Desk) -> dict[str, bytes]:
    """Each answer by the request that got it; the same answer to another role once."""
    made = await place_in_every_state(desk)
    answers = {body: name async for name, body in sent_out(desk, made)}
    return {name: body for body, name in answers.items()}


async def test_every_resource_is_valid_to_both_judges(sent: dict[str, bytes]) -> None:
    assert complaints(list(sent.values())) == []


async def test_every_type_that_is_claimed_was_among_them(
    desk: Desk, sent: dict[str, bytes]
) -> None:
    statement = (await desk.client.get("/fhir/metadata")).json()
    seen = set()
    for body in sent.values():
        resource = msgspec.json.decode(body)
        seen.add(resource["resourceType"])
        seen |= {
            entry["resource"]["resourceType"]
            for entry in resource.get("entry", ())
            if "resource" in entry
        }
    assert claimed(statement).keys() - seen == set()


def test_both_judges_see_what_is_wrong() -> None:
    """Else their silence would say nothing."""
    page = {"resourceType": "Bundle", "type": "searchset"}
    task = {"resourceType": "Task", "status": "requested", "nonsense": 1}
    found = complaints([msgspec.json.encode(page | {"entry": [{"resource": task}]})])
    for judge in ("medplum", "fhirkit"):
        said = " ".join(one for one in found if one.startswith(judge))
        assert "nonsense" in said
        assert "intent" in said


def test_an_earlier_moment_in_a_later_zone_is_no_mistake_of_ours_and_a_later_one_is() -> None:
    task = {"resourceType": "Task", "status": "requested", "intent": "order"}
    for written, wrong in (("10:00:00+02:00", False), ("10:00:00+00:00", True)):
        times = {"authoredOn": f"2026-11-22T{written}", "lastModified": "2026-11-22T09:00:00Z"}
        assert bool(complaints([msgspec.json.encode(task | times)])) is wrong


async def test_every_refusal_is_valid_to_both_judges(desk: Desk) -> None:
    bodies = [body async for _, body in refusals(desk)]
    assert {msgspec.json.decode(body)["resourceType"] for body in bodies} >= {"OperationOutcome"}
    assert complaints(bodies) == []
