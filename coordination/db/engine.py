"""The engine, and the one way to use it: a use case inside one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from coordination.errors import Refused, Wrong

Result = TypeVar("Result")

TRIES = 4
AGAIN = frozenset({"40001", "40P01"})  # serialisation failure, deadlock
log = structlog.get_logger(__name__)


class Transaction:
    """One open transaction: run SQL in it, and say what has changed.

    SQL is PostgreSQL's own, with ``$1`` parameters, sent as a prepared statement that the
    connection keeps: building the same statement anew for each request costs more than
    running it (docs/decisions/0002).

    Attributes:
        changed: topics that pages and other processes hear of after the commit.
    """

    __slots__ = ("changed", "connection")

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.changed: set[str] = set()

    async def rows(self, sql: str, *parameters: Any) -> Sequence[Row[Any]]:
        """Every row of a statement."""
        return (await self.connection.exec_driver_sql(sql, parameters)).fetchall()

    async def row(self, sql: str, *parameters: Any) -> Row[Any] | None:
        """The first row of a statement, or None."""
        return (await self.connection.exec_driver_sql(sql, parameters)).fetchone()

    async def run(self, sql: str, *parameters: Any) -> int:
        """Runs a statement; the number of rows that it touched."""
        return (await self.connection.exec_driver_sql(sql, parameters)).rowcount


class Database:
    """The connections of one process.

    Args:
        engine: SQLAlchemy's engine over asyncpg.
        announce: called with the topics that changed, after their commit.
    """

    def __init__(
        self, engine: AsyncEngine, announce: Callable[[set[str]], None] | None = None
    ) -> None:
        self.engine = engine
        self.announce = announce or (lambda _topics: None)

    async def transact(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Runs a use case in one transaction and commits before it answers.

        A raise rolls everything back. A serialisation failure or deadlock runs the whole use
        case again, at most ``TRIES`` times.

        Raises:
            Refused: UNAVAILABLE when the database can't be reached or stays too busy.
        """
        for attempt in range(TRIES):
            try:
                async with self.engine.begin() as connection:
                    transaction = Transaction(connection)
                    result = await work(transaction)
            except DBAPIError as error:
                if _state(error) in AGAIN and attempt < TRIES - 1:
                    await asyncio.sleep(0.01 * 2**attempt)
                    continue
                raise _unavailable(error) from error
            except (OSError, TimeoutError) as error:
                raise _unavailable(error) from error
            if transaction.changed:
                self.announce(transaction.changed)
            return result
        raise AssertionError("unreachable: the last try returns or raises")

    async def close(self) -> None:
        """Closes every connection."""
        await self.engine.dispose()


def connect(url: str, pool: int) -> AsyncEngine:
    """An engine with at most ``pool`` connections to a ``postgresql://`` address."""
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=10,
        pool_use_lifo=True,
        connect_args={
            "timeout": 10,
            "command_timeout": 30,
            "server_settings": {"application_name": "naober", "timezone": "UTC", "jit": "off"},
        },
    )


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", "") or "")


def _unavailable(error: Exception) -> Exception:
    """A refusal where the database is away or overrun; else the error itself."""
    state = _state(error) if isinstance(error, DBAPIError) else ""
    away = isinstance(error, OSError | TimeoutError | InterfaceError | OperationalError)
    if state in AGAIN or state[:2] in {"08", "53", "57"} or (away and not state):
        log.warning("database unavailable", sqlstate=state, error=type(error).__name__)
        return Refused(Wrong.UNAVAILABLE, "The database can't answer now; try again shortly.")
    return error
