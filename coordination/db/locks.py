"""What one transaction at a time does, over all processes: advisory locks of the database."""

from __future__ import annotations

from enum import IntEnum

from coordination.db.engine import Transaction


class Lock(IntEnum):
    """What is done by one at a time; numbers that nothing else locks."""

    WAITING = 4_201
    """Looking at who waits."""
    PROPOSAL = 4_215
    """Making a proposal for everyone who waits."""
    GUARANTEE = 4_216
    """Asking for a guarantee bed: two at once would both see none given."""
    SPREAD = 4_217
    """Telling subscribers what changed, in the order in which it did."""


async def alone(tx: Transaction, lock: Lock) -> bool:
    """Whether this transaction is the only one that does it, until it ends; never waits."""
    row = await tx.row("SELECT pg_try_advisory_xact_lock($1) AS alone", lock)
    return bool(row and row.alone)


async def in_turn(tx: Transaction, lock: Lock) -> None:
    """Waits for whoever does it, and lets nobody else do it until the commit."""
    await tx.run("SELECT pg_advisory_xact_lock($1)", lock)
