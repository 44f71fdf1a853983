"""What changed, out of the queue that triggers fill, and who asked to hear of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination.db.engine import Transaction
from coordination.db.offers import listed
from coordination.permissions import Actor, Role
from coordination.referral import KNOWN


class Change(msgspec.Struct, frozen=True):
    """A row that has a new version.

    Attributes:
        of: referral, offer, service or task (one that is kept as it was sent).
        key: its id.
        version: the new one.
        at: when.
    """

    of: str
    key: uuid.UUID
    version: int
    at: datetime


class Listener(msgspec.Struct, frozen=True):
    """A subscription that is told of a topic.

    Attributes:
        actor: whose rights it has.
        filters: JSON.
    """

    id: uuid.UUID
    actor: Actor
    topic: str
    filters: str


class OfferAbout(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that changed, and whose it is to see.

    Attributes:
        asked: the organisation that is asked.
        state: after this change.
        organisation_id: of who referred.
    """

    id: uuid.UUID
    asked: uuid.UUID
    service_id: uuid.UUID
    state: str
    referral_id: uuid.UUID
    task_id: uuid.UUID
    organisation_id: uuid.UUID
    subregion: str | None


class ReferralAbout(msgspec.Struct, frozen=True, kw_only=True):
    """A referral that changed, and whose it is to see.

    Attributes:
        state: after this change.
        known: the organisations that accepted the person.
    """

    id: uuid.UUID
    task_id: uuid.UUID
    state: str
    organisation_id: uuid.UUID
    subregion: str | None
    known: frozenset[uuid.UUID]


class ServiceAbout(msgspec.Struct, frozen=True, kw_only=True):
    """A service with new figures."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    kinds: tuple[str, ...]


class TaskAbout(msgspec.Struct, frozen=True, kw_only=True):
    """A Task that is kept as it was sent, an abort Task for one, and whose it is to see.

    Attributes:
        body: sealed, of this version.
        organisation_id: of who sent it, or of who referred where it is of a referral.
        referral_id: None where it is of none.
        subregion: of the referral.
        known: the organisations that accepted its person.
    """

    id: uuid.UUID
    body: bytes
    organisation_id: uuid.UUID
    referral_id: uuid.UUID | None
    subregion: str | None
    known: frozenset[uuid.UUID]


About = OfferAbout | ReferralAbout | ServiceAbout | TaskAbout


async def take(tx: Transaction, most: int) -> list[Change]:
    """Takes changes out of the queue, oldest first; who takes them is alone (``locks``)."""
    rows = await tx.rows(
        "WITH old AS (DELETE FROM change WHERE id IN (SELECT id FROM change ORDER BY id LIMIT $1)"
        " RETURNING id, of, key, version, at) SELECT of, key, version, at FROM old ORDER BY id",
        most,
    )
    return [Change(*row) for row in rows]


async def listeners(tx: Transaction) -> list[Listener]:
    """The subscriptions of which events are numbered now."""
    rows = await tx.rows(
        "SELECT id, actor, role, organisation_id, subregions, topic, filters::text AS filters"
        " FROM subscription WHERE state <> 'off' AND started_at IS NOT NULL"
        " AND (ends_at IS NULL OR ends_at > now()) ORDER BY id"
    )
    return [
        Listener(
            row.id,
            Actor(row.actor, Role(row.role), row.organisation_id, frozenset(row.subregions)),
            row.topic,
            row.filters,
        )
        for row in rows
    ]


async def about(tx: Transaction, changes: Sequence[Change]) -> list[tuple[Change, About]]:
    """What each change is about, in their order; whose it is to see is that of this moment."""
    found: dict[int, About] = {}
    for of, read in _READ.items():
        places = [place for place, one in enumerate(changes) if one.of == of]
        if places:
            some = [changes[place] for place in places]
            found |= {places[place]: one for place, one in (await read(tx, some)).items()}
    return [(changes[place], found[place]) for place in sorted(found)]


_KNOWN = f"""ARRAY(SELECT o.organisation_id FROM offer o
            WHERE o.referral_id = r.id AND o.state IN ({listed(KNOWN)}))"""  # noqa: S608 - our own states


async def _offers(tx: Transaction, changes: Sequence[Change]) -> dict[int, About]:
    rows = await tx.rows(
        """
        SELECT c.place, o.id, o.organisation_id AS asked, o.service_id,
          COALESCE(p.shown->>'state', o.state) AS state, r.id AS referral_id, r.task_id,
          r.organisation_id, r.subregion
        FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS c(key, version, place)
        JOIN offer o ON o.id = c.key JOIN referral r ON r.id = o.referral_id
        LEFT JOIN past p ON p.of = 'offer' AND p.id = c.key AND p.version = c.version
        """,
        *_keys(changes),
    )
    names = OfferAbout.__struct_fields__
    return {row.place - 1: OfferAbout(**{name: row[name] for name in names}) for row in rows}


async def _referrals(tx: Transaction, changes: Sequence[Change]) -> dict[int, About]:
    rows = await tx.rows(
        f"""
        SELECT c.place, r.id, r.task_id, COALESCE(p.shown->>'state', r.state) AS state,
          r.organisation_id, r.subregion, {_KNOWN} AS known
        FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS c(key, version, place)
        JOIN referral r ON r.id = c.key
        LEFT JOIN past p ON p.of = 'referral' AND p.id = c.key AND p.version = c.version
        """,  # noqa: S608 - our own states
        *_keys(changes),
    )
    return {
        row.place - 1: ReferralAbout(
            id=row.id,
            task_id=row.task_id,
            state=row.state,
            organisation_id=row.organisation_id,
            subregion=row.subregion,
            known=frozenset(row.known),
        )
        for row in rows
    }


async def _services(tx: Transaction, changes: Sequence[Change]) -> dict[int, About]:
    rows = await tx.rows(
        "SELECT c.place, s.id, s.organisation_id, s.kinds"
        " FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS c(key, version, place)"
        " JOIN service s ON s.id = c.key",
        *_keys(changes),
    )
    return {
        row.place - 1: ServiceAbout(
            id=row.id, organisation_id=row.organisation_id, kinds=tuple(row.kinds)
        )
        for row in rows
    }


async def _tasks(tx: Transaction, changes: Sequence[Change]) -> dict[int, About]:
    rows = await tx.rows(
        f"""
        SELECT c.place, x.id, COALESCE(p.body, x.body) AS body, x.organisation_id,
          r.id AS referral_id, r.subregion, {_KNOWN} AS known
        FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS c(key, version, place)
        JOIN resource x ON x.id = c.key LEFT JOIN referral r ON r.id = x.referral_id
        LEFT JOIN resource_past p ON p.id = c.key AND p.version = c.version
        """,  # noqa: S608 - our own states
        *_keys(changes),
    )
    return {
        row.place - 1: TaskAbout(
            id=row.id,
            body=row.body,
            organisation_id=row.organisation_id,
            referral_id=row.referral_id,
            subregion=row.subregion,
            known=frozenset(row.known),
        )
        for row in rows
        if row.body  # one that was deleted meanwhile has nothing to read
    }


_READ = {"offer": _offers, "referral": _referrals, "service": _services, "task": _tasks}


def _keys(changes: Sequence[Change]) -> tuple[list[uuid.UUID], list[int]]:
    return [one.key for one in changes], [one.version for one in changes]
