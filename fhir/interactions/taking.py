"""From a checked body to its intake, with the parts of the service that it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from coordination import referring
from coordination.db.engine import Transaction
from coordination.intake import Received
from coordination.parts import Parts
from coordination.permissions import Actor
from coordination.referring import Checked


def taking(
    parts: Parts, actor: Actor, checked: Checked
) -> Callable[[Transaction], Awaitable[Received]]:
    """What stores a body in a transaction, as received at this moment."""
    now = parts.now()
    return lambda tx: referring.take(
        tx,
        actor,
        checked,
        protocol=parts.protocol,
        supply=parts.live.supply,
        vault=parts.vault,
        now=now,
    )
