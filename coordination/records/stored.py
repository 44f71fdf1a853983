"""Resources as they were sent, with every version that they had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from coordination.auth.vault import Vault
from coordination.db import followed, past, records
from coordination.db.engine import Transaction
from coordination.db.followed import Span
from coordination.db.resources import Held
from coordination.db.sought import Sought
from coordination.records.paged import (
    Match,
    key_of,
    mark_of,
    one_by_one,
    page,
    sought_of,
    together,
)
from coordination.records.shelf import Found, Page, Reader
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
            span = Span(kind=kind, since=since, after=mark_of(after))
            await records.plan_for_pages(tx)
            found = await followed.plain(tx, reader.actor, span, count + 1)
            return together([match(one, reader.vault) for one in found], count)
        key = key_of(identity)
        kept = key and await records.one(tx, reader.actor, kind, key)
        held = [*await past.contents(tx, kept.held.id), kept.held] if kept else []
        versions = [opened(one, reader.vault) for one in held]
        return one_by_one(versions, since=since, count=count, after=after)

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query, newest first."""

        async def find(sought: Sought, most: int) -> Sequence[Match]:
            found = await records.plain(tx, reader.actor, sought, most)
            return [match(one, reader.vault) for one in found]

        async def count(sought: Sought, most: int | None) -> int:
            return await records.count_plain(tx, reader.actor, sought, most)

        await records.plan_for_pages(tx)
        return await page(query, sought_of(query, reader.vault), find, count)


def match(kept: records.Kept, vault: Vault) -> Match:
    """What the database found, opened."""
    assert kept.mark is not None  # noqa: S101 - a search gives each its mark
    return Match(kept.mark, opened(kept.held, vault))


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
