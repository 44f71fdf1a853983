"""An update of what is here is refused where it says that nothing may be here yet."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk, fresh
from fhir_parts import codes
from subscriber import subscription

from fhir.subscription.topics import Topic

pytest_plugins = ["desk_fixture"]


async def made(desk: Desk, kind: str) -> dict[str, Any]:
    """A resource of a type as it is read."""
    if kind == "Subscription":
        asked = subscription(Topic.TASK, "https://subscriber.example/told")
        found: dict[str, Any] = (await desk.ask("gp", "POST", "/fhir/Subscription", asked)).json()
    else:
        sent = await desk.refer(fresh("elv-low"))
        found = await desk.get(f"/fhir/{kind}/{sent.id_of(kind)}", "gp")
    return found


@pytest.mark.parametrize("kind", ["Subscription", "Task", "ServiceRequest", "Patient"])
async def test_what_is_here_is_not_put_as_if_it_were_new(desk: Desk, kind: str) -> None:
    held = await made(desk, kind)
    path = f"/fhir/{kind}/{held['id']}"
    version = held["meta"]["versionId"]
    for headers in (
        {"if-none-match": "*"},
        {"if-none-match": "*", "if-match": f'W/"{version}"'},
    ):
        answer = await desk.ask("gp", "PUT", path, held, headers=headers)
        assert answer.status_code == 412, answer.text
    unseen = await desk.ask("gp", "PUT", path, held)
    assert (unseen.status_code, codes(unseen.json())) == (428, ["if-match-missing"])
    assert await desk.get(path, "gp") == held


async def test_the_id_of_a_subscription_is_written_in_one_way_only(desk: Desk) -> None:
    held = await made(desk, "Subscription")
    for other in (held["id"].upper(), held["id"].replace("-", "")):
        path = f"/fhir/Subscription/{other}"
        for method, address in (("GET", path), ("GET", f"{path}/$status"), ("DELETE", path)):
            assert (await desk.ask("gp", method, address)).status_code == 404, address
    assert await desk.get(f"/fhir/Subscription/{held['id']}", "gp") == held
