"""Read a resource by its id.

https://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from litestar import Response, route
from litestar.params import FromPath

from coordination.parts import AnyRequest, Who, With
from coordination.permissions import look, require
from coordination.records import reading
from coordination.records.shelf import Reader
from fhir.interactions.addresses import LOOK
from fhir.interactions.claimed import claimed
from fhir.interactions.one import one, part_of


@route("/fhir/{kind:str}/{identity:str}", http_method=LOOK, include_in_schema=False)
async def read(
    kind: FromPath[str], identity: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """A resource, as it was sent but for id, meta, references, and the state it has now.

    Services, sites, beds and their figures are shown as they are now.
    """
    require(actor, look(kind))
    claim = claimed(kind, "read")
    part = part_of(request, kind)
    reader = Reader(actor, parts.vault, parts.now())
    found = await parts.database.transact(
        lambda tx: reading.read(tx, reader, kind, identity), looks=True
    )
    return one(request, found, part, conditional=claim.conditional_read)
