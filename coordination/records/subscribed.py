"""Subscriptions: each organisation its own, with their address and headers, and nobody else's.

There are few, so all are opened and what is asked is judged in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from coordination import paging
from coordination.db import subscriptions
from coordination.db.engine import Transaction
from coordination.db.subscriptions import Subscription
from coordination.records.paged import PARAMETER, key_of
from coordination.records.shelf import Found, Page, Reader
from fhir.search.index import index_of
from fhir.search.matching import fits, ordered
from fhir.search.query import Query
from fhir.subscription.asked import shown


class _Last(msgspec.Struct, frozen=True):
    """The end of a page: of a search the id, of a history also when and which version."""

    id: str
    at: datetime | None = None
    version: int = 0


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
        versions = await _versions(tx, reader, one)
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
        last = paging.read(after, _Last, PARAMETER)
        if identity is None:
            ones = await subscriptions.of_organisation(tx, reader.actor.organisation)
        else:
            one = await _one(tx, reader, identity)
            ones = [] if one is None else [one]
        found = [each for one in ones for each in await _versions(tx, reader, one)]
        found = [each for each in found if since is None or each.updated >= since]
        found.sort(key=_place, reverse=True)
        if last is not None and last.at is not None:
            mark = (last.at, last.id, last.version)
            rest = [each for each in found if _place(each) < mark]
        else:
            rest = found
        page = rest[:count]
        end = page[-1] if len(rest) > count else None
        return Page(
            found=page,
            after=paging.write(_Last(str(end.id), end.updated, end.version)) if end else None,
            total=len(found),
        )

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query among the subscriptions of the reader's organisation."""
        last = paging.read(query.after, _Last, PARAMETER)
        ones = await subscriptions.of_organisation(tx, reader.actor.organisation)
        all_of_them = [shown_now(one, reader) for one in ones if one.deleted_at is None]
        said = {one.id: index_of("Subscription", one.body) for one in all_of_them}
        fitting = [
            one for one in all_of_them if fits(query, str(one.id), one.updated, said[one.id])
        ]
        if query.sort:
            fitting = ordered(query, fitting, lambda one: (str(one.id), one.updated, said[one.id]))
        rest = fitting if last is None else list(_after(fitting, last.id, ordered=bool(query.sort)))
        page = rest[: query.count]
        return Page(
            found=page,
            after=paging.write(_Last(str(page[-1].id)))
            if page and len(rest) > query.count
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


async def _versions(tx: Transaction, reader: Reader, one: Subscription) -> list[Found]:
    """Every version, newest first."""
    now = [shown_now(one, reader)]
    for was in await subscriptions.earlier(tx, one.id):
        body = reader.vault.open(one.id, was.body)
        before = msgspec.structs.replace(
            one,
            version=was.version,
            updated_at=was.updated_at,
            state=was.state,
            error=was.error,
        )
        now.append(found(before, body))
    return now


def _after(found: list[Found], last: str, *, ordered: bool) -> Iterator[Found]:
    """What comes after the end of a page; newest first it does not matter whether it is there."""
    if not ordered:
        yield from (one for one in found if str(one.id) < last)
        return
    passed = False
    for one in found:
        if passed:
            yield one
        passed = passed or str(one.id) == last


def _place(one: Found) -> tuple[datetime, str, int]:
    return one.updated, str(one.id), one.version
