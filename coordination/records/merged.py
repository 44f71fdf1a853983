"""Two shelves of the same types as one: what is ours, and what others sent of that type."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from coordination import paging
from coordination.db.engine import Transaction
from coordination.db.sought import EARLIEST, Mark
from coordination.records.paged import order_of, time_of
from coordination.records.shelf import Found, Page, Reader, Shelf
from fhir.search.index import index_of
from fhir.search.parameters import Axis
from fhir.search.query import Query

_Asks = Callable[[Shelf], Awaitable[Page]]


class MergedShelf:
    """Two shelves that page by the same marks, in the same order.

    Args:
        first: asked first for a resource.
        second: asked where the first has none by that id.
    """

    def __init__(self, first: Shelf, second: Shelf) -> None:
        self.both = (first, second)

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """A resource as it is now, of the first that has it."""
        for shelf in self.both:
            found = await shelf.read(tx, reader, kind, identity)
            if found is not None:
                return found
        return None

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """A version of a resource, of the first that has it."""
        for shelf in self.both:
            found = await shelf.version(tx, reader, kind, identity, number)
            if found is not None:
                return found
        return None

    async def history(
        self,
        tx: Transaction,
        reader: Reader,
        kind: str,
        identity: str | None,
        *,
        since: datetime | None,
        count: int,
        after: str | None,
    ) -> Page:
        """Versions of both, newest first."""

        async def ask(shelf: Shelf) -> Page:
            return await shelf.history(
                tx, reader, kind, identity, since=since, count=count, after=after
            )

        return await self._merged(ask, _version_mark, count, descending=True)

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits of both, in the order that was asked."""
        axis, descending = order_of(query)

        async def ask(shelf: Shelf) -> Page:
            return await shelf.search(tx, reader, query)

        return await self._merged(
            ask,
            lambda found: mark_of(found, axis, descending=descending),
            query.count,
            descending=descending,
        )

    async def _merged(
        self, ask: _Asks, mark: Callable[[Found], Mark], count: int, *, descending: bool
    ) -> Page:
        pages = [await ask(shelf) for shelf in self.both]
        marked: list[Iterable[tuple[Mark, Found]]] = [
            [(mark(one), one) for one in page.found] for page in pages
        ]
        merged = list(heapq.merge(*marked, key=lambda pair: place(pair[0]), reverse=descending))
        shown = merged[:count]
        more = len(merged) > count or any(page.after for page in pages)
        totals = [page.total for page in pages]
        return Page(
            found=[found for _, found in shown],
            after=paging.write(shown[-1][0]) if shown and more else None,
            total=None if None in totals else sum(total or 0 for total in totals),
        )


def place(mark: Mark) -> tuple[datetime, uuid.UUID, int]:
    """Where something comes in an order."""
    return mark.key or EARLIEST, mark.id, mark.version


def mark_of(found: Found, axis: Axis | None, *, descending: bool) -> Mark:
    """The mark of a page of a search that ends with a resource.

    Args:
        found: the resource.
        axis: the time by which is sorted, or None for the id.
        descending: whether the last comes first.
    """
    identity = uuid.UUID(str(found.id))
    if axis is None:
        return Mark(identity)
    if axis == "changed":
        return Mark(identity, found.updated)
    indexed = index_of(found.type, found.body)
    span = indexed.written if axis == "written" else indexed.about
    return Mark(identity, time_of(span, descending=descending))


def _version_mark(found: Found) -> Mark:
    return Mark(uuid.UUID(str(found.id)), found.updated, found.version)
