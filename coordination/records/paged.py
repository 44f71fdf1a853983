"""Pages of what was found: what a query asks of the database, and where the next page begins."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from coordination import paging
from coordination.auth.vault import Vault
from coordination.db.sought import EARLIEST, LATEST, HasTerm, Mark, Sought, Within
from coordination.errors import Fault, Refused, Wrong
from coordination.records.shelf import Found, Page
from fhir.search.index import index_of
from fhir.search.matching import fits
from fhir.search.parameters import Axis, parameters_of
from fhir.search.query import Ids, Query, Span, Terms, When

PARAMETER = "_page"
COUNTED = 1000
"""So many are counted where nobody asked for the exact total."""


class Match(msgspec.Struct, frozen=True):
    """Something that the database found, opened.

    Attributes:
        mark: of the page that would end with it.
        found: as it is sent out.
    """

    mark: Mark
    found: Found


Find = Callable[[Sought, int], Awaitable[Sequence[Match]]]
"""So many matches of a search, in its order."""
Count = Callable[[Sought, int | None], Awaitable[int]]
"""How many fit in all; no further than a number, or all."""
States = Callable[[Terms], tuple[str, ...] | None]
"""The states of a referral in which a clause holds; None where its state does not decide it."""


def key_of(text: str) -> uuid.UUID | None:
    """The id of a text; None for what is no id of ours, which are written in one way only."""
    try:
        key = uuid.UUID(text)
    except ValueError:
        return None
    return key if str(key) == text else None


def mark_of(after: str | None) -> Mark | None:
    """Where a page begins.

    Raises:
        Refused: INVALID for a mark that is none of ours.
    """
    return paging.read(after, Mark, PARAMETER)


def sought_of(query: Query, vault: Vault, states: States = lambda _clause: None) -> Sought:
    """What a query asks of the database; chains have become references (``reading``).

    Raises:
        Refused: INVALID for a page that is none of ours, UNPROCESSABLE for more than one order.
    """
    clauses = query.clauses
    ids = [set(clause.any_of) for clause in clauses if isinstance(clause, Ids)]
    axis, descending = order_of(query)
    after = mark_of(query.after)
    if after is not None and (after.key is None) != (axis is None):
        raise Refused(
            Wrong.INVALID,
            f"{PARAMETER} is of a search in another order; start at the first page.",
            faults=(Fault(PARAMETER, "is of a search in another order"),),
            code="search-parameter",
        )
    return Sought(
        kind=query.kind,
        terms=tuple(
            HasTerm(vault.terms(one.any_of), one.negated, states(one))
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
        after=after,
    )


def _ids(texts: Iterable[str]) -> tuple[uuid.UUID, ...]:
    return tuple(key for text in texts if (key := key_of(text)) is not None)


def order_of(query: Query) -> tuple[Axis | None, bool]:
    """The time by which is sorted, None for the id; and whether the last comes first.

    Raises:
        Refused: UNPROCESSABLE for more than one, or what is no time.
    """
    if not query.sort:
        return None, True
    (name, descending), *more = query.sort
    axis = None if name == "_id" else parameters_of(query.kind)[name].axis
    if more or (axis is None and name != "_id"):
        raise Refused(
            Wrong.UNPROCESSABLE,
            "_sort takes one of _lastUpdated, _id and the dates of the type.",
            faults=(Fault("_sort", "takes one date or _id"),),
            code="sort-unknown",
        )
    return axis, descending


def time_of(span: Span | None, *, descending: bool) -> datetime:
    """The time by which a stretch is sorted, as the database does (``db.sought.key_of``)."""
    if span is None:
        return EARLIEST if descending else LATEST
    return (span.high or LATEST) if descending else (span.low or EARLIEST)


async def page(query: Query, sought: Sought, find: Find, count: Count) -> Page:
    """A page of a search: what the database finds, opened, and judged again as it is shown.

    Few that it finds do not fit: of a long word it knows the beginning only.
    """
    found: list[Match] = []
    dropped, more, at = False, query.count > 0, sought
    while more and len(found) <= query.count:
        most = query.count + 1 - len(found)
        matches = await find(at, most)
        fitting = [one for one in matches if _fits(query, one.found)]
        dropped = dropped or len(fitting) < len(matches)
        found += fitting
        more = len(matches) == most
        if more:
            at = msgspec.structs.replace(at, after=matches[-1].mark)
    shown = found[: query.count]
    beyond = len(found) > query.count
    return Page(
        found=[one.found for one in shown],
        after=paging.write(shown[-1].mark) if beyond else None,
        total=await _total(query, sought, count, None if beyond else len(found), dropped=dropped),
    )


def one_by_one(
    versions: Sequence[Found], *, since: datetime | None, count: int, after: str | None
) -> Page:
    """A page of the versions of one resource, newest first, of all of them, oldest first."""
    mark = mark_of(after)
    last = mark.version if mark else None
    told = [one for one in reversed(versions) if since is None or one.updated >= since]
    rest = [one for one in told if last is None or one.version < last]
    shown = rest[:count]
    return Page(
        found=shown,
        after=_after(shown[-1]) if shown and len(rest) > count else None,
        total=len(told),
    )


def together(matches: Iterable[Match], count: int) -> Page:
    """A page of the versions of many resources, newest first."""
    order = sorted(
        matches, key=lambda one: (one.mark.key, one.mark.id, one.mark.version), reverse=True
    )
    shown = order[:count]
    return Page(
        found=[one.found for one in shown],
        after=paging.write(shown[-1].mark) if shown and len(order) > count else None,
    )


def _after(found: Found) -> str:
    of = found.id if isinstance(found.id, uuid.UUID) else uuid.UUID(found.id)
    return paging.write(Mark(of, found.updated, found.version))


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
