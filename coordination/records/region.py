"""The shelf of what there is in the region: organisations, sites, beds, services, their figures."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime

from coordination import paging
from coordination.db import region, region_versions
from coordination.db.engine import Transaction
from coordination.db.sought import Mark
from coordination.ids import key_of
from coordination.permissions import Action, require
from coordination.records import region_shown as shown
from coordination.records.marks import (
    Place,
    begin_of,
    beyond,
    order_of,
    place,
    read_mark,
    search_mark,
    time_of,
    version_mark,
)
from coordination.records.region_shown import Item
from coordination.records.shelf import Found, Page, Reader
from fhir.search.matching import fits
from fhir.search.query import Ids, Query

_AT_ONCE = 200
_SUPPLY = frozenset({"HealthcareService", "MeasureReport"})


class RegionShelf:
    """What is ours of Organization, Location, HealthcareService and MeasureReport.

    It is there for all who may read capacity, and none of it is of a person. The MeasureReport
    with the id of a service is that of its figures now.
    """

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """An organisation, site, bed or service of the region, or the figures of a service."""
        require(reader.actor, Action.READ_CAPACITY)
        key = key_of(identity)
        if key is None:
            return None
        found = await _whole(tx, reader, kind, [key])
        return found[0] if found else None

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """A version of it: of a service as it was described and as its figures were then."""
        require(reader.actor, Action.READ_CAPACITY)
        now = await self.read(tx, reader, kind, identity)
        if now is None or now.version == number:
            return now
        found = await _versions(tx, reader, kind, uuid.UUID(identity), number=number, most=1)
        return found[0] if found else None

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
        """Versions of one of them, or of all of a type, newest first."""
        require(reader.actor, Action.READ_CAPACITY)
        key = None if identity is None else key_of(identity)
        if identity is not None and key is None:
            return Page(found=())
        found = await _versions(
            tx, reader, kind, key, since=since, after=read_mark(after), most=count + 1
        )
        more = len(found) > count
        last = found[count - 1] if more and count else None
        return Page(
            found=found[:count],
            after=None if last is None else paging.write(version_mark(last)),
        )

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query; all of it is looked through, what is on the page is rendered."""
        require(reader.actor, Action.READ_CAPACITY)
        axis, descending = order_of(query)
        after = begin_of(query)
        items = await _items(tx, reader, query.kind, _asked(query))
        marks = _marks(items, query, after)
        places = sorted(
            place(mark)
            for item, mark in zip(items, marks, strict=True)
            if fits(query, str(item.id), item.updated, item.indexed)
        )
        rest = beyond(places, after, descending=descending)
        ids = [identity for _, identity, _ in rest[: query.count]]
        whole = {found.id: found for found in await _whole(tx, reader, query.kind, ids)}
        found = [whole[identity] for identity in ids if identity in whole]
        more = len(rest) > query.count > 0
        return Page(
            found=found,
            after=paging.write(search_mark(found[-1], axis, descending=descending))
            if more and found
            else None,
            total=len(places),
        )


def _marks(items: Sequence[Item], query: Query, after: Mark | None) -> list[Mark]:
    """Where each comes in the order that was asked."""
    axis, descending = order_of(query)
    if axis is None:
        return [Mark(item.id) for item in items]
    if axis == "changed":
        return [Mark(item.id, item.updated) for item in items]
    of_now = query.kind == "MeasureReport" and axis == "written"
    if of_now and after is not None and any(item.id == after.id for item in items):
        # The figures of now are all of one moment, which a page among them names; it has passed.
        return [Mark(item.id, after.key) for item in items]
    spans = [item.indexed.written if axis == "written" else item.indexed.about for item in items]
    return [
        Mark(item.id, time_of(span, descending=descending))
        for item, span in zip(items, spans, strict=True)
    ]


def _asked(query: Query) -> list[uuid.UUID] | None:
    """The ids among which is looked; None for all."""
    ids = [clause.any_of for clause in query.clauses if isinstance(clause, Ids)]
    if not ids:
        return None
    return [key for text in ids[0] if (key := key_of(text)) is not None]


async def _items(
    tx: Transaction, reader: Reader, kind: str, only: Sequence[uuid.UUID] | None
) -> list[Item]:
    if kind == "Organization":
        return [shown.organisation_item(one) for one in await region.organisations(tx, only)]
    if kind == "Location":
        sites = [shown.site_item(*one) for one in await region.sites(tx, only)]
        return sites + [shown.bed_item(one, reader.vault) for one in await region.beds(tx, only)]
    items = []
    for one in await region.listed(tx, only):
        items.append(shown.service_item(kind, one, reader.now))
        if len(items) % _AT_ONCE == 0:
            await asyncio.sleep(0)  # others go on while many are looked at for the first time
    return items


async def _whole(
    tx: Transaction, reader: Reader, kind: str, only: Sequence[uuid.UUID]
) -> list[Found]:
    """Some of them, in no order."""
    if not only:
        return []
    if kind == "Organization":
        return [shown.organisation_found(one) for one in await region.organisations(tx, only)]
    if kind == "Location":
        found = [shown.site_found(*one) for one in await region.sites(tx, only)]
        if len(found) < len(only):
            found += [shown.bed_found(one, reader.vault) for one in await region.beds(tx, only)]
        return found
    return [shown.service_found(kind, one, reader.now) for one in await region.supplied(tx, only)]


async def _versions(
    tx: Transaction,
    reader: Reader,
    kind: str,
    only: uuid.UUID | None,
    *,
    since: datetime | None = None,
    after: Mark | None = None,
    number: int | None = None,
    most: int,
) -> list[Found]:
    """Versions, newest first."""
    if kind in _SUPPLY:
        return [
            # As it was when it came to be, before its figures grew old.
            shown.service_found(kind, one, one.changed_at)
            for one in await region_versions.service_versions(
                tx, only, since=since, after=after, number=number, most=most
            )
        ]
    some = None if only is None else [only]
    if kind == "Organization":
        steady = [shown.organisation_found(one) for one in await region.organisations(tx, some)]
        beds = []
    else:
        steady = [shown.site_found(*one) for one in await region.sites(tx, some)]
        beds = await region_versions.bed_versions(
            tx, only, since=since, after=after, number=number, most=most
        )
    found = [
        one
        for one in steady
        if (since is None or one.updated >= since)
        and number in {None, one.version}
        and (after is None or _place(one) < place(after))
    ]
    found += [shown.bed_found(one, reader.vault) for one in beds]
    return sorted(found, key=_place, reverse=True)[:most]


def _place(found: Found) -> Place:
    return place(version_mark(found))
