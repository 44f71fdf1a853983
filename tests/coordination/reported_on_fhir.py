"""Reports, statuses and beds as an organisation sends them on FHIR, and who it sends them of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from desk import Desk, fresh
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle

from fhir import codes
from fhir.region.capacity_codes import (
    BED_STATUS,
    CAPACITY_STATUS,
    FIGURE,
    GROUP,
    MEASURED,
    OF_SERVICE,
    PHYSICAL_TYPE,
    RESULT,
    STATUS_CODES,
)
from fhir.validation import accept

NOBODY = "0190a0a0-0000-7000-8000-000000000000"
OUTCOME = {"prefer": "return=OperationOutcome"}


async def one(desk: Desk, kind: str = "elv-high", place: int = 0) -> dict[str, Any]:
    """A service that is fresh and has room, by its place in the list of its kind."""
    items = (await desk.get(f"/api/capacity?kind={kind}"))["items"]
    found: dict[str, Any] = [item for item in items if item["freshness"] == "fresh"][place]
    await desk.room(found["service"], 2)
    return found


async def matched(desk: Desk) -> tuple[str, dict[str, Any]]:
    """A referral, and a service that can take the person and promised nobody anything."""
    referral = (await desk.refer(fresh("elv-low"))).id
    for match in await desk.matches(referral):
        figures = await desk.figures(match["service"])
        if figures["held"] + figures["reserved"] == 0:
            await desk.room(match["service"], 2)
            return referral, match
    raise AssertionError("nothing matches")


def valid(resource: dict[str, Any]) -> dict[str, Any]:
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    accept(json.dumps(resource).encode(), resource["resourceType"])
    return resource


def issues(answer: httpx.Response) -> list[dict[str, Any]]:
    told = answer.json()
    assert told["resourceType"] == "OperationOutcome", answer.text
    valid(told)
    found: list[dict[str, Any]] = told["issue"]
    return found


def at(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat(timespec="milliseconds")


def of(service: dict[str, Any]) -> dict[str, Any]:
    reference = f"HealthcareService/{service['service']}"
    return {"url": OF_SERVICE, "valueReference": {"reference": reference}}


def beds(service: dict[str, Any], staffed: int, occupied: int) -> dict[str, Any]:
    return {
        "extension": [of(service)],
        "code": {"coding": [{"system": GROUP, "code": "Beds"}]},
        "population": [
            {"code": {"coding": [{"system": MEASURED, "code": code}]}, "count": count}
            for code, count in (("numbeds", staffed), ("numBedsOcc", occupied))
        ],
    }


def hours(service: dict[str, Any], figure: str, value: float) -> dict[str, Any]:
    return {
        "extension": [of(service)],
        "code": {"coding": [{"system": FIGURE, "code": figure}]},
        "measureScore": {"value": value, "system": codes.UCUM, "code": "h/wk"},
    }


def measures(*groups: dict[str, Any], **elements: Any) -> dict[str, Any]:
    moment = at()
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": "https://voorbeeldhuis.example/Measure/bedden",
        "date": moment,
        "period": {"start": moment, "end": moment},
        "group": list(groups),
    } | elements


async def post(desk: Desk, service: dict[str, Any], body: Any, **headers: str) -> httpx.Response:
    return await desk.ask(
        "provider",
        "POST",
        "/fhir/MeasureReport",
        body,
        organisation=service["organisation"],
        headers=headers,
    )


async def put(
    desk: Desk, service: dict[str, Any], path: str, body: Any, **headers: str
) -> httpx.Response:
    return await desk.ask(
        "provider",
        "PUT",
        f"/fhir/{path}",
        body,
        organisation=service["organisation"],
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def results(report: dict[str, Any]) -> set[str]:
    """What became of a MeasureReport, as its tags say."""
    return {tag["code"] for tag in report["meta"]["tag"] if tag["system"] == RESULT}


async def audited(desk: Desk, entity: str) -> list[str]:
    rows = await desk.rows("SELECT action FROM audit WHERE entity = $1 ORDER BY id", entity)
    return [row["action"] for row in rows]


def status(resource: dict[str, Any]) -> tuple[str, str | None]:
    """The code of the capacity status, and the notes."""
    told = {part["url"]: part for part in resource["extension"][0]["extension"]}
    code = told["capacityStatus"]["valueCodeableConcept"]["coding"][0]["code"]
    return code, told.get("capacityNotes", {}).get("valueString")


def with_status(service: dict[str, Any], code: str, notes: str | None = None) -> dict[str, Any]:
    concept = {"coding": [{"system": STATUS_CODES, "code": code}]}
    said: list[dict[str, Any]] = [{"url": "capacityStatus", "valueCodeableConcept": concept}]
    if notes is not None:
        said.append({"url": "capacityNotes", "valueString": notes})
    return {
        "resourceType": "HealthcareService",
        "id": service["service"],
        "extension": [{"url": CAPACITY_STATUS, "extension": said}],
    }


async def etag(desk: Desk, path: str) -> str:
    tag: str = (await desk.ask("coordinator", "GET", f"/fhir/{path}")).headers["etag"]
    return tag


def bed(
    service: dict[str, Any], code: str = "U", identity: str | None = None, **elements: Any
) -> tuple[str, dict[str, Any]]:
    """The path and the body of a bed of a service; a new one unless its id is given."""
    chosen = identity or str(uuid4())
    body = {
        "resourceType": "Location",
        "id": chosen,
        "extension": [of(service)],
        "status": "active",
        "name": "Bed",
        "operationalStatus": {"system": BED_STATUS, "code": code},
        "physicalType": {"coding": [{"system": PHYSICAL_TYPE, "code": "bd"}]},
    } | elements
    return f"Location/{chosen}", body


async def named(desk: Desk, service: dict[str, Any], beds_by_code: str) -> list[str]:
    """Gives a service exactly these beds, by the code of each; their ids."""
    await desk.rows("DELETE FROM bed WHERE service_id = $1::text::uuid", service["service"])
    ids = []
    for code in beds_by_code:
        path, body = bed(service, code)
        answer = await put(desk, service, path, body)
        assert answer.status_code == 201, answer.text
        ids.append(body["id"])
    return ids
