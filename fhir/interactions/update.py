"""Update a resource by its id, on the version that the sender saw.

https://hl7.org/fhir/R4/http.html#update, https://hl7.org/fhir/R4/http.html#concurrency
"""

from __future__ import annotations

from litestar import Response, put
from litestar.params import FromPath

from coordination.parts import AnyRequest, Who, With
from coordination.receiving import referring, writing
from fhir.interactions.answer import body_of
from fhir.interactions.claimed import claimed
from fhir.interactions.conditions import precondition
from fhir.interactions.preferred import preferred
from fhir.interactions.writer import may_update, writer


@put("/fhir/{kind:str}/{identity:str}", include_in_schema=False)
async def update(
    kind: FromPath[str], identity: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """The next version of a resource of the sender's; of a referral, a correction of it."""
    claimed(kind, "update")
    may_update(actor, kind)
    match = precondition(request)
    checked = referring.check_resource(await body_of(request), kind)
    by = writer(parts, actor)
    written = await parts.database.transact(
        lambda tx: writing.update(tx, by, identity, checked, match)
    )
    return preferred(
        request, written.found, written.issues, created=written.new, located=written.new
    )
