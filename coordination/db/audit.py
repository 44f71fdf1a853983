"""The audit log: who did or saw what of whom, in the transaction of the deed itself.

Fields after NEN 7513: event, moment, user, role, responsible organisation, object, outcome.
"""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from coordination.db.engine import Database, Transaction
from coordination.permissions import Actor

Doer = tuple[str, str, str, uuid.UUID]
"""Who acts, as the first columns of an audit row: request, actor, role and organisation."""

_INSERT = """
INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
                   referral_id, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


def who(actor: Actor) -> Doer:
    """Who acts, as statements write it into their audit rows."""
    return actor.request, actor.id, actor.role.value, actor.organisation


async def record(
    tx: Transaction,
    actor: Actor,
    action: str,
    entity: str,
    *,
    referral: uuid.UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Writes one row for something that was done or seen.

    Args:
        tx: the transaction of the deed.
        actor: who did it.
        action: what was done, as in permissions.Action.
        entity: kind and id of what was touched, such as ``capacity/…``.
        referral: the referral concerned, when there is one.
        detail: codes and counts; never a value of a person.
    """
    await tx.run(
        _INSERT, *who(actor), action, "done",
        entity, referral, _text(detail),
    )  # fmt: skip


async def record_refusal(
    db: Database, actor: Actor | None, request: str, entity: str, code: str
) -> None:
    """Writes, in a transaction of its own, that someone was refused."""

    async def write(tx: Transaction) -> None:
        await tx.run(
            _INSERT,
            request,
            actor.id if actor else "",
            actor.role.value if actor else "",
            actor.organisation if actor else None,
            "refused",
            code,
            entity,
            None,
            None,
        )

    await db.transact(write)


async def history(tx: Transaction, referral: uuid.UUID) -> list[dict[str, Any]]:
    """What happened to a referral, oldest first; looking at it is not part of it.

    Resources that came with an answer are told by the answer.
    """
    rows = await tx.rows(
        """
        SELECT at, action, role, organisation_id, detail::text AS detail FROM audit
        WHERE referral_id = $1 AND action NOT LIKE 'read%' AND action <> 'add'
          AND outcome = 'done' ORDER BY id
        """,
        referral,
    )
    return [
        {
            "at": row.at,
            "event": row.action,
            "role": row.role,
            "organisation": row.organisation_id,
            "detail": msgspec.Raw((row.detail or "null").encode()),
        }
        for row in rows
    ]


def _text(detail: dict[str, Any] | None) -> str | None:
    return None if detail is None else msgspec.json.encode(detail).decode()
