"""When each sub-region last gave a guarantee bed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from capacity.snapshot import Supply
from capacity.supply import Service
from coordination.db.engine import Transaction
from coordination.db.offers import listed
from coordination.referral import HOLDING, TAKEN, OfferState

_GIVEN = HOLDING | TAKEN | {OfferState.ENDED}
"""An offer in one of these states has, or had, the bed."""


async def last_given(
    tx: Transaction, beds: Iterable[Service], since: datetime
) -> dict[str, datetime]:
    """When each sub-region last gave one of its guarantee beds.

    Args:
        tx: the request's transaction.
        beds: the services that are guarantee beds.
        since: earlier ones are left out.
    """
    subregion = {uuid.UUID(one.id): one.subregion for one in beds}
    rows = await tx.rows(
        "SELECT service_id, max(COALESCE(accepted_at, created_at)) AS at FROM offer"  # noqa: S608 - our own states
        f" WHERE service_id = ANY($1) AND state IN ({listed(_GIVEN)})"
        " AND COALESCE(accepted_at, created_at) > $2 GROUP BY service_id",
        list(subregion),
        since,
    )
    given = dict[str, datetime]()
    for row in rows:
        where = subregion[row.service_id]
        given[where] = max(row.at, given.get(where, row.at))
    return given


async def given_lately(tx: Transaction, supply: Supply, now: datetime) -> dict[str, datetime]:
    """The sub-regions that gave one so lately that they give no other now, and when."""
    return await last_given(tx, supply.register.guarantees, now - supply.region.guarantee)
