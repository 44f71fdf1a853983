"""A referral taken apart for tests: posted part by part, put again, and followed by its GP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
from desk import Desk, first, fresh

OURS = frozenset({"id", "meta"})
ALONE = ("Patient", "Observation", "Condition", "QuestionnaireResponse")
"""What a GP's system posts by itself, in this order."""


def codes(outcome: Any) -> list[str]:
    """The stable codes of an OperationOutcome."""
    return [issue["details"]["coding"][0]["code"] for issue in outcome["issue"]]


async def post(
    desk: Desk, resource: dict[str, Any], role: str = "gp", **headers: str
) -> httpx.Response:
    """Creates a resource, and gets it back."""
    return await desk.ask(role, "POST", f"/fhir/{resource['resourceType']}", resource,
                          headers=headers)  # fmt: skip


async def told(desk: Desk, resource: dict[str, Any], role: str = "gp") -> tuple[str, list[str]]:
    """Creates a resource: the id that it has now, and the codes of what was said of it."""
    answer = await post(desk, resource, role, prefer="return=OperationOutcome")
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].split("/")[-3], codes(answer.json())


async def put(
    desk: Desk, resource: dict[str, Any], match: str | None = None, role: str = "gp", **headers: str
) -> httpx.Response:
    """Puts a resource in place of the version that an ETag names; of the newest by default."""
    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
    if match is None:
        match = (await desk.ask("gp", "GET", path)).headers["etag"]
    given = headers | ({"if-match": match} if match else {})
    return await desk.ask(role, "PUT", path, resource, headers=given)


async def corrected(desk: Desk, kind: str, identity: str, **elements: Any) -> httpx.Response:
    """Puts a resource as it is but for some elements; it must be taken."""
    held = await desk.get(f"/fhir/{kind}/{identity}", "gp")
    answer = await put(desk, held | elements)
    assert answer.status_code == 200, answer.text
    return answer


def about(resource: dict[str, Any], patient: str) -> dict[str, Any]:
    """A part of a scenario, about a Patient that is here already, and by nobody in a Bundle."""
    plain = {name: value for name, value in resource.items() if name not in {"author", "performer"}}
    if "subject" in plain:
        plain["subject"] = {"reference": f"Patient/{patient}"}
    return plain


def parts(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a scenario that are posted by themselves, the Patient first."""
    found = [entry["resource"] for entry in bundle["entry"]]
    return sorted(
        (one for one in found if one["resourceType"] in ALONE),
        key=lambda one: ALONE.index(one["resourceType"]),
    )


def request_of(bundle: dict[str, Any], patient: str, **elements: Any) -> dict[str, Any]:
    """The ServiceRequest of a scenario for a Patient that is here, with what is named in words."""
    request = about(first(bundle, "ServiceRequest"), patient)
    request = {name: value for name, value in request.items() if name != "supportingInfo"}
    return request | {"requester": {"display": "V. Oorbeeldsma"}} | elements


async def posted(desk: Desk, bundle: dict[str, Any] | None = None) -> tuple[dict[str, Any], str]:
    """Posts the parts of a scenario one by one; the scenario, and the id of its Patient."""
    bundle = bundle or fresh("elv-low")
    patient, *others = parts(bundle)
    identity, _ = await told(desk, patient)
    for one in others:
        await told(desk, about(one, identity))
    return bundle, identity


async def advice(desk: Desk, referral: str) -> dict[str, Any]:
    """The newest advice on a referral."""
    found: dict[str, Any] = (await desk.get(f"/api/referrals/{referral}", "gp"))["advice"]
    return found


def reading(code: str, value: float, unit: str, patient: str, **elements: Any) -> dict[str, Any]:
    """A vital sign that was just measured."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "valueQuantity": {
            "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit,
        },
    } | elements  # fmt: skip
