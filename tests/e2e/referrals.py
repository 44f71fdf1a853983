"""Referrals for the browser tests: a scenario as if sent just now, about someone else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from conftest import TokenFor, scenario

from fhir.codes import BSN_SYSTEMS
from fhir.person import valid_bsn

TIMES = frozenset({"authoredOn", "effectiveDateTime", "authored", "issued", "recordedDate"})
_BSNS = (str(number) for number in count(999_960_000) if valid_bsn(str(number)))


def refer(url: str, token: TokenFor, kind: str, family: str | None = None) -> str:
    """Posts a referral as a GP does; its id."""
    bundle: dict[str, Any] = scenario(kind)
    resources = [entry["resource"] for entry in bundle["entry"]]
    request = next(one for one in resources if one["resourceType"] == "ServiceRequest")
    shift = datetime.now(UTC) - timedelta(minutes=2) - datetime.fromisoformat(request["authoredOn"])
    mark, bsn = uuid4().hex[:12], next(_BSNS)
    for resource in resources:
        for name in TIMES & resource.keys():
            if "T" in resource[name]:
                moved = datetime.fromisoformat(resource[name]) + shift
                resource[name] = moved.isoformat(timespec="seconds")
        for identifier in resource.get("identifier", []):
            if resource["resourceType"] in {"ServiceRequest", "Task"}:
                identifier["value"] = f"{identifier['value']}-{mark}"
            if identifier.get("system") in BSN_SYSTEMS:
                identifier["value"] = bsn
        if resource["resourceType"] == "Patient" and family:
            resource["name"] = [{"family": family, "given": ["Test"]}]
    answer = httpx.post(
        f"{url}/fhir",
        json=bundle,
        headers={
            "authorization": f"Bearer {token('gp')}",
            "content-type": "application/fhir+json",
        },
    )
    assert answer.status_code == 200, answer.text
    locations: list[str] = [entry["response"]["location"] for entry in answer.json()["entry"]]
    return next(one.split("/")[1] for one in locations if one.startswith("ServiceRequest/"))
