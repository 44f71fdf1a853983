"""A subscriber asks how it stands, which events there were, and for what did not arrive."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec

from coordination.auth.vault import Vault
from coordination.db import audit
from coordination.db import told as rows
from coordination.db.engine import Transaction
from coordination.db.subscriptions import Subscription
from coordination.db.told import Told, ToldState
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require
from coordination.subscriptions.subscribing import own
from fhir.subscription.asked import read_subscription
from fhir.subscription.notification import Event, Notice, notification, status_answer
from fhir.subscription.topics import Topic

MOST_SHOWN = 200
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
    told = [
        Event(one.number, one.created_at, one.focus)
        for one in found
        if one.number is not None and one.focus is not None
    ]
    await audit.record(
        tx, actor, "read-events", f"Subscription/{known.id}", detail={"count": len(told)}
    )
    ids = read_subscription(vault.open(known.id, known.body)).ids
    return notification(
        msgspec.structs.replace(_notice(known, now, base), kind="query-event", told=told, ids=ids)
    )


async def read_told(
    tx: Transaction, actor: Actor, subscription: uuid.UUID, state: ToldState | None
) -> list[Told]:
    """The notifications of a subscription of the actor's organisation, the newest first.

    Raises:
        Refused: NOT_FOUND, GONE.
    """
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
    return found


async def resend(
    tx: Transaction, actor: Actor, subscription: uuid.UUID, notification: uuid.UUID
) -> Told:
    """Lets a notification that was given up start anew, under the same id and number.

    Raises:
        Refused: NOT_FOUND, GONE; CONFLICT when it was not given up, or the subscription is off.
    """
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
    return revived


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
