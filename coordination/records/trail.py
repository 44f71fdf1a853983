"""What was done, of the audit log: Provenance for who follows it, AuditEvent for who watches it.

Rows of the log never change: each has one version. A Provenance that came with a referral is
found behind ours.
"""

from __future__ import annotations

from datetime import datetime
from heapq import merge
from typing import Annotated

import msgspec

from coordination import paging
from coordination.db import trail
from coordination.db.engine import Transaction
from coordination.db.trail import Entry, Wanted
from coordination.errors import Refused, Wrong
from coordination.permissions import Action, require
from coordination.records.marks import version_mark
from coordination.records.shelf import Found, Page, Reader
from coordination.records.stored import StoredShelf
from coordination.records.trail_shown import trail_shown
from coordination.records.trail_wanted import is_row, wanted_of
from fhir.search.index import index_of
from fhir.search.matching import fits
from fhir.search.query import Query
from fhir.task.codes import STEPS

BATCH = 500
MOST = 20_000
"""So many rows of the log are looked through for one page, or to count."""

_STEPS = tuple(STEPS)


class _Mark(msgspec.Struct, frozen=True):
    """Where a page begins: behind a row of the log, or among what is stored (empty: at its top).

    Of a history behind both.
    """

    row: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None
    stored: str | None = None


class TrailShelf:
    """The shelf of Provenance and AuditEvent."""

    def __init__(self) -> None:
        self._stored = StoredShelf()

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """A row of the log; or a Provenance as it was sent."""
        if not is_row(identity):
            mine = kind == "Provenance"
            return await self._stored.read(tx, reader, kind, identity) if mine else None
        found = await _rows(tx, reader, kind, Wanted(ids=(int(identity),)), 1)
        return trail_shown(kind, found[0], reader) if found else None

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """The one version of a row; or a Provenance as it was."""
        if not is_row(identity):
            mine = kind == "Provenance"
            return await self._stored.version(tx, reader, kind, identity, number) if mine else None
        return await self.read(tx, reader, kind, identity) if number == 1 else None

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
        """Rows of the log, newest first, with what was sent of its type; of one row the row."""
        if identity is not None and not is_row(identity):
            if kind != "Provenance":
                return Page(found=[])
            return await self._stored.history(
                tx, reader, kind, identity, since=since, count=count, after=after
            )
        mark = paging.read(after, _Mark) or _Mark(None)
        ids = None if identity is None else (int(identity),)
        wanted = Wanted(ids=ids, since=since, after=mark.row)
        rows = await _rows(tx, reader, kind, wanted, count + 1)
        if kind != "Provenance" or identity is not None:
            return _page(kind, rows, count, reader, more=len(rows) > count)
        sent = await self._stored.history(
            tx, reader, kind, None, since=since, count=count + 1, after=mark.stored
        )
        ours = [trail_shown(kind, row, reader) for row in rows]
        both = list(merge(ours, sent.found, key=lambda one: one.updated, reverse=True))[: count + 1]
        for one in both[:count]:
            if is_row(str(one.id)):
                mark = _Mark(int(one.id), mark.stored)
            else:
                mark = _Mark(mark.row, paging.write(version_mark(one)))
        return Page(found=both[:count], after=paging.write(mark) if len(both) > count else None)

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query, newest first.

        Raises:
            Refused: INVALID for a page that is none of ours; UNPROCESSABLE to count too much.
        """
        mark = paging.read(query.after, _Mark) or _Mark(None)
        rows: list[Entry] = []
        if mark.stored is None:
            rows, ended = await _fitting(tx, reader, query, mark.row)
            if query.kind != "Provenance" or len(rows) > query.count or not ended:
                more = len(rows) > query.count or not ended
                page = _page(query.kind, rows, query.count, reader, more=more)
                total = len(rows) if ended and mark.row is None else None
                if total is not None and query.kind == "Provenance":
                    none = msgspec.structs.replace(query, count=0, after=None)
                    total += (await self._stored.search(tx, reader, none)).total or 0
                return msgspec.structs.replace(page, total=total)
        found = [trail_shown(query.kind, row, reader) for row in rows]
        left = query.count - len(found)
        # A page that ours fill to the brim asks for one more, to know whether there is a next.
        rest = msgspec.structs.replace(
            query, count=max(left, min(query.count, 1)), after=mark.stored or None
        )
        more_of = await self._stored.search(tx, reader, rest)
        after = None if more_of.after is None else _Mark(None, more_of.after)
        if left == 0 and more_of.found:
            after = _Mark(None, "")
        first = query.after is None and more_of.total is not None
        return Page(
            found=[*found, *more_of.found[:left]],
            after=paging.write(after) if after else None,
            total=len(found) + (more_of.total or 0) if first else None,
        )


async def _fitting(
    tx: Transaction, reader: Reader, query: Query, after: int | None
) -> tuple[list[Entry], bool]:
    """One row more than a page holds, or all where they are counted; and whether that is all."""
    wanted = wanted_of(query, after)
    everything = query.total == "accurate" or query.summary == "count" or query.count == 0
    found: list[Entry] = []
    looked, most = 0, BATCH if everything else query.count + 1
    while everything or len(found) <= query.count:
        rows = await _rows(tx, reader, query.kind, wanted, most)
        found += [row for row in rows if _fits(query, row, reader)]
        if len(rows) < most:
            return found, True
        looked, most = looked + len(rows), BATCH
        if looked >= MOST:
            raise Refused(
                Wrong.UNPROCESSABLE,
                "That is too much to look through at once: name a date, or what it is about.",
                code="too-costly",
            )
        wanted = msgspec.structs.replace(wanted, after=rows[-1].id)
    return found, False


async def _rows(
    tx: Transaction, reader: Reader, kind: str, wanted: Wanted, most: int
) -> list[Entry]:
    """Rows that the reader may see.

    Raises:
        Refused: FORBIDDEN for the log itself, but for who watches over it.
    """
    if kind == "AuditEvent":
        require(reader.actor, Action.READ_AUDIT)
        return await trail.entries(tx, wanted, most)
    wanted = msgspec.structs.replace(wanted, actions=_STEPS)
    return await trail.steps(tx, reader.actor, wanted, most)


def _page(kind: str, rows: list[Entry], count: int, reader: Reader, *, more: bool) -> Page:
    shown = rows[:count]
    return Page(
        found=[trail_shown(kind, row, reader) for row in shown],
        after=paging.write(_Mark(shown[-1].id)) if more and shown else None,
    )


def _fits(query: Query, row: Entry, reader: Reader) -> bool:
    found = trail_shown(query.kind, row, reader)
    return fits(query, str(found.id), found.updated, index_of(query.kind, found.body))
