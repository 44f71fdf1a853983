"""Stored resources as an actor may read and find them, with the state that some of them show."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.db.resources import Held
from coordination.db.seen import of_referral, of_resource
from coordination.db.sought import (
    Bound,
    Mark,
    Sought,
    has_terms,
    key_of,
    page_of,
    resources,
    within,
)
from coordination.db.stated import STATE, Stated, stated_of_row
from coordination.permissions import REFERRERS, Actor


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

_STATED = f"true AS stated, {STATE}"
_PLAIN = (
    "false AS stated, NULL::text AS state, NULL::int AS counted, NULL::timestamptz AS changed_at,"
    " NULL::text AS reason, NULL::text AS asked, NULL::uuid AS place"
)
_LOW = "COALESCE(lower({0}), '-infinity'::timestamptz)"
_HIGH = "COALESCE(upper({0}), 'infinity'::timestamptz)"


def kept(row: Row, *, stated: bool, mark: Mark | None = None) -> Kept:
    """A resource of a row with its own columns, and those of its referral where it shows them."""
    held = Held(**{name: row[name] for name in Held.__struct_fields__})
    if not stated:
        return Kept(held, None, mark)
    return Kept(held, stated_of_row(row), mark)


async def one(tx: Transaction, actor: Actor, kind: str, identity: uuid.UUID) -> Kept | None:
    """A resource of a type that the actor may see, or None."""
    bound = Bound()
    row = await tx.row(
        f"SELECT {HELD}, x.stated, {STATE}"  # noqa: S608 - our own columns
        " FROM resource x LEFT JOIN referral r ON r.id = x.referral_id"
        f" WHERE x.id = {bound(identity, 'uuid')} AND x.type = {bound(kind, 'text')}"
        f" AND {of_resource(bound, actor, kind, many=False)}",
        *bound.values,
    )
    return None if row is None else kept(row, stated=row.stated)


async def plan_for_pages(tx: Transaction, sought: Sought | None = None) -> None:
    """Has this transaction's statements planned for a few rows of however many, by index.

    Each for its own values, since a term that many have and one that some have want different
    plans; what has a rare term is always found in one way, which is planned once. Never by way of
    a whole table, which is quick while that is small and slower every day; nor along the newest of
    every type, which the database holds cheaper than the rows of one type here and there (4 times,
    as on a disk that turns).
    """
    once = sought is not None and any(one.rare for one in sought.terms)
    await tx.run(
        f"SET LOCAL plan_cache_mode = {'force_generic_plan' if once else 'force_custom_plan'};"
        " SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"
        " SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0;"
        " SET LOCAL random_page_cost = 1.1"
    )


Source = Callable[[Bound], str]
"""Where the rows of a search come from: a FROM with its WHERE, which binds its parameters."""


async def plain(tx: Transaction, actor: Actor, sought: Sought, most: int) -> list[Kept]:
    """Resources that show what they say themselves and fit a search, in its order."""
    bound = Bound()
    rows = await tx.rows(_page_of_plain(bound, actor, sought, most), *bound.values)
    return [_marked(row) for row in rows]


async def either(tx: Transaction, actor: Actor, sought: Sought, most: int) -> list[Kept]:
    """ServiceRequests or Tasks that fit a search: those that show the state of their referral too.

    As many as ``most`` of each, and each in the order of the search.
    """
    bound = Bound()
    rows = await tx.rows(
        f"({_page_of_plain(bound, actor, sought, most)}) UNION ALL"
        f" ({_page_of_stated(bound, actor, sought, most)})",
        *bound.values,
    )
    return [_marked(row) for row in rows]


def plain_of(actor: Actor, sought: Sought) -> Source:
    """Resources ``x`` that show what they say themselves, for ``counted``."""
    return lambda bound: _plain(bound, actor, sought)


def stated_of(actor: Actor, sought: Sought) -> Source:
    """ServiceRequests or Tasks ``x`` that show the state of their referral, for ``counted``."""
    return lambda bound: _stated(bound, actor, sought)


async def counted(tx: Transaction, sources: Sequence[Source], most: int | None) -> int:
    """The rows of some sources together, of each counted no further than ``most``."""
    bound = Bound()
    counts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM {source(bound)}"  # noqa: S608 - ours
        f" LIMIT {bound(most, 'bigint')}) these)"
        for source in sources
    ]
    row = await tx.row(f"SELECT {' + '.join(counts)} AS n", *bound.values)
    assert row is not None  # noqa: S101 - a count is one row
    return int(row.n)


def _plain(bound: Bound, actor: Actor, sought: Sought) -> str:
    source = resources(bound, sought)
    wanted = [
        "NOT x.stated",
        of_resource(bound, actor, sought.kind),
        *has_terms(bound, sought.terms, stated=False),
        *_conditions(bound, sought, "x.updated_at"),
    ]
    return f"{source} WHERE {' AND '.join(wanted)}"


def _stated(bound: Bound, actor: Actor, sought: Sought) -> str:
    source = resources(bound, sought)
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
    return f"{source} JOIN referral r ON r.id = x.referral_id WHERE {' AND '.join(wanted)}"


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


def _page_of_plain(bound: Bound, actor: Actor, sought: Sought, most: int) -> str:
    source, key = _plain(bound, actor, sought), _key(sought, "x.updated_at")
    return _page(bound, sought, most, _PLAIN, source, key)


def _page_of_stated(bound: Bound, actor: Actor, sought: Sought, most: int) -> str:
    source, key = _stated(bound, actor, sought), _key(sought, "r.changed_at")
    return _page(bound, sought, most, _STATED, source, key)


def _page(bound: Bound, sought: Sought, most: int, state: str, source: str, key: str | None) -> str:
    begins, order = page_of(bound, sought, "x.id", key)
    return (
        f"SELECT {HELD}, {state}, {key or 'NULL::timestamptz'} AS key"  # noqa: S608 - ours
        f" FROM {source} AND {begins} ORDER BY {order} LIMIT {bound(most, 'bigint')}"
    )


def _marked(row: Row) -> Kept:
    return kept(row, stated=row["stated"], mark=Mark(row["id"], row["key"]))
