"""Delete a resource: a Subscription that its owner no longer wants, and nothing else.

https://hl7.org/fhir/R4/http.html#delete
"""

from __future__ import annotations

from litestar import delete
from litestar.params import FromPath

from coordination.parts import Who, With
from coordination.permissions import Action, require
from coordination.subscriptions import subscribing
from fhir.interactions.claimed import claimed


@delete("/fhir/{kind:str}/{identity:str}", status_code=204, include_in_schema=False)
async def remove(kind: FromPath[str], identity: FromPath[str], parts: With, actor: Who) -> None:
    """Ends a subscription; what is known of a person is kept as the law asks, and not deleted."""
    require(actor, Action.SUBSCRIBE)
    claimed(kind, "delete")
    now = parts.now()
    await parts.database.transact(lambda tx: subscribing.delete(tx, actor, identity, now))
