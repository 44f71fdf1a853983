"""A subscriber asks how it stands, which events there were, and for what did not arrive."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import msgspec

from coordination.auth.vault import Vault
from coordination.db import audit
from coordination.db import told as rows
from coordination.db.engine import Transaction
from coordination.db.sending import SendingState
from coordination.db.subscriptions import Subscription
from coordination.db.told import Told
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require
from coordination.records.readable import readable
from coordination.records.shelf import Reader
from coordination.subscriptions.subscribing import own
from fhir.subscription.asked import read_subscription
from fhir.subscription.notification import Event, Notice, notification, status_answer
from fhir.subscription.topics import Topic

MOST_SHOWN = 200
KEPT = timedelta(days=30)
"""So long what was told can be read and asked for again: a holiday. A choice of this project."""

LAST = 2**62


async def status(
    tx: Transaction, actor: Actor, identity: str, now: datetime, base: str = ""
) -> dict[str, Any]:
    """How a subscription stands, as the answer to ``$status``.

    Raises:
        Refused: NOT_FOUND, GONE.
    """
    require(actor, Action.SUBSCRIBE)
    known = await own(tx, actor, identity)
    await audit.record(tx, actor, "read-subscription-status", f"Subscription/{known.id}")
    return status_answer(_notice(known, now, base))


async def events(
    tx: Transaction,
    actor: Actor,
    identity: str,
    *,
    since: int,
    until: int,
    vault: Vault,
    now: datetime,
    base: str = "",
) -> bytes:
    """Events by number, both inclusive, as the answer to ``$events``; 200 at the most.

    Raises:
        Refused: NOT_FOUND, GONE.
    """
    require(actor, Action.SUBSCRIBE)
    known = await own(tx, actor, identity)
    found = await rows.events(tx, known.id, max(1, since), min(until, LAST), MOST_SHOWN)
    focuses = [one.focus for one in found if one.focus is not None]
    seen = await readable(tx, Reader(actor, vault, now), focuses)
    told = [
        Event(one.number, one.created_at, one.focus if one.focus in seen else None)
        for one in found
        if one.number is not None
    ]
    await audit.record(
        tx, actor, "read-events", f"Subscription/{known.id}", detail={"count": len(told)}
    )
    ids = read_subscription(vault.open(known.id, known.body)).ids
    return notification(
        msgspec.structs.replace(_notice(known, now, base), kind="query-event", told=told, ids=ids)
    )


async def read_told(
    tx: Transaction, reader: Reader, subscription: uuid.UUID, state: SendingState | None
) -> list[Told]:
    """The notifications of a subscription of the reader's organisation, the newest first.

    What one was about is named as long as it is theirs to read.

    Raises:
        Refused: NOT_FOUND, GONE.
    """
    actor = reader.actor
    require(actor, Action.SUBSCRIBE)
    known = await own(tx, actor, str(subscription))
    found = await rows.of_subscription(tx, known.id, state, MOST_SHOWN)
    await audit.record(
        tx,
        actor,
        "read-notifications",
        f"Subscription/{known.id}",
        detail={"state": state, "count": len(found)},
    )
    return await _named(tx, reader, found)


async def _named(tx: Transaction, reader: Reader, found: list[Told]) -> list[Told]:
    seen = await readable(tx, reader, [one.focus for one in found if one.focus is not None])
    return [one if one.focus in seen else msgspec.structs.replace(one, focus=None) for one in found]


async def resend(
    tx: Transaction, reader: Reader, subscription: uuid.UUID, notification: uuid.UUID
) -> Told:
    """Lets a notification that was given up start anew, under the same id and number.

    Raises:
        Refused: NOT_FOUND, GONE; CONFLICT when it was not given up, or the subscription is off.
    """
    actor = reader.actor
    require(actor, Action.SUBSCRIBE)
    known = await own(tx, actor, str(subscription), lock=True)
    one = await rows.by_id(tx, known.id, notification)
    if one is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such notification of this subscription.")
    if one.state != "dead":
        # One that waits may be on its way this moment: two must not send it.
        raise Refused(
            Wrong.CONFLICT, f"This notification is {one.state}: only a dead one is sent again.",
            code="not-dead",
        )  # fmt: skip
    if known.started_at is None:
        raise Refused(
            Wrong.CONFLICT,
            "Nothing is sent for this subscription now: update it with status requested first.",
            code="subscription-not-active",
        )
    revived = await rows.revive(tx, one.id)
    await audit.record(
        tx, actor, "resend-notification", f"Subscription/{known.id}",
        detail={"notification": str(one.id)},
    )  # fmt: skip
    (told,) = await _named(tx, reader, [revived])
    return told


async def forget(tx: Transaction, most: int) -> int:
    """Forgets what was told or given up longer ago than ``KEPT``; how many, ``most`` at most."""
    return await rows.forget(tx, KEPT, most)


def _notice(one: Subscription, now: datetime, base: str) -> Notice:
    return Notice(
        id=str(new_id()),
        subscription=str(one.id),
        topic=Topic(one.topic),
        state=one.state,
        kind="query-status",
        events=one.events,
        error=one.error,
        at=now,
        base=base,
    )
