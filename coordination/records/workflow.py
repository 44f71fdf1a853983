"""ServiceRequests and Tasks: what was sent, the state that its referral has, and the offers.

A ServiceRequest that became a referral and the Tasks that ask for it to be fulfilled show the state
of the referral (``fhir.request``, ``fhir.task.shown``), and the version of such a resource is that
of the referral: each change of state is one, and so is new content of its own
(``db.resources.replace``). An offer is shown as a Task. Any other ServiceRequest or Task is shown
as it was sent.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from capacity.words import KINDS
from coordination.auth.vault import Vault
from coordination.db import followed, offer_tasks, past, records
from coordination.db.engine import Transaction
from coordination.db.followed import Span
from coordination.db.offer_tasks import Asked
from coordination.db.records import Kept
from coordination.db.sought import Mark, Sought
from coordination.ids import key_of
from coordination.permissions import Role
from coordination.records.clauses import states_of, ways_of
from coordination.records.marks import read_mark
from coordination.records.overlaid import overlaid
from coordination.records.paged import Match, page, sought_of, together
from coordination.records.shelf import Found, Page, Reader
from coordination.records.stored import opened
from coordination.records.versions import Version, chosen, head_of, page_of, version_of
from coordination.referral import KNOWN
from fhir.search.query import Query, Terms
from fhir.task.shown import offer_task
from triage.outline import outline


class WorkflowShelf:
    """The shelf of ServiceRequest and Task."""

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """A ServiceRequest or Task as it is now."""
        kept = await _one(tx, reader, kind, identity)
        if isinstance(kept, Asked):
            return offered(kept, reader)
        return shown(kept, reader.vault) if kept else None

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """A ServiceRequest or Task as it was; an offer with as much as it told then."""
        kept = await _one(tx, reader, kind, identity)
        if kept is None:
            return None
        versions = [one for one in await _versions(tx, kept) if one.number == number]
        return next(iter(await _opened(tx, reader, kept, versions)), None)

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
        """Versions of one ServiceRequest or Task, or of all of them, newest first."""
        if identity is not None:
            kept = await _one(tx, reader, kind, identity)
            if kept is None:
                return Page(found=())
            versions = await _versions(tx, kept)
            page = chosen(versions, since=since, count=count, after=after)
            return page_of(page, await _opened(tx, reader, kept, page.versions))
        span = Span(kind=kind, since=since, after=read_mark(after))
        await records.plan_for_pages(tx)
        found: list[Kept | Asked] = [
            *await followed.plain(tx, reader.actor, span, count + 1),
            *await followed.stated(tx, reader.actor, span, count + 1),
        ]
        if kind == "Task":
            found += await followed.offers(tx, reader.actor, span, count + 1)
        return together(found, _mark, lambda one: _shown(one, reader), count)

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query as it is shown, newest first."""
        actor, vault = reader.actor, reader.vault
        clauses = tuple(ways_of(one) for one in query.clauses if isinstance(one, Terms))
        with_offers = query.kind == "Task" and all(one.ways or one.negated for one in clauses)

        async def find(sought: Sought, most: int) -> Sequence[Match]:
            kept = await records.either(tx, actor, sought, most)
            asked = await offer_tasks.found(tx, actor, sought, clauses, most) if with_offers else []
            # Only what stands on this page is opened.
            either: list[Kept | Asked] = [*kept, *asked]
            found = sorted(either, key=_place, reverse=sought.descending)[:most]
            judged = not sought.times and all(one.states is not None for one in sought.terms)
            return [
                Match(
                    _mark(one),
                    _shown(one, reader),
                    judged and isinstance(one, Kept) and one.stated is not None,
                )
                for one in found
            ]

        async def count(sought: Sought, most: int | None) -> int:
            sources = [records.plain_of(actor, sought), records.stated_of(actor, sought)]
            if with_offers:
                sources.append(offer_tasks.found_of(actor, sought, clauses))
            return await records.counted(tx, sources, most)

        sought = sought_of(query, vault, lambda clause: states_of(query.kind, clause))
        await records.plan_for_pages(tx, sought)
        return await page(query, sought, find, count)


