"""Tells this process, its pages and every other process that something changed.

What changed is announced after its commit and gathered for a moment, so that hundreds of
changes a second become a few notices: NOTIFY inside each transaction would make every commit
wait for the one before (docs/decisions/0006). A notice is "look again" and nothing more; a lost
one is made up for by the full look every half minute.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from capacity.openness import open_services
from capacity.region import DEFAULT, Region
from capacity.register import Register
from capacity.snapshot import Supply
from capacity.supply import Counters, Service
from coordination.db import capacity, services
from coordination.db.engine import Database, Transaction
from triage.need import Kind

CHANNEL = "naober"
GATHER = 0.02  # seconds
LOOK = 30.0  # seconds between full looks
MOST_TOPICS = 150  # a NOTIFY payload holds 8,000 bytes
log = structlog.get_logger(__name__)


class Live:
    """The snapshot of supply for ranking, and the notices between processes.

    Args:
        database: where this process reads and writes.
        url: the same database, for the connection that listens.
        region: its choices, by which needs are matched.
    """

    def __init__(self, database: Database, url: str, region: Region = DEFAULT) -> None:
        self.supply = Supply([], {}, region)
        self._versions: dict[UUID, str] = {}
        self.listening = False
        self.ending = asyncio.Event()
        self._database = database
        self._url = url
        self._pending: set[str] = set()
        self._wake = asyncio.Event()
        self._listeners: set[asyncio.Queue[str]] = set()
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self._first = asyncio.Event()
        self._counted: tuple[Supply, dict[tuple[str, str | None], int]] = (self.supply, {})

    def announce(self, topics: set[str]) -> None:
        """Lets everyone know, shortly, that topics changed; never waits."""
        self._pending |= topics
        self._wake.set()

    def places_at(self, now: datetime) -> Callable[[str, str | None], int]:
        """What counts the services of a kind, for a postcode, that have something free.

        By the newest snapshot; a count is remembered as long as that is the newest.
        """
        if self._counted[0] is not self.supply:
            self._counted = (self.supply, {})
        supply, known = self._counted

        def places(kind: str, pc4: str | None) -> int:
            count = known.get((kind, pc4))
            if count is None:
                count = known[kind, pc4] = open_services(supply, Kind(kind), pc4, now)
            return count

        return places

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listens and tells while the block runs."""
        await self._load()
        tasks = [
            asyncio.create_task(work(), name=work.__name__)
            for work in (self._tell, self._listen, self._follow)
        ]
        try:
            # Whoever is served before this process listens could miss a change of another.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._first.wait(), timeout=10)
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def changes(self) -> AsyncIterator[str]:
        """Topics as they change, for one page; ends when the page goes away."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    async def _tell(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER)
            self._wake.clear()
            topics, self._pending = self._pending, set()
            if len(topics) > MOST_TOPICS:
                topics = {topic.partition(":")[0] for topic in topics}
            notice = ",".join(sorted(topics))
            try:
                await self._database.transact(lambda tx, said=notice: _notify(tx, said))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 - a notice may be lost, the loop may not
                log.warning("notice lost", error=type(error).__name__)
                self._hear(notice)

    async def _listen(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._url, timeout=10)
                try:
                    await connection.add_listener(CHANNEL, lambda *said: self._hear(said[-1]))
                    self.listening = True
                    self._first.set()
                    self._hear("capacity,worklist,offers")  # whatever was missed meanwhile
                    while not connection.is_closed():
                        await asyncio.sleep(LOOK)
                        await connection.execute("SELECT 1", timeout=10)
                        self._hear("capacity")
                finally:
                    self.listening = False
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("not listening", error=type(error).__name__)
                await asyncio.sleep(1)

    def _hear(self, notice: str) -> None:
        self._heard.put_nowait(notice)

    async def _follow(self) -> None:
        """Renews what is remembered, and then lets the pages know."""
        while True:
            topics = set((await self._heard.get()).split(","))
            while not self._heard.empty():
                topics |= set(self._heard.get_nowait().split(","))
            try:
                await self._renew(topics)
            except Exception as error:  # noqa: BLE001 - renewed again at the next look
                log.warning("supply not renewed", error=type(error).__name__)
            for topic in {topic.partition(":")[0] for topic in topics}:
                for queue in self._listeners:
                    with contextlib.suppress(asyncio.QueueFull):
                        queue.put_nowait(topic)

    async def _renew(self, topics: set[str]) -> None:
        if "capacity" in topics:
            await self._load()
            return
        changed = [UUID(topic.split(":")[1]) for topic in topics if topic.startswith("capacity:")]
        if changed:
            counters = await self._database.transact(lambda tx: capacity.counters(tx, changed))
            self.supply = self.supply.with_counters(*counters.values())

    async def _load(self) -> None:
        """Reads all figures, and the services that changed: most looks find none."""

        async def load(
            tx: Transaction,
        ) -> tuple[dict[UUID, str], list[Service], dict[str, Counters]]:
            versions = await services.versions(tx)
            changed = [one for one, now in versions.items() if self._versions.get(one) != now]
            newer = await services.profiles(tx, changed) if changed else []
            return versions, newer, await capacity.counters(tx)

        versions, newer, counters = await self._database.transact(load)
        register = self.supply.register
        if versions != self._versions:
            known = {one.id: one for one in (*register.services, *newer)}
            register = Register([known[str(one)] for one in versions if str(one) in known])
            self._versions = versions
        self.supply = Supply(register, counters, self.supply.region)


async def _notify(tx: Transaction, notice: str) -> None:
    await tx.run("SELECT pg_notify($1, $2)", CHANNEL, notice)
