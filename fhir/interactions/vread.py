"""Read a version of a resource.

https://hl7.org/fhir/R4/http.html#vread
"""

from __future__ import annotations

from litestar import Response, route
from litestar.params import FromPath

from coordination.errors import Refused, Wrong
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import look, require
from coordination.records import reading
from coordination.records.shelf import Reader
from fhir.interactions.addresses import LOOK
from fhir.interactions.claimed import claimed
from fhir.interactions.one import one, part_of

_DIGITS = 9


@route(
    "/fhir/{kind:str}/{identity:str}/_history/{number:str}",
    http_method=LOOK,
    include_in_schema=False,
)
async def vread(
    kind: FromPath[str],
    identity: FromPath[str],
    number: FromPath[str],
    request: AnyRequest,
    parts: With,
    actor: Who,
) -> Response[bytes]:
    """A resource as it was."""
    require(actor, look(kind))
    claim = claimed(kind, "vread")
    if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        raise Refused(Wrong.NOT_FOUND, "There is no such version.")
    part = part_of(request, kind)
    reader = Reader(actor, parts.vault, parts.now())
    found = await parts.database.transact(
        lambda tx: reading.version(tx, reader, kind, identity, int(number)), looks=True
    )
    return one(request, found, part, conditional=claim.conditional_read)