def _place(one: Kept | Asked) -> tuple[Any, ...]:
    """Where it stands in the order that was asked."""
    mark = _mark(one)
    return (mark.id,) if mark.key is None else (mark.key, mark.id)


def _mark(one: Kept | Asked) -> Mark:
    assert one.mark is not None  # noqa: S101 - a search and a history give each its mark
    return one.mark


def _shown(one: Kept | Asked, reader: Reader) -> Found:
    return offered(one, reader) if isinstance(one, Asked) else shown(one, reader.vault)


async def _one(tx: Transaction, reader: Reader, kind: str, identity: str) -> Kept | Asked | None:
    key = key_of(identity)
    if key is None:
        return None
    kept = await records.one(tx, reader.actor, kind, key)
    if kept is None and kind == "Task":
        return await offer_tasks.one(tx, reader.actor, key)
    return kept


async def _versions(tx: Transaction, kept: Kept | Asked) -> list[Version]:
    """Every version of a ServiceRequest or Task, oldest first."""
    if isinstance(kept, Asked):
        offers = [*await past.offers(tx, kept), kept]
        return [Version(number=o.version, updated=o.changed_at, content=0) for o in offers]
    heads = [*await past.heads(tx, kept.held.id), head_of(kept.held)]
    if kept.stated is None or kept.held.referral_id is None:
        return [version_of(one) for one in heads]
    states = [*await past.states(tx, kept.held.referral_id), kept.stated]
    found = [version_of(one) for one in heads[:-1] if one.referral_id is None]
    first = found[-1].number + 1 if found else 1
    numbers = [one.version for one in heads]
    for state, until in zip(states, [*(one.changed_at for one in states[1:]), None], strict=True):
        if state.version < first or (until is not None and until <= heads[0].updated_at):
            continue  # it was not of the referral yet, or not here
        head = heads[max(bisect.bisect_right(numbers, state.version) - 1, 0)]
        found.append(
            Version(
                number=state.version,
                updated=state.changed_at,
                content=head.version,
                size=head.size,
                stated=state,
            )
        )
    return found


async def _opened(
    tx: Transaction, reader: Reader, kept: Kept | Asked, versions: Sequence[Version]
) -> list[Found]:
    """Some versions of a ServiceRequest or Task, as they were."""
    if isinstance(kept, Asked):
        offers = {one.version: one for one in (*await past.offers(tx, kept), kept)}
        return [offered(offers[one.number], reader) for one in versions]
    held = await past.contents(tx, kept.held, (one.content for one in versions))
    return [shown(Kept(held[one.content], one.stated), reader.vault) for one in versions]


def shown(kept: Kept, vault: Vault) -> Found:
    """A stored ServiceRequest or Task, with the state of its referral where it shows that."""
    plain = opened(kept.held, vault)
    return plain if kept.stated is None or not plain.body else overlaid(plain, kept.stated)


def offered(offer: Asked, reader: Reader) -> Found:
    """An offer as a Task; it names the person only in states in which the provider may know.

    Who knew them once and may not any more is not told by an earlier version either.
    """
    named = reader.actor.role is not Role.PROVIDER or offer.now in KNOWN
    body = offer_task(
        id=str(offer.id),
        service=str(offer.service_id),
        coordination=str(offer.task_id),
        service_request=str(offer.referral_id),
        patient=str(offer.patient_id),
        state=offer.state,
        kind=(offer.need.kind.value, KINDS[offer.need.kind][0]),
        authored=offer.created_at,
        modified=offer.changed_at,
        expires=offer.expires_at,
        starts=offer.starts_at,
        started=offer.started_at,
        ended=offer.ended_at,
        version=offer.version,
        reason=offer.reason,
        destination=offer.destination,
        need=outline(offer.need),
        named=named,
    )
    return Found(
        type="Task",
        id=offer.id,
        version=offer.version,
        updated=offer.changed_at,
        body=body,
        method="POST" if offer.version == 1 else "PUT",
    )
