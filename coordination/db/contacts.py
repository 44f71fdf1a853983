"""Contacts: where an organisation wants its alerts, each change with its audit row."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

import msgspec

from coordination.db.audit import who
from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """An address for alerts; an empty list of topics asks for the usual ones."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    channel: Literal["webhook", "email"]
    address: str
    secret: bytes | None
    topics: list[str]
    created_at: datetime


_FIELDS = Contact.__struct_fields__
_COLUMNS = ", ".join(f"c.{name}" for name in _FIELDS)
# After ``this``, one contact, comes the row of who did it ($1 to $5: request, actor, role,
# organisation, deed). The address is in no audit row.
_TOLD = """
, aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity, detail)
  SELECT $1, $2, $3, $4, $5, 'done', 'contact/' || this.id,
    json_build_object('channel', this.channel, 'topics', this.topics)
  FROM this
)
"""


async def lock(tx: Transaction, organisation: uuid.UUID) -> bool:
    """Lets one change of an organisation's contacts at a time; False when it is not known."""
    row = await tx.row(
        "SELECT 1 AS known FROM organisation WHERE id = $1 FOR NO KEY UPDATE", organisation
    )
    return row is not None


async def of_organisation(tx: Transaction, organisation: uuid.UUID) -> list[Contact]:
    """The contacts of an organisation, the oldest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM contact c WHERE c.organisation_id = $1"  # noqa: S608 - our own columns
        " AND c.removed_at IS NULL ORDER BY c.id",
        organisation,
    )
    return [_from_row(row) for row in rows]


async def by_id(tx: Transaction, organisation: uuid.UUID, contact: uuid.UUID) -> Contact | None:
    """A contact of an organisation, or None."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM contact c WHERE c.organisation_id = $1"  # noqa: S608 - our own columns
        " AND c.id = $2 AND c.removed_at IS NULL",
        organisation,
        contact,
    )
    return None if row is None else _from_row(row)


async def add(
    tx: Transaction,
    actor: Actor,
    identity: uuid.UUID,
    channel: str,
    address: str,
    secret: bytes | None,
    topics: list[str],
) -> Contact:
    """Writes a contact of the actor's organisation; the caller has checked it."""
    row = await tx.row(
        f"""
        WITH this AS (
          INSERT INTO contact AS c (id, organisation_id, channel, address, secret, topics,
            created_at)
          VALUES ($6, $4, $7, $8, $9, $10, now())
          RETURNING {_COLUMNS}
        ) {_TOLD} SELECT * FROM this
        """,  # noqa: S608 - our own columns
        *who(actor), "add-contact", identity, channel, address, secret, topics,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - it was just inserted
    return _from_row(row)


async def remove(tx: Transaction, actor: Actor, contact: uuid.UUID) -> bool:
    """Ends a contact of the actor's organisation; False when there is none.

    Its address and secret are forgotten, and what still waits for it is given up.
    """
    row = await tx.row(
        f"""
        WITH this AS (
          UPDATE contact SET removed_at = now(), address = '', secret = NULL
          WHERE id = $6 AND organisation_id = $4 AND removed_at IS NULL
          RETURNING id, channel, topics
        ), given_up AS (
          UPDATE delivery d SET dead_at = now(), last_error = 'removed' FROM this
          WHERE d.contact_id = this.id AND d.delivered_at IS NULL AND d.dead_at IS NULL
        ) {_TOLD} SELECT id FROM this
        """,  # noqa: S608 - our own columns
        *who(actor), "remove-contact", contact,
    )  # fmt: skip
    return row is not None


def _from_row(row: Row) -> Contact:
    return Contact(**{name: getattr(row, name) for name in _FIELDS})
