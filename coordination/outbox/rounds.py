"""Looks for what is due and sends it, some at a time: who is slow leaves room for the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import structlog

EVERY = 1.0  # seconds between looks when there is not more than one look takes
ROOM = 32  # tries at the same time, of one process

Due = TypeVar("Due")
log = structlog.get_logger(__name__)


async def run(
    what: str,
    look: Callable[[int], Awaitable[tuple[bool, Sequence[Due]]]],
    deliver: Callable[[Due], Coroutine[Any, Any, None]],
) -> None:
    """Looks and delivers until cancelled.

    Args:
        what: is sent, for the log.
        look: takes at most so many that are due; True with them when more may be due already.
        deliver: one try; it raises nothing.
    """
    busy: set[asyncio.Task[None]] = set()
    try:
        while True:
            room = ROOM - len(busy)
            if not room:
                await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
                continue
            more, taken = False, list[Due]()
            try:
                more, found = await look(room)
                taken.extend(found)
            except Exception as error:  # noqa: BLE001 - tried again at the next look
                log.warning("not looked for what is due", what=what, error=type(error).__name__)
            for one in taken:
                task = asyncio.create_task(deliver(one))
                busy.add(task)
                task.add_done_callback(busy.discard)
            if not more and len(taken) < room:
                await asyncio.sleep(EVERY)
    finally:
        for task in tuple(busy):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
