"""Subscriptions: each organisation its own, with their address and headers, and nobody else's.

There are few, so all are opened and what is asked is judged in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination import paging
from coordination.db import subscriptions
from coordination.db.engine import Transaction
from coordination.db.subscriptions import Subscription
from coordination.ids import key_of
from coordination.records.marks import (
    begin_of,
    beyond,
    order_of,
    place,
    read_mark,
    search_mark,
    version_mark,
)
from coordination.records.paged import together
from coordination.records.shelf import Found, Page, Reader
from fhir.search.index import index_of
from fhir.search.matching import fits
from fhir.search.query import Query
from fhir.subscription.asked import shown


class SubscribedShelf:
    """The shelf of Subscription."""

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """A subscription of the reader's organisation as it is now."""
        del kind
        one = await _one(tx, reader, identity)
        return None if one is None else shown_now(one, reader)

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """A version of a subscription; of one that was deleted only that it was."""
        del kind
        one = await _one(tx, reader, identity)
        if one is None:
            return None
        versions = await _versions(tx, reader, [one])
        return next((each for each in versions if each.version == number), None)

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
        """The versions of a subscription, or of all of the reader's organisation."""
        del kind
        if identity is None:
            ones = await subscriptions.of_organisation(tx, reader.actor.organisation)
        else:
            one = await _one(tx, reader, identity)
            ones = [] if one is None else [one]
        versions = await _versions(tx, reader, ones)
        told = [each for each in versions if since is None or each.updated >= since]
        last = read_mark(after)
        rest = [one for one in told if last is None or place(version_mark(one)) < place(last)]
        page = together(rest, version_mark, lambda one: one, count)
        return msgspec.structs.replace(page, total=len(told))

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query among the subscriptions of the reader's organisation."""
        axis, descending = order_of(query)
        ones = await subscriptions.of_organisation(tx, reader.actor.organisation)
        now = [shown_now(one, reader) for one in ones if one.deleted_at is None]
        fitting = {
            place(search_mark(one, axis, descending=descending)): one
            for one in now
            if fits(query, str(one.id), one.updated, index_of("Subscription", one.body))
        }
        rest = beyond(sorted(fitting), begin_of(query), descending=descending)
        page = [fitting[at] for at in rest[: query.count]]
        more = len(rest) > query.count > 0
        return Page(
            found=page,
            after=paging.write(search_mark(page[-1], axis, descending=descending))
            if more
            else None,
            total=None if query.total == "none" else len(fitting),
        )


def shown_now(one: Subscription, reader: Reader) -> Found:
    """A subscription as it is sent out; with an empty body when it was deleted."""
    body = b"" if one.deleted_at else reader.vault.open(one.id, one.body)
    return found(one, body)


def found(one: Subscription, body: bytes) -> Found:
    """A subscription of which the body was opened, or is empty when it was deleted."""
    if body:
        body = shown(
            body,
            identity=str(one.id),
            version=one.version,
            updated=one.updated_at,
            state=one.state,
            error=one.error,
        )
    return Found(
        type="Subscription",
        id=one.id,
        version=one.version,
        updated=one.updated_at,
        body=body,
        method="DELETE" if one.deleted_at else "POST" if one.version == 1 else "PUT",
    )


async def _one(tx: Transaction, reader: Reader, identity: str) -> Subscription | None:
    key = key_of(identity)
    if key is None:
        return None
    return await subscriptions.by_id(tx, reader.actor.organisation, key)


async def _versions(tx: Transaction, reader: Reader, ones: Sequence[Subscription]) -> list[Found]:
    """Every version of some subscriptions, in no order."""
    by_id = {one.id: one for one in ones}
    versions = [shown_now(one, reader) for one in ones]
    for was in await subscriptions.earlier(tx, list(by_id)):
        before = msgspec.structs.replace(
            by_id[was.id],
            version=was.version,
            updated_at=was.updated_at,
            state=was.state,
            error=was.error,
        )
        versions.append(found(before, reader.vault.open(was.id, was.body)))
    return versions
