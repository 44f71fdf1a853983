"""Reads the audit log: the steps of referrals for who may see those, and all for who watches."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.db.seen import of_referral
from coordination.db.sought import Bound
from coordination.permissions import Actor, Role


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the audit log, with what its referral says of it.

    Attributes:
        detail: codes and counts as JSON, or None.
        patient_id: of the referral; None without one.
        task_id: idem, of its coordination Task.
    """

    id: int
    at: datetime
    request_id: str
    actor: str
    role: str
    organisation_id: uuid.UUID | None
    action: str
    outcome: str
    entity: str
    referral_id: uuid.UUID | None
    detail: str | None
    patient_id: uuid.UUID | None
    task_id: uuid.UUID | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows; None is any.

    Attributes:
        actions: what was done.
        ids: of rows.
        since: at or after this moment.
        until: before this moment.
        organisations: who did it.
        entities: what was touched, as the log has it, or a referral that has to do with it.
        refused: whether it was refused.
        reads: only what was read.
        after: the row after which the page begins.
        descending: newest first.
    """

    actions: tuple[str, ...] | None = None
    ids: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    organisations: tuple[uuid.UUID, ...] | None = None
    entities: tuple[str, ...] | None = None
    refused: bool | None = None
    reads: bool = False
    after: int | None = None
    descending: bool = True


_COLUMNS = """a.id, a.at, a.request_id, a.actor, a.role, a.organisation_id, a.action, a.outcome,
  a.entity, a.referral_id, a.detail::text AS detail, r.patient_id, r.task_id"""

_ABOUT = """
SELECT id FROM referral WHERE id = ANY($1)
UNION SELECT id FROM referral WHERE patient_id = ANY($1)
UNION SELECT id FROM referral WHERE task_id = ANY($1)
UNION SELECT referral_id FROM offer WHERE id = ANY($1)
UNION SELECT referral_id FROM resource WHERE id = ANY($1) AND referral_id IS NOT NULL
"""

# Each by an index of its own: most rows name one entity.
_TOUCHED = """
SELECT t.id FROM audit t WHERE t.entity = ANY({named})
UNION SELECT t.id FROM audit t
  WHERE t.entity LIKE '%,%' AND string_to_array(t.entity, ',') && {named}
UNION SELECT t.id FROM audit t WHERE t.referral_id = ANY({about})
"""

_OWN = """EXISTS (SELECT 1 FROM offer own WHERE own.referral_id = a.referral_id
  AND own.organisation_id = {} AND a.entity = 'offer/' || own.id)"""


async def entries(tx: Transaction, wanted: Wanted, most: int) -> list[Entry]:
    """Rows of the log, whoever they are of: for who watches over it.

    An entity is one that the row names (more than one stand with commas), or has to do with its
    referral: the request, the Patient, the Tasks.
    """
    bound = Bound()
    where = _conditions(bound, wanted)
    if wanted.entities is not None:
        named = bound(list(wanted.entities), "text[]")
        about = bound(await _about(tx, wanted.entities), "uuid[]")
        where.append(f"a.id IN ({_TOUCHED.format(named=named, about=about)})")
    return await _found(tx, bound, "LEFT JOIN", where, wanted, most)


async def steps(tx: Transaction, actor: Actor, wanted: Wanted, most: int) -> list[Entry]:
    """Rows that are of a referral that the actor may see.

    Who was asked sees the steps of its own offers; what others were asked and answered it does not.
    """
    bound = Bound()
    where = _conditions(bound, wanted)
    if wanted.entities is not None:
        about = bound(await _about(tx, wanted.entities), "uuid[]")
        where.append(f"a.referral_id = ANY({about})")
    where.append(
        _OWN.format(bound(actor.organisation, "uuid"))
        if actor.role is Role.PROVIDER
        else of_referral(bound, actor)
    )
    return await _found(tx, bound, "JOIN", where, wanted, most)


async def _found(
    tx: Transaction, bound: Bound, join: str, where: Sequence[str], wanted: Wanted, most: int
) -> list[Entry]:
    order = "DESC" if wanted.descending else "ASC"
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM audit a {join} referral r ON r.id = a.referral_id"  # noqa: S608 - ours
        f" WHERE {' AND '.join(where) or 'true'}"
        f" ORDER BY a.id {order} LIMIT {bound(most, 'bigint')}",
        *bound.values,
    )
    return [_entry(row) for row in rows]


def _conditions(bound: Bound, wanted: Wanted) -> list[str]:
    """What does not depend on who looks."""
    where = []
    if wanted.actions is not None:
        where.append(
            f"a.action = ANY({bound(list(wanted.actions), 'text[]')}) AND a.outcome = 'done'"
        )
    if wanted.ids is not None:
        where.append(f"a.id = ANY({bound(list(wanted.ids), 'bigint[]')})")
    if wanted.since is not None:
        where.append(f"a.at >= {bound(wanted.since, 'timestamptz')}")
    if wanted.until is not None:
        where.append(f"a.at < {bound(wanted.until, 'timestamptz')}")
    if wanted.organisations is not None:
        where.append(f"a.organisation_id = ANY({bound(list(wanted.organisations), 'uuid[]')})")
    if wanted.refused is not None:
        where.append(f"(a.action = 'refused') = {bound(wanted.refused, 'boolean')}")
    if wanted.reads:
        where.append("a.action LIKE 'read%'")
    if wanted.after is not None:
        beyond = "<" if wanted.descending else ">"
        where.append(f"a.id {beyond} {bound(wanted.after, 'bigint')}")
    return where


async def _about(tx: Transaction, entities: Sequence[str]) -> list[uuid.UUID]:
    """The referrals that entities have to do with."""
    keys = []
    for one in entities:
        try:
            keys.append(uuid.UUID(one.rpartition("/")[2]))
        except ValueError:
            continue
    return [row.id for row in await tx.rows(_ABOUT, keys)]


def _entry(row: Row) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__struct_fields__})
