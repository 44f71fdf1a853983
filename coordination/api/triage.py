"""POST /api/triage: the coordinators' what-if."""

from __future__ import annotations

from litestar import post

from coordination.api.bodies import fhir_body, refusals
from coordination.db import audit
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from coordination.referrals.what_if import advise
from triage.explanation import Explained


@post(
    "/api/triage",
    status_code=200,
    tags=["triage"],
    operation_class=fhir_body(),
    responses=refusals(413, 422),
)
async def triage(request: AnyRequest, parts: With, actor: Who) -> Explained:
    """The advice on a referral Bundle, explained; nothing is stored and it counts in no figure."""
    require(actor, Action.TRY_TRIAGE)
    advice = advise(await request.body(), parts.protocol, parts.now())
    detail = {"protocol": advice.protocol.version, "kind": advice.kind}
    await parts.database.transact(
        lambda tx: audit.record(tx, actor, Action.TRY_TRIAGE, "triage", detail=detail)
    )
    return advice
