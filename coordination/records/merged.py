"""Two shelves of the same types as one: what is ours, and what others sent of that type."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from itertools import islice, takewhile

from coordination import paging
from coordination.db.engine import Transaction
from coordination.db.sought import Mark
from coordination.records.marks import order_of, place, search_mark, version_mark
from coordination.records.shelf import Found, Page, Reader, Shelf
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

        return await self._merged(ask, version_mark, count, descending=True)

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits of both, in the order that was asked."""
        axis, descending = order_of(query)

        async def ask(shelf: Shelf) -> Page:
            return await shelf.search(tx, reader, query)

        return await self._merged(
            ask,
            lambda found: search_mark(found, axis, descending=descending),
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
        # A page may end before it has so many: what comes after it may come before what is here.
        ends = [place(mark(page.found[-1])) for page in pages if page.after and page.found]
        end = (max if descending else min)(ends) if ends else None
        before = takewhile(
            lambda pair: (
                end is None or (place(pair[0]) >= end if descending else place(pair[0]) <= end)
            ),
            merged,
        )
        shown = list(islice(before, count))
        more = len(merged) > len(shown) or any(page.after for page in pages)
        totals = [page.total for page in pages]
        return Page(
            found=[found for _, found in shown],
            after=paging.write(shown[-1][0]) if shown and more else None,
            total=None if None in totals else sum(total or 0 for total in totals),
        )
