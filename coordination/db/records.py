"""Stored resources as an actor may read and find them, with the state that some of them show."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.db.resources import Held
from coordination.db.seen import known_states, of_referral, of_resource
from coordination.db.sought import (
    Bound,
    Mark,
    Sought,
    has_terms,
    key_of,
    page_of,
    within,
)
from coordination.permissions import REFERRERS, Actor


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a referral, as its ServiceRequest and Tasks show it.

    Attributes:
        asked: the questions of its advice as JSON, while it waits for their answers; else None.
        place: the service where the person has a place, or had it until the stay ended.
    """

    state: str
    version: int
    changed_at: datetime
    reason: str | None
    asked: str | None = None
    place: uuid.UUID | None = None


class Kept(msgspec.Struct, frozen=True):
    """A stored resource, and the state of its referral where it shows that.

    Attributes:
        held: still sealed.
        stated: None where the resource shows what it says itself.
        mark: of the page that would end with it.
    """

    held: Held
    stated: Stated | None = None
    mark: Mark | None = None


HELD = ", ".join(f"x.{name}" for name in Held.__struct_fields__)


def told(state: str, referral: str, at: str | None = None) -> str:
    """What the Tasks of a referral tell beside its state: columns ``asked`` and ``place``.

    Args:
        state: SQL of the state.
        referral: SQL of the id of the referral.
        at: SQL of the moment at which that was so; None is now.
    """
    advice = "true" if at is None else f"a.made_at <= {at}"
    offer = f"k.state IN ({known_states()})" if at is None else f"k.accepted_at <= {at}"
    return f"""
    CASE WHEN {state} = 'needs-info' THEN (
      SELECT a.body ->> 'questions' FROM advice a WHERE a.referral_id = {referral} AND {advice}
      ORDER BY a.id DESC LIMIT 1) END AS asked,
    CASE WHEN {state} IN ('accepted', 'placed', 'closed') THEN (
      SELECT k.service_id FROM offer k WHERE k.referral_id = {referral} AND k.purpose = 'place'
        AND {offer} ORDER BY k.accepted_at DESC LIMIT 1) END AS place
    """  # noqa: S608 - our own columns


STATE = f"r.state, r.version AS counted, r.changed_at, r.reason, {told('r.state', 'r.id')}"
"""What a resource shows of its referral ``r``; of ``kept``."""

_OF = "resource x LEFT JOIN referral r ON r.id = x.referral_id"
_LOW = "COALESCE(lower({0}), '-infinity'::timestamptz)"
_HIGH = "COALESCE(upper({0}), 'infinity'::timestamptz)"


def kept(row: Row, *, stated: bool, mark: Mark | None = None) -> Kept:
    """A resource of a row with its own columns, and those of its referral where it shows them."""
    held = Held(**{name: getattr(row, name) for name in Held.__struct_fields__})
    if not stated:
        return Kept(held, None, mark)
    state = Stated(
        state=row.state,
        version=row.counted,
        changed_at=row.changed_at,
        reason=row.reason,
        asked=row.asked,
        place=row.place,
    )
    return Kept(held, state, mark)


async def one(tx: Transaction, actor: Actor, kind: str, identity: uuid.UUID) -> Kept | None:
    """A resource of a type that the actor may see, or None."""
    bound = Bound()
    row = await tx.row(
        f"SELECT {HELD}, x.stated, {STATE} FROM {_OF}"  # noqa: S608 - our own columns
        f" WHERE x.id = {bound(identity, 'uuid')} AND x.type = {bound(kind, 'text')}"
        f" AND {of_resource(bound, actor, kind, many=False)}",
        *bound.values,
    )
    return None if row is None else kept(row, stated=row.stated)


async def plan_for_pages(tx: Transaction) -> None:
    """Has this transaction's statements planned for a few rows of however many, by index.

    Each for its own values, since a rare term and one that everything has want different plans;
    and never by way of a whole table, which is quick while that is small and slower every day.
    """
    await tx.run(
        "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_hashjoin = off;"
        " SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off;"
        " SET LOCAL max_parallel_workers_per_gather = 0"
    )


async def plain(tx: Transaction, actor: Actor, sought: Sought, most: int) -> list[Kept]:
    """Resources that show what they say themselves and fit a search, in its order."""
    bound = Bound()
    source, key = _plain(bound, actor, sought), _key(sought, "x.updated_at")
    return await _found(tx, bound, sought, most, source, key, stated=False)


