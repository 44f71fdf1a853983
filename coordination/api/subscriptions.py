"""Notifications of a Subscription: what arrived, what waits, and what did not arrive."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter

from coordination.api.bodies import refusals
from coordination.db.sending import SendingState
from coordination.db.told import Told
from coordination.parts import Who, With
from coordination.records.shelf import Reader
from coordination.subscriptions import telling


class NotificationOut(msgspec.Struct, frozen=True, kw_only=True):
    """One notification.

    Attributes:
        id: as in idempotency-key, and the Bundle's.
        number: of the event; null for a handshake or a sign of life.
        focus: what changed, such as Task/...; null where there is no event, or it is not
            theirs to read any more.
        attempts: tries so far.
        next_attempt: when it is tried again; null when it no longer is.
        error: why the last try was not taken: a class or status; null when it was.
    """

    id: UUID
    kind: Literal["handshake", "heartbeat", "event-notification"]
    number: int | None
    focus: str | None
    state: SendingState
    created: datetime
    attempts: int
    next_attempt: datetime | None
    delivered: datetime | None
    dead: datetime | None
    error: str | None


class Notifications(msgspec.Struct, frozen=True):
    """Notifications, the newest first; 200 at most."""

    items: list[NotificationOut]


@get(
    "/api/subscriptions/{subscription:uuid}/notifications",
    tags=["subscriptions"],
    responses=refusals(404, 410),
)
async def read_notifications(
    subscription: FromPath[UUID],
    parts: With,
    actor: Who,
    only: Annotated[
        SendingState | None, QueryParameter(name="state", description="Only in this state.")
    ] = None,
) -> Notifications:
    """What a subscription of the caller's organisation was told, or given up (dead)."""
    found = await parts.database.transact(
        lambda tx: telling.read_told(
            tx, Reader(actor, parts.vault, parts.now()), subscription, only
        )
    )
    return Notifications([_shown(one) for one in found])


@post(
    "/api/subscriptions/{subscription:uuid}/notifications/{notification:uuid}/resend",
    status_code=202,
    tags=["subscriptions"],
    responses=refusals(404, 409, 410),
)
async def resend(
    subscription: FromPath[UUID], notification: FromPath[UUID], parts: With, actor: Who
) -> NotificationOut:
    """Lets a notification that was given up start anew, under the same id and number."""
    return _shown(
        await parts.database.transact(
            lambda tx: telling.resend(
                tx, Reader(actor, parts.vault, parts.now()), subscription, notification
            )
        )
    )


def _shown(one: Told) -> NotificationOut:
    return NotificationOut(
        id=one.id,
        kind=msgspec.convert(one.kind, Literal["handshake", "heartbeat", "event-notification"]),
        number=one.number,
        focus=one.focus,
        state=one.state,
        created=one.created_at,
        attempts=one.attempts,
        next_attempt=one.next_try,
        delivered=one.delivered_at,
        dead=one.dead_at,
        error=one.fault,
    )
