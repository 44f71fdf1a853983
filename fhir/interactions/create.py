"""Create a resource, or find that there is one already.

https://hl7.org/fhir/R4/http.html#create, https://hl7.org/fhir/R4/http.html#ccreate
"""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath

from coordination.parts import AnyRequest, Who, With
from coordination.receiving import referring, transacting
from fhir.interactions.answer import body_of
from fhir.interactions.claimed import claimed
from fhir.interactions.preferred import preferred
from fhir.interactions.writer import may_create, writer


@post("/fhir/{kind:str}", status_code=201, include_in_schema=False)
async def create(
    kind: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """Stores a resource under an id of ours.

    A ServiceRequest that asks for care is a referral; a MeasureReport reports capacity.
    """
    claimed(kind, "create")
    may_create(actor, kind)
    condition = request.headers.get("if-none-exist")
    checked = referring.check_resource(await body_of(request), kind)
    by = writer(parts, actor)
    written = await parts.database.transact(
        lambda tx: transacting.create(tx, by, checked, condition)
    )
    return preferred(request, written.found, written.issues, created=written.new, located=True)
