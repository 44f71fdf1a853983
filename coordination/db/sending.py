"""What is on its way to somebody: how often it was tried, and whether it arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

SendingState = Literal["waiting", "delivered", "dead"]


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is sent until it arrives, or is given up."""

    attempts: int
    next_attempt_at: datetime
    delivered_at: datetime | None
    dead_at: datetime | None
    last_error: str | None

    @property
    def state(self) -> SendingState:
        """Where it is."""
        if self.delivered_at is not None:
            return "delivered"
        return "waiting" if self.dead_at is None else "dead"

    @property
    def next_try(self) -> datetime | None:
        """When it is tried again; None once it arrived or is given up."""
        return self.next_attempt_at if self.state == "waiting" else None

    @property
    def fault(self) -> str | None:
        """Why the last try failed; None once it arrived."""
        return None if self.state == "delivered" else self.last_error


def in_state(alias: str, state: SendingState | None) -> str:
    """Whether a row is in a state, as a condition of SQL; None is any.

    Args:
        alias: of its table.
        state: the state.
    """
    return {
        None: "true",
        "waiting": f"{alias}.delivered_at IS NULL AND {alias}.dead_at IS NULL",
        "delivered": f"{alias}.delivered_at IS NOT NULL",
        "dead": f"{alias}.delivered_at IS NULL AND {alias}.dead_at IS NOT NULL",
    }[state]
