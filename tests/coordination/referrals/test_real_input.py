"""What others published is taken by the service and read back unchanged.

Files that are no valid R4 are listed by name in test_corpus.py; here every valid file
of a type that can be created goes through the door.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from conftest import ROOT
from desk import FHIR

from fhir import validation
from fhir.claims import CLAIMS
from fhir.outcome import FhirRefused

CORPUS = ROOT / "tests" / "data" / "fhir"
MEDIA = {"content-type": FHIR}

ALONE = {kind for kind, one in CLAIMS.items() if "create" in one.interactions} - {
    "MeasureReport",
    "Subscription",
}
"""What anyone who refers may create, whatever it says."""
INSIDE = CLAIMS.keys() - ALONE - {
    "AuditEvent", "CodeSystem", "MeasureReport", "Provenance", "Questionnaire",
    "StructureDefinition", "Subscription", "ValueSet",
}  # fmt: skip
"""What is written in a Bundle only."""

WAITS = {
    "resourceType": "ServiceRequest",
    "status": "draft",
    "intent": "order",
    "subject": {"display": "V. Oorbeeld"},
}
"""A referral that has not begun, with which they come."""

# Valid requests that ask for care in a way that this desk can't act on, with the reason.
NOT_REFERRALS = {
    "referral-not-one": "intent plan or proposal: nobody has asked for it yet",
    "identifier-missing": "no identifier, so that a repeat could not be known",
    "subject": "about a group or place, not a person",
}


def _files() -> list[Path]:
    found = []
    for path in sorted(CORPUS.rglob("*.json")):
        body = path.read_bytes()
        try:
            kind = msgspec.json.decode(body, type=dict[str, Any]).get("resourceType")
            validation.accept(body)
        except (FhirRefused, msgspec.DecodeError):
            continue
        if kind in ALONE | INSIDE:
            found.append(path)
    return found


FILES = _files()


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    return read


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def _same(sent: dict[str, Any], back: dict[str, Any], *ours: str) -> bool:
    """Whether every element but id, meta and those that are ours came back as it was sent."""
    left = {"id", "meta", *ours}
    return {k: v for k, v in sent.items() if k not in left} == {
        k: v for k, v in back.items() if k not in left
    }


def _asks(resource: dict[str, Any]) -> bool:
    asks: bool = resource["resourceType"] == "ServiceRequest" and resource["status"] == "active"
    return asks


def _asks_for_another(resource: dict[str, Any]) -> bool:
    """Whether it is a Task for a request that is not here: nobody would ever act on it."""
    if resource["resourceType"] != "Task" or resource["status"] != "requested":
        return False
    focus: str = resource.get("focus", {}).get("reference", "")
    return focus.startswith("ServiceRequest/")


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if not _asks(_read(path))],
    ids=lambda path: path.relative_to(CORPUS).as_posix(),
)
async def test_a_published_resource_is_stored_and_read_back(
    path: Path, client: httpx.AsyncClient, as_role: Any
) -> None:
    sent = _read(path)
    gp = as_role("gp")
    kind = sent["resourceType"]
    if _asks_for_another(sent):
        made = await client.post(f"/fhir/{kind}", content=_bytes(path), headers=gp | MEDIA)
        assert made.status_code == 422, made.text
        assert made.json()["issue"][0]["details"]["coding"][0]["code"] == "focus-unknown"
        return
    if kind in ALONE:
        made = await client.post(f"/fhir/{kind}", content=_bytes(path), headers=gp | MEDIA)
        assert made.status_code == 201, made.text
        where = made.headers["location"]
    else:
        alone = {name: value for name, value in sent.items() if name != "id"}
        entries = [
            {"resource": one, "request": {"method": "POST", "url": one["resourceType"]}}
            for one in (alone, WAITS)
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        made = await client.post("/fhir", content=msgspec.json.encode(bundle), headers=gp | MEDIA)
        assert made.status_code == 200, made.text
        where = f"/fhir/{made.json()['entry'][0]['response']['location']}"
    back = await client.get(where.partition("/_history")[0], headers=gp)
    assert back.status_code == 200
    assert _same(sent, back.json())


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if _asks(_read(path))],
    ids=lambda path: path.relative_to(CORPUS).as_posix(),
)
async def test_a_published_request_for_care_becomes_a_referral(
    path: Path, client: httpx.AsyncClient, as_role: Any
) -> None:
    """Sent with the Patient whom it is about, as a GP's system sends it."""
    sent = _read(path)
    gp = as_role("gp")
    asked = sent.get("identifier") and sent["intent"].endswith("order")
    patient = {"resourceType": "Patient", "name": [{"family": "Voorbeeld"}]}
    about = sent.get("subject", {}).get("reference", "Patient/x")
    entries = [
        {
            "fullUrl": f"https://sender.example/{about}",
            "resource": patient,
            "request": {"method": "POST", "url": "Patient"},
        },
        {
            "fullUrl": "https://sender.example/ServiceRequest/1",
            "resource": sent,
            "request": {"method": "POST", "url": "ServiceRequest"},
        },
    ]
    made = await client.post(
        "/fhir",
        content=msgspec.json.encode(
            {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        ),
        headers=gp | MEDIA,
    )
    if not asked or not about.startswith("Patient/"):
        assert made.status_code == 422
        codes = {issue["details"]["coding"][0]["code"] for issue in made.json()["issue"]}
        assert codes <= NOT_REFERRALS.keys(), made.text
        return
    assert made.status_code == 200, made.text
    where = made.json()["entry"][1]["response"]["location"].partition("/_history")[0]
    back = await client.get(f"/fhir/{where}", headers=gp)
    assert _same(sent, back.json(), "subject")
    assert back.json()["subject"]["reference"].startswith("Patient/")
