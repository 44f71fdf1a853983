"""What changed, out of the queue that triggers fill, and who asked to hear of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from coordination.db.engine import Row, Transaction
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
    for of, (sql, about_it) in _READ.items():
        places = [place for place, one in enumerate(changes) if one.of == of]
        if places:
            some = [changes[place] for place in places]
            for row in await tx.rows(sql, *_keys(some)):
                found[places[row.place - 1]] = _made(about_it, row)
    return [(changes[place], found[place]) for place in sorted(found)]


_KNOWN = f"""ARRAY(SELECT o.organisation_id FROM offer o
            WHERE o.referral_id = r.id AND o.state IN ({listed(KNOWN)}))"""  # noqa: S608 - our own states


_CHANGED = "unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS c(key, version, place)"

_READ: dict[str, tuple[str, type[About]]] = {
    "offer": (
        f"""
        SELECT c.place, o.id, o.organisation_id AS asked, o.service_id,
          COALESCE(p.shown->>'state', o.state) AS state, r.id AS referral_id, r.task_id,
          r.organisation_id, r.subregion
        FROM {_CHANGED}
        JOIN offer o ON o.id = c.key JOIN referral r ON r.id = o.referral_id
        LEFT JOIN past p ON p.of = 'offer' AND p.id = c.key AND p.version = c.version
        """,  # noqa: S608 - our own words, as in all of these
        OfferAbout,
    ),
    "referral": (
        f"""
        SELECT c.place, r.id, r.task_id, COALESCE(p.shown->>'state', r.state) AS state,
          r.organisation_id, r.subregion, {_KNOWN} AS known
        FROM {_CHANGED}
        JOIN referral r ON r.id = c.key
        LEFT JOIN past p ON p.of = 'referral' AND p.id = c.key AND p.version = c.version
        """,  # noqa: S608
        ReferralAbout,
    ),
    "service": (
        f"""
        SELECT c.place, s.id, s.organisation_id, s.kinds
        FROM {_CHANGED}
        JOIN service s ON s.id = c.key
        """,  # noqa: S608
        ServiceAbout,
    ),
    # One that was deleted meanwhile has nothing to read.
    "task": (
        f"""
        SELECT c.place, x.id, COALESCE(p.body, x.body) AS body, x.organisation_id,
          r.id AS referral_id, r.subregion, {_KNOWN} AS known
        FROM {_CHANGED}
        JOIN resource x ON x.id = c.key LEFT JOIN referral r ON r.id = x.referral_id
        LEFT JOIN resource_past p ON p.id = c.key AND p.version = c.version
        WHERE octet_length(COALESCE(p.body, x.body)) > 0
        """,  # noqa: S608
        TaskAbout,
    ),
}
"""How each kind of change is read: whose it is to see, by the names of its struct."""
_SET: dict[str, Callable[[Any], Any]] = {"known": frozenset, "kinds": tuple}


def _made(of: type[About], row: Row) -> About:
    """What a row says, whatever its kind; a list of the database becomes what doesn't change."""
    said: dict[str, Any] = {name: row[name] for name in of.__struct_fields__}
    return of(**said | {name: _SET[name](said[name]) for name in said.keys() & _SET.keys()})


def _keys(changes: Sequence[Change]) -> tuple[list[uuid.UUID], list[int]]:
    return [one.key for one in changes], [one.version for one in changes]
