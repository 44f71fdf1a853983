"""An organisation asks to be told of changes, changes what it asks, and ends it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from coordination.auth.vault import Vault
from coordination.db import audit, contacts, new_notices
from coordination.db import subscriptions as rows
from coordination.db.engine import Transaction
from coordination.db.subscriptions import Subscription, Terms
from coordination.errors import Refused, Wrong
from coordination.ids import key_of, new_id
from coordination.outbox.addresses import fault_of_url
from coordination.permissions import Action, Actor, require
from coordination.records.shelf import Found
from coordination.records.subscribed import found
from fhir.outcome import FhirRefused, Issue
from fhir.subscription.asked import Wanted, address_of, read_subscription

MOST_SUBSCRIPTIONS = 50
LARGEST = 64 * 1024
"""Bytes of one: every version of it is kept, and read with each of its notifications."""


async def create(
    tx: Transaction,
    actor: Actor,
    body: bytes,
    vault: Vault,
    now: datetime,
    *,
    allowed: frozenset[str] = frozenset(),
) -> Found:
    """Registers a subscription; it begins when its handshake is answered.

    Args:
        tx: the request's transaction.
        actor: who asks; they are told of what they may read.
        body: a Subscription after ``fhir.validation.accept``.
        vault: seals it.
        now: the moment.
        allowed: hosts that may be private and may do without TLS (the setting ``alert_hosts``).

    Raises:
        FhirRefused: something is asked that is not offered here.
        Refused: FORBIDDEN; CONFLICT for one too many.
    """
    require(actor, Action.SUBSCRIBE)
    wanted = wanted_of(body, now, allowed)
    if not await contacts.lock(tx, actor.organisation):
        raise Refused(Wrong.CONFLICT, "Your organisation is not registered here.")
    present = await rows.of_organisation(tx, actor.organisation)
    if sum(one.deleted_at is None for one in present) >= MOST_SUBSCRIPTIONS:
        raise Refused(
            Wrong.CONFLICT,
            f"An organisation has at most {MOST_SUBSCRIPTIONS} subscriptions: delete one.",
            code="too-many-subscriptions",
        )
    identity = new_id()
    terms = _terms(wanted, vault.seal(identity, body))
    made = await rows.add(tx, actor, identity, terms, now)
    return await _begun(tx, actor, made, body, "create-subscription")


async def update(
    tx: Transaction,
    actor: Actor,
    identity: str,
    body: bytes,
    version: int,
    vault: Vault,
    now: datetime,
    *,
    allowed: frozenset[str] = frozenset(),
) -> Found:
    """Replaces a subscription; it shakes hands anew, and what waits is told at the new address.

    Args:
        tx: the request's transaction.
        actor: who asks; from now on they are told of what they may read.
        identity: of the subscription.
        body: as for ``create``.
        version: that the actor saw (If-Match).
        vault: seals it.
        now: the moment.
        allowed: as for ``create``.

    Raises:
        FhirRefused: as for ``create``.
        Refused: NOT_FOUND, GONE, STALE.
    """
    require(actor, Action.SUBSCRIBE)
    known = await own(tx, actor, identity, lock=True)
    if version != known.version:
        raise Refused(
            Wrong.STALE,
            f"The Subscription is at version {known.version}: read it, and try again.",
            code="stale",
        )
    wanted = wanted_of(body, now, allowed)
    terms = _terms(wanted, vault.seal(known.id, body))
    changed = await rows.change(tx, actor, known.id, terms, now)
    return await _begun(tx, actor, changed, body, "change-subscription")


async def delete(tx: Transaction, actor: Actor, identity: str, now: datetime) -> None:
    """Ends a subscription: its address and headers are forgotten, what waits is given up.

    Raises:
        Refused: NOT_FOUND, GONE.
    """
    require(actor, Action.SUBSCRIBE)
    known = await own(tx, actor, identity, lock=True)
    await rows.remove(tx, known.id, now)
    await new_notices.give_up(tx, known.id, "deleted")
    await audit.record(tx, actor, "delete-subscription", f"Subscription/{known.id}")


def wanted_of(body: bytes, now: datetime, allowed: frozenset[str]) -> Wanted:
    """What a Subscription asks, where all of it is offered.

    Args:
        body: a Subscription after ``fhir.validation.accept``.
        now: the moment.
        allowed: as for ``create``.

    Raises:
        FhirRefused: everything that is not.
    """
    issues: list[Issue] = []
    wanted = None
    if len(body) > LARGEST:
        issues.append(_too_large())
    try:
        wanted = read_subscription(body)
    except FhirRefused as error:
        issues += error.issues
    address = address_of(body)
    if address and (fault := fault_of_url(address, allowed)):
        issues.append(_wrong("channel.endpoint", "address-not-allowed", fault))
    if wanted is not None and wanted.on and wanted.ends is not None and wanted.ends <= now:
        issues.append(_wrong("end", "end-in-the-past", "is over"))
    if issues or wanted is None:
        raise FhirRefused("unprocessable", issues)
    return wanted


def _too_large() -> Issue:
    text = f"A Subscription has at most {LARGEST // 1024} KiB."
    return Issue(
        code="too-long", details="body-too-large", diagnostics=text, expression=("Subscription",)
    )


def _wrong(element: str, details: str, fault: str) -> Issue:
    path = f"Subscription.{element}"
    return Issue(code="value", details=details, diagnostics=f"{path}: {fault}.", expression=(path,))


def _terms(wanted: Wanted, sealed: bytes) -> Terms:
    return Terms(
        topic=wanted.topic.value,
        filters=msgspec.json.encode(wanted.filters).decode(),
        on=wanted.on,
        heartbeat=wanted.heartbeat,
        ends_at=wanted.ends,
        body=sealed,
    )


async def _begun(tx: Transaction, actor: Actor, one: Subscription, body: bytes, deed: str) -> Found:
    if one.state == "off":
        await new_notices.give_up(tx, one.id, "off")
    else:
        await new_notices.shake_hands(tx, new_id(), one.id)
    await audit.record(
        tx,
        actor,
        deed,
        f"Subscription/{one.id}",
        detail={"topic": one.topic, "state": one.state, "version": one.version},
    )
    return found(one, body)


async def own(tx: Transaction, actor: Actor, identity: str, *, lock: bool = False) -> Subscription:
    """A subscription of the actor's organisation.

    Raises:
        Refused: NOT_FOUND, GONE.
    """
    key = key_of(identity)
    known = key and await rows.by_id(tx, actor.organisation, key, lock=lock)
    if not known:
        raise Refused(
            Wrong.NOT_FOUND, "There is no such Subscription among those that you may see."
        )
    if known.deleted_at is not None:
        raise Refused(Wrong.GONE, "This Subscription was deleted.")
    return known
