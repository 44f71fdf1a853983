"""Deliveries as the organisation sees them that they are for: what arrived, waits, or did not."""

from __future__ import annotations

import uuid
from datetime import datetime

from coordination.db.engine import Row, Transaction
from coordination.db.sending import Sending, SendingState, in_state


class Delivery(Sending, frozen=True, kw_only=True):
    """One message on its way to one contact."""

    id: uuid.UUID
    contact_id: uuid.UUID
    topic: str
    created_at: datetime


_FIELDS = Delivery.__struct_fields__
_SHOWN = ", ".join("m.topic" if name == "topic" else f"d.{name}" for name in _FIELDS)


async def send_only_to(
    tx: Transaction, message: uuid.UUID, topic: str, organisation: uuid.UUID, contact: uuid.UUID
) -> Delivery:
    """Writes a message for one contact, whatever topics it asks for."""
    row = await tx.row(
        f"""
        WITH m AS (
          INSERT INTO outbox (id, created_at, topic, recipient, payload, next_attempt_at,
            spread_at)
          VALUES ($1, now(), $2, $3, json_build_object('contact', $4::uuid), now(), now())
          RETURNING id, topic
        ), d AS (
          INSERT INTO delivery (id, message_id, contact_id, created_at, next_attempt_at)
          SELECT gen_random_uuid(), m.id, $4, now(), now() FROM m
          RETURNING *
        )
        SELECT {_SHOWN} FROM d CROSS JOIN m
        """,  # noqa: S608 - our own columns
        message,
        topic,
        organisation,
        contact,
    )
    assert row is not None  # noqa: S101 - it was just inserted
    return _from_row(row)


async def of_organisation(
    tx: Transaction, organisation: uuid.UUID, state: SendingState | None, most: int
) -> list[Delivery]:
    """Deliveries to the contacts of an organisation, the newest first."""
    rows = await tx.rows(
        f"""
        SELECT {_SHOWN} FROM delivery d JOIN contact c ON c.id = d.contact_id
        JOIN outbox m ON m.id = d.message_id
        WHERE c.organisation_id = $1 AND {in_state("d", state)}
        ORDER BY d.created_at DESC, d.id DESC LIMIT $2
        """,  # noqa: S608 - our own columns
        organisation,
        most,
    )
    return [_from_row(row) for row in rows]


async def by_id(
    tx: Transaction, organisation: uuid.UUID, delivery: uuid.UUID
) -> tuple[Delivery, bool] | None:
    """A delivery to a contact of an organisation, locked, and whether that contact still is."""
    row = await tx.row(
        f"""
        SELECT {_SHOWN}, c.removed_at IS NULL AS stands
        FROM delivery d JOIN contact c ON c.id = d.contact_id
        JOIN outbox m ON m.id = d.message_id
        WHERE d.id = $2 AND c.organisation_id = $1 FOR UPDATE OF d
        """,  # noqa: S608 - our own columns
        organisation,
        delivery,
    )
    return None if row is None else (_from_row(row), bool(row.stands))


async def revive(tx: Transaction, delivery: uuid.UUID) -> Delivery:
    """Lets a dead delivery, locked, start anew, under the id that it has."""
    row = await tx.row(
        f"""
        UPDATE delivery d SET dead_at = NULL, attempts = 0, next_attempt_at = now()
        FROM outbox m WHERE d.id = $1 AND m.id = d.message_id RETURNING {_SHOWN}
        """,  # noqa: S608 - our own columns
        delivery,
    )
    assert row is not None  # noqa: S101 - the caller has locked it
    return _from_row(row)


def _from_row(row: Row) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in _FIELDS})
