"""Pages of what was found: what a query asks of the database, and what of it is shown."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

import msgspec

from coordination import paging
from coordination.auth.vault import Vault
from coordination.db.sought import HasTerm, Mark, Sought, Within
from coordination.ids import key_of
from coordination.records.marks import begin_of, order_of, place
from coordination.records.shelf import Found, Page
from fhir.search.index import index_of
from fhir.search.matching import fits
from fhir.search.query import Ids, Query, Terms, When
from fhir.search.rare import rare
from fhir.search.terms import beside

COUNTED = 200
"""So many are counted where nobody asked for the exact total: each costs what finding it does."""


BYTES = 8 * 1024 * 1024
"""Of the resources on a page: the next begins where they would be more, but for a single one."""
AT_ONCE = 51
"""So many are fetched before it is known how large they are."""


class Match(msgspec.Struct, frozen=True):
    """Something that the database found, opened.

    Attributes:
        mark: of the page that would end with it.
        found: as it is sent out.
        judged: whether it fits for sure: no hash, which another term may share, had a part in it.
    """

    mark: Mark
    found: Found
    judged: bool = False


Kind = TypeVar("Kind")
Find = Callable[[Sought, int], Awaitable[Sequence[Match]]]
"""So many matches of a search, in its order."""
Count = Callable[[Sought, int | None], Awaitable[int]]
"""How many fit in all; no further than a number, or all."""
States = Callable[[Terms], tuple[str, ...] | None]
"""The states of a referral in which a clause holds; None where its state does not decide it."""


def sought_of(query: Query, vault: Vault, states: States = lambda _clause: None) -> Sought:
    """What a query asks of the database; chains have become references (``reading``).

    Raises:
        Refused: INVALID for a page that is none of ours.
    """
    clauses = query.clauses
    ids = [set(clause.any_of) for clause in clauses if isinstance(clause, Ids)]
    axis, descending = order_of(query)
    return Sought(
        kind=query.kind,
        terms=tuple(
            HasTerm(
                any_of=vault.terms([term for term in one.any_of if not beside(term)]),
                beside=vault.terms([term for term in one.any_of if beside(term)]),
                negated=one.negated,
                states=states(one),
                rare=rare(one),
            )
            for one in clauses
            if isinstance(one, Terms)
        ),
        times=tuple(
            Within(one.axis, tuple((how, span.low, span.high) for how, span in one.any_of))
            for one in clauses
            if isinstance(one, When)
        ),
        ids=_ids(set.intersection(*ids)) if ids else None,
        axis=axis,
        descending=descending,
        after=begin_of(query),
    )


def _ids(texts: Iterable[str]) -> tuple[uuid.UUID, ...]:
    return tuple(key for text in texts if (key := key_of(text)) is not None)


async def page(query: Query, sought: Sought, find: Find, count: Count) -> Page:
    """A page of a search: what the database finds, opened, and judged again as it is shown.

    Few that it finds do not fit: of a long word it knows the beginning only.
    """
    found: list[Match] = []
    dropped, more, at = False, query.count > 0, sought
    while more and len(found) <= query.count and sum(map(_size, found)) <= BYTES:
        most = min(query.count + 1 - len(found), AT_ONCE)
        matches = await find(at, most)
        fitting = [one for one in matches if one.judged or _fits(query, one.found)]
        dropped = dropped or len(fitting) < len(matches)
        found += fitting
        more = len(matches) == most
        if more:
            at = msgspec.structs.replace(at, after=matches[-1].mark)
    shown = found[: light(map(_size, found), query.count)]
    beyond = more or len(found) > len(shown)
    return Page(
        found=[one.found for one in shown],
        after=paging.write(shown[-1].mark) if beyond and shown else None,
        total=await _total(query, sought, count, None if beyond else len(found), dropped=dropped),
    )


def together(
    kept: Iterable[Kind], mark: Callable[[Kind], Mark], opened: Callable[[Kind], Found], count: int
) -> Page:
    """A page of the versions of many resources, newest first.

    Args:
        kept: all that may stand on it.
        mark: of the page that would end with one of them.
        opened: one of them, as it is sent out; what stands on no page is not opened.
        count: at most so many.
    """
    order = sorted(kept, key=lambda one: place(mark(one)), reverse=True)
    shown: list[Found] = []
    for one in order[:count]:
        found = opened(one)
        if shown and sum(len(each.body) for each in shown) + len(found.body) > BYTES:
            break
        shown.append(found)
    return Page(
        found=shown,
        after=paging.write(mark(order[len(shown) - 1])) if 0 < len(shown) < len(order) else None,
    )


def light(sizes: Iterable[int], count: int) -> int:
    """How many of some resources stand on a page: one at least, where any may.

    Args:
        sizes: of each, in bytes.
        count: at most so many.
    """
    told = many = 0
    for size in islice(sizes, count):
        told += size
        if many and told > BYTES:
            break
        many += 1
    return many


async def _total(
    query: Query, sought: Sought, count: Count, all_of_it: int | None, *, dropped: bool
) -> int | None:
    """How many fit, where that is asked, or is known at little cost: on a first page."""
    asked = query.total == "accurate" or query.summary == "count" or query.count == 0
    if query.count and query.after is None and all_of_it is not None:
        return all_of_it
    if asked:
        return await count(msgspec.structs.replace(sought, after=None), None)
    if query.total == "none" or query.after is not None or dropped:
        return None
    counted = await count(sought, COUNTED + 1)
    return counted if counted <= COUNTED else None


def _fits(query: Query, found: Found) -> bool:
    if not query.clauses:
        return True
    return fits(query, str(found.id), found.updated, index_of(query.kind, found.body))


def _size(one: Match) -> int:
    return len(one.found.body)
