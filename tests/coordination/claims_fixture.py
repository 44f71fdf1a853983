"""What is claimed on FHIR, and one resource of each type, for modules that name this one."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk
from one_of_each import reader, referral
from subscriber import subscription

from fhir.claims import CLAIMS
from fhir.subscription.topics import Topic


@pytest.fixture(scope="module")
async def claims(desk: Desk) -> dict[str, dict[str, Any]]:
    """What is claimed, by type."""
    rest = (await desk.client.get("/fhir/metadata")).json()["rest"][0]
    return {one["type"]: one for one in rest["resource"]}


@pytest.fixture(scope="module")
async def there(desk: Desk) -> dict[str, dict[str, Any]]:
    """Of each type a resource as it is read, with every element by which it is searched."""
    sent = await desk.refer(referral())
    full = dict(sent.places)  # the last of each
    found = {kind: await desk.get(f"/fhir/{kind}/{full[kind]}", "gp") for kind in full}
    asked = subscription(Topic.TASK, "https://subscriber.example/told")
    made = await desk.ask("gp", "POST", "/fhir/Subscription", asked)
    assert made.status_code == 201, made.text
    for kind in CLAIMS.keys() - found.keys():
        page = await desk.get(f"/fhir/{kind}?_count=1", reader(kind))
        if "entry" in page:
            found[kind] = page["entry"][0]["resource"]
    return found
