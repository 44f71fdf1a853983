"""The engine, and the one way to use it: a use case inside one transaction."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from coordination.errors import Refused, Wrong

Result = TypeVar("Result")

TRIES = 4
AGAIN = frozenset({"40001", "40P01"})  # serialisation failure, deadlock
AWAY = frozenset({"08", "53", "57", "58"})  # classes of states: lost, full, shut down, disk
LOST = (
    OSError,
    TimeoutError,
    PoolTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says on a connection that was cut: "not connected"
)
MEANINGS = {
    "uq_offer_asked_once": "This service has been asked already, and has not answered yet.",
    "uq_offer_one_place_a_referral": "This referral has a place already.",
    "uq_offer_one_place_a_person": "This person has a place already, under another referral.",
}
"""What it means to someone when a last line of defence holds."""

log = structlog.get_logger(__name__)


class Row(asyncpg.Record):  # type: ignore[misc] # asyncpg ships no types
    """A row whose columns are read as attributes."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """The column of a name."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Transaction:
    """One open transaction: run SQL in it, and say what has changed.

    SQL is PostgreSQL's own, with ``$1`` parameters, given straight to asyncpg, which keeps it
    as a prepared statement: SQLAlchemy's engine opens, pools and checks the connections, and
    its part in running a statement would cost more than the statement (docs/decisions/0002).

    Attributes:
        changed: topics that pages and other processes hear of after the commit.
    """

    __slots__ = ("_driver", "changed")

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self.changed: set[str] = set()

    async def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Every row of a statement."""
        return cast("list[Row]", await self._driver.fetch(sql, *parameters, record_class=Row))

    async def row(self, sql: str, *parameters: Any) -> Row | None:
        """The first row of a statement, or None."""
        return cast("Row | None", await self._driver.fetchrow(sql, *parameters, record_class=Row))

    async def run(self, sql: str, *parameters: Any) -> None:
        """Runs a statement."""
        await self._driver.execute(sql, *parameters)


class _Once:
    """A connection for one statement: a second would be another transaction."""

    __slots__ = ("_driver",)

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Any:
        """What runs the statement, once."""
        driver, self._driver = self._driver, None
        if driver is None:
            raise RuntimeError("a second statement would be a transaction of its own")
        return getattr(driver, name)


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

    async def transact(
        self,
        work: Callable[[Transaction], Awaitable[Result]],
        *,
        alone: bool = False,
        looks: bool = False,
    ) -> Result:
        """Runs a use case in one transaction and commits before it answers.

        A raise rolls everything back. A serialisation failure or deadlock runs the whole use
        case again, at most ``TRIES`` times.

        Args:
            work: the use case.
            alone: whether it is a single statement, which PostgreSQL makes a transaction by
                itself: without BEGIN and COMMIT it costs one way to the database instead of
                three. A second statement is refused.
            looks: whether it only reads, and writes one row about that at its end: each statement
                is then a transaction by itself, and sees what it would see within one.

        Raises:
            Refused: UNAVAILABLE when the database can't be reached or stays too busy;
                CONFLICT when a last line of defence refused what the use case did.
        """
        for attempt in range(TRIES):
            try:
                async with self.engine.connect() as connection:
                    changed, result = await _once(connection, work, alone=alone, looks=looks)
            except asyncpg.PostgresError as error:
                if error.sqlstate in AGAIN and attempt < TRIES - 1:
                    await asyncio.sleep(0.01 * 2**attempt)
                    continue
                raise _told(error) from error
            except LOST as error:
                raise _unavailable(error) from error
            except DBAPIError as error:  # while connecting
                raise _unavailable(error) from error
            if changed:
                self.announce(changed)
            return result
        raise AssertionError("unreachable: the last try returns or raises")

    async def close(self) -> None:
        """Closes every connection."""
        await self.engine.dispose()


async def _once(
    connection: AsyncConnection,
    work: Callable[[Transaction], Awaitable[Result]],
    *,
    alone: bool,
    looks: bool,
) -> tuple[set[str], Result]:
    """One try, on a connection that goes back to the pool only while it is whole.

    Someone who is cancelled at the wrong moment may leave a transaction open: what the next
    one then commits would be lost with it. Such a connection is thrown away, and nothing
    begins on one.
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if driver.is_in_transaction():
        await connection.invalidate()
        raise asyncpg.InterfaceError("the connection was left in a transaction")
    transaction = Transaction(_Once(driver) if alone else driver)
    whole = False
    try:
        async with contextlib.nullcontext() if alone or looks else driver.transaction():
            result = await work(transaction)
        whole = True
    except Exception:
        whole = not (driver.is_closed() or driver.is_in_transaction())
        raise
    finally:
        if not whole:
            await connection.invalidate()
    return transaction.changed, result


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


def _told(error: asyncpg.PostgresError) -> Exception:
    """A refusal where the error means something to the caller; else the error itself."""
    state = error.sqlstate or ""
    if state in AGAIN or state[:2] in AWAY:
        return _unavailable(error)
    meaning = MEANINGS.get(getattr(error, "constraint_name", None) or "")
    return Refused(Wrong.CONFLICT, meaning, code="not-twice") if meaning else error


def _unavailable(error: Exception) -> Refused:
    log.warning("database unavailable", error=type(error).__name__)
    return Refused(Wrong.UNAVAILABLE, "The database can't answer now; try again shortly.")
