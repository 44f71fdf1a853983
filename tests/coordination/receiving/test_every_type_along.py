"""Every type of R4 may ride along with a referral, or be contained in what does."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk, entry, fresh
from ride_along import RARE

pytest_plugins = ["desk_fixture"]
OTHERS = "transfer-nurse"
"""Who has nothing to do with the referral."""


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    referral = fresh("elv-low")
    referral["entry"] += [entry(one) for one in resources]
    return referral


async def test_each_is_kept_as_it_was_sent_and_read_by_who_may(desk: Desk) -> None:
    places = dict((await desk.refer(bundle(RARE))).places)
    for one in RARE:
        kind = one["resourceType"]
        path = f"/fhir/{kind}/{places[kind]}"
        read = await desk.get(path, "gp")
        assert {key: read[key] for key in read.keys() - {"id", "meta"}} == one
        assert (await desk.ask(OTHERS, "GET", path)).status_code == 404


async def test_each_may_be_contained(desk: Desk) -> None:
    inside = [one | {"id": f"x{number}"} for number, one in enumerate(RARE)]
    holder = {
        "resourceType": "Basic",
        "code": {"text": "x"},
        "extension": [
            {"url": "https://sender.example/x", "valueReference": {"reference": f"#{one['id']}"}}
            for one in inside
        ],
        "contained": inside,
    }
    places = dict((await desk.refer(bundle([holder]))).places)
    read = await desk.get(f"/fhir/Basic/{places['Basic']}", "gp")
    assert read["contained"] == inside


@pytest.mark.parametrize("kind", ["CodeSystem", "MolecularSequence", "MedicinalProduct"])
async def test_what_is_wrong_in_one_is_told_by_its_place(desk: Desk, kind: str) -> None:
    wrong = next(one for one in RARE if one["resourceType"] == kind) | {"surname": "x"}
    sent = bundle([wrong])
    answer = await desk.ask("gp", "POST", "/fhir", sent)
    assert answer.status_code == 422
    (issue,) = answer.json()["issue"]
    at = len(sent["entry"]) - 1
    assert issue["expression"] == [f"Bundle.entry[{at}].resource.surname"]


@pytest.mark.parametrize("kind", ["NutritionProduct", "Citation"])
async def test_a_type_that_r4_has_not_is_refused_by_name(desk: Desk, kind: str) -> None:
    answer = await desk.ask("gp", "POST", "/fhir", bundle([{"resourceType": kind}]))
    assert answer.status_code == 422
    (issue,) = answer.json()["issue"]
    assert issue["details"]["coding"][0]["code"] == "resource-type"
    assert f"{kind} is not one of R4" in issue["diagnostics"]
