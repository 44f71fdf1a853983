"""Services that said no to someone since their newest report: they are not found again for them."""

from __future__ import annotations

import uuid

from coordination.db.engine import Transaction

# What was refused was other care if the advice has changed, or nursing until there is a bed. A
# newer report may mean that things are different: then the service counts again.
DECLINED = """
ARRAY(SELECT o.service_id::text FROM offer o JOIN capacity c USING (service_id)
  WHERE o.referral_id = r.id AND o.purpose = 'place' AND o.state = 'declined'
    AND o.need->>'kind' = r.need->>'kind' AND o.changed_at > c.as_of)
"""
"""Their ids, for a referral ``r``."""


async def declined(tx: Transaction, referral: uuid.UUID) -> frozenset[str]:
    """Ids of the services that said no to someone since their newest report."""
    sql = f"SELECT {DECLINED} AS declined FROM referral r WHERE r.id = $1"  # noqa: S608 - ours
    row = await tx.row(sql, referral)
    return frozenset() if row is None else frozenset(row.declined)
