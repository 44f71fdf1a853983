"""Transaction (all or nothing) and batch (each entry by itself).

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, post

from coordination import edge, referring
from coordination.errors import Refused
from coordination.intake import Received
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require
from coordination.referring import Checked
from fhir.bundle import check
from fhir.interactions.answer import answer, body_of
from fhir.interactions.taking import taking
from fhir.outcome import FhirRefused, operation_outcome
from fhir.said import said


@post("/fhir", status_code=200, include_in_schema=False)
async def transaction(request: AnyRequest, parts: With, actor: Who) -> Response[bytes]:
    """Stores a transaction or a batch; a referral is triaged before the answer leaves."""
    require(actor, Action.REFER)
    checked = referring.check_bundle(await body_of(request))
    if checked.bundle.type == "batch":
        entries = [
            await _one(parts, actor, checked, at) for at in range(len(checked.bundle.entries))
        ]
    else:
        entries = _entries(await parts.database.transact(taking(parts, actor, checked)))
    return answer(
        {"resourceType": "Bundle", "type": f"{checked.bundle.type}-response", "entry": entries}
    )


async def _one(parts: Parts, actor: Actor, checked: Checked, at: int) -> dict[str, Any]:
    """One entry of a batch, as a transaction of one."""
    entry = checked.bundle.entries[at]
    try:
        check(entry)
        # As if it came alone, so that it is known again whatever else it is sent with.
        alone = referring.check_resource(bytes(entry.resource), entry.resource_type)
        return _entries(await parts.database.transact(taking(parts, actor, alone)))[0]
    except (Refused, FhirRefused) as error:
        return {
            "response": {
                "status": str(edge.status(error)),
                "outcome": msgspec.Raw(edge.outcome(error)),
            }
        }


def _entries(received: Received) -> list[dict[str, Any]]:
    """The answer to each entry: where it is now, and what triage says of the referral."""
    status = "201 Created" if received.new else "200 OK"
    entries: list[dict[str, Any]] = []
    for kind, identity in received.entries:
        response: dict[str, Any] = {
            "status": status,
            "location": f"{kind}/{identity}/_history/1",
            "etag": 'W/"1"',
        }
        if identity == received.referral and received.advice is not None:
            response["outcome"] = operation_outcome(said(received.advice))
        entries.append({"response": response})
    return entries
