"""One try to send something that is leased, and what came of it: noted, counted and logged."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog

from coordination.db.engine import Database, Transaction
from coordination.outbox.schedule import Failure, wait

log = structlog.get_logger(__name__)


class Leased(Protocol):
    """What one process tries, and no other."""

    @property
    def id(self) -> uuid.UUID:
        """Under which a repeat is known."""
        ...

    @property
    def attempts(self) -> int:
        """Tries with this one."""
        ...


Due = TypeVar("Due", bound=Leased)
Due_contra = TypeVar("Due_contra", bound=Leased, contravariant=True)


class Rows(Protocol[Due_contra]):
    """Where it is noted what came of a try: ``db.leases`` and ``db.notices``."""

    async def delivered(self, tx: Transaction, one: Due_contra) -> None:
        """Notes that it was taken."""
        ...

    async def failed(
        self, tx: Transaction, one: Due_contra, error: str, wait: float, *, dead: bool
    ) -> None:
        """Notes why it was not taken, the seconds until the next try, and whether there is one."""
        ...


async def attempt(
    what: str,
    one: Due,
    sending: Awaitable[Failure | None],
    rows: Rows[Due],
    database: Database,
    count: Callable[[str], None],
) -> None:
    """Sends, and notes what came of it; when that can't be noted the lease ends and it is repeated.

    Args:
        what: is sent, for the log.
        one: is tried.
        sending: why it was not taken, or None; what it raises counts as a failure too, so that
            trying ends some time.
        rows: to note it in.
        database: where they are.
        count: is told delivered, failed or dead.
    """
    try:
        failure = await sending
    except Exception as error:  # noqa: BLE001 - whatever it is
        failure = Failure(type(error).__name__)
    try:
        if failure is None:
            count("delivered")
            await database.transact(lambda tx: rows.delivered(tx, one))
            return
        why, dead = failure.error, one.attempts >= failure.tries
        count("dead" if dead else "failed")
        log.warning("not delivered", what=what, id=str(one.id), error=why, given_up=dead)
        later = wait(one.attempts)
        await database.transact(lambda tx: rows.failed(tx, one, why, later, dead=dead))
    except Exception as error:  # noqa: BLE001 - tried again when the lease has ended
        log.warning("not noted", what=what, id=str(one.id), error=type(error).__name__)
