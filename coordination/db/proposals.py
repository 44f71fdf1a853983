"""Proposals: who takes part, what they were made of, and the newest ones."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from capacity.proposal import Proposal
from coordination.db.declines import DECLINED
from coordination.db.engine import Transaction
from coordination.db.offers import listed
from coordination.permissions import Actor
from coordination.referral import TAKEN, UNDECIDED
from triage.need import PLACED_KINDS
from triage.urgency import Urgency

KEPT = timedelta(hours=1)
"""How long a proposal is kept, and can be confirmed: as long as someone may have it on a screen.
A choice: on what is older, nobody should act."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who takes part; of someone with two referrals only the more urgent one.

    Attributes:
        need: as JSON: of many it is read where nobody waits for it.
        declined: ids of the services that said no since their newest report.
    """

    id: uuid.UUID
    need: str
    urgency: Urgency
    received: datetime
    place_by: datetime | None
    declined: frozenset[str]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a proposal: ids, codes and figures.

    Attributes:
        basis: a digest of who waited and what was free: another digest, and things changed.
        proposal: as it was made.
    """

    basis: str
    proposal: Proposal


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal as it was kept."""

    id: uuid.UUID
    made_at: datetime
    body: Body


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """Someone of a proposal as they are now.

    Attributes:
        waits: whether they would still take part.
    """

    kind: str
    subregion: str | None
    place: str | None
    waits: bool


# Who has a place, or may get one by an offer that is open, is promised something already.
_WAITS = f"""
r.state IN ('triaged', 'waiting') AND r.status = 'final' AND r.kind = ANY($1::text[])
AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.referral_id = r.id AND o.purpose = 'place'
  AND o.state IN ({listed(UNDECIDED | TAKEN)}))
AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.person_id = r.person_id AND o.purpose = 'place'
  AND o.state = 'accepted')
"""  # noqa: S608 - our own states
_KINDS = sorted(PLACED_KINDS)

PEOPLE = f"""
SELECT DISTINCT ON (COALESCE(r.person_id, r.id)) r.id, r.need::text AS need, r.urgency,
  r.received_at, r.place_by, {DECLINED} AS declined
FROM referral r WHERE {_WAITS}
ORDER BY COALESCE(r.person_id, r.id), r.urgency, r.received_at, r.id
"""  # noqa: S608 - our own condition

# Every figure that a proposal is made of: rows that waiting people and places come down to.
BASIS = f"""
SELECT md5(concat(
  (SELECT string_agg(concat_ws(' ', r.id, r.version), ',' ORDER BY r.id)
   FROM referral r WHERE {_WAITS}), ';',
  (SELECT string_agg(concat_ws(' ', c.service_id, c.version, c.held, c.reserved,
     c.valid_until >= now(), c.stop_reason IS NULL OR c.stop_until <= now()), ','
     ORDER BY c.service_id)
   FROM capacity c), ';',
  (SELECT string_agg(concat_ws(' ', service_id, shift, held, reserved), ',' ORDER BY service_id,
     shift) FROM capacity_slot), ';',
  (SELECT string_agg(md5(profile::text), ',' ORDER BY id) FROM service)
)) AS basis
"""  # noqa: S608 - our own condition


async def basis(tx: Transaction) -> str:
    """A digest of all that a proposal is made of, as it is now."""
    row = await tx.row(BASIS, _KINDS)
    assert row is not None  # noqa: S101 - it is one row of scalars
    return str(row.basis)


async def people(tx: Transaction) -> list[Person]:
    """Everyone who waits for a place, was promised none, and is not asked for anywhere."""
    return [
        Person(
            id=row.id,
            need=row.need,
            urgency=Urgency(f"U{row.urgency}"),
            received=row.received_at,
            place_by=row.place_by,
            declined=frozenset(row.declined),
        )
        for row in await tx.rows(PEOPLE, _KINDS)
    ]


async def queued(tx: Transaction) -> dict[str, Decimal]:
    """What each service will need for who is on its own waiting list."""
    rows = await tx.rows(
        "SELECT service_id, sum(amount) AS amount FROM offer WHERE state = 'waiting'"
        " GROUP BY service_id"
    )
    return {str(row.service_id): row.amount for row in rows}


async def store(tx: Transaction, proposal: uuid.UUID, made_at: datetime, body: Body) -> None:
    """Keeps a proposal, and drops those that nobody looks at any more."""
    await tx.run("DELETE FROM proposal WHERE made_at < $1", made_at - KEPT)
    await tx.run(
        "INSERT INTO proposal (id, made_at, body) VALUES ($1, $2, $3)",
        proposal,
        made_at,
        msgspec.json.encode(body).decode(),
    )
    tx.changed.add("proposal")


async def newest(tx: Transaction) -> Stored | None:
    """The newest proposal, or None."""
    row = await tx.row(
        "SELECT id, made_at, body::text AS body FROM proposal ORDER BY made_at DESC, id DESC"
        " LIMIT 1"
    )
    return None if row is None else _stored(row.id, row.made_at, row.body)


async def latest(tx: Transaction) -> tuple[datetime, str] | None:
    """When the newest proposal was made, and of what: its basis."""
    row = await tx.row(
        "SELECT made_at, body->>'basis' AS basis FROM proposal ORDER BY made_at DESC, id DESC"
        " LIMIT 1"
    )
    return None if row is None else (row.made_at, row.basis)


async def by_id(tx: Transaction, proposal: uuid.UUID) -> Stored | None:
    """A proposal, or None."""
    row = await tx.row(
        "SELECT id, made_at, body::text AS body FROM proposal WHERE id = $1", proposal
    )
    return None if row is None else _stored(row.id, row.made_at, row.body)


async def as_they_are(
    tx: Transaction, actor: Actor, referrals: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Now]:
    """Those of some people whom a coordinator may see, as they are now."""
    rows = await tx.rows(
        f"SELECT r.id, r.kind, r.subregion, r.place, {_WAITS} AS waits"  # noqa: S608 - ours
        " FROM referral r WHERE r.id = ANY($2)"
        " AND (r.subregion IS NULL OR r.subregion = ANY($3::text[]))",
        _KINDS,
        list(referrals),
        list(actor.subregions),
    )
    return {
        row.id: Now(kind=row.kind, subregion=row.subregion, place=row.place, waits=row.waits)
        for row in rows
    }


def _stored(identity: uuid.UUID, made_at: datetime, body: str) -> Stored:
    return Stored(id=identity, made_at=made_at, body=msgspec.json.decode(body, type=Body))
