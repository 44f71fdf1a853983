"""Create one resource.

https://hl7.org/fhir/R4/http.html#create
"""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath

from coordination import measuring, reading, referring
from coordination.db.engine import Transaction
from coordination.errors import Refused, Wrong
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require
from coordination.shelf import Found
from fhir.capability import CREATED
from fhir.interactions.answer import answer, body_of
from fhir.interactions.preferred import preferred
from fhir.interactions.taking import taking
from fhir.validation import accept


@post("/fhir/{kind:str}", status_code=201, include_in_schema=False)
async def create(
    kind: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """Stores a resource under an id of ours.

    A ServiceRequest that asks for care is a referral; a MeasureReport reports capacity.
    """
    if kind == "MeasureReport":
        return await _measures(request, parts, actor)
    require(actor, Action.REFER)
    if kind not in CREATED:
        raise Refused(
            Wrong.NOT_FOUND, "This type is not created here; see the CapabilityStatement."
        )
    checked = referring.check_resource(await body_of(request), kind)
    take = taking(parts, actor, checked)

    async def store(tx: Transaction) -> tuple[Found, bool]:
        received = await take(tx)
        identity = str(received.entries[0][1])
        return await reading.read(tx, actor, kind, identity, parts.vault), received.new

    found, new = await parts.database.transact(store)
    return answer(
        found.body,
        201 if new else 200,
        {
            "Location": f"{request.base_url}fhir/{kind}/{found.id}/_history/{found.version}",
            "ETag": f'W/"{found.version}"',
        },
    )


async def _measures(request: AnyRequest, parts: Parts, actor: Actor) -> Response[bytes]:
    """Capacity, by the organisation that has it; the same report again gives the first back."""
    require(actor, Action.REPORT_CAPACITY)
    body = await body_of(request)
    accept(body, "MeasureReport")
    now = parts.now()
    taken = await parts.database.transact(
        lambda tx: measuring.take(tx, actor, body, parts.vault, now)
    )
    return preferred(request, taken.found, taken.issues, created=taken.new, located=True)
