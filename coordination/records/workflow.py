"""ServiceRequests and Tasks: what was sent, the state that its referral has, and the offers.

A ServiceRequest that became a referral and the Tasks that ask for it to be fulfilled show the state
of the referral (``fhir.request``, ``fhir.task.shown``), and the version of such a resource is that
of the referral: each change of state is one, and so is new content of its own
(``db.resources.replace``). An offer is shown as a Task. Any other ServiceRequest or Task is shown
as it was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from capacity.words import KINDS
from coordination.auth.vault import Vault
from coordination.db import followed, offer_tasks, past, records
from coordination.db.engine import Transaction
from coordination.db.followed import Span
from coordination.db.offer_tasks import Asked
from coordination.db.records import Kept, Stated
from coordination.db.sought import Sought
from coordination.records.clauses import states_of, ways_of
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
from coordination.records.stored import opened
from coordination.referral import State
from fhir.request import overlay_request
from fhir.search.query import Query, Terms
from fhir.task.shown import offer_task, overlay_state
from triage.advice import Question
from triage.need import Kind


class WorkflowShelf:
    """The shelf of ServiceRequest and Task."""

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """A ServiceRequest or Task as it is now."""
        kept = await _one(tx, reader, kind, identity)
        if isinstance(kept, Asked):
            return offered(kept)
        return shown(kept, reader.vault) if kept else None

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """A ServiceRequest or Task as it was; an offer with as much as it told then."""
        kept = await _one(tx, reader, kind, identity)
        if kept is None:
            return None
        versions = await _versions(tx, reader, kept)
        return next((one for one in versions if one.version == number), None)

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
            versions = await _versions(tx, reader, kept) if kept else []
            return one_by_one(versions, since=since, count=count, after=after)
        span = Span(kind=kind, since=since, after=mark_of(after))
        await records.plan_for_pages(tx)
        found = await followed.plain(tx, reader.actor, span, count + 1)
        found += await followed.stated(tx, reader.actor, span, count + 1)
        matches = [_match(one, shown(one, reader.vault)) for one in found]
        if kind == "Task":
            asked = await followed.offers(tx, reader.actor, span, count + 1)
            matches += [_match(one, offered(one)) for one in asked]
        return together(matches, count)

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query as it is shown, newest first."""
        actor, vault = reader.actor, reader.vault
        clauses = tuple(ways_of(one) for one in query.clauses if isinstance(one, Terms))
        with_offers = query.kind == "Task" and all(one.ways or one.negated for one in clauses)

        async def find(sought: Sought, most: int) -> Sequence[Match]:
            kept = await records.plain(tx, actor, sought, most)
            kept += await records.stated(tx, actor, sought, most)
            asked = await offer_tasks.found(tx, actor, sought, clauses, most) if with_offers else []
            # Only what stands on this page is opened.
            either: list[Kept | Asked] = [*kept, *asked]
            found = sorted(either, key=_place, reverse=sought.descending)[:most]
            return [
                _match(one, offered(one) if isinstance(one, Asked) else shown(one, vault))
                for one in found
            ]

        async def count(sought: Sought, most: int | None) -> int:
            total = await records.count_plain(tx, actor, sought, most)
            total += await records.count_stated(tx, actor, sought, most)
            if with_offers:
                total += await offer_tasks.count(tx, actor, sought, clauses, most)
            return total

        await records.plan_for_pages(tx)
        sought = sought_of(query, vault, lambda clause: states_of(query.kind, clause))
        return await page(query, sought, find, count)


def _place(one: Kept | Asked) -> tuple[Any, ...]:
    """Where it stands in the order that was asked."""
    assert one.mark is not None  # noqa: S101 - a search gives each its mark
    return (one.mark.id,) if one.mark.key is None else (one.mark.key, one.mark.id)


def _match(one: Kept | Asked, found: Found) -> Match:
    assert one.mark is not None  # noqa: S101 - a search gives each its mark
    return Match(one.mark, found)


async def _one(tx: Transaction, reader: Reader, kind: str, identity: str) -> Kept | Asked | None:
    key = key_of(identity)
    if key is None:
        return None
    kept = await records.one(tx, reader.actor, kind, key)
    if kept is None and kind == "Task":
        return await offer_tasks.one(tx, reader.actor, key)
    return kept


async def _versions(tx: Transaction, reader: Reader, kept: Kept | Asked) -> list[Found]:
    """Every version of a ServiceRequest or Task, oldest first."""
    if isinstance(kept, Asked):
        return [offered(one) for one in (*await past.offers(tx, kept), kept)]
    contents = [*await past.contents(tx, kept.held.id), kept.held]
    if kept.stated is None or kept.held.referral_id is None:
        return [opened(one, reader.vault) for one in contents]
    was = await past.states(tx, kept.held.referral_id)
    states = [*was, kept.stated]
    found = [opened(one, reader.vault) for one in contents[:-1] if one.referral_id is None]
    first = found[-1].version + 1 if found else 1
    for state, until in zip(states, [*(one.changed_at for one in states[1:]), None], strict=True):
        if state.version < first or (until is not None and until <= contents[0].updated_at):
            continue  # it was not of the referral yet, or not here
        held = [one for one in contents if one.version <= state.version][-1:] or contents[:1]
        found.append(shown(Kept(held[0], state), reader.vault))
    return found


def shown(kept: Kept, vault: Vault) -> Found:
    """A stored ServiceRequest or Task, with the state of its referral where it shows that."""
    plain = opened(kept.held, vault)
    state = kept.stated
    if state is None or not plain.body:
        return plain
    if plain.type == "Task":
        body = overlay_state(
            plain.body,
            state=state.state,
            modified=state.changed_at,
            version=state.version,
            reason=state.reason if state.state == State.CANCELLED else None,
            questions=_questions(state),
            place=str(state.place) if state.place else None,
        )
    else:
        body = overlay_request(
            plain.body, state=state.state, modified=state.changed_at, version=state.version
        )
    return msgspec.structs.replace(
        plain,
        version=state.version,
        updated=state.changed_at,
        body=body,
        method="POST" if state.version == 1 else "PUT",
    )


def _questions(state: Stated) -> list[tuple[str, str]]:
    """What is asked of the referrer, most urgent first: the fact, and the question in Dutch."""
    if state.asked is None:
        return []
    found = msgspec.json.decode(state.asked, type=list[Question])
    return [(one.fact, one.text) for one in found]


def offered(offer: Asked) -> Found:
    """An offer as a Task; it names the person only in states in which the provider may know."""
    body = offer_task(
        id=str(offer.id),
        service=str(offer.service_id),
        coordination=str(offer.task_id),
        service_request=str(offer.referral_id),
        patient=str(offer.patient_id),
        state=offer.state,
        kind=(offer.kind, KINDS[Kind(offer.kind)][0]),
        authored=offer.created_at,
        modified=offer.changed_at,
        expires=offer.expires_at,
        starts=offer.starts_at,
        started=offer.started_at,
        ended=offer.ended_at,
        version=offer.version,
        reason=offer.reason,
        destination=offer.destination,
    )
    return Found(
        type="Task",
        id=offer.id,
        version=offer.version,
        updated=offer.changed_at,
        body=body,
        method="POST" if offer.version == 1 else "PUT",
    )
