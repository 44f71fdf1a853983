"""Tells open pages that something changed, and never what: each looks again with its own rights.

Server-sent events (html.spec.whatwg.org/multipage/server-sent-events.html). A stream holds no
database connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream

from coordination.live import Live
from coordination.parts import Who, With

Topic = Literal["worklist", "offers", "capacity"]
TOPICS: frozenset[Topic] = frozenset({"worklist", "offers", "capacity"})

HEARTBEAT = 15.0  # seconds without news before a comment, so that proxies keep the line open
GATHER = 0.3  # seconds in which news becomes one event
LONGEST = 900.0  # seconds; the browser comes back, and is asked again who it is


@get("/events")
async def events(
    parts: With,
    actor: Who,  # noqa: ARG001 - everyone who is signed in, and nobody else
    topic: Annotated[
        list[Topic] | None, QueryParameter(name="topic", description="Only these; else all.")
    ] = None,
) -> Stream:
    """The stream of one page."""
    return Stream(
        stream(parts.live, frozenset(topic or TOPICS)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def stream(live: Live, wanted: frozenset[Topic]) -> AsyncIterator[bytes]:
    """Events of the wanted topics, until the client goes or its time is up.

    The first events say nothing but "look again": what changed between the making of the page
    and this moment, or while the line was down, would be missed else.
    """
    news: set[str] = set(wanted)
    heard = asyncio.Event()
    heard.set()

    async def listen() -> None:
        async for topic in live.changes():
            if topic in wanted:
                news.add(topic)
                heard.set()

    async def end() -> None:
        await live.ending.wait()
        heard.set()

    beside = asyncio.create_task(listen()), asyncio.create_task(end())
    clock = asyncio.get_running_loop().time
    ends = clock() + LONGEST
    try:
        await asyncio.sleep(0)  # the tasks listen before the page is told to look
        while clock() < ends and not live.ending.is_set():
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await heard.wait()
            except TimeoutError:
                yield b": nothing new\n\n"
                continue
            await asyncio.sleep(GATHER)
            said = b"".join(f"event: changed\ndata: {one}\n\n".encode() for one in sorted(news))
            news.clear()
            heard.clear()
            yield said
    finally:
        for task in beside:
            task.cancel()
