"""What subscribers are told: which change is an event for whom, and how it reads on FHIR.

An event says that something changed, by its id. It is only for a subscription whose owner may read
that resource at that moment: the same rules as for reading it (``permissions``, ``db.offers``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import msgspec

from coordination.auth.vault import Vault
from coordination.db import changes, locks, new_notices
from coordination.db.changes import (
    About,
    Listener,
    OfferAbout,
    ReferralAbout,
    ServiceAbout,
    TaskAbout,
)
from coordination.db.engine import Transaction
from coordination.db.notices import Leased
from coordination.ids import new_id
from coordination.outbox.notices import Letter
from coordination.permissions import Action, Actor, Role, may, sees
from coordination.records.readable import readable as theirs
from coordination.records.shelf import Reader
from coordination.referral import KNOWN
from fhir.codes import KIND
from fhir.request import STATUS as REQUEST_STATUS
from fhir.search.index import index_of
from fhir.subscription.asked import read_subscription
from fhir.subscription.notification import Event, Notice, NoticeKind, notification
from fhir.subscription.topics import Filters, Topic, fits
from fhir.task.shown import OFFER_STATUS, REFERRAL_STATUS

BATCH = 500  # changes at a time

Facts = dict[str, frozenset[str]]


class Happened(msgspec.Struct, frozen=True):
    """An event before it is known for whom it is.

    Attributes:
        facts: by filter, every way in which its value may be written.
        private: filters that only who may know the person can use.
    """

    topic: Topic
    focus: str
    facts: Facts
    private: frozenset[str] = frozenset()


class Notifier:
    """Tells subscribers (``coordination.outbox.notices``).

    Args:
        vault: opens subscriptions.
        public_url: of this service, as others reach it; empty: references stay relative.
    """

    def __init__(self, vault: Vault, public_url: str) -> None:
        self._vault = vault
        self._base = f"{public_url.rstrip('/')}/fhir" if public_url else ""

    async def spread(self, tx: Transaction) -> bool:
        """Makes notifications of what changed; True when more may have changed already."""
        if not await locks.alone(tx, locks.Lock.SPREAD):
            return False
        changed = await changes.take(tx, BATCH)
        if changed:
            listeners = await changes.listeners(tx)
            if listeners:
                await self._tell(tx, changed, listeners)
        return len(changed) == BATCH

    async def _tell(
        self, tx: Transaction, changed: list[changes.Change], listeners: list[Listener]
    ) -> None:
        listening: dict[str, list[tuple[Listener, Filters]]] = {topic: [] for topic in Topic}
        for one in listeners:
            filters = msgspec.json.decode(one.filters, type=Filters)
            listening[one.topic].append((one, filters))
        events: list[new_notices.Event] = []
        for change, about in await changes.about(tx, changed):
            await asyncio.sleep(0)  # who asks something meanwhile need not wait for them all
            events += [
                new_notices.Event(new_id(), listener.id, happened.focus, change.at)
                for happened in happenings(about, self._vault)
                for listener, filters in listening[happened.topic]
                if readable(listener.actor, about)
                and fits(filters, _facts_for(listener.actor, about, happened))
            ]
        if events:
            await new_notices.number(tx, events)

    async def readable(self, tx: Transaction, one: Leased, now: datetime) -> bool:
        """Whether what it is about is the subscriber's to read, at this moment."""
        if one.focus is None:
            return True
        reader = Reader(one.actor, self._vault, now)
        return one.focus in await theirs(tx, reader, [one.focus])

    def letter(self, one: Leased, now: datetime, *, named: bool) -> Letter:
        """A notification as it is posted.

        Args:
            one: the notification.
            now: the moment.
            named: whether to say what it is about: its number is told all the same.

        Raises:
            ValueError: the subscription can't be opened.
        """
        wanted = read_subscription(self._vault.open(one.subscription_id, one.body))
        focus = one.focus if named else None
        told = [Event(one.number, one.happened, focus)] if one.number else []
        notice = Notice(
            id=str(one.id),
            subscription=str(one.subscription_id),
            topic=Topic(one.topic),
            state=one.state,
            kind=msgspec.convert(one.kind, NoticeKind),
            events=one.events,
            told=told,
            ids=wanted.ids,
            at=now,
            base=self._base,
        )
        ours = {
            "content-type": "application/fhir+json",
            "user-agent": "naober",
            "idempotency-key": str(one.id),
        }
        return Letter(wanted.address, dict(wanted.headers) | ours, notification(notice))