async def stated(tx: Transaction, actor: Actor, sought: Sought, most: int) -> list[Kept]:
    """ServiceRequests and Tasks that show the state of their referral and fit a search."""
    bound = Bound()
    source, key = _stated(bound, actor, sought), _key(sought, "r.changed_at")
    return await _found(tx, bound, sought, most, source, key, stated=True)


async def count_plain(tx: Transaction, actor: Actor, sought: Sought, most: int | None) -> int:
    """How many ``plain`` would find in all; no further than ``most``."""
    bound = Bound()
    return await counted(tx, bound, _plain(bound, actor, sought), most)


async def count_stated(tx: Transaction, actor: Actor, sought: Sought, most: int | None) -> int:
    """How many ``stated`` would find in all; no further than ``most``."""
    bound = Bound()
    return await counted(tx, bound, _stated(bound, actor, sought), most)


async def counted(tx: Transaction, bound: Bound, source: str, most: int | None) -> int:
    """The rows of a source, counted no further than ``most``."""
    row = await tx.row(
        f"SELECT count(*) AS n FROM (SELECT 1 FROM {source}"  # noqa: S608 - ours
        f" LIMIT {bound(most, 'bigint')}) counted",
        *bound.values,
    )
    assert row is not None  # noqa: S101 - a count is one row
    return int(row.n)


def _plain(bound: Bound, actor: Actor, sought: Sought) -> str:
    wanted = [
        "NOT x.stated",
        of_resource(bound, actor, sought.kind),
        *has_terms(bound, sought.terms, stated=False),
        *_conditions(bound, sought, "x.updated_at"),
    ]
    return f"resource x WHERE {' AND '.join(wanted)}"


def _stated(bound: Bound, actor: Actor, sought: Sought) -> str:
    by_change = sought.axis == "changed" or any(one.axis == "changed" for one in sought.times)
    if actor.role in REFERRERS and not by_change:
        # What belongs to a referral belongs to its organisation: by it and by id there is an index.
        theirs = f"x.organisation_id = {bound(actor.organisation, 'uuid')}"
    else:
        theirs = of_referral(bound, actor)
    wanted = [
        "x.stated",
        theirs,
        *has_terms(bound, sought.terms, stated=True),
        *_conditions(bound, sought, "r.changed_at"),
    ]
    return f"resource x JOIN referral r ON r.id = x.referral_id WHERE {' AND '.join(wanted)}"


def _conditions(bound: Bound, sought: Sought, changed: str) -> list[str]:
    wanted = [f"x.type = {bound(sought.kind, 'text')}"]
    if sought.ids is not None:
        wanted.append(f"x.id = ANY({bound(list(sought.ids), 'uuid[]')})")
    for time in sought.times:
        if time.axis == "changed":
            wanted.append(within(bound, time, changed))
        else:
            name = f"x.{time.axis}"
            asked = within(bound, time, _LOW.format(name), _HIGH.format(name))
            wanted.append(f"({name} IS NOT NULL AND {asked})")
    return wanted


def _key(sought: Sought, changed: str) -> str | None:
    """The time by which is sorted, as SQL; None for the id alone."""
    if sought.axis is None:
        return None
    if sought.axis == "changed":
        return changed
    return key_of(sought, f"lower(x.{sought.axis})", f"upper(x.{sought.axis})")


async def _found(
    tx: Transaction,
    bound: Bound,
    sought: Sought,
    most: int,
    source: str,
    key: str | None,
    *,
    stated: bool,
) -> list[Kept]:
    begins, order = page_of(bound, sought, "x.id", key)
    shown, of = (f"{HELD}, {STATE}", _OF) if stated else (HELD, "resource x")
    way = "DESC" if sought.descending else "ASC"
    # The rows of the page first, and then what is shown of them: of the others nothing is read.
    rows = await tx.rows(
        f"SELECT {shown}, page.key FROM (SELECT x.id, {key or 'NULL::timestamptz'} AS key"  # noqa: S608
        f" FROM {source} AND {begins} ORDER BY {order} LIMIT {bound(most, 'bigint')}) page,"
        f" {of} WHERE x.id = page.id ORDER BY page.key {way}, page.id {way}",
        *bound.values,
    )
    return [kept(row, stated=stated, mark=Mark(row.id, row.key)) for row in rows]
