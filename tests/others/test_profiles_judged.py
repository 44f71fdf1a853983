"""Our profiles, applied by software of others, say of a referral what we say of it."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from conftest import ROOT
from definitions import structures
from judges import complaints
from nodejs import fetched, node

from fhir.profiles import trial
from fhir.profiles.sets import code_systems, value_sets
from fhir.profiles.structures import structure_definitions

pytestmark = fetched
NOW = datetime.fromisoformat("2026-11-22T10:00:00+01:00")
SCENARIOS = sorted((ROOT / "tests" / "scenarios").glob("*.json"))


def snapshot(profile: dict[str, Any]) -> dict[str, Any]:
    """A profile with its snapshot: R4's own elements, changed where the differential says so."""
    elements = copy.deepcopy(structures()[profile["type"]]["snapshot"]["element"])
    by_path = {one["path"]: one for one in elements}
    for change in profile["differential"]["element"]:
        constraints = by_path[change["path"]].get("constraint", []) + change.get("constraint", [])
        by_path[change["path"]] |= change | ({"constraint": constraints} if constraints else {})
    return profile | {"snapshot": {"element": elements}}


PROFILES = {one["type"]: one for one in structure_definitions() if one["type"] != "Extension"}


def judged(resources: list[dict[str, Any]]) -> list[list[str]]:
    """What another finds wrong with each resource by our profile of its type."""
    whole = {kind: snapshot(one) for kind, one in PROFILES.items()}
    lines = [
        msgspec.json.encode({"profile": whole[one["resourceType"]], "resource": one})
        for one in resources
    ]
    done = subprocess.run(
        node("profiles.mjs"), input=b"\n".join(lines) + b"\n", capture_output=True, check=True
    )
    return [
        [issue["text"] for issue in msgspec.json.decode(line) if issue["severity"] == "error"]
        for line in done.stdout.splitlines()
    ]


def test_what_is_published_is_valid_to_both_judges() -> None:
    published = [*structure_definitions(), *code_systems(), *value_sets()]
    assert complaints([msgspec.json.encode(one) for one in published]) == []


def test_every_scenario_fits_the_profiles() -> None:
    bundles = [json.loads(path.read_bytes()) for path in SCENARIOS]
    assert len(bundles) > 5
    resources = [
        one
        for bundle in bundles
        for one in (bundle, *(entry["resource"] for entry in bundle["entry"]))
        if one["resourceType"] in PROFILES
    ]
    for resource, wrong in zip(resources, judged(resources), strict=True):
        assert wrong == [], resource


def _drop(name: str) -> Callable[[dict[str, Any]], None]:
    def change(request: dict[str, Any]) -> None:
        request.pop(name, None)

    return change


def _put(**elements: Any) -> Callable[[dict[str, Any]], None]:
    def change(request: dict[str, Any]) -> None:
        request.update(elements)

    return change


CHANGES = (
    _put(), _put(priority="asap"), _put(intent="filler-order"), _put(doNotPerform=False),
    _drop("requester"), _drop("authoredOn"),
    _drop("identifier"), _drop("subject"), _put(status="draft"), _put(status="revoked"),
    _put(intent="plan"), _put(intent="option"), _put(doNotPerform=True),
)  # fmt: skip


def test_others_refuse_a_request_by_the_profile_exactly_where_we_do() -> None:
    asked: list[dict[str, Any]] = []
    for change in CHANGES:
        bundle = json.loads(SCENARIOS[0].read_bytes())
        (request,) = (
            one["resource"]
            for one in bundle["entry"]
            if one["resource"]["resourceType"] == "ServiceRequest"
        )
        change(request)
        asked += [request, bundle]
    theirs = judged(asked)
    wrong = [
        bool(trial.of_bundle(msgspec.json.encode(one), NOW, asks=True).issues)
        for one in asked[1::2]
    ]
    assert [
        bool(one or other) for one, other in zip(theirs[::2], theirs[1::2], strict=True)
    ] == wrong
    assert 0 < sum(wrong) < len(wrong)