def happenings(about: About, vault: Vault) -> Iterator[Happened]:
    """The events that a change is, by topic; the vault opens a Task that was sent."""
    if isinstance(about, OfferAbout):
        yield Happened(
            Topic.TASK,
            f"Task/{about.id}",
            _id(about.id)
            | {
                "status": frozenset({OFFER_STATUS[about.state]}),
                "owner": _reference("HealthcareService", about.service_id),
                "part-of": _reference("Task", about.task_id),
                "focus": _reference("ServiceRequest", about.referral_id),
            },
            frozenset({"part-of", "focus"}),
        )
    elif isinstance(about, ReferralAbout):
        request = REQUEST_STATUS.get(about.state, "active")
        yield Happened(
            Topic.SERVICE_REQUEST,
            f"ServiceRequest/{about.id}",
            _id(about.id) | {"status": frozenset({request})},
        )
        yield Happened(
            Topic.TASK,
            f"Task/{about.task_id}",
            _id(about.task_id)
            | {
                "status": frozenset({REFERRAL_STATUS[about.state]}),
                "focus": _reference("ServiceRequest", about.id),
            },
        )
    elif isinstance(about, TaskAbout):
        said = _said(vault.open(about.id, about.body))
        yield Happened(Topic.TASK, f"Task/{about.id}", _id(about.id) | said)
    else:
        kinds = {text for kind in about.kinds for text in (kind, f"{KIND}|{kind}")}
        yield Happened(
            Topic.CAPACITY,
            f"HealthcareService/{about.id}",
            _id(about.id)
            | {
                "organization": _reference("Organization", about.organisation_id),
                "service-type": frozenset(kinds),
            },
        )


def readable(actor: Actor, about: About) -> bool:
    """Whether what changed is the actor's to read, at this moment."""
    if isinstance(about, ServiceAbout):
        return may(actor, Action.READ_CAPACITY)
    if not may(actor, Action.READ_FHIR):
        return False
    if isinstance(about, TaskAbout) and about.referral_id is None:
        return about.organisation_id == actor.organisation
    if actor.role is not Role.PROVIDER:
        return sees(actor, about)
    if isinstance(about, OfferAbout):
        return about.asked == actor.organisation
    return actor.organisation in about.known


def _facts_for(actor: Actor, about: About, happened: Happened) -> Facts:
    """What the actor may tell events apart by: who is asked knows no referral before it accepts."""
    if actor.role is Role.PROVIDER and isinstance(about, OfferAbout) and about.state not in KNOWN:
        return {
            name: values for name, values in happened.facts.items() if name not in happened.private
        }
    return happened.facts


_TOLD = ("status", "owner", "focus", "part-of")
"""What a Task says that its events can be told apart by (``fhir.subscription.topics``)."""


def _said(body: bytes) -> Facts:
    """What a Task that was sent says; of a reference also the id alone."""
    terms = index_of("Task", body).terms
    found: dict[str, set[str]] = {name: set() for name in _TOLD}
    for name, _, value in (term.partition("=") for term in terms):
        if name in found and value:
            found[name] |= {value, value.rpartition("/")[2]}
    return {name: frozenset(values) for name, values in found.items()}


def _id(identity: object) -> Facts:
    return {"_id": frozenset({str(identity)})}


def _reference(kind: str, identity: object) -> frozenset[str]:
    return frozenset({str(identity), f"{kind}/{identity}"})
