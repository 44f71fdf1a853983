"""Offers as an actor may read and find them as Tasks, by what such a Task shows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.db.records import Source
from coordination.db.seen import of_referral
from coordination.db.sought import (
    Bound,
    Mark,
    Sought,
    key_of,
    page_of,
    within,
)
from coordination.permissions import Actor, Role
from coordination.referral import OfferState
from triage.need import Need

Column = Literal["o.id", "o.service_id", "o.referral_id", "r.patient_id", "r.task_id"]


class Either(msgspec.Struct, frozen=True, kw_only=True):
    """A way in which the Task of an offer may fit a clause.

    Attributes:
        states: of the offer, in which it fits.
        happened: whether the care must have begun.
        column: of which the value must be one of ``ids``; None where the state is enough.
        ids: values.
    """

    states: tuple[str, ...]
    happened: bool = False
    column: Column | None = None
    ids: tuple[uuid.UUID, ...] = ()


class AnyOf(msgspec.Struct, frozen=True):
    """A clause on the Task of an offer: one of the ways, or none of them where it is negated."""

    ways: tuple[Either, ...]
    negated: bool = False


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An offer, with what its Task shows of the referral.

    Attributes:
        need: the care that is asked; holds nothing that names the person.
        now: its state now, where ``state`` is that of an earlier version.
        mark: of the page that would end with it.
    """

    id: uuid.UUID
    referral_id: uuid.UUID
    service_id: uuid.UUID
    patient_id: uuid.UUID
    task_id: uuid.UUID
    need: Need
    state: str
    now: str
    reason: str | None
    created_at: datetime
    changed_at: datetime
    expires_at: datetime
    starts_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    destination: str | None
    version: int
    mark: Mark | None = None

    def as_it_was(self, row: Row) -> Asked:
        """In the earlier version that a row tells (``coordination.db.past.SHOWN``)."""
        return msgspec.structs.replace(
            self,
            **{name: getattr(row, f"was_{name}") for name in _CHANGES},
            destination=self.destination if row.was_state == OfferState.ENDED else None,
        )


COLUMNS = """
o.id, o.referral_id, o.service_id, r.patient_id, r.task_id, o.need::text AS need, o.state,
o.reason, o.created_at, o.changed_at, o.expires_at, o.starts_at, o.started_at, o.ended_at,
o.destination, o.version
"""
"""Of ``asked``, of an offer ``o`` and its referral ``r``."""

_CHANGES = (
    "version", "changed_at", "state", "reason", "expires_at", "starts_at", "started_at", "ended_at",
)  # fmt: skip
_SHOWN = tuple(name for name in Asked.__struct_fields__ if name not in {"now", "mark"})
_HAPPENED = "COALESCE(o.started_at, o.ended_at) IS NOT NULL"
_OF = "offer o JOIN referral r ON r.id = o.referral_id"


def asked(row: Row, mark: Mark | None = None) -> Asked:
    """An offer of a row with its columns."""
    values = {name: getattr(row, name) for name in _SHOWN}
    values["need"] = msgspec.json.decode(row.need, type=Need)
    return Asked(**values, now=row.state, mark=mark)


def visible(bound: Bound, actor: Actor) -> str:
    """Whether the actor may see an offer ``o`` of a referral ``r``."""
    if actor.role is Role.PROVIDER:
        return f"o.organisation_id = {bound(actor.organisation, 'uuid')}"
    return of_referral(bound, actor)


async def one(tx: Transaction, actor: Actor, offer: uuid.UUID) -> Asked | None:
    """An offer that the actor may see, or None."""
    bound = Bound()
    row = await tx.row(
        f"SELECT {COLUMNS} FROM {_OF} WHERE o.id = {bound(offer, 'uuid')}"  # noqa: S608 - ours
        f" AND {visible(bound, actor)}",
        *bound.values,
    )
    return None if row is None else asked(row)


async def found(
    tx: Transaction, actor: Actor, sought: Sought, clauses: tuple[AnyOf, ...], most: int
) -> list[Asked]:
    """Offers of which the Tasks fit a search, in its order; its terms are told by the clauses."""
    bound = Bound()
    source, key = _source(bound, actor, sought, clauses), _key(sought)
    begins, order = page_of(bound, sought, "o.id", key)
    rows = await tx.rows(
        f"SELECT {COLUMNS}, {key or 'NULL::timestamptz'} AS key FROM {source}"  # noqa: S608 - ours
        f" AND {begins} ORDER BY {order} LIMIT {bound(most, 'bigint')}",
        *bound.values,
    )
    return [asked(row, Mark(row.id, row.key)) for row in rows]


def found_of(actor: Actor, sought: Sought, clauses: tuple[AnyOf, ...]) -> Source:
    """All that ``found`` would find, for ``records.counted``."""
    return lambda bound: _source(bound, actor, sought, clauses)


def _source(bound: Bound, actor: Actor, sought: Sought, clauses: tuple[AnyOf, ...]) -> str:
    wanted = [visible(bound, actor), *(_clause(bound, clause) for clause in clauses)]
    if sought.ids is not None:
        wanted.append(f"o.id = ANY({bound(list(sought.ids), 'uuid[]')})")
    for time in sought.times:
        if time.axis == "changed":
            wanted.append(within(bound, time, "o.changed_at"))
        elif time.axis == "written":
            wanted.append(within(bound, time, "o.created_at"))
        else:
            low = "COALESCE(o.started_at, '-infinity'::timestamptz)"
            high = "COALESCE(o.ended_at, 'infinity'::timestamptz)"
            wanted.append(f"({_HAPPENED} AND {within(bound, time, low, high)})")
    return f"{_OF} WHERE {' AND '.join(wanted)}"


def _clause(bound: Bound, clause: AnyOf) -> str:
    ways = []
    for way in clause.ways:
        fits = f"o.state = ANY({bound(list(way.states), 'text[]')})"
        if way.happened:
            fits += f" AND {_HAPPENED}"
        if way.column is not None:
            fits += f" AND {way.column} = ANY({bound(list(way.ids), 'uuid[]')})"
        ways.append(f"({fits})")
    any_of = " OR ".join(ways) or "false"
    return f"NOT ({any_of})" if clause.negated else f"({any_of})"


def _key(sought: Sought) -> str | None:
    """The time by which is sorted, as SQL; None for the id alone."""
    if sought.axis is None:
        return None
    if sought.axis == "about":
        return key_of(sought, "o.started_at", "o.ended_at")
    return "o.changed_at" if sought.axis == "changed" else "o.created_at"
