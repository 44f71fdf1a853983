"""Every example that others published gets a clear answer at each door where it belongs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest
from conftest import ROOT
from desk import FHIR, Desk
from emitted import claimed

pytest_plugins = ["desk_fixture"]
CORPUS = ROOT / "tests" / "data" / "fhir"
EXAMPLES = sorted(CORPUS.rglob("*.json"))
TAKEN_WHOLE = frozenset({"transaction", "batch", "document", "message"})
"""Bundles that are sent to the service itself."""


def kind_of(body: bytes) -> tuple[str, str]:
    """The type of an example, and of a Bundle which."""
    try:
        read: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return "", ""
    return str(read.get("resourceType", "")), str(read.get("type", ""))


def clear(answer: Any) -> bool:
    """Whether an answer says what became of it, or what is wrong and how to mend it."""
    if answer.status_code < 300:
        return True
    outcome = answer.json()
    return bool(
        answer.status_code < 500
        and outcome["resourceType"] == "OperationOutcome"
        and all(one["diagnostics"] and one["details"]["coding"] for one in outcome["issue"])
    )


@pytest.fixture(scope="module")
async def claims(desk: Desk) -> dict[str, set[str]]:
    return claimed((await desk.client.get("/fhir/metadata")).json())


@pytest.mark.parametrize("folder", sorted(one.name for one in CORPUS.iterdir() if one.is_dir()))
async def test_each_example_is_taken_or_refused_in_words(
    desk: Desk, claims: dict[str, set[str]], folder: str
) -> None:
    """Sent to be stored where its type is, and to be validated whatever it is."""
    unclear: list[tuple[str, str, str]] = []
    statuses: Counter[int] = Counter()
    for path in (one for one in EXAMPLES if one.is_relative_to(CORPUS / folder)):
        body = path.read_bytes()
        kind, of = kind_of(body)
        doors = [f"/fhir/{kind}/$validate" if kind else "/fhir/$validate"]
        if kind == "Bundle" and of in TAKEN_WHOLE:
            doors.append("/fhir")
        if "create" in claims.get(kind, ()):
            doors.append(f"/fhir/{kind}")
        role = "provider" if kind in {"MeasureReport", "Location"} else "gp"
        for door in doors:
            answer = await desk.ask(role, "POST", door, body, headers={"content-type": FHIR})
            statuses[answer.status_code] += 1
            if not clear(answer):
                unclear.append((path.name, door, f"{answer.status_code} {answer.text[:300]}"))
    assert unclear == []
    assert statuses[200] + statuses[201] > 0, statuses


async def test_what_can_not_be_stored_here_is_still_judged(desk: Desk) -> None:
    """$validate says of every example whether it is R4, of whatever type it is."""
    verdicts: Counter[str] = Counter()
    for path in EXAMPLES[::7]:
        body = path.read_bytes()
        kind, _ = kind_of(body)
        answer = await desk.ask("gp", "POST", f"/fhir/{kind}/$validate", body)
        verdicts[answer.json()["issue"][0]["severity"]] += 1
        assert answer.status_code == 200, (path.name, answer.text)
    assert verdicts["information"] > verdicts["error"]
