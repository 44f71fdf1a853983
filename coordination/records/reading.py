"""Reads, follows and searches FHIR resources, each party its own part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination.db import audit
from coordination.db.engine import Transaction
from coordination.errors import Refused, Wrong
from coordination.permissions import look, require
from coordination.records.included import included
from coordination.records.shelf import Found, Page, Reader, Shelf
from coordination.records.shelves import SHELVES
from coordination.records.through import without_chains
from fhir.search.query import Query


class Results(msgspec.Struct, frozen=True):
    """What a search found.

    Attributes:
        page: what fits.
        included: what that points at, as far as it was asked and is theirs to see; each once.
        cut: types of which it points at more than are included.
    """

    page: Page
    included: Sequence[Found] = ()
    cut: Sequence[str] = ()


async def read(tx: Transaction, reader: Reader, kind: str, identity: str) -> Found:
    """A resource as it is now.

    Raises:
        Refused: NOT_FOUND when it is not there or not theirs to see; GONE when it was deleted.
    """
    _may_read(reader, kind)
    found = await _shelf(kind).read(tx, reader, kind, identity)
    return await _seen(tx, reader, kind, found)


async def version(tx: Transaction, reader: Reader, kind: str, identity: str, number: int) -> Found:
    """A resource as it was in one of its versions.

    Raises:
        Refused: NOT_FOUND when there is no such version or it is not theirs to see; GONE when
            this version is that it was deleted.
    """
    _may_read(reader, kind)
    found = await _shelf(kind).version(tx, reader, kind, identity, number)
    return await _seen(tx, reader, kind, found, number)


async def history(
    tx: Transaction,
    reader: Reader,
    kind: str,
    identity: str | None,
    *,
    since: datetime | None,
    count: int,
    after: str | None,
) -> Page:
    """Versions of a resource, or of all resources of a type, newest first.

    Args:
        tx: the request's transaction.
        reader: who looks.
        kind: the type.
        identity: of the one resource, or None for all.
        since: only versions made at or after this moment, or None.
        count: at most so many, at least 1.
        after: of the page before, or None.

    Raises:
        Refused: NOT_FOUND when the one resource is not there or not theirs to see; INVALID for
            an ``after`` that is none of ours.
    """
    _may_read(reader, kind)
    shelf = _shelf(kind)
    if identity is not None and await shelf.read(tx, reader, kind, identity) is None:
        raise _missing(kind)
    page = await shelf.history(tx, reader, kind, identity, since=since, count=count, after=after)
    of = kind if identity is None else f"{kind}/{identity}"
    await _record(tx, reader, f"{of}/_history", len(page.found))
    return page


async def search(tx: Transaction, reader: Reader, query: Query) -> Results:
    """What fits a query, and what that points at where it asks to include it.

    Raises:
        Refused: NOT_FOUND for a type that is not searched; INVALID for a page that is none of
            ours; UNPROCESSABLE for what would cost too much.
    """
    _may_read(reader, query.kind)
    shelf = _shelf(query.kind)
    plain = await without_chains(tx, reader, query, SHELVES)
    page = await shelf.search(tx, reader, plain)
    more, cut = await included(tx, reader, query, page.found, SHELVES)
    await _record(tx, reader, query.kind, len(page.found) + len(more))
    return Results(page, more, cut)


def _may_read(reader: Reader, kind: str) -> None:
    """Lets pass who reads resources; the audit log is for who watches over it."""
    require(reader.actor, look(kind))


def _shelf(kind: str) -> Shelf:
    shelf = SHELVES.get(kind)
    if shelf is None:
        raise _missing(kind)
    return shelf


async def _seen(
    tx: Transaction, reader: Reader, kind: str, found: Found | None, number: int | None = None
) -> Found:
    if found is None:
        raise _missing(kind)
    if not found.body:
        raise Refused(Wrong.GONE, f"This {kind} was deleted.")
    entity = f"{kind}/{found.id}" + (f"/_history/{number}" if number else "")
    await audit.record(tx, reader.actor, look(kind), entity)
    return found


async def _record(tx: Transaction, reader: Reader, entity: str, count: int) -> None:
    action = look(entity.partition("/")[0])
    await audit.record(tx, reader.actor, action, entity, detail={"count": count})


def _missing(kind: str) -> Refused:
    return Refused(Wrong.NOT_FOUND, f"There is no such {kind} among those that you may see.")
