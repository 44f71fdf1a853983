"""What every request passes first: whether its address may be said, and what is there at all.

An address stands in logs, and so names no person. https://hl7.org/fhir/R4/http.html#general
"""

from __future__ import annotations

from litestar import Response

from coordination.parts import AnyRequest
from fhir.claims import CLAIMS
from fhir.interactions.addresses import allow
from fhir.interactions.formats import negotiated
from fhir.search.faults import private
from fhir.search.privacy import tells_number

_ROWS = frozenset({"AuditEvent", "Provenance"})
"""Of which ids are counted, and so may look like any number."""


async def received(request: AnyRequest) -> Response[bytes] | None:
    """What is looked at before anything else is done.

    Returns:
        The answer to OPTIONS: which methods the address takes. None: let it pass.

    Raises:
        FhirRefused: "invalid" where the address holds a citizen service number for an id.
        Refused: NOT_FOUND for an operation that is not done here; NOT_ACCEPTABLE.
    """
    path = request.scope["path"]
    asks = request.method == "OPTIONS"
    if asks or "$" in path:
        methods = allow(path)
        if asks:
            return Response(b"", status_code=204, headers=methods)
    kind = request.path_params.get("kind", "")
    identity = request.path_params.get("identity", "")
    if kind in CLAIMS and kind not in _ROWS and tells_number(identity):
        raise private("_id", kind)
    await negotiated(request)
    return None
