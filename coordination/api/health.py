"""Health: whether the process lives, and whether it can do its work; and its figures."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from coordination.api.bodies import refusals
from coordination.db import leases, notices
from coordination.db.engine import Transaction
from coordination.db.migrate import is_current
from coordination.errors import Refused
from coordination.parts import Who, With
from coordination.permissions import Action, require

WAITING = Gauge("naober_outbox_waiting", "Messages that wait to be sent.")
DEAD = Gauge("naober_outbox_dead", "Messages that were given up; someone must look.")
ALERTS_OLDEST = Gauge("naober_alerts_oldest_seconds", "How long the oldest alert waits.")
ALERTS_DEAD = Gauge("naober_alerts_dead", "Alerts that were given up; someone must look.")
NOTIFICATIONS_OLDEST = Gauge(
    "naober_notifications_oldest_seconds", "How long the oldest notification waits."
)
NOTIFICATIONS_DEAD = Gauge(
    "naober_notifications_dead", "Notifications that were given up; someone must look."
)
OVERDUE = Gauge("naober_reviews_overdue", "Open referrals whose triage is due again.")


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(msgspec.Struct, frozen=True):
    """Whether the service can do its work, and what of it fails.

    Attributes:
        status: "ok", or "unavailable" with status 503.
        checks: each dependency with "ok" or what fails.
    """

    status: Literal["ok", "unavailable"]
    checks: dict[str, str]


OPEN: list[dict[str, list[str]]] = [{}]
"""Security of what anyone may ask; an empty list would say what holds for all the others."""


@get("/health/live", sync_to_thread=False, tags=["health"], security=OPEN)
def live() -> Alive:
    """The process answers."""
    return Alive()


@get(
    "/health/ready",
    tags=["health"],
    security=OPEN,
    responses={503: ResponseSpec(Ready, description="Something fails.", generate_examples=False)},
)
async def ready(parts: With) -> Response[Ready]:
    """The database answers and has the tables of this version, supply is known, notices come."""
    checks = {
        "database": "ok",
        "supply": "ok" if parts.live.supply.services else "no services known",
        "notices": "ok" if parts.live.listening else "not listening",
    }
    try:
        if not await is_current(parts.database.engine):
            checks["database"] = "tables of another version: run naober migrate"
    except (OSError, SQLAlchemyError, Refused, TimeoutError):
        checks["database"] = "does not answer"
    failing = any(value != "ok" for value in checks.values())
    return Response(
        Ready(status="unavailable" if failing else "ok", checks=checks),
        status_code=503 if failing else 200,
    )


@get("/metrics", tags=["health"], media_type="text/plain", responses=refusals())
async def metrics(parts: With, actor: Who) -> Response[bytes]:
    """Figures for monitoring, in the text format of Prometheus."""
    require(actor, Action.READ_METRICS)

    async def count(tx: Transaction) -> None:
        row = await tx.row(
            """
            SELECT (SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL)
                AS waiting, (SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL) AS dead,
              (SELECT count(*) FROM referral WHERE review_due < now()
                AND state NOT IN ('placed', 'closed', 'cancelled')) AS overdue
            """
        )
        if row is not None:
            WAITING.set(row.waiting)
            DEAD.set(row.dead)
            OVERDUE.set(row.overdue)
        oldest, dead = await leases.figures(tx)
        ALERTS_OLDEST.set(oldest)
        ALERTS_DEAD.set(dead)
        oldest, dead = await notices.figures(tx)
        NOTIFICATIONS_OLDEST.set(oldest)
        NOTIFICATIONS_DEAD.set(dead)

    await parts.database.transact(count)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
