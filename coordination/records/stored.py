"""Resources as they were sent, with every version that they had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from coordination.auth.vault import Vault
from coordination.db import followed, past, records
from coordination.db.engine import Transaction
from coordination.db.followed import Span
from coordination.db.records import Kept
from coordination.db.resources import Held
from coordination.db.sought import Mark, Sought
from coordination.ids import key_of
from coordination.records.marks import read_mark
from coordination.records.paged import Match, page, sought_of, together
from coordination.records.shelf import Found, Page, Reader
from coordination.records.versions import chosen, head_of, page_of, version_of
from fhir.search.query import Query


class StoredShelf:
    """The shelf of every type of which resources are shown as they were sent."""

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """A resource as it is now; with an empty body where it was deleted."""
        key = key_of(identity)
        kept = key and await records.one(tx, reader.actor, kind, key)
        return opened(kept.held, reader.vault) if kept else None

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """A version of a resource, as it was."""
        key = key_of(identity)
        kept = key and await records.one(tx, reader.actor, kind, key)
        if not kept:
            return None
        held: Held | None = kept.held
        if number != kept.held.version:
            held = await past.content(tx, kept.held.id, number)
        return opened(held, reader.vault) if held and held.version == number else None

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
        """Versions of one resource, or of all of a type, newest first."""
        if identity is None:
            span = Span(kind=kind, since=since, after=read_mark(after))
            await records.plan_for_pages(tx)
            found = await followed.plain(tx, reader.actor, span, count + 1)
            return together(found, mark_of, lambda one: opened(one.held, reader.vault), count)
        key = key_of(identity)
        kept = key and await records.one(tx, reader.actor, kind, key)
        if not kept:
            return Page(found=())
        heads = [*await past.heads(tx, kept.held.id), head_of(kept.held)]
        versions = [version_of(one) for one in heads]
        page = chosen(versions, since=since, count=count, after=after)
        held = await past.contents(tx, kept.held, (one.content for one in page.versions))
        return page_of(page, [opened(held[one.content], reader.vault) for one in page.versions])

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query, newest first."""

        async def find(sought: Sought, most: int) -> Sequence[Match]:
            found = await records.plain(tx, reader.actor, sought, most)
            return [match(one, reader.vault) for one in found]

        async def count(sought: Sought, most: int | None) -> int:
            return await records.counted(tx, [records.plain_of(reader.actor, sought)], most)

        sought = sought_of(query, reader.vault)
        await records.plan_for_pages(tx, sought)
        return await page(query, sought, find, count)


def match(kept: Kept, vault: Vault) -> Match:
    """What the database found, opened."""
    return Match(mark_of(kept), opened(kept.held, vault))


def mark_of(kept: Kept) -> Mark:
    """Where a page would end with what the database found."""
    assert kept.mark is not None  # noqa: S101 - a search and a history give each its mark
    return kept.mark


def opened(held: Held, vault: Vault) -> Found:
    """A resource as it was sent; an empty body stands for one that was deleted."""
    return Found(
        type=held.type,
        id=held.id,
        version=held.version,
        updated=held.updated_at,
        body=vault.open(held.id, held.body) if held.body else b"",
        method="DELETE" if not held.body else "POST" if held.version == 1 else "PUT",
    )
