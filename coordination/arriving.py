"""What is received of a request: whole and in time, or it is refused."""

from __future__ import annotations

import asyncio

from litestar.types import HTTPReceiveMessage, Receive

from coordination.errors import Refused, Wrong

PATIENCE = 60.0
"""Seconds in which a body must be here."""


def whole(receive: Receive, patience: float = PATIENCE) -> Receive:
    """What is received, as long as it comes: a body that stays away holds nobody up.

    Args:
        receive: of the server.
        patience: seconds.
    """
    ends = asyncio.get_running_loop().time() + patience
    coming = True

    async def received() -> HTTPReceiveMessage:
        nonlocal coming
        if not coming:
            return await receive()  # type: ignore[return-value]  # there are no web sockets
        try:
            async with asyncio.timeout_at(ends):
                message = await receive()
        except TimeoutError:
            text = f"The body did not come within {patience:.0f} s; send it at once."
            raise Refused(Wrong.TIMEOUT, text) from None
        if message["type"] == "http.disconnect":
            raise Refused(Wrong.INVALID, "The body did not come whole.")
        coming = message["type"] == "http.request" and message.get("more_body", False)
        return message  # type: ignore[return-value]

    return received
