"""The heads of requests as they come in: no longer than a head is, and within a time.

The parser keeps what it reads until a head is whole, and so would keep whatever anyone sends.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST = 64 * 1024
"""Bytes of a head, not counting those that came together with its beginning or its end."""


class Careful(HttpToolsProtocol):
    """One connection of which heads that are too long, or too slow, are the end.

    Attributes:
        patience: seconds from the first byte of a head to its last, and before the first of a
            connection.
    """

    patience = 30.0
    _came = 0
    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no longer."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, unless a head comes to no end."""
        waited = self._ends
        super().data_received(data)
        if waited is not None and self._ends is waited:  # the same head, and no more than that
            self._came += len(data)
            if self._came > LONGEST and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._stop()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._stop()
        self._came = 0
        self._ends = asyncio.get_running_loop().call_later(self.patience, self._too_slow)

    def _stop(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
