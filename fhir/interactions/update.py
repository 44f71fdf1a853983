"""Update a resource by its id: the capacity status of a service, or a bed that one can point at.

https://hl7.org/fhir/R4/http.html#update, https://hl7.org/fhir/R4/http.html#concurrency
"""

from __future__ import annotations

import re
from uuid import UUID

from litestar import Response, put
from litestar.params import FromPath

from coordination import capacity_resources, naming_beds
from coordination.capacity_resources import Changed
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.naming_beds import Precondition
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from fhir.capability import UPDATED
from fhir.interactions.answer import body_of
from fhir.interactions.preferred import preferred
from fhir.outcome import refused
from fhir.validation import accept
from fhir.views import Head, view

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


@put("/fhir/{kind:str}/{identity:str}", include_in_schema=False)
async def update(
    kind: FromPath[str], identity: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """Changes what an organisation may change of its services, and names its beds."""
    require(actor, Action.REPORT_CAPACITY)
    if kind not in UPDATED:
        raise Refused(
            Wrong.METHOD_NOT_ALLOWED,
            "This type is not updated here; see the CapabilityStatement.",
        )
    key = _key(kind, identity)
    match = _match(request)
    body = await body_of(request)
    accept(body, kind)
    if view(body, Head, kind).id != identity:
        path = f"{kind}.id"
        text = f"{path}: must be there, and be the id of the address."
        raise refused("invalid", "value", "another-id", text, path)
    now = parts.now()

    async def change(tx: Transaction) -> Changed:
        if kind == "Location":
            return await naming_beds.put(tx, actor, key, body, match, parts.vault, now)
        if match.absent:
            raise Refused(Wrong.STALE, "Services are made elsewhere: leave If-None-Match out.")
        if match.version is None:
            raise Refused(
                Wrong.PRECONDITION_REQUIRED,
                "Send If-Match with the ETag of the service that you change: read it first.",
            )
        return await capacity_resources.put_status(tx, actor, key, body, match.version, now)

    changed = await parts.database.transact(change)
    return preferred(
        request, changed.found, changed.issues, created=changed.new, located=changed.new
    )


def _key(kind: str, identity: str) -> UUID:
    """The id as a UUID, written as they are written: else two ids would be one.

    Raises:
        Refused: NOT_FOUND for a service, INVALID for a bed, whose id the sender chooses.
    """
    try:
        key = UUID(identity)
    except ValueError:
        key = None
    if key is not None and str(key) == identity:
        return key
    if kind == "Location":
        raise Refused(
            Wrong.INVALID,
            "The id of a bed is a UUID of your choice, in lower case with hyphens.",
            faults=(Fault("Location.id", "is not a UUID in lower case with hyphens"),),
        )
    raise Refused(Wrong.NOT_FOUND, f"There is no such {kind}.")


def _match(request: AnyRequest) -> Precondition:
    """The conditions of the request.

    Raises:
        Refused: STALE for an ETag that no resource here has; INVALID for another If-None-Match
            than ``*``.
    """
    if_match, if_none_match = (request.headers.get(name) for name in ("if-match", "if-none-match"))
    if if_none_match not in {None, "*"}:
        raise Refused(
            Wrong.INVALID, "If-None-Match is * here: create it only where there is none yet."
        )
    version = None
    if if_match is not None:
        found = _ETAG.fullmatch(if_match.strip())
        if found is None:
            raise Refused(Wrong.STALE, 'If-Match is not an ETag of this server, such as W/"3".')
        version = int(found[1])
    return Precondition(version, absent=if_none_match == "*")
